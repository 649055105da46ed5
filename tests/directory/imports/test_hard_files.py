"""Files that nobody has seen before: what is suggested for them, and what their first row becomes, as a table."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from directory.imports.mapping.organisations import FIRST, FOOTER
from directory.imports.mapping.suggest import suggested
from directory.imports.reading import Source, recognised, sample
from people.text import UnacceptableError
from tests.directory.imports.files import as_json, records_of, workbook, written

# Writes the file into a folder.
Make = Callable[[Path], Path]


def text(content: str, encoding: str = "utf-8") -> Make:
    return lambda folder: written(folder, "list.csv", content, encoding)


def structure(value: object) -> Make:
    return lambda folder: as_json(folder, value)


def merged(folder: Path) -> Path:
    """Notes on the first sheet; on the second a title, and a header in two rows under merged cells."""
    book = Workbook()
    book.worksheets[0].title = "Hinweise"
    for row in (["Bitte lesen"], ["1. Daten"], ["2. Quellen"]):
        book.worksheets[0].append(row)
    sheet = book.create_sheet("Mitglieder")
    for cells in (
        ["Mitglieder 2026"],
        ["Stand", date(2026, 3, 1)],
        [],
        ["Firma", "Adresse", None, None, "Kontakt", None, "Gründung"],
        [None, "PLZ", "Ort", "Land", "Web", "E-Mail", None],
        ["Acme", "08056", "Zwickau", "DE", "acme.example", "info@acme.example", datetime(2015, 3, 1)],
        ["Bolt", 44787, "Bochum", "DE", "bolt.example", "x@bolt.example", 42005],
    ):
        sheet.append(cells)
    for area in ("A1:G1", "B4:D4", "E4:F4", "A4:A5", "G4:G5"):
        sheet.merge_cells(area)
    book.save(folder / "book.xlsx")
    return folder / "book.xlsx"


TWO_LANGUAGES = [{"lang": "de", "text": "Wir bauen Ladesäulen."}, {"lang": "en", "text": "We build chargers."}]
CONTACTS = [{"type": "website", "value": "https://acme.example"}, {"type": "email", "value": "a@acme.example"}]
PLACES = [{"city": "Bochum", "country": {"code": "DE"}}, {"city": "Wien", "country": {"code": "AT"}}]

FILES: dict[str, tuple[Make, dict[str, Any]]] = {
    "lists that name themselves": (
        structure({"result": {"firms": [{"_id": {"$oid": "7"}, "name": "Acme", "descriptions": TWO_LANGUAGES}]}}),
        {"name": "Acme", "description.de": "Wir bauen Ladesäulen.", "description.en": "We build chargers."},
    ),
    "contacts as pairs": (
        structure([{"name": "Acme", "contacts": CONTACTS}, {"name": "Bolt", "contacts": []}]),
        {"name": "Acme", "website": "https://acme.example"},
    ),
    "several places in one record": (
        structure([{"name": "Acme", "locations": PLACES}]),
        {"name": "Acme", "place": "Bochum", "country": "DE"},
    ),
    "records under keys": (
        structure({"acme.example": {"name": "Acme", "city": "Bochum"}, "bolt": {"name": "Bolt", "city": "Essen"}}),
        {"name": "Acme", "place": "Bochum"},
    ),
    "records under keys, with lists in them": (
        structure({"a": {"name": "Acme", "products": [{"n": 1}] * 5}, "b": {"name": "Bolt", "products": [{"n": 2}]}}),
        {"name": "Acme"},
    ),
    "rows of a table as JSON": (
        structure([["name", "city"], ["Acme", "Bochum"], ["Bolt", "Essen"]]),
        {"name": "Acme", "place": "Bochum"},
    ),
    "GeoJSON": (
        structure(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "geometry": {"type": "Point", "coordinates": [7.21, 51.48]},
                        "properties": {"name": "Acme", "city": "Bochum"},
                    }
                ],
            }
        ),
        {"name": "Acme", "place": "Bochum", "latitude": 51.48, "longitude": 7.21},
    ),
    "JSON as PowerShell writes it": (
        lambda folder: written(folder, "list.json", json.dumps([{"name": "Müller", "city": "Köln"}] * 2), "utf-16"),
        {"name": "Müller", "place": "Köln"},
    ),
    "JSON lines in UTF-16": (
        lambda folder: written(folder, "list.jsonl", '{"name": "Müller"}\n{"name": "Bolt"}\n', "utf-16"),
        {"name": "Müller"},
    ),
    "JSON lines in UTF-16 with a separator within a text": (
        lambda folder: written(folder, "list.jsonl", '{"name": "Müller", "pitch": "one\u2028two"}\n' * 2, "utf-16"),
        {"name": "Müller"},
    ),
    "people of a firm are not the firm": (
        structure([{"company": "Acme", "founders": [{"name": "Anna"}, {"name": "Ben"}]}]),
        {"name": "Acme"},
    ),
    "Latin-1 with decimal commas": (
        text(
            "Firma;Ort;Breitengrad;Längengrad;Mitarbeiterzahl;Gründung\nMüller;Köln;50,9375;6,9603;1.234;01.04.1998\n",
            "latin-1",
        ),
        {"name": "Müller", "place": "Köln", "latitude": 50.9375, "size": "1001-5000", "founded": 1998},
    ),
    "Excel's Unicode text": (
        text('Name\tOrt\tKurzbeschreibung\r\nMüller\tKöln\t"eine ""Firma""\nmit zwei Zeilen"\r\n', "utf-16"),
        {"name": "Müller", "place": "Köln", "pitch.de": 'eine "Firma" mit zwei Zeilen'},
    ),
    "a header in two rows below a title, on the second sheet": (
        merged,
        {"name": "Acme", "postcode": "08056", "place": "Zwickau", "website": "https://acme.example", "founded": 2015},
    ),
    "dates as serial numbers": (
        lambda folder: workbook(folder, List=[["Name", "Gegründet am", "zuletzt bestätigt"], ["Acme", 40179, 45000.5]]),
        {"name": "Acme", "founded": 2010, "confirmed_at": datetime(2023, 3, 15, tzinfo=UTC)},
    ),
    "German of an office, with short forms": (
        text(
            "Firmenbezeichnung;PLZ/Ort;Tätigkeitsfeld;Beschäftigtenzahl;Gründungsj.;Rechtsf.\n"
            "Müller;44787 Bochum;Mobilität;10-49;1998;GmbH\n"
        ),
        {
            **{"name": "Müller", "legal_name": "Müller GmbH", "place": "Bochum", "postcode": "44787"},
            **{"industry": ("mobility",), "size": "11-50", "founded": 1998},
        },
    ),
    "French": (
        text(
            "Nom de l'entreprise;Secteur d'activité;Ville;Code postal;Pays;Site web;Date de création;Effectif;"
            "Description\n"
            "Électro;Énergie;Berlin;10115;Allemagne;electro.example;12/03/2015;250+;"
            "Nous construisons des bornes de recharge pour les villes.\n",
            "cp1252",
        ),
        {
            **{"name": "Électro", "industry": ("energy",), "place": "Berlin", "country": "DE", "founded": 2015},
            **{"size": "251-500", "description.en": "Nous construisons des bornes de recharge pour les villes."},
        },
    ),
    "Polish": (
        text("Nazwa;Miasto\nŁódź Spółka;Łódź\nŻółw;Kraków\n", "cp1250"),
        {"name": "Łódź Spółka", "place": "Łódź"},
    ),
    "languages in brackets": (
        text("Name,Description (DE),Description [EN]\nAcme,Wir laden.,We charge.\n"),
        {"name": "Acme", "description.de": "Wir laden.", "description.en": "We charge."},
    ),
    "no header": (
        text("Acme GmbH;Bochum;https://acme.example;2015\nBolt AG;Essen;https://bolt.example;2016\n"),
        {"name": "Acme GmbH", "place": "Bochum", "website": "https://acme.example", "founded": 2015},
    ),
    "columns twice": (
        text("Name;Branche;Branche;Ort;Ort\nAcme;Energie;Mobilität;Bochum;Essen\n"),
        {"name": "Acme", "industry": ("energy", "mobility"), "place": "Bochum"},
    ),
    "a thousand columns of marks": (
        text(",".join(["Name", *(f"c{n}" for n in range(999))]) + "\nAcme" + ",x" * 999 + "\n"),
        {"name": "Acme"},
    ),
    "empty columns and rows around": (
        text(";;;\n;Name;Ort;\n;Acme;Bochum;\n;;;\n"),
        {"name": "Acme", "place": "Bochum"},
    ),
}


@pytest.mark.parametrize(("make", "expected"), FILES.values(), ids=FILES.keys())
def test_a_file_is_taken_as_a_person_would_take_it(tmp_path: Path, make: Make, expected: dict[str, Any]) -> None:
    record = records_of(make(tmp_path))[0]
    assert record.refused is None
    assert {field: record.fields.get(field) for field in expected} == expected


def test_a_value_of_several_gives_its_first_and_says_so(tmp_path: Path) -> None:
    [record] = records_of(as_json(tmp_path, [{"name": "Acme", "locations": PLACES}]))
    assert [(note.column, note.text) for note in record.notes] == [
        ("locations.city", FIRST),
        ("locations.country.code", FIRST),
    ]


def test_totals_and_notes_below_a_table_are_no_organisations(tmp_path: Path) -> None:
    content = "Name;Ort\nAcme;Bochum\nTotal Energies;Paris\nStandard;\n;;\nSumme: 2;\nQuelle: Kammer, Stand 2026;\n"
    records = records_of(written(tmp_path, "list.csv", content))
    assert [record.fields["name"] for record in records if record.refused is None] == [
        "Acme",
        "Total Energies",
        "Standard",
    ]
    assert [record.refused.text for record in records if record.refused] == [FOOTER, FOOTER]


def test_a_sum_below_a_column_of_numbers_is_no_organisation(tmp_path: Path) -> None:
    content = "Name;Ort;Beschäftigte\nAcme;Bochum;20\nTotal;;100000\nGesamt;Essen;7\nSumme;;127\nGesamtsumme;;\n"
    records = records_of(written(tmp_path, "list.csv", content))
    assert [record.fields["name"] for record in records if record.refused is None] == ["Acme", "Total", "Gesamt"]
    assert [record.refused.text for record in records if record.refused] == [FOOTER, FOOTER]


def test_values_of_lists_never_make_columns_without_end(tmp_path: Path) -> None:
    """Only languages and known names of columns become one; everything else stays in its list."""
    said = [{"type": f"made up {n}", "value": n} for n in range(2_000)]
    source = recognised(as_json(tmp_path, [{"name": "Acme", "facts": said}, {"name": "Bolt", "facts": []}]))
    assert source.columns == ("name", "facts.type", "facts.value")


def test_no_name_of_a_column_takes_long_to_look_at(tmp_path: Path) -> None:
    name = "data." * 20 + "de." * 33 + "de"
    assert suggested(Source("csv", (name, "Name")), []).columns == {"Name": "name"}


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    path = written(tmp_path, "list.csv", "Name;Ort;Webseite\n")
    source = recognised(path)
    assert suggested(source, sample(path, source)).columns == {"Name": "name", "Ort": "place", "Webseite": "website"}
    assert records_of(path) == []


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\n \n"])
def test_an_empty_file_is_called_empty(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnacceptableError, match="empty"):
        recognised(written(tmp_path, "list.csv", content))


def test_a_keyed_file_that_breaks_off_says_where_it_ends(tmp_path: Path) -> None:
    whole = json.dumps({f"k{n}": {"name": f"Firm {n}", "city": "Bochum"} for n in range(4)})
    records = records_of(written(tmp_path, "list.json", whole[:-20]))
    assert [record.refused is not None for record in records] == [False, False, False, True]
