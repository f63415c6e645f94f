"""Delimited text: encoding, delimiter and lines by rule, values as they stand."""

from __future__ import annotations

import csv
import io
import time
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okr_data.ingest.delimited import DELIMITERS, read_delimited
from okr_data.ingest.grid import Grid, Limits, Unreadable
from tests.bad_inputs import bad_input


def rows(grid: Grid) -> list[list[str | None]]:
    """Return the cells as lists, with None for empty ones."""
    return [
        [cell if isinstance(cell, str) else None for cell in row] for row in grid.cells.to_numpy()
    ]


def codes(grid: Grid) -> list[str]:
    return [issue.code for issue in grid.issues]


def refusal(content: bytes, limits: Limits | None = None) -> Unreadable:
    with pytest.raises(Unreadable) as refused:
        read_delimited("a.csv", content, limits or Limits())
    return refused.value


ENCODINGS = [
    # text, encoding, prefix, issue codes
    ("é,ü", "utf-8", b"", []),
    ("é,ü", "utf-8", b"\xef\xbb\xbf", []),
    ("é,ü", "utf-16-le", b"\xff\xfe", []),
    ("é,ü", "utf-16-be", b"\xfe\xff", []),
    ("é,ü", "utf-32-le", b"\xff\xfe\x00\x00", []),
    ("é,ü", "utf-16-le", b"", ["encoding_guessed"]),
    ("é,ü", "utf-16-be", b"", ["encoding_guessed"]),
    ("Ana Díaz – €1M,“größer”", "cp1252", b"", ["encoding_guessed"]),
    ("ÄÖÜ größe,Überprüfung", "cp1252", b"", ["encoding_guessed"]),
    ("提高经常性收入,张伟", "gb18030", b"", ["encoding_guessed"]),
    ("提高經常性收入,招聘工程師", "big5", b"", ["encoding_guessed"]),
    ("売上を伸ばす,エンジニアを採用する", "cp932", b"", ["encoding_guessed"]),
    ("売上を伸ばす,エンジニアを採用する", "euc_jp", b"", ["encoding_guessed"]),
    ("매출 성장,엔지니어 채용", "cp949", b"", ["encoding_guessed"]),
]


@pytest.mark.parametrize(("text", "encoding", "mark", "expected"), ENCODINGS)
def test_encodings(text: str, encoding: str, mark: bytes, expected: list[str]) -> None:
    grid = read_delimited("a.csv", mark + f"id,title\n{text}\n".encode(encoding))
    assert rows(grid)[1] == text.split(",")
    assert codes(grid) == expected


def test_a_guessed_encoding_names_itself_and_the_first_line() -> None:
    (issue,) = read_delimited("a.csv", b"id,t\n1,x\n2,Caf\xe9\n").issues
    assert issue.row == 3
    assert "Windows-1252" in issue.message


def test_damaged_utf8_stays_utf8() -> None:
    grid = read_delimited("a.csv", "id,t\n1,ü\n2,é\n3,x".encode() + b"\xff\n")
    assert rows(grid)[3] == ["3", "x�"]
    (issue,) = grid.issues
    assert (issue.code, issue.row) == ("invalid_bytes_replaced", 4)


def test_wrongly_decoded_text_is_kept_and_suspected() -> None:
    grid = read_delimited("a.csv", "id,t\n1,DÃ­az\n2,itâ€™s\n3,MÃ¼ller\n".encode())
    assert rows(grid)[1] == ["1", "DÃ­az"]
    (issue,) = grid.issues
    assert (issue.code, issue.row) == ("mojibake_suspected", 2)
    assert codes(read_delimited("a.csv", "id,t\n1,São João Ã\n2,NÃO\n".encode())) == []


TEXTS = [
    # as it stands, as it is read, whether something was taken out
    ("a\x00b", "ab", True),
    ("\x1b[31mred\x1b[0m", "red", True),
    ("\x1b]0;title\x07x", "x", True),
    ("bell\x07", "bell", True),
    ("back\x08\x08", "back", True),
    ("c1\x9b", "c1", True),
    ("\uffff\ufdd0x\U0001ffff", "x", True),
    ("\u202egpj.exe\u2066", "gpj.exe", True),
    ("hi\U000e0041", "hi", True),
    ("🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f", None, False),
    ("👩\u200d👩\u200d👧\u200d👦 1\ufe0f\u20e3 👍🏽", None, False),
    ("a\u200bb", None, False),
    ("\xa0 x \xa0", "x", False),
    ("tab\there", None, False),
    ("line\r\nfeed\rx", "line\nfeed\nx", False),
]


@pytest.mark.parametrize(("text", "expected", "cleaned"), TEXTS, ids=ascii)
def test_what_is_taken_out_of_texts(text: str, expected: str | None, cleaned: bool) -> None:
    grid = read_delimited("a.csv", f'id,t\n1,x\n2,"{text}"\n'.encode())
    assert rows(grid)[2] == ["2", text if expected is None else expected]
    assert [(issue.code, issue.row) for issue in grid.issues] == (
        [("control_characters_removed", 3)] if cleaned else []
    )


