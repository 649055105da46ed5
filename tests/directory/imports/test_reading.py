"""Files of any making are read as tables, or refused with a clear word."""

import json
import pickle
from pathlib import Path

import pytest

from directory.imports import worker
from directory.imports.mapping.organisations import BROKEN, MARKUP
from directory.imports.reading import recognised
from directory.imports.reading.limits import CELL_MOST, COLUMNS_MOST, NAME_MOST
from people.text import UnacceptableError
from tests.directory.imports.files import GERMAN, as_json, bomb, records_of, table_of, workbook, written


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le", "mac_roman", "cp850"]
)
def test_an_encoding_is_recognised(tmp_path: Path, encoding: str) -> None:
    source, rows = table_of(written(tmp_path, "list.csv", GERMAN, encoding))
    assert source.columns[:2] == ("Firmenname", "Rechtsform")
    assert "Gründungsjahr" in source.columns
    assert [row.cells[0] for row in rows] == ["Müller Prüftechnik", "Grüne Säule", "Überlandnetz"]
    assert rows[0].cells[-1].endswith("Straßen.")


def test_a_letter_beyond_ascii_far_down_decides_the_encoding(tmp_path: Path) -> None:
    lines = ["name;url", *(f"Firm {n};firm{n}.example" for n in range(60_000)), "Größe & Söhne;g.example"]
    content = "\n".join(lines).encode("cp1252")
    _, rows = table_of(written(tmp_path, "list.csv", content))
    assert rows[-1].cells[0] == "Größe & Söhne"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_is_recognised_beside_others_in_texts(tmp_path: Path, delimiter: str) -> None:
    lines = [["Name", "Teaser", "Year"], ["Acme", '"fast, cheap; good | new"', "2015"], ["Bolt", '"one, two"', "2016"]]
    source, rows = table_of(written(tmp_path, "list.txt", "\r\n".join(delimiter.join(line) for line in lines)))
    assert source.delimiter == delimiter
    assert rows[0].cells == ["Acme", "fast, cheap; good | new", "2015"]


def test_excels_own_first_line_names_the_delimiter(tmp_path: Path) -> None:
    source, rows = table_of(written(tmp_path, "list.csv", "sep=;\nName;Ort\nAcme, Inc;Bochum\n"))
    assert source.columns == ("Name", "Ort")
    assert [row.cells for row in rows] == [["Acme, Inc", "Bochum"]]


def test_a_text_of_several_lines_is_one_cell_and_rows_know_their_lines(tmp_path: Path) -> None:
    _, rows = table_of(written(tmp_path, "list.csv", 'Name,About\nAcme,"one\ntwo ""quoted""\n\nthree"\n\nBolt,x\n'))
    assert [(row.number, row.line, row.cells[1]) for row in rows] == [
        (1, 2, 'one\ntwo "quoted"\n\nthree'),
        (2, 7, "x"),
    ]


def test_a_header_below_a_title_is_found(tmp_path: Path) -> None:
    content = "Mitglieder der Kammer;;\nStand: 01.03.2026;;\n;;\nFirma;Ort;Web\nAcme;Bochum;acme.example\n"
    source, rows = table_of(written(tmp_path, "list.csv", content))
    assert (source.columns, source.header_line) == (("Firma", "Ort", "Web"), 4)
    assert [(row.line, row.cells[0]) for row in rows] == [(5, "Acme")]


def test_a_table_without_a_header_keeps_its_first_row(tmp_path: Path) -> None:
    source, rows = table_of(written(tmp_path, "list.csv", "Acme GmbH,acme.example,2015\nBolt AG,bolt.example,2016\n"))
    assert source.columns == ("(1)", "(2)", "(3)")
    assert [row.cells[0] for row in rows] == ["Acme GmbH", "Bolt AG"]


def test_a_column_that_stands_there_twice_is_told_apart_and_named(tmp_path: Path) -> None:
    source, _ = table_of(written(tmp_path, "list.csv", "Name,Web,name,Web\nA,a.example,B,b.example\n"))
    assert source.columns == ("Name", "Web", "name (2)", "Web (2)")
    assert source.twice == source.columns


