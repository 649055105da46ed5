"""How somebody is shown to others at a fair: the columns that a card needs, and no more."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from fairs.model import Ban, Membership
from fairs.rules import highest
from people.model import Person

SEPARATOR = ","


@dataclass(frozen=True)
class Card:
    """A person in a list: name, one line, and the most that they are at this fair."""

    id: str
    name: str  # empty: erased, shown as "Former participant"
    photo_url: str | None
    organisation: str
    role: str

    def wire(self) -> dict[str, Any]:
        """The card as the live line carries it, see `server.live.wire.room.Person`."""
        return {
            "id": self.id,
            "name": self.name,
            "photo": self.photo_url,
            "organisation": self.organisation or None,
            "role": self.role,
        }


COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (Person.id, Person.name, Person.photo_small, Person.organisation)


def roles_column() -> ColumnElement[str]:
    """All roles of a grouped person in one text, see `SEPARATOR`."""
    return func.aggregate_strings(Membership.role, SEPARATOR)


def not_banned(membership: type[Membership] = Membership) -> ColumnElement[bool]:
    """The condition that a membership is in force."""
    return _NOT_BANNED if membership is Membership else _not_banned(membership)


def _not_banned(membership: type[Membership]) -> ColumnElement[bool]:
    ban = aliased(Ban)
    same = and_(ban.fair_id == membership.fair_id, ban.person_id == membership.person_id)
    return ~exists().where(same, ban.lifted_at.is_(None))


# Built once: an alias costs more than the query that it is used in, and nearly every request asks this.
_NOT_BANNED = _not_banned(Membership)


def card_of(row: Row[*tuple[Any, ...]]) -> Card:
    """The card in a row of `COLUMNS` and a column `roles`."""
    return Card(row.id, row.name, photo_url(row.photo_small), row.organisation, highest(row.roles.split(SEPARATOR)))


def photo_url(file: str | None) -> str | None:
    """Where the browser gets a photo, by its file's name."""
    return f"/photos/{file}" if file else None


async def cards(session: AsyncSession, fair_id: str, person_ids: Collection[str]) -> dict[str, Card]:
    """The cards of these people, those who are in the fair and not banned, by id. One query."""
    found = await session.execute(_CARDS, {"fair": fair_id, "people": list(person_ids)})
    return {row.id: card_of(row) for row in found}


# Built once: everybody who comes into a room is shown there.
_CARDS = (
    select(*COLUMNS, roles_column().label("roles"))
    .join(Membership, Membership.person_id == Person.id)
    .where(Membership.fair_id == bindparam("fair"), Person.id.in_(bindparam("people", expanding=True)), not_banned())
    .group_by(Person.id)
)
