"""Whom an organiser means: people of a fair by the names that are typed, or by their mail addresses."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.cards import not_banned
from fairs.model import Membership
from meetings.model import GroupMember
from people import text
from people.addresses import normalise
from people.model import Person

# Names that a page offers to choose from: as many as a browser searches at once.
OFFERED = 1_000
# Names or addresses of one list, and how many the database is asked for at once.
NAMED_MOST = 5_000
_AT_ONCE = 1_000
_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")


@dataclass(frozen=True)
class Meant:
    """The members who are meant, and what was typed that means nobody, or one of several."""

    ids: Sequence[str] = ()
    nobody: Sequence[str] = ()
    several: Sequence[str] = ()


def listed(typed: str) -> list[str]:
    """What a list names, each once: a name to a line, or mail addresses, beside which the words are their names, as in
    "Ada Ling <ada@example.org>, bob@example.org".

    Addresses come in their one spelling. Raises UnacceptableError for what is neither name nor address.
    """
    found: list[str] = []
    for line in typed.splitlines():
        for part in re.split("[,;]", line) if "@" in line else (line,):
            if "@" in part:
                found += map(normalise, _ADDRESS.findall(part) or [part])
            elif part.strip():
                found.append(text.name(part))
    return list(dict.fromkeys(found))[:NAMED_MOST]


async def members_meant(session: AsyncSession, fair_id: str, named: Sequence[str]) -> Meant:
    """The members whom names, in whatever case, and normalised addresses mean; who is shut out is no member."""
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
    for begin in range(0, len(emails), _AT_ONCE):
        query = _present(select(Person.email, Person.id), fair_id)
        rows = await session.execute(query.where(Person.email.in_(emails[begin : begin + _AT_ONCE])))
        found |= {row.email: row.id for row in rows}
    return found


async def _members_by_name(session: AsyncSession, fair_id: str, names: Sequence[str]) -> dict[str, list[str]]:
    """Of these names, in whatever case, the members who have them; by the name in lower case."""
    found: dict[str, list[str]] = defaultdict(list)
    for begin in range(0, len(names), _AT_ONCE):
        some = [func.lower(each) for each in names[begin : begin + _AT_ONCE]]
        query = _present(select(Person.name, Person.id), fair_id).where(func.lower(Person.name).in_(some))
        for row in await session.execute(query.order_by(Person.id)):
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
