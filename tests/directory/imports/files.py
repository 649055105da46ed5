"""Files of the kinds that people bring."""

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from directory.imports.mapping.organisations import Organisations
from directory.imports.mapping.plan import Mapping
from directory.imports.mapping.products import Products
from directory.imports.mapping.record import Record
from directory.imports.mapping.suggest import suggested
from directory.imports.reading import Row, Source, recognised, rows, sample

# A network's list as a German office writes it.
GERMAN = "\n".join(
    [
        "Firmenname;Rechtsform;Branche;PLZ;Ort;Land;Gründungsjahr;Mitarbeiter;Webseite;Kurzbeschreibung",
        "Müller Prüftechnik;GmbH;Maschinenbau;44787;Bochum;Deutschland;1998;35;www.mueller-prueftechnik.example;"
        "Wir prüfen Bauteile für die Bahn und für Straßen.",
        "Grüne Säule;UG (haftungsbeschränkt);Energie;45127;Essen;Deutschland;2019;4;gruene-saeule.example;"
        "Schnelllader für Stadtwerke und Höfe.",
        "Überlandnetz;AG;Energie;8001;Zürich;Schweiz;1923;1.200;https://ueberland.example;Netze, die halten.",
        "",
    ]
)


def written(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def workbook(folder: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, table in sheets.items():
        sheet = book.create_sheet(title)
        for row in table:
            sheet.append(list(row))
    path = folder / "book.xlsx"
    book.save(path)
    return path


def as_json(folder: Path, value: Any, name: str = "list.json") -> Path:
    return written(folder, name, json.dumps(value, ensure_ascii=False))


def bomb(folder: Path, megabytes: int) -> Path:
    """A workbook whose one sheet is nothing but the same byte over and over."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(megabytes):
                sheet.write(b"0" * 1024 * 1024)
    return written(folder, "bomb.xlsx", packed.getvalue())


def table_of(path: Path, sheet: str = "") -> tuple[Source, list[Row]]:
    source = recognised(path, sheet)
    return source, list(rows(path, source))


def records_of(path: Path, kind: str = "organisations", **changes: Any) -> list[Record]:
    """All rows of a file by the mapping that is suggested for it."""
    source = recognised(path)
    mapping = suggested(source, sample(path, source), kind)
    mapping = Mapping.of(mapping.stored() | changes)
    taker = (Organisations if kind == "organisations" else Products)(mapping, source.columns)
    return [taker.record(row) for row in rows(path, source)]
