"""Whom an organiser means: people of a fair by the names that are typed, or by their mail addresses."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.cards import not_banned
from fairs.model import Membership
from meetings.model import GroupMember
from people import text
from people.addresses import normalise
from people.model import Person
from people.text import UnacceptableError
from server.kernel.tables import small_letters
from web.i18n import N_

# Names that a page offers to choose from: as many as a browser searches at once.
OFFERED = 1_000
# Names or addresses of one list, and how many the database is asked for at once.
NAMED_MOST = 5_000
# Characters of what is refused that are quoted.
QUOTED = 80
_AT_ONCE = 1_000
# As mail programs write it, whatever the name has in it, and as `members_of` does.
_NAME_AND_ADDRESS = re.compile(r"[^@<>]*<([^\s<>]+)>\s*")


@dataclass(frozen=True)
class Meant:
    """The members who are meant, and what was typed that means nobody, or one of several."""

    ids: Sequence[str] = ()
    nobody: Sequence[str] = ()
    several: Sequence[str] = ()


def listed(typed: str) -> list[str]:
    """What a list names, each once: a name to a line, or mail addresses, beside which the words are their names, as in
    "Ling, Ada <ada@example.org>" or "Ada Ling <ada@example.org>, bob@example.org".

    Addresses come in their one spelling. Raises UnacceptableError, which quotes it, for what is neither name nor
    address.
    """
    words = ((word, part) for line in typed.splitlines() for part in _parts(line) for word in _words(part))
    return list(dict.fromkeys(_read(word, part) for word, part in islice(words, NAMED_MOST)))


def _parts(line: str) -> list[str]:
    if "@" not in line:
        return [line]
    alone = _NAME_AND_ADDRESS.fullmatch(line)
    return [alone[1]] if alone else re.split("[,;]", line)


def _words(part: str) -> list[str]:
    """The addresses in a part, or the name that it is."""
    if "@" in part:
        return [word.strip("<>") for word in part.split() if "@" in word]
    return [part] if part.strip() else []


def _read(word: str, part: str) -> str:
    try:
        return normalise(word) if "@" in word else text.name(word)
    except UnacceptableError:
        quoted = part.strip()[:QUOTED]
        raise UnacceptableError(N_("Neither a name nor a mail address: %(names)s"), names=quoted) from None


async def members_meant(session: AsyncSession, fair_id: str, named: Sequence[str]) -> Meant:
    """The members whom names, in whatever case, and normalised addresses mean. Who is shut out is found by the address
    alone: a list that somebody is on can be saved again."""
    by_mail = await members_by_email(session, fair_id, [each for each in named if "@" in each])
    by_name = await _members_by_name(session, fair_id, [each for each in named if "@" not in each])
    ids = {each: [by_mail[each]] if each in by_mail else by_name.get(each.lower(), []) for each in named}
    return Meant(
        list(dict.fromkeys(found[0] for found in ids.values() if len(found) == 1)),
        [each for each, found in ids.items() if not found],
        [each for each, found in ids.items() if len(found) > 1],
    )


async def members_by_email(session: AsyncSession, fair_id: str, emails: Sequence[str]) -> dict[str, str]:
    """Of these normalised addresses, those of the fair's members, each with the person's id."""
    found: dict[str, str] = {}
    members = select(Membership.person_id).where(Membership.fair_id == fair_id)
    for begin in range(0, len(emails), _AT_ONCE):
        some = Person.email.in_(emails[begin : begin + _AT_ONCE])
        rows = await session.execute(select(Person.email, Person.id).where(some, Person.id.in_(members)))
        found |= {row.email: row.id for row in rows}
    return found


async def _members_by_name(session: AsyncSession, fair_id: str, names: Sequence[str]) -> dict[str, list[str]]:
    """Of these names, in whatever case, the members who have them; by the name in small letters."""
    found: dict[str, list[str]] = defaultdict(list)
    for begin in range(0, len(names), _AT_ONCE):
        some = [each.lower() for each in names[begin : begin + _AT_ONCE]]
        named = small_letters(Person.name, "".join(some)).in_(some)
        query = _present(select(Person.name, Person.id), fair_id).where(named).order_by(Person.id)
        for row in await session.execute(query):
            found[row.name.lower()].append(row.id)
    return found


async def names_to_offer(session: AsyncSession, fair_id: str) -> list[tuple[str, str]]:
    """What can be typed for each member, and what tells them apart: the name and their organisation, for namesakes the
    mail address and both. None where they are more than a browser should carry in one page."""
    columns = (Person.id, Person.name, Person.organisation, Person.email)
    query = _present(select(*columns), fair_id).order_by(func.lower(Person.name), Person.id)
    found = (await session.execute(query.limit(OFFERED + 1))).all()
    if len(found) > OFFERED:
        return []
    often = Counter(row.name.lower() for row in found)
    return [
        (row.name, row.organisation)
        if often[row.name.lower()] == 1
        else (row.email or row.name, ", ".join(filter(None, (row.name, row.organisation))))
        for row in found
    ]


async def members_of(session: AsyncSession, group_ids: Sequence[str]) -> dict[str, list[str]]:
    """Those who were put into these groups by name, by group, as `listed` reads them; for the organiser."""
    query = (
        select(GroupMember.group_id, Person.name, Person.email)
        .join(Person, Person.id == GroupMember.person_id)
        .where(GroupMember.group_id.in_(group_ids), Person.email.is_not(None))
        .order_by(func.lower(Person.name), Person.email)
    )
    found: dict[str, list[str]] = {each: [] for each in group_ids}
    for row in await session.execute(query):
        found[row.group_id].append(f"{re.sub('[<>@]', '', row.name)} <{row.email}>")
    return found


def _present(query: Select[*tuple[Any, ...]], fair_id: str) -> Select[*tuple[Any, ...]]:
    """Of the fair's members, those who are not shut out."""
    members = select(Membership.person_id).where(Membership.fair_id == fair_id, not_banned())
    return query.where(Person.id.in_(members), Person.erased_at.is_(None))
