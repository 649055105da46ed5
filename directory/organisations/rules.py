"""Decisions about organisations, without database and clock: roles, limits, names in addresses."""

import re
from collections.abc import Collection, Mapping
from datetime import timedelta

from directory.terms import folded

# Who may see a record: everybody, search engines included; or who is signed in.
VISIBILITIES = ("public", "members")
# Why a record is no longer shown: its people or an administrator took it away, it was a duplicate of another one, or
# the import that had brought it was undone (the next import may bring it again).
REMOVALS = ("removed", "merged", "undone")
# What somebody is in an organisation, from the least to the most. Members are shown as its people; editors change the
# record and its products; administrators also decide who belongs to it.
ROLES = ("member", "editor", "administrator")
# What became of a claim.
OUTCOMES = ("granted", "declined", "withdrawn")
# What stands in the change log beside changed fields.
DEEDS = ("made", "removed", "returned", "merged", "confirmed", "joined", "left", "role", "document")

# How long an invitation by mail is good: people are on holiday for two weeks, and read their mail in the third.
INVITED_FOR = timedelta(days=21)
# Characters of a field's value in the change log; the log is for reading, not for restoring.
LOGGED_MOST = 300
# Of one organisation. Enough for the largest group with many sites, few enough for one page.
LINKS_MOST, LOCATIONS_MOST, DOCUMENTS_MOST, TAGS_MOST, MEMBERS_MOST = 12, 30, 20, 12, 500
# Characters.
SLUG_MOST = 60
_NO_WORD = re.compile(r"[^a-z0-9]+")
# First parts of our own addresses below /o/.
_TAKEN = frozenset({"new", "mine", "claims", "invitations"})


def slug_of(name: str) -> str:
    """A name as it can stand in an address, not yet unique; empty for names without Latin letters or digits."""
    words = _NO_WORD.sub("-", folded(name.replace("&", " ").replace("+", " "))).strip("-")
    return "" if words in _TAKEN else _cut(words)


def free_slug(wanted: str, taken: Collection[str], spare: str) -> str:
    """The wanted slug if nobody has it, else one made unique by `spare` (letters and digits by chance)."""
    if wanted and wanted not in taken:
        return wanted
    return f"{wanted}-{spare}" if wanted else spare


def _cut(words: str) -> str:
    """At most as long as allowed, with room for what makes it unique, cut between words where there are several."""
    most = SLUG_MOST - 9
    if len(words) <= most:
        return words
    cut = words[: most + 1].rsplit("-", 1)[0]
    return cut[:most].strip("-")


def rank(role: str | None) -> int:
    """How much a role is; -1 for none."""
    return ROLES.index(role) if role in ROLES else -1


def may_edit(role: str | None) -> bool:
    """Whether this role changes the record."""
    return rank(role) >= ROLES.index("editor")


def may_administer(role: str | None) -> bool:
    """Whether this role decides who belongs to the organisation."""
    return role == "administrator"


def keeps_an_administrator(roles: Mapping[str, str], person_id: str, role: str | None) -> bool:
    """Whether an organisation with these people's roles still has an administrator when one person gets another role
    (None: leaves). One that has none already stays as it is: there is nothing to lose."""
    administrators = {person for person, held in roles.items() if held == "administrator"}
    return administrators != {person_id} or role == "administrator"


def in_locale(texts: Mapping[str, str], locale: str) -> tuple[str, str]:
    """A text in the reader's language, else in the other one, with the language that it is in; ("", locale) if none."""
    if texts.get(locale):
        return texts[locale], locale
    return next(((text, other) for other, text in sorted(texts.items()) if text), ("", locale))


def logged(value: object) -> str:
    """A field's value as the change log shows it."""
    if value is None:
        return ""
    text = ", ".join(_part(each) for each in value) if isinstance(value, tuple) else str(value)
    return text if len(text) <= LOGGED_MOST else text[: LOGGED_MOST - 1] + "…"


def _part(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(str(each) for each in value if each not in ("", None))
    return str(value)
