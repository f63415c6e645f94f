"""How alike short texts are, in any language: sparse vectors whose product is a cosine, 0–1.

A text is the words of its title and, at half their weight, of what else is said (description,
titles of key results). Words count by their rarity (TF-IDF), whole and in pieces of three
letters, so that "Kunde" and "Kunden" meet without a dictionary of any language. Scripts
that set no blanks between words are cut into pairs of signs. Figures without letters say
nothing about a subject and are left out. Nothing leaves the machine.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

#: Loading these libraries takes a second, for which no page without similarities should wait.
if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

#: Letters that are read of a title, and of what else is said; a longer text says no more of it.
READ_LETTERS = 2_000
#: Letters of a word that count; longer ones are addresses and digests.
WORD_LETTERS = 40
#: Weight of description and key results beside the title: measured (docs/suggestions.md).
MORE_WEIGHT = 0.5
#: Share of whole words in the likeness, the rest is that of their pieces: measured.
WORDS_SHARE = 0.5
#: Letters of a piece of a word, the blank at either end counts: as good as longer ones, and fewest.
PIECE_LETTERS = 3
#: Part of the texts from which a word or piece says nothing about any of them ("the", "from"):
#: measured. No list of such words is needed, in no language. The number of texts that is never many.
COMMON_SHARE, FEW_TEXTS = 0.3, 10
#: Part of the texts from which a word is too common to be shown to a reader as a reason; short
#: words must be rarer, since most of the short ones bind others together in every language.
SHOWN_SHARE, SHORT_SHOWN_SHARE, SHORT_LETTERS = 0.1, 0.02, 3
#: Letters, and part of the longer word, that two forms of one word have in common at their beginning.
STEM_LETTERS, STEM_SHARE = 4, 0.7
#: Rows that are multiplied at once: bounds the memory of a product with 10,000 columns to 20 MB.
BLOCK_ROWS = 256

#: Scripts without blanks between words: kana, Han, Thai, Lao, Myanmar, Khmer.
_UNSPACED = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\U00020000-\U0003134f"
)


@dataclass(frozen=True)
class Vectors:
    """One row a text, of length 1, or 0 where nothing in it can be compared.

    The first ``len(terms)`` columns are whole words, the others their pieces.
    """

    matrix: csr_matrix
    terms: tuple[str, ...]

    def words(self, row: int, matrix: csr_matrix | None = None) -> dict[int, float]:
        """Return the weights of the whole words of a text, or of a row of a sum of such rows."""
        matrix = self.matrix if matrix is None else matrix
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])  # a row of its own costs more
        columns, weights = matrix.indices[part], matrix.data[part]
        whole = columns < len(self.terms)
        return dict(zip(columns[whole].tolist(), weights[whole].tolist(), strict=True))

    def shared_words(
        self, ours: Mapping[int, float], theirs: Mapping[int, float], most: int = 5
    ) -> tuple[str, ...]:
        """Return the words of ours that make it like theirs, the weightiest first.

        A word counts as shared where the other has it, or another form of it that begins alike.
        """
        weights: dict[str, float] = {}
        for word, weight in ours.items():
            if word in self._common:
                continue
            their = theirs.get(word, 0.0)
            if not their:
                their = max((theirs.get(form, 0.0) for form in self._forms(word)), default=0.0)
            if their:
                weights[self.terms[word]] = weight * their
        ordered = sorted(weights, key=lambda word: (-round(weights[word], 6), word))
        return tuple(_joined(ordered)[:most])

    def _forms(self, word: int) -> tuple[int, ...]:
        """Return the other forms of a word; looked up once."""
        if word not in self._known_forms:
            self._known_forms[word] = tuple(self._look_up_forms(word))
        return self._known_forms[word]

    def _look_up_forms(self, word: int) -> Iterator[int]:
        """Yield the terms that begin alike; terms are in the order of the alphabet."""
        term = self.terms[word]
        place = bisect_left(self.terms, term[:STEM_LETTERS])
        while place < len(self.terms) and self.terms[place][:STEM_LETTERS] == term[:STEM_LETTERS]:
            if place != word and same_stem(term, self.terms[place]):
                yield place
            place += 1

    @cached_property
    def _common(self) -> frozenset[int]:
        """Words that are too common to be shown as a reason."""
        whole = self.matrix.indices[self.matrix.indices < len(self.terms)]
        counts = np.bincount(whole, minlength=len(self.terms)).tolist()
        texts = self.matrix.shape[0]
        most = max(FEW_TEXTS, SHOWN_SHARE * texts)
        most_of_short = max(2, SHORT_SHOWN_SHARE * texts)
        return frozenset(
            place
            for place, (term, count) in enumerate(zip(self.terms, counts, strict=True))
            if count > (most_of_short if _is_short(term) else most)
        )

    @cached_property
    def _known_forms(self) -> dict[int, tuple[int, ...]]:
        return {}


def vectorize(titles: Sequence[str], more: Sequence[str] = ()) -> Vectors:
    """Return the vectors of texts; ``more`` is what is said beside each title, as many or none.

    Titles without a word (empty, signs only) have an empty vector, which is like nothing.
    """
    from scipy.sparse import hstack  # noqa: PLC0415 - loaded when needed (above)

    title_words = [words_of(text) for text in titles]
    more_words = [words_of(text) for text in more] if more else [[] for _ in titles]
    assert len(title_words) == len(more_words)
    whole, terms = _weighted(title_words, more_words, WORDS_SHARE, pieces=False)
    pieces, _ = _weighted(title_words, more_words, 1 - WORDS_SHARE, pieces=True)
    return Vectors(hstack([whole, pieces], format="csr", dtype=np.float32), terms)


def _weighted(
    titles: Sequence[list[str]], more: Sequence[list[str]], share: float, pieces: bool
) -> tuple[Any, tuple[str, ...]]:
    """Return TF-IDF rows of title and more together, scaled so that a row squared is ``share``."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - loaded when needed (above)
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - loaded when needed (above)
    from sklearn.preprocessing import normalize  # noqa: PLC0415 - loaded when needed (above)

    said = [words for words in (*titles, *more) if words]
    if not said:
        return csr_matrix((len(titles), 0), dtype=np.float32), ()
    cut = _pieces_of if pieces else _themselves
    vectorizer = TfidfVectorizer(analyzer=cut, sublinear_tf=True, norm=None, dtype=np.float32)
    vectorizer.fit(said)
    kept = _telling(vectorizer.idf_, len(said))
    rows = normalize(vectorizer.transform(titles)[:, kept])
    if any(more):
        rows = rows + MORE_WEIGHT * normalize(vectorizer.transform(more)[:, kept])
    return normalize(rows) * share**0.5, tuple(vectorizer.get_feature_names_out()[kept])


