"""How many messy text files stock readers read right, beside ours: ``python -m bench.readers``.

A file that should be taken counts as right when every item that must be in it is there with its
title, cell by cell as text; a file that should be refused counts as right when the reader says
so. The files are those of the project's own corpus and of the shared one where it is present.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd

from tests.corpus import make, shared
from tests.corpus.case import Case
from tests.corpus.run import happened

TEXT = (".csv", ".tsv", ".txt")


def _pandas(path: Path) -> pd.DataFrame:
    return pd.read_csv(path)


def _pandas_as_text(path: Path) -> pd.DataFrame:
    content = path.read_bytes()
    return pd.read_csv(
        io.BytesIO(content), dtype=str, keep_default_na=False, sep=None, engine="python"
    )


def _sniffer(path: Path) -> pd.DataFrame:
    with duckdb.connect() as connection:
        return connection.execute("select * from read_csv(?)", [str(path)]).df()


READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    "pandas.read_csv": _pandas,
    "pandas.read_csv, all text, separator guessed": _pandas_as_text,
    "DuckDB's sniffer": _sniffer,
}


def read_right(case: Case, path: Path, read: Callable[[Path], pd.DataFrame]) -> bool:
    """Tell whether a stock reader does with a file what a careful analyst expects."""
    try:
        table = read(path)
    except Exception:  # any refusal counts as one
        return case.want == "reject"
    if case.want == "reject":
        return False
    cells = {str(value).strip() for column in table for value in table[column]}
    wanted = {key for key, columns in case.cells.items() if columns is not None}
    titles = {
        str(columns["title"])
        for columns in case.cells.values()
        if columns and isinstance(columns.get("title"), str)
    }
    rows = case.rows is None or len(table) == case.rows
    return rows and wanted <= cells and titles <= cells


def main() -> None:
    """Print how many files each reader reads right."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cases = [(case, folder) for case in make.make(folder)]
        cases += [(case, shared.FOLDER) for case in shared.cases()]
        cases = [(c, f) for c, f in cases if c.file.endswith(TEXT) and not c.also]
        for title, read in READERS.items():
            right = sum(read_right(case, place / case.file, read) for case, place in cases)
            print(f"{title}: {right} of {len(cases)}")
        ours = sum(happened(replace(case), place).holds for case, place in cases)
        print(f"this project, up to the stored items: {ours} of {len(cases)}")


if __name__ == "__main__":
    main()