SHAPES = [
    # content, rows, lines
    (b"a,b\n1,2\n", [["a", "b"], ["1", "2"]], [1, 2]),
    (b"a;b\r\n1,5;2\r\n", [["a", "b"], ["1,5", "2"]], [1, 2]),
    (b"a\tb\r1\t2\r", [["a", "b"], ["1", "2"]], [1, 2]),
    (b"a|b\n1|2", [["a", "b"], ["1", "2"]], [1, 2]),
    (b'a,b\n"1\n1",2\n3,4\n', [["a", "b"], ["1\n1", "2"], ["3", "4"]], [1, 2, 4]),
    (b'a,b\n1,5" screen\n', [["a", "b"], ["1", '5" screen']], [1, 2]),
    (b'a,b\n1, "x, y"\n', [["a", "b"], ["1", "x, y"]], [1, 2]),
    (b'a,b\n1,"say ""hi"""\n', [["a", "b"], ["1", 'say "hi"']], [1, 2]),
    (b"a,b\n\n1\n,\n\n", [["a", "b"], [None, None], ["1", None]], [1, 2, 3]),
    (b"sep=;\r\na;b\r\n1;2\r\n", [["a", "b"], ["1", "2"]], [2, 3]),
    (b"Report; July, 2026\n\na;b;c\n1,5;2,5;3\n", None, [1, 2, 3, 4]),
    (b"title\nx y\nz\n", [["title"], ["x y"], ["z"]], [1, 2, 3]),
    (b"a,b,,,\n1,2,,,\n", [["a", "b"], ["1", "2"]], [1, 2]),
    (b"007,1e5\n", [["007", "1e5"]], [1]),
]


@pytest.mark.parametrize(
    ("content", "expected", "lines"), SHAPES, ids=lambda value: str(value)[:30]
)
def test_shapes(content: bytes, expected: list[list[str | None]] | None, lines: list[int]) -> None:
    grid = read_delimited("a.csv", content)
    assert expected is None or rows(grid) == expected
    assert grid.lines.tolist() == lines
    assert grid.cells.dtypes.astype(str).eq("str").all()
    assert grid.cells.columns.tolist() == list(range(grid.cells.shape[1]))


def test_cells_beyond_the_first_records_are_overflow() -> None:
    content = b"a,b,\n" + b"1,2\n" * 20 + b"3,4,,x, ,\n5,6,,,\n" + b"1,2\n" * 60_000 + b"7,8,y\n"
    grid = read_delimited("a.csv", content)
    assert grid.cells.shape == (60_024, 2)
    assert dict(grid.overflow) == {21: ("", "x"), 60_023: ("y",)}
    assert grid.lines[60_023] == 60_024


REFUSED = [
    (b"", "file_empty", "the file is empty", None),
    (b"\xef\xbb\xbf", "file_empty", "the file is empty", None),
    (b" \n,,\n", "file_empty", "the file is empty", None),
    (b"\x1f\x8babc", "file_unreadable", "a compressed file: upload the CSV itself", None),
    (b"\x89PNG\r\n\x1a\n\x00", "file_unreadable", "binary", None),
    (b"%PDF-1.4", "file_unreadable", "a PDF", None),
    (b"MZ\x90\x00\x03", "file_unreadable", "a program", None),
    (bytes(range(256)) * 9, "file_unreadable", "binary file", None),
    (b"<!DOCTYPE html><p>", "file_unreadable", "a web page, not a CSV: share the sheet", None),
    (b"<?xml version='1.0'?><x/>", "file_unreadable", "XML file", None),
    (b"a||b||c\n1||||2\n", "delimiter_unknown", "comma, semicolon, tab and |", 1),
    (b"a~b~c\n1~2~3\n", "delimiter_unknown", "“~”", 1),
    (b'a,b\n1,"x\n2,y\n', "quote_unclosed", "opens in line 2", 2),
    (b'a,b\n"1\n","x\n2,y\n', "quote_unclosed", "opens in line 3", 3),
    (b'a,b\n1,"x\n2,"y"\n', "quote_unclosed", "opens in line 2", 2),
    (b'a,b\n1,2\n1,"abc"x\n', "file_unreadable", "line 3 is not valid CSV", 3),
    (b"a,b\n1," + b"x" * 200_001, "file_too_large", "line 2, column 2 (b)", 2),
    (b",".join([b"x"] * 4001), "file_too_large", "4,001 columns; the limit is 4,000", 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code", "words", "row"), REFUSED, ids=lambda value: str(value)[:24]
)
def test_refused(content: bytes, code: str, words: str, row: int | None) -> None:
    issue = refusal(content).issue
    assert (issue.code, issue.row) == (code, row)
    assert words in issue.message


def test_limits_of_rows_cells_and_size() -> None:
    content = b"a,b\n" + b"1,2\n" * 100
    assert "100 rows" in str(refusal(content, Limits(rows=100)))
    assert "200 cells" in str(refusal(content, Limits(cells=200)))
    assert "MB" in str(refusal(content, Limits(file=100)))
    assert len(read_delimited("a.csv", content, Limits(rows=101, cells=202)).cells) == 101


ENDLESS = [
    (b"x" * 100_000_000, "file_too_large", "longer than"),
    (b"x," * 50_000_000, "file_too_large", "columns"),
    (b'a,b\n1,"x\n' + b"2,y\n" * 25_000_000, "quote_unclosed", "line 2"),
    (b'a,b\n1,"x' + b"y" * 100_000_000, "quote_unclosed", "line 2"),
]


@pytest.mark.parametrize(("content", "code", "words"), ENDLESS, ids=["x", "x,", "lines", "y"])
def test_what_never_ends_is_refused_soon(content: bytes, code: str, words: str) -> None:
    start = time.perf_counter()
    issue = refusal(content).issue
    assert time.perf_counter() - start < 5
    assert issue.code == code
    assert words in issue.message


CELL = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], include_characters="\n\t")
    | st.sampled_from(list(',;|"\n a1é')),
    max_size=12,
)


