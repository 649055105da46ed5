"""Exhibitors take the cards along that the filter shows: as tables, and for address books."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from booths.cards.vcard import LINE_MOST, Contact, escaped, folded, written
from tests.booths.cards.scene import ABOUT, MAIL, Cards

AT = datetime(2026, 9, 14, 10, 20, tzinfo=UTC)
ID = "01a22845-e2d7-776c-9fac-b87632c60c9a"


def unfolded(text: str) -> list[str]:
    """The lines of a vCard as a program reads them."""
    return text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


async def test_the_cards_go_along_as_the_filter_shows_them(there: Cards) -> None:
    await there.leave(email="yes", phone="+49 201 123456")
    await there.leave("edda", about="Another")
    bernds, _ = await there.cards()
    await there["dev"].post(f"{there.path}/{bernds.id}/assessment", data={"assessment": "soon"})
    await there["dev"].post(f"{there.path}/{bernds.id}/note", data={"note": "Ring him."})
    [one] = (await there["aylin"].get(f"{there.path}/export.json?is=soon")).json()
    assert one | {"left_at": ""} == {
        "name": "Bernd Kowalski",
        "organisation": "Stadtwerke Ruhr",
        "position": "Head of fleet",
        "email": MAIL,
        "phone": "+49 201 123456",
        "about": ABOUT,
        "fair": there.fair.guests.fair.name,
        "stand": "Hall 1",
        "left_at": "",
        "assessment": "Follow up soon",
        "note": "Ring him.",
        "note_by": "Dev Patel",
    }
    assert len((await there["aylin"].get(f"{there.path}/export.json")).json()) == 2
    page = await there.text("aylin", f"{there.path}?is=soon")
    for file in ("export.csv", "export.xlsx", "export.json", "cards.vcf"):
        assert f'href="{there.path}/{file}?is=soon"' in page
    answer = await there["aylin"].get(f"{there.path}/cards.vcf?is=soon")
    assert answer.headers["content-type"] == "text/vcard; charset=utf-8"
    assert (answer.text.count("BEGIN:VCARD"), "Edda" in answer.text) == (1, False)
    assert (await there["aylin"].get(f"{there.path}/cards.vcf")).text.count("BEGIN:VCARD") == 2
    assert (await there["aylin"].get(f"{there.path}/export.vcf")).status_code == 404


async def test_no_card_is_a_formula_to_a_spreadsheet(there: Cards) -> None:
    await there.profile("bernd", name='=HYPERLINK("x")', organisation="@SUM(A1)", position="-1+1")
    await there.leave(phone="+49 201 123456", about="=1+1")
    text = (await there["aylin"].get(f"{there.path}/export.csv")).content.decode("utf-8-sig")
    [_, row] = csv.reader(io.StringIO(text))
    assert row[:6] == ['\'=HYPERLINK("x")', "'@SUM(A1)", "'-1+1", "", "'+49 201 123456", "'=1+1"]
    book = load_workbook(io.BytesIO((await there["aylin"].get(f"{there.path}/export.xlsx")).content))
    [_, cells] = book.worksheets[0].iter_rows()
    assert [cell.value for cell in cells][:3] == ['\'=HYPERLINK("x")', "'@SUM(A1)", "'-1+1"]
    assert {cell.data_type for cell in cells[:3]} == {"s"}


async def test_more_cards_than_are_read_at_once_come_whole(there: Cards, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("booths.cards.taking.PAGE", 1)
    await there.leave()
    await there.leave("edda")
    assert len((await there["aylin"].get(f"{there.path}/export.json")).json()) == 2


async def test_a_single_card_goes_into_an_address_book(there: Cards) -> None:
    await there.leave(email="yes", phone="+49 (0)201 123456")
    card = await there.card()
    await there["aylin"].post(f"{there.path}/{card}/note", data={"note": "For us alone."})
    answer = await there["aylin"].get(f"{there.path}/{card}/card.vcf")
    assert answer.headers["content-disposition"] == 'attachment; filename="card.vcf"'
    assert answer.headers["cache-control"] == "private, no-store"
    lines = unfolded(answer.text)
    assert lines[:2] == ["BEGIN:VCARD", "VERSION:4.0"]
    for line in (
        f"UID:urn:uuid:{card}",
        "FN:Bernd Kowalski",
        "ORG:Stadtwerke Ruhr",
        "TITLE:Head of fleet",
        f"EMAIL:{MAIL}",
        "TEL;VALUE=uri:tel:+49201123456",
        f"NOTE:{ABOUT}\\n{there.fair.guests.fair.name}\\, Hall 1",
    ):
        assert line in lines, line
    assert "For us alone." not in answer.text
    for wrong in ("none", ID):
        assert (await there["aylin"].get(f"{there.path}/{wrong}/card.vcf")).status_code == 404


def test_a_name_adds_no_property_and_no_person() -> None:
    hostile = "Eve\r\nEND:VCARD\nTEL:1;2,3\\n:\u2028x"
    text = written([Contact(ID, hostile, hostile, "", hostile, "", hostile, AT)])
    assert [line.partition(":")[0] for line in unfolded(text)] == [
        "BEGIN", "VERSION", "UID", "FN", "ORG", "EMAIL", "NOTE", "REV", "END"
    ]  # fmt: skip
    assert "FN:Eve\\nEND:VCARD\\nTEL:1\\;2\\,3\\\\n:\u2028x" in unfolded(text)
    assert text.endswith("REV:20260914T102000Z\r\nEND:VCARD\r\n")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=400))
def test_lines_are_short_and_come_back_as_they_were(line: str) -> None:
    whole = folded(line)
    assert all(len(piece.encode()) <= LINE_MOST for piece in whole.split("\r\n"))
    assert whole.replace("\r\n ", "") == line


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=100))
def test_what_is_escaped_is_one_line_and_reads_the_same(text: str) -> None:
    value = escaped(text)
    assert "\n" not in value
    read, letters = "", iter(value)
    for letter in letters:
        read += letter if letter != "\\" else {"n": "\n"}.get(following := next(letters), following)
    assert read == text
