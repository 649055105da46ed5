"""Which column may be what: by its name, by names that are nearly the same, and by what stands in it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from directory.imports.mapping.aliases import ORGANISATIONS, folded_name, targets, words
from directory.imports.mapping.places import place_of
from directory.imports.mapping.plan import Mapping
from directory.imports.reading.row import Row, Source
from directory.organisations import vocabulary as known
from directory.organisations.industries import INDUSTRIES
from directory.organisations.technologies import TECHNOLOGIES
from directory.products.vocabulary import CATEGORIES, MATURITIES
from directory.search.places import find_place
from directory.terms import Vocabulary, says_nothing

# Of 100: how alike a name must be to one that we know.
ALIKE = 88
# Share of a column's values that must look like something, for the column to be taken as that.
MOST_OF = 0.7
# Values of a column that are looked at.
LOOKED_AT = 60

# Last parts of a path in JSON that say nothing on their own: "sectors.label" are sectors.
_SAYS_NOTHING = frozenset({"label", "name", "title", "value", "text", "code", "key"})
# First parts of a path that say nothing either: "properties.name" is the name, while "founders.name" is not.
_WRAPS = frozenset(
    {"properties", "attributes", "fields", "data", "record", "profile", "company", "organisation", "organization"}
    | {"startup", "firma", "unternehmen", "item", "node", "source"}
)
# What says at the end of a name in which language the column is: "Description (DE)", "texts.de", "Profil deutsch".
_LOCALE = re.compile(
    r"(?P<name>.*?)[\s._\-([/]+(?P<locale>de|en|deutsch|german|englisch|english)[)\]]?\s*", re.IGNORECASE
)

# A point within it is looked for once: to try each of a long text's points would read on to its end from each.
_URL = re.compile(r"(?:https?://|www\.)(?=\S+\.\S)\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,12}(?:/\S*)?", re.IGNORECASE)
# Only where a word or the part behind an @ begins: a search from each of its characters would read a long one again and
# again to its end.
_MAIL = re.compile(r"(?<![^@\s])[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_YEAR = re.compile(r"(?:\d\d?\.\d\d?\.)?(?:1[89]\d\d|20[0-3]\d)(?:-\d\d-\d\d.*)?")
_SIZE_WORDS = re.compile(r"employees|mitarbeite|beschäftigte|\bFTE\b", re.IGNORECASE)
_NO_NAME = re.compile(r"[\d\s.,;:+\-/%()]*")
_LEGAL = re.compile(r"\b(?:GmbH|AG|UG|KG|e\.? ?V\.|SE|Ltd|Inc|LLC|B\.?V\.?|S\.?A\.?S?|GbR|OHG|eG)\b")
_GERMAN = frozenset({"de", "deutsch", "german"})


@dataclass(frozen=True)
class Column:
    """A column, and some of what stands in it."""

    name: str
    values: Sequence[str]

    def share(self, looks: Callable[[str], object]) -> float:
        """The share of its values that look like something."""
        return sum(bool(looks(value)) for value in self.values) / len(self.values) if self.values else 0.0

    @property
    def length(self) -> float:
        """The mean length of its values, in characters."""
        return sum(map(len, self.values)) / len(self.values) if self.values else 0.0


def suggested(source: Source, rows: Sequence[Row], kind: str = ORGANISATIONS) -> Mapping:
    """A mapping for a file, from its columns and its first rows."""
    columns = [Column(name, _values(rows, at)) for at, name in enumerate(source.columns)]
    offers = [offer for column in columns for offer in _offers(column, kind)]
    taken: dict[str, str] = {}
    used: set[str] = set()
    several = {code for code, target in targets(kind).items() if target.several}
    for _, column, code in sorted(offers, key=lambda offer: -offer[0]):
        if column not in taken and (code in several or code not in used):
            taken[column] = code
            used.add(code)
    _take_a_name(columns, taken, used)
    ordered = {name: taken[name] for name in source.columns if name in taken}
    return Mapping(kind, ordered, "startup" if "stage" in used else "company")


def _values(rows: Sequence[Row], at: int) -> list[str]:
    found = (row.cells[at].strip() for row in rows if at < len(row.cells))
    return [value for value in found if not says_nothing(value)][:LOOKED_AT]


def _offers(column: Column, kind: str) -> list[tuple[float, str, str]]:
    """What the column may be taken as, each with how sure that is, from 0 to 1."""
    by_name = _by_name(column.name, kind)
    if by_name is not None:
        sure, code = by_name
        if code := _fitting(code, column):
            return [(sure, column.name, code)]
    if kind == ORGANISATIONS:
        return [(sure, column.name, code) for sure, code in _by_content(column)]
    return [(sure, column.name, code) for sure, code in _product_content(column)]


def _by_name(name: str, kind: str) -> tuple[float, str] | None:
    whole = folded_name(name)
    if not whole:
        return None
    return _in_language(name, kind) or _without_language(name, whole, kind)


def _without_language(name: str, whole: str, kind: str) -> tuple[float, str] | None:
    known_words = words(kind)
    if whole in known_words:
        return 1.0, known_words[whole]
    return _by_path(name, kind) or _by_likeness(name, whole, known_words)


def _in_language(name: str, kind: str) -> tuple[float, str] | None:
    """By a name that says its language, where the field has one text in each."""
    match = _LOCALE.fullmatch(name)
    found = _without_language(match["name"], folded_name(match["name"]), kind) if match else None
    if match is None or found is None:
        return None
    code = f"{found[1]}.{'de' if match['locale'].lower() in _GERMAN else 'en'}"
    return (found[0], code) if code in targets(kind) else None


def _by_path(name: str, kind: str) -> tuple[float, str] | None:
    """By the parts of a path in JSON, such as "address.city" and "sectors.label"."""
    known_words = words(kind)
    parts = [folded_name(part) for part in name.split(".")]
    inner = name.partition(".")[2]
    if len(parts) > 1 and parts[0] in _WRAPS and (found := _without_language(inner, folded_name(inner), kind)):
        return 0.95 * found[0], found[1]
    telling = [part for part in parts[1:] if part not in _SAYS_NOTHING] or parts[-2:-1]
    if len(parts) > 1 and (said := [part for part in (telling[-1], parts[-2]) if part in known_words]):
        return 0.9, known_words[said[0]]
    return None


def _by_likeness(name: str, whole: str, known_words: dict[str, str]) -> tuple[float, str] | None:
    """By a name that is nearly the same, or that a full stop cuts short: "Rechtsf."."""
    if name.strip().endswith(".") and len(whole) > 3:
        meant = {code for word, code in known_words.items() if word.startswith(whole)}
        if len(meant) == 1:
            return 0.8, meant.pop()
    nearest = process.extractOne(whole, known_words.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
    if nearest is not None and len(whole) > 3:
        return nearest[1] / 125, known_words[nearest[0]]
    return None


def _fitting(code: str, column: Column) -> str:
    """The target, where the values agree with the name: a "Link" without addresses is none; "" if they do not.

    Names that are used for both, a place alone or with its country, are decided here, too.
    """
    if not column.values:
        return code
    if code in ("website", "url", "video_url") and column.share(_URL.fullmatch) < 0.4:
        return ""
    if code == "kind" and column.share(known.KINDS.recognise) < 0.2:
        return ""
    if code == "email" and column.share(_MAIL.search) < 0.4:
        return ""
    if code in ("latitude", "longitude") and column.share(lambda value: re.fullmatch(r"-?\d+([.,]\d+)?", value)) < 0.5:
        return "description" if column.length > 100 else ""
    if code == "place" and column.share(_is_compound_place) > 0.5:
        return "location"
    if code == "location" and column.share(_is_compound_place) < 0.2:
        return "country" if column.share(known.country_of) > MOST_OF else "place"
    if code == "stage" and column.share(known.STAGES.recognise) < 0.2 and column.length > 40:
        return ""
    return code


def _by_content(column: Column) -> list[tuple[float, str]]:
    if not column.values:
        return []
    checks: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("email", _MAIL.fullmatch),
        ("website", _URL.fullmatch),
        ("founded", _YEAR.fullmatch),
        ("size", lambda value: known.size_of(value) and (_SIZE_WORDS.search(value) or "-" in value)),
        ("country", known.country_of),
        ("location", _is_compound_place),
        *_terms(industry=INDUSTRIES, stage=known.STAGES, business_model=known.BUSINESS_MODELS),
        *_terms(customer_focus=known.CUSTOMER_FOCUS, technology=TECHNOLOGIES),
        ("legal_form", _LEGAL.fullmatch),
        ("legal_name", lambda value: _LEGAL.search(value) and len(value) < 90),
        ("place", find_place),
    )
    for code, looks in checks:
        if column.share(looks) >= MOST_OF:
            return [(0.5, code)]
    return _texts(column)


def _texts(column: Column) -> list[tuple[float, str]]:
    if column.length > 160:
        return [(0.3, "description")]
    if column.length > 45 and column.share(lambda value: " " in value) > MOST_OF:
        return [(0.3, "pitch"), (0.2, "description")]
    return []


def _product_content(column: Column) -> list[tuple[float, str]]:
    if not column.values:
        return []
    checks: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("url", _URL.fullmatch),
        *_terms(category=CATEGORIES, maturity=MATURITIES),
        ("organisation", _LEGAL.search),
    )
    for code, looks in checks:
        if column.share(looks) >= MOST_OF:
            return [(0.5, code)]
    return [(sure, "line" if code == "pitch" else code) for sure, code in _texts(column)]


def _terms(**vocabularies: Vocabulary) -> list[tuple[str, Callable[[str], object]]]:
    return [(code, vocabulary.recognise) for code, vocabulary in vocabularies.items()]


def _take_a_name(columns: Sequence[Column], taken: dict[str, str], used: set[str]) -> None:
    """Where no column is the name, also not the one in the register: the first of short texts that differ."""
    if "name" in used or "legal_name" in used:
        return
    for column in columns:
        if column.share(_NO_NAME.fullmatch) > 0.5:
            continue
        distinct = len(set(column.values)) > 0.8 * len(column.values)
        if column.name not in taken and column.values and distinct and 2 < column.length < 60:
            taken[column.name] = "name"
            return


def _is_compound_place(value: str) -> bool:
    found = place_of(value)
    return bool(found.place and (found.country or found.postcode) and len(value) < 120)