def test_a_bad_row_stops_no_other(tmp_path: Path) -> None:
    content = (
        f"Name,Web\nAcme,a.example\nToo,many,cells,here\nBolt,b.example\nLong,{'x' * (CELL_MOST + 1)}\nCurl,c.example\n"
    )
    _, rows = table_of(written(tmp_path, "list.csv", content))
    assert [(row.line, bool(row.problem)) for row in rows] == [(2, False), (3, True), (4, False), (5, True), (6, False)]


def test_a_quote_that_is_never_closed_is_named_with_its_line_and_costs_no_memory(tmp_path: Path) -> None:
    content = 'Name,Web\nAcme,a.example\nBad,"never closed\n' + "x,y\n" * 100_000
    _, rows = table_of(written(tmp_path, "list.csv", content))
    assert (rows[1].line, bool(rows[1].problem)) == (3, True)
    assert rows[0].cells == ["Acme", "a.example"]


def test_a_thousand_columns_are_read_and_more_are_refused(tmp_path: Path) -> None:
    def wide(count: int) -> Path:
        names = ",".join(f"c{n}" for n in range(count - 1))
        return written(tmp_path, "wide.csv", f"Name,{names}\nAcme,{',' * (count - 2)}x\n")

    source, rows = table_of(wide(COLUMNS_MOST))
    assert len(source.columns) == len(rows[0].cells) == COLUMNS_MOST
    with pytest.raises(UnacceptableError, match="1001 columns"):
        recognised(wide(COLUMNS_MOST + 1))


def test_a_workbook_with_title_rows_is_read_by_its_values(tmp_path: Path) -> None:
    table = [["Netzwerk Ruhr"], [], ["Company", "Founded", "Web", "Active"], ["Acme", 2015, "acme.example", True]]
    source, rows = table_of(workbook(tmp_path, Firms=table))
    assert (source.kind, source.sheet, source.header_line) == ("xlsx", "Firms", 3)
    assert [(row.line, row.cells) for row in rows] == [(4, ["Acme", "2015", "acme.example", "true"])]


def test_a_sheet_is_chosen_and_an_empty_one_passed_over(tmp_path: Path) -> None:
    path = workbook(tmp_path, Cover=[["Hello"]], Firms=[["Name", "Ort"], ["Acme", "Bochum"]], More=[["Name"], ["Bolt"]])
    assert recognised(path).sheet == "Firms"
    source, rows = table_of(path, sheet="More")
    assert (source.sheets, rows[0].cells) == (("Cover", "Firms", "More"), ["Bolt"])
    with pytest.raises(UnacceptableError, match="no sheet"):
        recognised(path, sheet="Other")


def test_a_formula_is_never_carried_out_and_its_text_is_no_value(tmp_path: Path) -> None:
    _, rows = table_of(workbook(tmp_path, Firms=[["Name", "Web"], ["Acme", "=1+1"], ["Bolt", "b.example"]]))
    assert [row.cells[:2] for row in rows] == [["Acme", ""], ["Bolt", "b.example"]]


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(UnacceptableError, match="unpacks to far more"):
        recognised(bomb(tmp_path, megabytes=64))


NESTED = [{"name": "Acme", "address": {"city": "Bochum", "geo": {"lat": 51.5}}, "tags": ["a", "b"]}, {"name": "Bolt"}]


@pytest.mark.parametrize(
    "content", [NESTED, {"meta": {"count": 2}, "companies": NESTED}, {"data": {"items": NESTED, "more": [{"n": 1}]}}]
)
def test_nested_json_becomes_columns_wherever_the_list_stands(tmp_path: Path, content: object) -> None:
    source, rows = table_of(as_json(tmp_path, content))
    assert source.columns == ("name", "address.city", "address.geo.lat", "tags")
    assert [row.cells for row in rows] == [["Acme", "Bochum", "51.5", "a; b"], ["Bolt", "", "", ""]]


def test_a_list_of_objects_becomes_one_cell_for_each_of_their_keys(tmp_path: Path) -> None:
    _, rows = table_of(
        as_json(tmp_path, [{"name": "Acme", "sectors": [{"id": 1, "label": "Energy"}, {"label": "IT"}]}])
    )
    assert rows[0].cells == ["Acme", "1", "Energy; IT"]


