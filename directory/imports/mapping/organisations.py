"""Rows as organisations, by a mapping."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from directory.imports.mapping.language import language_of
from directory.imports.mapping.names import keys_of
from directory.imports.mapping.places import place_of
from directory.imports.mapping.plan import Mapping
from directory.imports.mapping.record import Note, Record, shown
from directory.imports.mapping.values import (
    addresses_in,
    is_blank,
    languages_of,
    moment_in,
    one_line,
    plain,
    terms_of,
    year_in,
)
from directory.imports.reading.flat import BETWEEN
from directory.imports.reading.row import Row
from directory.organisations import vocabulary as known
from directory.organisations.cores import core_of
from directory.organisations.domains import domain_of, host_of, is_claimable
from directory.organisations.fields import PITCH_MOST, RULES
from directory.organisations.rules import LINKS_MOST, TAGS_MOST
from directory.terms import Vocabulary
from people.text import UnacceptableError
from web.i18n import LOCALES, N_

UNKNOWN = N_("This value is none that we know; the field is left out.")
MARKUP = N_("HTML was taken out of the text.")
BROKEN = N_("Characters of the text are broken: the file's encoding is mixed.")
NO_NAME = N_("The row has no name.")
SHORTENED = N_("The text is longer than one line may be; the whole of it is taken as the description.")
NOT_WHOLE = N_("The row cannot be read.")
FIRST = N_("The field takes one value: the first of these.")
FOOTER = N_("This is a total or a note below the table, not an organisation.")
# Characters of an id at a source; longer ones are no ids.
SOURCE_ID_MOST = 200

_OF_VOCABULARY: dict[str, Callable[[str], str | None]] = {
    "kind": known.KINDS.recognise,
    "size": known.size_of,
    "stage": known.STAGES.recognise,
    "business_model": known.BUSINESS_MODELS.recognise,
    "customer_focus": known.CUSTOMER_FOCUS.recognise,
    "country": known.country_of,
}
_RECOGNISED = {code: lru_cache(maxsize=4096)(rule) for code, rule in _OF_VOCABULARY.items()}
# A total or a note at the end of a list, in a row that says nothing else.
_FOOTER = re.compile(
    r"(?:summe|gesamt(?:zahl)?|anzahl|insgesamt|total|sum|count|quelle|source|stand|hinweise?|note|erstellt am|exported"
    r"|export|legende|copyright|alle angaben)\b\s*[:=(\d]|©.*",
    re.IGNORECASE | re.DOTALL,
)
# The bare word beside a column's sum, in a row that says nothing but numbers. "Total" is left out: it is a company.
_SUM = re.compile(r"(?:zwischen|gesamt)?summe|gesamt|insgesamt|subtotal|grand total", re.IGNORECASE)
_NUMBERS = frozenset({"name", "size", "founded"})
_RULED = ("latitude", "longitude", "postcode", "place", "legal_name")
_DEFAULT_LOCALE = "en"


class Organisations:
    """Turns rows into records. `claimable` domains stand for one organisation; hosts of many do not."""

    def __init__(self, mapping: Mapping, columns: Sequence[str]) -> None:
        self._mapping = mapping
        at = {column: place for place, column in enumerate(columns)}
        self._taken = [(at[column], column, code) for column, code in mapping.columns.items()]
        # Explicit fields come before those that are only part of another one.
        self._taken.sort(key=lambda each: each[2] in ("location", "legal_form", "email"))

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
                text = text.replace("\ufffd", "")
            if text:
                self._take(record, column, code, text, cell)
        self._complete(record)
        return record

    def _take(self, record: Record, column: str, code: str, text: str, cell: str) -> None:
        if code in _RECOGNISED:
            self._recognise(record, column, code, text)
        elif code in ("pitch", "description") or code.startswith(("pitch.", "description.")):
            self._say(record, column, code, text)
        elif code in known.TAGS:
            _tag(record, column, code, text, known.TAGS[code])
        elif code in _RULED:
            rule(record, column, code, RULES[code], one_line(_first(record, column, text)))
        else:
            _TAKERS[code](record, column, text, cell)

    def _recognise(self, record: Record, column: str, code: str, text: str) -> None:
        found = _RECOGNISED[code](text)
        if found is None and BETWEEN in text:
            found = _RECOGNISED[code](_first(record, column, text))
        if found:
            record.fields[code] = found
        else:
            record.notes.append(Note(column, UNKNOWN, shown(text)))

    def _say(self, record: Record, column: str, code: str, text: str) -> None:
        """A text in its language; a pitch that is too long becomes the description, and its beginning the pitch."""
        part, _, locale = code.partition(".")
        locale = locale or self._mapping.locale or language_of(text) or _DEFAULT_LOCALE
        if part == "pitch" and len(text) > PITCH_MOST:
            record.notes.append(Note(column, SHORTENED, shown(text)))
            record.fields.setdefault(f"description.{locale}", text)
            text = beginning(text, PITCH_MOST)
        if part == "description" and f"description.{locale}" in record.fields:
            text = f"{text}\n\n{record.fields[f'description.{locale}']}"
        text = one_line(text) if part == "pitch" else text
        rule(record, column, f"{part}.{locale}", RULES[f"{part}.{locale}"], text)

    def _complete(self, record: Record) -> None:
        """Fill in what holds for all rows, and say who it is."""
        fields = record.fields
        if "name" not in fields and "legal_name" in fields:
            fields["name"] = fields["legal_name"]
        name = fields.get("name", "")
        if (len(fields) == 1 and _FOOTER.match(name)) or (fields.keys() <= _NUMBERS and _SUM.fullmatch(name)):
            record.refuse(Note("", FOOTER, shown(fields["name"])))
            return
        if "name" not in fields:
            record.refuse(record.notes[-1] if _refused_name(record) else Note("", NO_NAME))
            return
        fields.setdefault("kind", self._mapping.organisation_kind)
        if self._mapping.country and "country" not in fields:
            fields["country"] = self._mapping.country
        if ("latitude" in fields) != ("longitude" in fields):
            fields.pop("latitude", fields.pop("longitude", None))
        domain = domain_of(fields.get("website", ""))
        record.domain = domain if is_shared_by_nobody(domain) else ""
        record.core = core_of(fields["name"])
        record.keys = keys_of(record.core, record.domain)
        record.source_id = record.source_id or derived_id(record)


def rule(record: Record, column: str, field: str, check: Callable[[Any], Any], value: Any) -> None:
    """Take a value by the field's rule, or note why not."""
    try:
        record.fields[field] = check(value)
    except UnacceptableError as refused:
        record.notes.append(Note.of(column, refused, str(value)))