def _kept(cell: str) -> bool:
    from okr_data.ingest.cleaning import clean

    return clean(cell) == cell and cell.strip() == cell and not cell.startswith("sep=")


@settings(deadline=None, max_examples=400)
@given(
    st.lists(st.lists(CELL.filter(_kept), min_size=3, max_size=3), max_size=8),
    st.sampled_from(DELIMITERS),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_every_table_reads_back(
    table: list[list[str]], delimiter: str, encoding: str, end: str, quoting: Literal[0, 1]
) -> None:
    table = [["id", "title", "owner"], *table, ["last", "x", "y"]]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    lines, line = [], 1
    for row in table:
        writer.writerow(row)
        lines.append(line)
        line += 1 + sum(cell.count("\n") for cell in row)
    grid = read_delimited("a.csv", out.getvalue().encode(encoding))
    assert grid.delimiter == delimiter
    assert rows(grid) == [[cell or None for cell in row] for row in table]
    assert grid.lines.tolist() == lines
    assert not [code for code in codes(grid) if code != "mojibake_suspected"]


READ = [
    # file, delimiter, rows with the header, codes
    ("ok_baseline.csv", ",", 6, []),
    ("enc_utf16le_bom_tab.txt", "\t", 6, []),
    ("enc_utf16le_nobom.csv", ",", 6, ["encoding_guessed"]),
    ("enc_cp1252.csv", ",", 6, ["encoding_guessed"]),
    ("enc_gb18030.csv", ",", 6, ["encoding_guessed"]),
    ("enc_nul_bytes.csv", ",", 6, ["control_characters_removed"]),
    ("enc_mojibake.csv", ",", 6, ["mojibake_suspected"]),
    ("enc_cesu_surrogates.csv", ",", 6, ["invalid_bytes_replaced"]),
    ("del_semicolon_decimal_comma.csv", ";", 6, []),
    ("del_pipe.csv", "|", 6, []),
    ("del_cr_only.csv", ",", 6, []),
    ("del_inch_quote.csv", ",", 6, []),
    ("del_trailing_delims.csv", ",", 6, []),
    ("del_all_quoted.csv", ",", 6, []),
    ("del_single_quotes.csv", ",", 6, []),
    ("del_unquoted_comma_title.csv", ",", 6, []),
    ("str_header_not_first.csv", ",", 9, []),
    ("str_footer_notes.csv", ",", 9, []),
    ("inj_control_chars.csv", ",", 8, ["control_characters_removed"]),
    ("inj_formula.csv", ",", 16, []),
    ("uni_emoji_zwj.csv", ",", 6, []),
    ("uni_noncharacters.csv", ",", 6, ["control_characters_removed"]),
    ("uni_long_title.csv", ",", 6, []),
]


@pytest.mark.parametrize(("name", "delimiter", "count", "expected"), READ, ids=str)
def test_collected_files_read(name: str, delimiter: str, count: int, expected: list[str]) -> None:
    grid = read_delimited(name, bad_input(name))
    assert (grid.delimiter, len(grid.cells), codes(grid)) == (delimiter, count, expected)


COLLECTED_REFUSED = [
    ("del_double_pipe.csv", "delimiter_unknown", "accepted separators"),
    ("del_unbalanced_quote.csv", "quote_unclosed", "line 4"),
    ("str_empty.csv", "file_empty", "empty"),
    ("str_bom_only.csv", "file_empty", "empty"),
    ("str_html_login_page.csv", "file_unreadable", "web page"),
    ("str_gzip.csv", "file_unreadable", "compressed file"),
    ("str_binary_noise.csv", "file_unreadable", "binary"),
    ("xml2003_as.xls", "file_unreadable", "old XML spreadsheet: save it as .xlsx or CSV"),
]


@pytest.mark.parametrize(("name", "code", "words"), COLLECTED_REFUSED, ids=str)
def test_collected_files_are_refused(name: str, code: str, words: str) -> None:
    issue = refusal(bad_input(name)).issue
    assert issue.code == code
    assert words in issue.message
