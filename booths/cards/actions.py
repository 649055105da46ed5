"""What people do with visiting cards: their owners leave and take them back, an organisation's people think of them.

Whoever changes a card holds its row, or before there is one the organisation's: what comes at the same moment waits.
"""

from typing import Any

from sqlalchemy import delete, select

from booths.cards import queries
from booths.cards.model import CardAssessment, CardNote, VisitingCard
from booths.cards.rules import ASSESSMENTS, CARDS_MOST, RefusedError, Said
from booths.cards.telling import tell_of
from booths.model import Stand
from directory.organisations.model import Member, Organisation
from directory.organisations.queries import present
from fairs.cards import not_banned
from fairs.model import Fair, Membership
from fairs.rules import BASE_ROLE
from people.model import Person
from rooms.model import Room, RoomClosure
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id


async def leave(uow: UnitOfWork, fair: Fair, room: Room, organisation_id: str, said: Said, *, by_id: str) -> bool:
    """Leave one's card at the stand that a room is of an organisation; leaving it again changes it. Whether it is new.

    Raises RefusedError: gone, not_in, own, full.
    """
    await _hold_stand(uow, room, organisation_id)
    await _hold_guest(uow, fair, organisation_id, by_id)
    person = await uow.session.get_one(Person, by_id)
    copied = {"name": person.name, "organisation": person.organisation, "position": person.position}
    added = {"email": (person.email or "") if said.with_email else "", "phone": said.phone, "about": said.about}
    values: dict[str, Any] = {**copied, **added, "room_id": room.id}
    there = await queries.of_guest(uow.session, fair.id, organisation_id, by_id)
    if there is not None:
        _change(uow, there, values)
        return False
    if await queries.count_of_guest(uow.session, fair.id, by_id) >= CARDS_MOST:
        raise RefusedError("full")
    whose = {"fair_id": fair.id, "organisation_id": organisation_id, "person_id": by_id}
    made = VisitingCard(id=new_id(), **whose, **values, left_at=uow.clock.now())
    uow.session.add(made)
    await uow.session.flush()
    await tell_of(uow, made)
    return True


async def take_back(uow: UnitOfWork, card_id: str, *, by_id: str) -> None:
    """Delete one's card, and what was noted about it. Raises RefusedError: not_there."""
    mine = VisitingCard.id == card_id, VisitingCard.person_id == by_id
    card = await uow.session.scalar(select(VisitingCard).where(*mine).with_for_update())
    if card is None:
        raise RefusedError("not_there")
    await forget(uow, card)


async def assess(uow: UnitOfWork, organisation_id: str, card_id: str, kind: str, *, by_id: str) -> None:
    """Say what one thinks of a card; with an empty kind: nothing any more. Raises RefusedError: unknown, not_there."""
    if kind and kind not in ASSESSMENTS:
        raise RefusedError("unknown")
    card = await _card(uow, organisation_id, card_id)
    there = await uow.session.get(CardAssessment, card.id)
    if there is not None and not kind:
        await uow.session.delete(there)
    elif there is not None:
        there.kind, there.by_id, there.at = kind, by_id, uow.clock.now()
    elif kind:
        uow.session.add(CardAssessment(card_id=card.id, kind=kind, by_id=by_id, at=uow.clock.now()))


async def write_note(
    uow: UnitOfWork, organisation_id: str, card_id: str, text: str, *, before: str, by_id: str
) -> None:
    """Write down something about a card; an empty text takes the note away. `before` is the note that one has read:
    when a colleague was faster, nothing of theirs is lost. Raises RefusedError: not_there, changed."""
    card = await _card(uow, organisation_id, card_id)
    there = await uow.session.get(CardNote, card.id)
    present_text = there.text if there else ""
    if text == present_text:
        return
    if present_text != before:
        raise RefusedError("changed")
    if there is not None and not text:
        await uow.session.delete(there)
    elif there is not None:
        there.text, there.by_id, there.at = text, by_id, uow.clock.now()
    else:
        uow.session.add(CardNote(card_id=card.id, text=text, by_id=by_id, at=uow.clock.now()))


async def forget(uow: UnitOfWork, card: VisitingCard) -> None:
    """Delete a card whose row is held, with all that hangs on it."""
    for table in (CardAssessment, CardNote):
        await uow.session.execute(delete(table).where(table.card_id == card.id))
    await uow.session.delete(card)


def _change(uow: UnitOfWork, card: VisitingCard, values: dict[str, Any]) -> None:
    """The same sent once more is no change."""
    if any(getattr(card, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(card, name, value)
        card.changed_at = uow.clock.now()


async def _hold_stand(uow: UnitOfWork, room: Room, organisation_id: str) -> None:
    """Have the organisation stay what it is until the commit, and one card after the other come to it."""
    one = select(Organisation.id).where(Organisation.id == organisation_id)
    await uow.session.execute(one.with_for_update(key_share=True))
    stand = await uow.session.get(Stand, room.id)
    closed = await uow.session.get(RoomClosure, room.id)
    if closed or stand is None or stand.organisation_id != organisation_id:
        raise RefusedError("gone")
    if await uow.session.scalar(one.where(present())) is None:
        raise RefusedError("gone")


async def _hold_guest(uow: UnitOfWork, fair: Fair, organisation_id: str, person_id: str) -> None:
    """Have who comes be in the fair, and count their cards one after the other."""
    here = Membership.fair_id == fair.id, Membership.person_id == person_id, Membership.role == BASE_ROLE
    held = select(Membership.person_id).where(*here, not_banned())
    if await uow.session.scalar(held.with_for_update(of=Membership)) is None:
        raise RefusedError("not_in")
    if await uow.session.get(Member, (organisation_id, person_id)) is not None:
        raise RefusedError("own")


async def _card(uow: UnitOfWork, organisation_id: str, card_id: str) -> VisitingCard:
    """A card that an organisation has, held until the commit."""
    theirs = VisitingCard.id == card_id, VisitingCard.organisation_id == organisation_id
    found = await uow.session.scalar(select(VisitingCard).where(*theirs, queries.is_there()).with_for_update())
    if found is None:
        raise RefusedError("not_there")
    return found