def _first(record: Record, column: str, text: str) -> str:
    """The first of several values that a list has made one cell of; that there are more is noted."""
    first, several, _ = text.partition(BETWEEN)
    if several:
        record.notes.append(Note(column, FIRST, shown(text)))
    return first.strip()


def beginning(text: str, most: int) -> str:
    """The first words of a text, within so many characters."""
    line = one_line(text)
    return line if len(line) <= most else line[: most - 1].rsplit(" ", 1)[0] + "…"


@lru_cache(maxsize=4096)
def is_shared_by_nobody(domain: str) -> bool:
    """Whether a host is one organisation's own."""
    return is_claimable(domain)


def derived_id(record: Record) -> str:
    """An id for a row whose source gives none: the own domain, else the name with its country."""
    if record.domain:
        return record.domain
    return f"{record.core}|{record.fields.get('country', '')}"[:SOURCE_ID_MOST]


def take_id(record: Record, column: str, text: str, _cell: str) -> None:
    """The number at the source."""
    clean = one_line(text)
    if len(clean) > SOURCE_ID_MOST:
        record.refuse(Note(column, N_("The number at the source is too long to be one."), shown(clean)))
    record.source_id = clean


def _take_name(record: Record, column: str, text: str, _cell: str) -> None:
    rule(record, column, "name", RULES["name"], one_line(text))


