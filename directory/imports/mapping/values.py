"""Single values: what a cell says, cleaned of what no text of ours has in it."""

import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import nh3

from directory.terms import Vocabulary, folded, says_nothing
from people.languages import CODES
from server.kernel.text import composed, is_common
from web.i18n import LOCALES, formats

# What else stands in files where nothing is known.
_PLACEHOLDERS = frozenset({"login required", "tbd", "tba", "folgt", "coming soon", "nan", "nil", "keine", "k a", "n v"})
# Controls and invisible formats, which come with copies out of other programs; and what marks a broken encoding.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0080-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb]"
)
_TAG = re.compile(r"</?[a-zA-Z!][^>]*>|&(?:#\d+|[a-z]+);")
_BLOCK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^>]*>", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_PARTS = re.compile(r"[;|\n\t•]+")
_SMALL_PARTS = re.compile(r"[;|\n\t•,/]+")
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
# A day as workbooks count it: five digits, for 1927 to 2063. What it is counted from makes up for 1900, which Excel
# takes for a leap year.
_SERIAL = re.compile(r"[1-5]\d{4}(?:[.,]\d+)?")
_SERIAL_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
_ADDRESSES = re.compile(r"https?://[^\s;,|<>\"]+|www\.[^\s;,|<>\"]+", re.IGNORECASE)
_URL_IN_LINK = re.compile(r'href="([^"]+)"|\]\((https?://[^)]+)\)|=HYPERLINK\("([^"]+)"', re.IGNORECASE)


def is_blank(cell: str) -> bool:
    """Whether a cell says nothing: empty, or one of the ways to write that nothing is known."""
    if not cell:
        return True
    return len(cell) <= 20 and _is_placeholder(cell)


@lru_cache(maxsize=4096)
def _is_placeholder(cell: str) -> bool:
    return says_nothing(cell) or folded(cell) in _PLACEHOLDERS


def plain(cell: str) -> tuple[str, bool]:
    """The text of a cell in its composed form, without markup and invisible characters; whether there was markup."""
    marked = "<" in cell or "&" in cell
    text = _without_markup(cell) if marked and _TAG.search(cell) else cell
    if not is_common(text):
        text = composed(_INVISIBLE.sub("", text))
    return text.strip(), marked and text != cell


def _without_markup(cell: str) -> str:
    """Scripts and styles go with what is in them, tags without; paragraphs stay apart."""
    broken = _BLOCK.sub(lambda match: match[0] + "\n", cell)
    return html.unescape(nh3.clean(broken, tags=set(), clean_content_tags={"script", "style"})).strip()


def one_line(text: str) -> str:
    """The text with its line breaks as blanks."""
    return " ".join(text.split())


def year_in(text: str) -> str:
    """The first year in a text such as "2015", "01.03.2015", "March 2015", or a day that a workbook counts ("40179");
    the text itself where there is none."""
    if len(text) > 40:
        return text
    if found := _YEAR.search(text):
        return found[1]
    counted = day_counted(text)
    return str(counted.year) if counted else text


def day_counted(text: str) -> datetime | None:
    """The day that a workbook counts so, when its cell has lost the form of a date; None for other numbers."""
    return _SERIAL_ZERO + timedelta(days=int(text[:5])) if _SERIAL.fullmatch(text) else None


def parts_of(text: str) -> list[str]:
    """The parts of a list in a cell, as far as semicolons, bars and lines divide it."""
    return [part.strip() for part in _PARTS.split(text) if part.strip()]


def terms_of(vocabulary: Vocabulary, text: str) -> tuple[list[str], list[str]]:
    """The codes that a cell names, and the words that are none of the vocabulary's.

    A part is first looked up whole, since names have commas of their own ("Water, waste & recycling").
    """
    return _terms_of(vocabulary, text)


@lru_cache(maxsize=8192)
def _terms_of(vocabulary: Vocabulary, text: str) -> tuple[list[str], list[str]]:
    codes: list[str] = []
    unknown: list[str] = []
    for part in [text] if vocabulary.recognise(text) else parts_of(text):
        whole = vocabulary.recognise(part)
        for word in [part] if whole else (each.strip() for each in _SMALL_PARTS.split(part)):
            code = vocabulary.recognise(word)
            if code:
                codes.append(code)
            elif word and not is_blank(word):
                unknown.append(word)
    return list(dict.fromkeys(codes)), unknown


def addresses_in(text: str) -> list[str]:
    """The web addresses in a text; links of other programs are taken apart. None: perhaps it is a bare host."""
    linked = [next(filter(None, match)) for match in _URL_IN_LINK.findall(text)]
    return linked or _ADDRESSES.findall(text)


def languages_of(text: str) -> tuple[list[str], list[str]]:
    """The codes of the languages that a cell names, and the words that are none."""
    known = _language_words()
    found = [(word, known.get(folded(word))) for word in (each.strip() for each in _SMALL_PARTS.split(text)) if word]
    return [code for _, code in found if code], [word for word, code in found if not code]


@lru_cache
def _language_words() -> dict[str, str]:
    words = {code: code for code in CODES}
    for locale in LOCALES:
        names = formats(locale).languages
        words |= {folded(names[code]): code for code in CODES if code in names}
    return words | {"deutsch": "de", "englisch": "en", "ger": "de", "deu": "de", "eng": "en", "fra": "fr"}


def moment_in(text: str) -> datetime | None:
    """The moment that a cell names, a day being its beginning in UTC: ISO 8601, as Germans write, or as a workbook
    counts; else None."""
    if counted := day_counted(text.strip()):
        return counted
    if match := _GERMAN_DAY.match(text):
        text = f"{match[3]}-{match[2]:0>2}-{match[1]:0>2}"
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def columns_said(columns: Sequence[str]) -> str:
    """Columns as a report names them."""
    return ", ".join(columns)
