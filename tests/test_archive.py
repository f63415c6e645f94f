"""Archives and uploads of any kind: the bytes decide what a file is, not its name."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import pytest

from okr_data.ingest.archive import JsonMember, nesting, read_archive, read_json
from okr_data.ingest.grid import Grid, Limits, Unreadable, Upload
from okr_data.ingest.reading import read_upload
from tests.bad_inputs import bad_input
from tests.test_workbook import book, ods, raw

CSV = b"id,title\n1,x\n"


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Write a ZIP of the given members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def labels(found: list[Grid | JsonMember]) -> list[str]:
    return [
        item.label if isinstance(item, Grid) else f"{item.file}/{item.member}" for item in found
    ]


def refusal(name: str, content: bytes, limits: Limits | None = None) -> tuple[str, str]:
    with pytest.raises(Unreadable) as refused:
        read_upload(Upload(name, content), limits or Limits())
    return refused.value.issue.code, refused.value.issue.message


def test_members_are_read_and_labelled() -> None:
    content = packed(
        {
            "objectives.csv": CSV,
            "folder/": b"",
            "folder/teams.tsv": b"a\tb\n1\t2\n",
            "__MACOSX/._objectives.csv": b"junk",
            "folder/.DS_Store": b"junk",
            "book.xlsx": book(lambda sheet: sheet.append(["x"])),
            "users.json": b'[{"a": 1}]',
        }
    )
    found = read_archive("e.zip", content)
    assert labels(found) == [
        "e.zip/objectives.csv",
        "e.zip/folder/teams.tsv",
        "e.zip/book.xlsx [OKRs]",
        "e.zip/users.json",
    ]
    assert found[3] == JsonMember("e.zip", "users.json", [{"a": 1}])
    assert not any(item.issues for item in found)


def test_what_is_no_table_is_left_out_and_named() -> None:
    found = read_archive("e.zip", packed({"a.csv": CSV, "read me.pdf": b"%PDF", "b.csv": b""}))
    (issue,) = found[0].issues
    assert (issue.code, issue.file) == ("sheet_skipped", "e.zip")
    assert issue.message.endswith("read me.pdf, b.csv")


def test_hostile_names_are_only_labels() -> None:
    found = read_archive("e.zip", packed({"../../x\u202e\x07.csv": CSV, "/etc/b.csv": CSV}))
    assert labels(found) == ["e.zip/../../x.csv", "e.zip//etc/b.csv"]


REFUSED = [
    ({"in.zip": packed({"a.csv": CSV})}, "file_unreadable", "another archive (in.zip)"),
    ({"a.csv": packed({"a.csv": CSV})}, "file_unreadable", "another archive (a.csv)"),
    ({"a.csv.gz": gzip.compress(CSV)}, "file_unreadable", "another archive (a.csv.gz)"),
    ({"a.csv": gzip.compress(CSV)}, "file_unreadable", "compressed file"),
    ({"a.png": b"x"}, "file_empty", "no CSV, workbook or JSON"),
    ({}, "file_empty", "no CSV, workbook or JSON"),
    ({"a.csv": b" " * 300_000_000}, "file_too_large", "the archive unpacks to 286 MB"),
    ({"a.csv": b"<html>"}, "file_unreadable", "web page"),
]


@pytest.mark.parametrize(("members", "code", "words"), REFUSED, ids=lambda value: str(value)[-20:])
def test_refused_archives(members: dict[str, bytes], code: str, words: str) -> None:
    found, message = refusal("e.zip", packed(members))
    assert found == code
    assert words in message


def test_limits_of_archives() -> None:
    two = {"a.csv": CSV, "b.csv": CSV}
    assert "2 files; the limit is 1" in refusal("e.zip", packed(two), Limits(members=1))[1]
    assert "more than 7 cells" in refusal("e.zip", packed(two), Limits(cells=7))[1]
    bzip = packed(two, zipfile.ZIP_BZIP2)
    assert refusal("e.zip", bzip) == (
        "file_unsafe",
        "the archive is packed with a compression method that is not allowed",
    )


BAD_JSON = [
    (b"[" * 51 + b"]" * 51, "file_too_large", "51 levels deep; the limit is 50"),
    (b"[" * 1_000_000, "file_too_large", "1,000,000 levels"),
    (b'[{"a": NaN}]', "file_unreadable", "NaN"),
    (b'[{"a": -Infinity}]', "file_unreadable", "Infinity"),
    (b'[{"a": 1e999}]', "file_unreadable", "1e999"),
    (b'[{"a": 1}', "file_unreadable", "no valid JSON"),
    (b'[{"a": ' + b"9" * 5000 + b"}]", "file_unreadable", "no valid JSON"),
]


@pytest.mark.parametrize(("content", "code", "words"), BAD_JSON, ids=lambda value: str(value)[:20])
def test_bad_json(content: bytes, code: str, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_json("e.zip", "a.json", content)
    assert refused.value.issue.code == code
    assert refused.value.issue.file == "e.zip/a.json"
    assert words in refused.value.issue.message


def test_json_texts_are_cleaned_and_brackets_in_texts_do_not_nest() -> None:
    data: Any = read_json("a.json", "", b'{"a": "\\ud800x\\u0007\\u0000", "[[[": ["\\"[{"]}').data
    assert data == {"a": "�x", "[[[": ['"[{']}
    assert nesting(b'{"a": "[[[\\"[[", "b": [1]}') == 2


KINDS = [
    # name, content, labels
    ("a.csv", book(lambda sheet: sheet.append(["x"])), ["a.csv [OKRs]"]),
    ("a.zip", book(lambda sheet: sheet.append(["x"])), ["a.zip [OKRs]"]),
    ("a.xlsx", CSV, ["a.xlsx"]),
    ("old.xls", CSV, ["old.xls"]),
    ("a.xlsx", packed({"a.csv": CSV}), ["a.xlsx/a.csv"]),
    ("a.csv", b'[{"id": 1}]', ["a.csv/"]),
    ("a.csv", b"[id],[title]\n1,2\n", ["a.csv"]),
    ("a.bin", ods('<table:table-row><table:table-cell office:value-type="string"><text:p>x</text:p>'
                  "</table:table-cell></table:table-row>"), ["a.bin [OKRs]"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "expected"), KINDS, ids=lambda value: str(value)[:20])
def test_the_bytes_decide(name: str, content: bytes, expected: list[str]) -> None:
    assert labels(read_upload(Upload(name, content))) == expected


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xls", b"<html><table>", "web page"),
        ("a.csv", b"", "the file is empty"),
        ("a.zip", b"PK\x03\x04abc", "damaged"),
        ("a.xlsx", raw(""), "the workbook is empty"),
    ],
)
def test_refused_uploads(name: str, content: bytes, words: str) -> None:
    assert words in refusal(name, content)[1]


def test_size_is_checked_first() -> None:
    assert refusal("a.csv", CSV * 99, Limits(file=100))[0] == "file_too_large"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("xml2003_as.xls", "old XML spreadsheet"),
        ("str_html_login_page.csv", "web page"),
        ("str_gzip.csv", "compressed"),
        ("xlsx_xxe.xlsx", "DTD not allowed"),
    ],
)
def test_collected_uploads_are_refused(name: str, words: str) -> None:
    assert words in refusal(name, bad_input(name))[1]
