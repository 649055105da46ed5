"""Tables as files: what programs and spreadsheets get to see."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from directory.exports.answer import FORMATS
from directory.exports.table import PAGE, Column, Row, Table
from directory.exports.workbook import CELL_MOST

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
EVIL = '=HYPERLINK("http://evil.example")'


def table(*pages: Sequence[Row]) -> Table:
    async def rows() -> AsyncIterator[Sequence[Row]]:
        for page in pages:
            yield page

    columns = [Column(key, key.capitalize()) for key in ("name", "words", "founded", "at")]
    return Table("test", columns, rows())


async def written(ending: str, *pages: Sequence[Row]) -> bytes:
    return b"".join([part async for part in FORMATS[ending].write(table(*pages))])


def sheet(content: bytes) -> list[tuple[object, ...]]:
    return list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))


async def test_csv_is_for_spreadsheets() -> None:
    content = await written("csv", [["Öko", ["a", "b"], 1999, AT]], [[EVIL, ["@sum", "x"], -5, None]])
    assert content.startswith(b"\xef\xbb\xbf")
    heading, first, second = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert heading == ["Name", "Words", "Founded", "At"]
    assert first == ["Öko", "a; b", "1999", "2026-11-25T12:00:00+00:00"]
    assert second == [f"'{EVIL}", "'@sum; x", "-5", ""]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("Works;=1+1", "Works;'=1+1"),
        ("Works; @sum; -2", "Works; '@sum; '-2"),
        ("Works\t+1", "Works\t'+1"),
        ("One\n=1\r\n@2\n-3", "One\n'=1\r\n'@2\n'-3"),
        ("We seek:\n- roofs\n+ yards", "We seek:\n- roofs\n+ yards"),
        ("=1;=2", "'=1;'=2"),
        ("a - b; c", "a - b; c"),
    ],
)
async def test_a_spreadsheet_that_splits_lines_elsewhere_finds_no_formula_in_csv(cell: str, shown: str) -> None:
    content = await written("csv", [[cell, ["x", "=y"], 1999, None]])
    _, row = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert row[:2] == [shown, "x; '=y"]
    assert sheet(await written("xlsx", [["Works;=1+1", [], None, None]]))[1][0] == "Works;=1+1", "one cell, one text"


async def test_a_workbook_has_no_formulas_and_bears_what_excel_does_not() -> None:
    content = await written("xlsx", [[EVIL, ["a", "b"], 1999, AT]], [["bell\x07", ["y" * 40_000], None, None]])
    heading, first, second = sheet(content)
    assert heading == ("Name", "Words", "Founded", "At")
    assert first == (f"'{EVIL}", "a; b", 1999, AT.replace(tzinfo=None))
    assert second[0] == "bell"
    assert len(str(second[1])) == CELL_MOST
    cells = load_workbook(io.BytesIO(content)).worksheets[0]["A2:D3"]
    assert all(cell.data_type != "f" for row in cells for cell in row)


async def test_json_has_cells_as_they_are() -> None:
    content = await written("json", [[EVIL, ["a"], 1999, AT]], [["Öko", [], None, None]])
    assert json.loads(content) == [
        {"name": EVIL, "words": ["a"], "founded": 1999, "at": "2026-11-25T12:00:00+00:00"},
        {"name": "Öko", "words": [], "founded": None, "at": None},
    ]


@pytest.mark.parametrize("ending", FORMATS)
async def test_nothing_to_take_along_is_a_sound_file(ending: str) -> None:
    content = await written(ending)
    if ending == "json":
        assert json.loads(content) == []
    else:
        rows = sheet(content) if ending == "xlsx" else list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert len(rows) == 1


@pytest.mark.parametrize("ending", ["csv", "json"])
async def test_rows_are_sent_before_the_next_page_is_read(ending: str) -> None:
    read = 0

    async def rows() -> AsyncIterator[Sequence[Row]]:
        nonlocal read
        for _ in range(20):
            read += 1
            yield [["x", [], 1, None]] * PAGE

    columns = [Column(key, key) for key in ("name", "words", "founded", "at")]
    sent = 0
    async for part in FORMATS[ending].write(Table("test", columns, rows())):
        sent += part.count(b"x")
        assert read * PAGE - sent <= PAGE
    assert sent == 20 * PAGE