def _take_form(record: Record, column: str, text: str, _cell: str) -> None:
    """A legal form in a column of its own belongs to the name in the register."""
    name = record.fields.get("legal_name") or record.fields.get("name", "")
    if name and not name.casefold().endswith(text.casefold()):
        rule(record, column, "legal_name", RULES["legal_name"], f"{name} {one_line(text)}")


def take_address(record: Record, column: str, field: str, text: str, cell: str) -> None:
    """A web address: the first of several, out of a link, or a bare host."""
    found = [*addresses_in(cell), *text.split(), text]
    rule(record, column, field, RULES[field], found[0].rstrip(".,;)"))


def _take_mail(record: Record, column: str, text: str, _cell: str) -> None:
    """Only the domain is of interest, and only where there is no website: an address may be a person's."""
    host = host_of(text.rpartition("@")[2].strip("> "))
    if "website" not in record.fields and is_shared_by_nobody(host):
        rule(record, column, "website", RULES["website"], f"https://{host}")


def _take_founded(record: Record, column: str, text: str, _cell: str) -> None:
    rule(record, column, "founded", RULES["founded"], year_in(text))


def _take_location(record: Record, column: str, text: str, _cell: str) -> None:
    found = place_of(one_line(text))
    for field, value in (("place", found.place), ("postcode", found.postcode), ("country", found.country)):
        if value and field not in record.fields:
            rule(record, column, field, RULES[field], value)


def _take_languages(record: Record, column: str, text: str, _cell: str) -> None:
    codes, unknown = languages_of(text)
    if codes:
        rule(record, column, "languages", RULES["languages"], {*record.fields.get("languages", ()), *codes})
    if unknown:
        record.notes.append(Note(column, UNKNOWN, shown(", ".join(unknown))))


def _take_links(record: Record, column: str, text: str, cell: str) -> None:
    label = column.rsplit(".", 1)[-1].strip().capitalize() if len(column) <= 30 else ""
    found = addresses_in(cell) or text.split()[:1]
    before = record.fields.get("links", ())
    pairs = [*before, *((label, url) for url in found)][:LINKS_MOST]
    rule(record, column, "links", RULES["links"], pairs)


def take_confirmed(record: Record, column: str, text: str, _cell: str) -> None:
    """When what is said was confirmed last."""
    moment: datetime | None = moment_in(text)
    if moment is None:
        record.notes.append(Note(column, UNKNOWN, shown(text)))
    else:
        record.fields["confirmed_at"] = moment


def _tag(record: Record, column: str, code: str, text: str, vocabulary: Vocabulary) -> None:
    """Terms of a vocabulary. An industry's word that names a technology is one."""
    codes, unknown = terms_of(vocabulary, text)
    _add_tags(record, code, codes)
    if code == "industry" and unknown:
        technologies, unknown = terms_of(known.TAGS["technology"], "; ".join(unknown))
        _add_tags(record, "technology", technologies)
    if unknown:
        record.notes.append(Note(column, UNKNOWN, shown(", ".join(unknown))))


def _add_tags(record: Record, code: str, codes: Sequence[str]) -> None:
    if codes:
        all_of_them = dict.fromkeys([*record.fields.get(code, ()), *codes])
        record.fields[code] = tuple(sorted(list(all_of_them)[:TAGS_MOST]))


def _refused_name(record: Record) -> bool:
    return bool(record.notes) and record.notes[-1].text not in (MARKUP, UNKNOWN)


_TAKERS: dict[str, Callable[[Record, str, str, str], None]] = {
    "source_id": take_id,
    "name": _take_name,
    "legal_form": _take_form,
    "website": lambda record, column, text, cell: take_address(record, column, "website", text, cell),
    "video_url": lambda record, column, text, cell: take_address(record, column, "video_url", text, cell),
    "email": _take_mail,
    "founded": _take_founded,
    "location": _take_location,
    "languages": _take_languages,
    "links": _take_links,
    "confirmed_at": take_confirmed,
}
assert set(LOCALES) >= {_DEFAULT_LOCALE}
