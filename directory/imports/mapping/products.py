"""Rows as products and services, by a mapping."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from directory.imports.mapping.language import language_of
from directory.imports.mapping.organisations import (
    BROKEN,
    MARKUP,
    NO_NAME,
    SOURCE_ID_MOST,
    UNKNOWN,
    beginning,
    is_shared_by_nobody,
    rule,
    take_confirmed,
    take_id,
)
from directory.imports.mapping.plan import Mapping
from directory.imports.mapping.record import Note, Record, shown
from directory.imports.mapping.values import addresses_in, is_blank, one_line, parts_of, plain
from directory.imports.reading.row import Row
from directory.organisations.cores import core_of
from directory.organisations.domains import domain_of
from directory.organisations.fields import PITCH_MOST
from directory.products.fields import RULES
from directory.products.vocabulary import CATEGORIES, MATURITIES
from web.i18n import N_

NO_OWNER = N_("The row does not say whose product it is.")

_RECOGNISED = {
    "category": lru_cache(maxsize=4096)(CATEGORIES.recognise),
    "maturity": lru_cache(maxsize=4096)(MATURITIES.recognise),
}
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "Fr.": "CHF", "EUR": "EUR", "USD": "USD", "CHF": "CHF", "GBP": "GBP"}


class Products:
    """Turns rows into records."""

    def __init__(self, mapping: Mapping, columns: Sequence[str]) -> None:
        self._mapping = mapping
        at = {column: place for place, column in enumerate(columns)}
        self._taken = [(at[column], column, code) for column, code in mapping.columns.items()]

    def record(self, row: Row) -> Record:
        """The row as a record."""
        record = Record(row.number, row.line)
        if row.problem:
            record.refuse(Note("", row.problem))
            return record
        for place, column, code in self._taken:
            cell = row.cells[place].strip()
            if is_blank(cell):
                continue
            text, marked = plain(cell)
            if marked:
                record.notes.append(Note(column, MARKUP, shown(cell)))
            if "\ufffd" in text:
                record.notes.append(Note(column, BROKEN, shown(cell)))
            if text:
                self._take(record, column, code, text.replace("\ufffd", ""), cell)
        self._complete(record)
        return record

    def _take(self, record: Record, column: str, code: str, text: str, cell: str) -> None:
        if code in _RECOGNISED:
            found = _RECOGNISED[code](text)
            if found:
                record.fields[code] = found
            else:
                record.notes.append(Note(column, UNKNOWN, shown(text)))
        elif code.partition(".")[0] in ("name", "line", "description"):
            self._say(record, column, code, text)
        else:
            _TAKERS[code](record, column, text, cell)

    def _say(self, record: Record, column: str, code: str, text: str) -> None:
        part, _, locale = code.partition(".")
        locale = locale or self._mapping.locale or language_of(text) or "en"
        if part == "line":
            text = beginning(text, PITCH_MOST)
        field = f"{part}.{locale}"
        rule(record, column, field, RULES[field], one_line(text) if part == "name" else text)

    def _complete(self, record: Record) -> None:
        """A name in the language of the texts, and whose it is."""
        names = [name for name in ("name.en", "name.de") if record.fields.get(name)]
        if not names:
            record.refuse(Note("", NO_NAME))
            return
        record.core = core_of(record.fields[names[0]])
        self._speak_one_language(record, names)
        if not any(record.owner):
            record.refuse(Note("", NO_OWNER))
        owner = next((part for part in record.owner if part), "")
        record.source_id = record.source_id or f"{owner}/{record.core}"[:SOURCE_ID_MOST]

    def _speak_one_language(self, record: Record, names: Sequence[str]) -> None:
        """A name alone shows no language: it goes where the texts are."""
        if len(names) > 1 or any(code.startswith("name.") for code in self._mapping.columns.values()):
            return
        spoken = [
            locale
            for locale in ("de", "en")
            if any(record.fields.get(f"{part}.{locale}") for part in ("description", "line"))
        ]
        wanted = f"name.{spoken[0]}" if len(spoken) == 1 else names[0]
        record.fields[wanted] = record.fields.pop(names[0])


def _take_owner(record: Record, place: int, value: str) -> None:
    parts = list(record.owner)
    parts[place] = value
    record.owner = (parts[0], parts[1], parts[2])


def _take_owner_id(record: Record, _column: str, text: str, _cell: str) -> None:
    _take_owner(record, 0, one_line(text)[:SOURCE_ID_MOST])


def _take_owner_name(record: Record, _column: str, text: str, _cell: str) -> None:
    _take_owner(record, 1, core_of(one_line(text)[:SOURCE_ID_MOST]))


def _take_owner_website(record: Record, _column: str, text: str, cell: str) -> None:
    domain = domain_of(next(iter(addresses_in(cell)), text))
    _take_owner(record, 2, domain if is_shared_by_nobody(domain) else "")


def _take_price(record: Record, column: str, text: str, _cell: str, field: str = "price_from") -> None:
    """An amount, with its currency before or after it, or a range of two."""
    currency = next((code for sign, code in _SIGNS.items() if sign in text), "")
    amounts = [part.strip(" ab€$£.") for part in _without_currency(text).split("-") if part.strip()]
    rule(record, column, field, RULES[field], amounts[0] if amounts else "")
    if len(amounts) == 2 and field == "price_from":
        rule(record, column, "price_to", RULES["price_to"], amounts[1])
    if currency:
        record.fields.setdefault("currency", currency)


def _without_currency(text: str) -> str:
    plain_text = text.replace("–", "-").replace("bis", "-")
    for sign in sorted(_SIGNS, key=len, reverse=True):
        plain_text = plain_text.replace(sign, "")
    return plain_text.strip()


def _take_price_to(record: Record, column: str, text: str, cell: str) -> None:
    _take_price(record, column, text, cell, "price_to")


def _take_currency(record: Record, column: str, text: str, _cell: str) -> None:
    rule(record, column, "currency", RULES["currency"], _SIGNS.get(text.strip(), text))


def _take_url(record: Record, column: str, text: str, cell: str) -> None:
    found = [*addresses_in(cell), text]
    rule(record, column, "url", RULES["url"], found[0])


def _take_certificates(record: Record, column: str, text: str, _cell: str) -> None:
    names: list[Any] = [*record.fields.get("certificates", ()), *parts_of(text.replace(",", ";"))]
    rule(record, column, "certificates", RULES["certificates"], names)


_TAKERS: dict[str, Callable[[Record, str, str, str], None]] = {
    "source_id": take_id,
    "organisation_id": _take_owner_id,
    "organisation": _take_owner_name,
    "organisation_website": _take_owner_website,
    "price": _take_price,
    "price_to": _take_price_to,
    "currency": _take_currency,
    "url": _take_url,
    "certificates": _take_certificates,
    "confirmed_at": take_confirmed,
}