def test_json_lines_go_on_behind_a_bad_one(tmp_path: Path) -> None:
    content = '{"name": "Acme", "n": 2015.0}\nnot json\n\n[1, 2]\n{"name": "Bolt", "n": null}\n'
    source, rows = table_of(written(tmp_path, "list.txt", content))
    assert source.kind == "jsonl"
    assert [(row.line, bool(row.problem)) for row in rows] == [(1, False), (2, True), (4, True), (5, False)]
    assert rows[0].cells == ["Acme", "2015"]


def test_json_that_was_cut_off_says_where_it_ends(tmp_path: Path) -> None:
    content = json.dumps([{"name": f"Firm {n}"} for n in range(3)])[:-20]
    _, rows = table_of(written(tmp_path, "list.json", content))
    assert [bool(row.problem) for row in rows] == [False, False, True]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("list.csv", b"", "empty"),
        ("list.csv", b"\xef\xbb\xbf \r\n", "empty"),
        ("list.csv", b"%PDF-1.7 ...", "a PDF"),
        ("list.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel"),
        ("list.csv", b"<!DOCTYPE html><html><body>Not found</body></html>", "a web page"),
        ("list.xlsx", b"PK\x03\x04 cut off", "damaged"),
        ("list.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a picture"),
        ("list.csv", bytes(range(256)) * 40, "no table"),
        ("list.json", b'{"name": ', "breaks off"),
        ("list.json", b"[1, 2, 3]", "no list of records"),
        ("list.json", b'{"a": {"b": []}}', "Without|no list|name"),
    ],
)
def test_what_is_no_table_is_refused_by_its_content(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    with pytest.raises(UnacceptableError, match=why):
        recognised(written(tmp_path, name, content))


def test_a_wrong_ending_misleads_nobody(tmp_path: Path) -> None:
    book = workbook(tmp_path, Firms=[["Name", "Ort"], ["Acme", "Bochum"]])
    assert recognised(book.rename(tmp_path / "list.csv")).kind == "xlsx"
    assert recognised(written(tmp_path, "list.xlsx", "Name;Ort\nAcme;Bochum\n")).kind == "csv"
    assert recognised(as_json(tmp_path, [{"name": "Acme"}], "list.txt")).kind == "json"


def test_long_rows_come_in_small_chunks(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    text = "Wort " * 2_000
    file.write_text("\n".join(["Name,Description", *(f"Firma {number},{text}" for number in range(200))]))
    look = next(worker.TASKS["look"](path=str(file), sheet="", kind="organisations"))
    assert isinstance(look, dict)
    source, mapping = look["source"].stored(), look["mapping"].stored()
    chunks = list(worker.TASKS["records"](path=str(file), source=source, mapping=mapping, skip=10))
    records = [record for chunk in chunks for record in chunk]  # type: ignore[attr-defined]
    assert [record.number for record in records] == list(range(11, 201))
    assert max(map(len, chunks)) == worker.CHUNK_CHARACTERS // len(text) + 1  # type: ignore[arg-type]


def test_what_only_json_can_say_stops_no_other_row(tmp_path: Path) -> None:
    """Half a character, a null, and texts that no other reader would let through."""
    rows = [
        {"id": "1", "name": "<b>Acme \ud800</b>", "\ud800\0": "x"},
        {"id": "2\udc00", "name": "Bo\0lt"},
        {"id": "3", "name": "x" * (CELL_MOST + 1)},
        {"id": "4", "name": "Curl \ud83d\ude80", "n" * 10_000: "x"},
    ]
    path = written(tmp_path, "list.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    assert max(map(len, recognised(path).columns)) == NAME_MOST
    first, second, third, fourth = records_of(path)
    assert (first.fields["name"], second.fields["name"], fourth.fields["name"]) == ("Acme", "Bolt", "Curl 🚀")
    assert {note.text for note in first.notes} == {MARKUP, BROKEN}
    assert (second.source_id, third.refused is not None) == ("2", True)
    pickle.dumps([first, second, third, fourth])
    "".join(recognised(path).columns).encode()