def _telling(rarity: np.ndarray, texts: int) -> np.ndarray:
    """Return the columns that are not too common to tell anything; all where there are no others.

    ``rarity`` is ln((1 + texts) / (1 + texts with it)) + 1, as scikit-learn defines it.
    """
    most = max(FEW_TEXTS, COMMON_SHARE * texts)
    kept = np.flatnonzero(rarity >= np.log((1 + texts) / (1 + most)) + 1 - 1e-6)
    return kept if len(kept) else np.arange(len(rarity))


def _themselves(words: list[str]) -> list[str]:
    return words


def _pieces_of(words: list[str]) -> list[str]:
    return [piece for word in words for piece in _pieces(word)]


@lru_cache(maxsize=100_000)
def _pieces(word: str) -> tuple[str, ...]:
    """Return a word's pieces; a blank stands for its beginning and its end."""
    padded = f" {word} "
    last = max(1, len(padded) - PIECE_LETTERS + 1)
    return tuple(padded[begin : begin + PIECE_LETTERS] for begin in range(last))


def words_of(text: str | None) -> list[str]:
    """Return the words of a text, in lower case, without figures; pairs of signs where no blanks are."""
    if not text:
        return []
    plain = unicodedata.normalize("NFKC", text[:READ_LETTERS]).casefold()
    return [word for run in _runs().findall(plain) for word in _cut(run)]


@cache
def _runs() -> re.Pattern[str]:
    """Return the pattern of a word: letters and digits with the marks that belong to them.

    ``\\w`` alone would break the words of Hindi or Tamil at their vowel signs.
    """
    marks = "".join(
        chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M"
    )
    return re.compile(f"[^\\W_](?:[^\\W_]|[{re.escape(marks)}])*")


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"([{_UNSPACED}]+)")


def _cut(run: str) -> Iterator[str]:
    for part in _unspaced().split(run):
        if _unspaced().fullmatch(part):
            yield from _pairs(part)
        elif len(part) > 1 and not part.isdecimal():
            yield part[:WORD_LETTERS]


def _pairs(signs: str) -> Iterator[str]:
    if len(signs) == 1:
        yield signs
    for begin in range(len(signs) - 1):
        yield signs[begin : begin + 2]


def _is_short(word: str) -> bool:
    return len(word) <= SHORT_LETTERS and not _unspaced().fullmatch(word)


def _joined(words: Sequence[str]) -> list[str]:
    """Put pairs of signs that overlap together again, so that a reader sees words."""
    found = list(words)
    while pair := _overlapping(found):
        first, second = pair
        whole = found[first] + found[second][1:]
        found[min(pair)] = whole
        del found[max(pair)]
    return found


def _overlapping(words: Sequence[str]) -> tuple[int, int] | None:
    """Return two places, the word of the first ending with the sign with which the other begins."""
    signs = [place for place, word in enumerate(words) if _unspaced().fullmatch(word)]
    return next(
        (
            (first, second)
            for first, second in permutations(signs, 2)
            if len(words[second]) > 1 and words[first][-1] == words[second][0]
        ),
        None,
    )


def same_stem(first: str, second: str) -> bool:
    """Tell whether two words begin alike for most of their length: customer, customers."""
    longer = max(len(first), len(second))
    needed = max(STEM_LETTERS, int(longer * STEM_SHARE + 0.999))
    return first[:needed] == second[:needed] and min(len(first), len(second)) >= needed


def blocks(rows: int) -> Iterator[slice]:
    """Yield slices of rows that are multiplied at once."""
    for begin in range(0, rows, BLOCK_ROWS):
        yield slice(begin, min(begin + BLOCK_ROWS, rows))


def ones(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> csr_matrix:
    """Return a sparse matrix with 1 in the given places, each of which is given once."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - loaded when needed (above)

    return csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)


def turned(matrix: csr_matrix) -> csr_matrix:
    """Return the transpose, stored by rows: turned once, not for every block."""
    return matrix.T.tocsr()


def product(left: csr_matrix, right: csr_matrix) -> np.ndarray:
    """Return the products of every row with every column, dense: for blocks of rows."""
    return np.asarray((left @ right).toarray(), dtype=np.float32)
