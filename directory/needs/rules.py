"""Decisions about needs and offers, without database and clock: how they may be written, and how they may stand."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Set
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

KINDS = ("seek", "offer")
CATEGORIES = ("product", "service", "pilot", "cooperation", "research", "funding", "place", "other")
VISIBILITIES = ("public", "members")  # everybody, or people with an account
TAGS = ("industry", "technology")
CURRENCIES = ("EUR", "CHF", "GBP", "USD", "PLN", "SEK", "DKK", "NOK", "CZK")

DRAFT, OPEN, PAUSED, FULFILLED, EXPIRED = STATES = ("draft", "open", "paused", "fulfilled", "expired")
# What is done to a need: from which states, and into which.
DEEDS: Mapping[str, tuple[Set[str], str]] = MappingProxyType(
    {
        "write": (frozenset[str](), DRAFT),  # the first record
        "publish": (frozenset({DRAFT}), OPEN),
        "pause": (frozenset({OPEN}), PAUSED),
        "resume": (frozenset({PAUSED}), OPEN),
        "renew": (frozenset({OPEN, PAUSED, EXPIRED}), OPEN),
        "fulfil": (frozenset({OPEN, PAUSED, EXPIRED}), FULFILLED),
        "expire": (frozenset({OPEN, PAUSED}), EXPIRED),
        "reopen": (frozenset({FULFILLED}), OPEN),
    }
)
# What people do with a button; the others happen by saving, and by time.
BY_HAND = ("publish", "pause", "resume", "renew", "fulfil", "reopen")

# How long a need stays open by itself, and after it was renewed. Long enough for a tender, short enough to stay true.
OPEN_FOR = timedelta(days=90)
REMIND_BEFORE = timedelta(days=7)
# A deadline may lie this far ahead.
DEADLINE_MOST = timedelta(days=730)

# Characters and numbers of what comes from outside.
TITLE_MOST, TITLE_LEAST = 120, 8
TEXT_MOST = 6_000
GETS_MOST = 1_000
SHOWN_AS_MOST = 80
PLACE_MOST = 80
TAGS_MOST = 8
BUDGET_MOST = 1_000_000_000
RADIUS_MOST = 20_000  # km: half around the globe
# Needs of one organisation that are not over.
NEEDS_MOST = 200

# Letters of a title that stay in an address.
SLUG_MOST = 60
_NO_SLUG = re.compile(r"[^a-z0-9]+")
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "ł": "l"})


def after(state: str, deed: str) -> str | None:
    """The state into which a deed brings a need; None when it cannot be done from here."""
    sources, target = DEEDS[deed]
    return target if state in sources else None


def possible(state: str, deadline: date | None) -> list[str]:
    """What can be done by hand with a need in this state."""
    return [deed for deed in BY_HAND if after(state, deed) and not changes_nothing(state, deed, deadline)]


def changes_nothing(state: str, deed: str, deadline: date | None) -> bool:
    """Whether a need would be as before: while it is open it ends on the day that was chosen, renewed or not."""
    return deed == "renew" and state == OPEN and deadline is not None


def expiry(now: datetime, deadline: date | None) -> datetime:
    """When a need that is opened now stops being open: after its deadline's day is over in every zone that has begun
    it, else after `OPEN_FOR`."""
    if deadline is None:
        return now + OPEN_FOR
    # The day ends last in UTC-12.
    return datetime.combine(deadline, datetime.min.time(), UTC) + timedelta(days=1, hours=12)


def last_day(expires_at: datetime) -> date:
    """The last day on which a need with this end is open: the chosen one; else the last of which half is left."""
    return (expires_at.astimezone(UTC) - timedelta(hours=12, microseconds=1)).date()


def can_be_open(now: datetime, deadline: date | None) -> bool:
    """Whether the deadline, if there is one, is not over."""
    return expiry(now, deadline) > now


def reminder(now: datetime, expires_at: datetime) -> datetime | None:
    """When to remind the owner; None when the end is too near for it to be news."""
    at = expires_at - REMIND_BEFORE
    return at if at > now else None


def slug(title: str) -> str:
    """A title as part of an address; "" when nothing of it can stand there."""
    spelled = title.lower().translate(_SPELLED)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    words = _NO_SLUG.sub("-", plain).strip("-")
    return words if len(words) <= SLUG_MOST else words[:SLUG_MOST].rsplit("-", 1)[0]


# What gives away who wrote a text. A blind need is read by people who would like to know.
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(
    r"https?://\S*|www\.\S+|\S+@\S+|\b[a-z0-9-]{2,}\.(?:com|de|org|net|eu|io|ai|at|ch|nl|pl|fr|tr|info|example)\b", re.I
)
_NUMBER = re.compile(r"(?:\+|\b0)\d(?:[\s/()-]*\d){6,}")
_FORMS = frozenset(
    [
        "ag",
        "co",
        "eg",
        "ek",
        "ev",
        "gbr",
        "ggmbh",
        "gmbh",
        "inc",
        "kg",
        "kgaa",
        "ltd",
        "llc",
        "mbh",
        "ohg",
        "plc",
        "sa",
        "sarl",
        "sas",
        "se",
        "srl",
        "ug",
    ]
)
# Shorter names and words would be found in too many texts.
_NAME_LEAST = 4


def tells_who(text: str, names: Iterable[str]) -> str:
    """What in a text says whose it is: one of these names, a web or mail address, a telephone number. "" for nothing.

    A name is found in any case and spacing, with and without its legal form.
    """
    for pattern in (_ADDRESS, _NUMBER):
        if found := pattern.search(text):
            return found[0]
    joined = "".join(_words(text))
    own = (("".join(_own_words(name)), name) for name in names)
    return next((name for letters, name in own if len(letters) >= _NAME_LEAST and letters in joined), "")


def hints_at_who(texts: Iterable[str], names: Iterable[str]) -> list[str]:
    """Single words of these names that stand in the texts: not refused, since they may mean anything, but shown to
    whoever writes a blind need."""
    there = {word for text in texts for word in _words(text)}
    words = (word for name in names for word in _own_words(name) if len(word) >= _NAME_LEAST)
    return list(dict.fromkeys(word for word in words if word in there))


def _own_words(name: str) -> list[str]:
    return [word for word in _words(name) if word not in _FORMS]


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))


def budget_in_order(least: int | None, most: int | None) -> bool:
    """Whether a range of money is one."""
    return least is None or most is None or least <= most


def allowed(codes: Iterable[str], known: Collection[str]) -> list[str]:
    """Those codes that exist, each once, in the order in which they came, at most `TAGS_MOST`."""
    return [code for code in dict.fromkeys(codes) if code in known][:TAGS_MOST]
