"""Joining, leaving, roles and bans."""

import pytest
from sqlalchemy import select

from fairs import actions, queries
from fairs.actions import Plan, RefusedError
from fairs.events import MemberBanned, MemberJoined, MemberLeft, MemberUnbanned, RolesChanged
from fairs.model import Ban
from tests.fairs.cast import RUHR, Place


async def _roles(place: Place, person: str) -> frozenset[str]:
    async with place.database.read() as session:
        return await queries.roles_in(session, RUHR.slug, person)


async def test_who_joins_is_an_attendee_and_only_once(place: Place) -> None:
    edda, aylin = await place.people("Edda Brandt", "Aylin Demir")
    fair = await place.fair(edda)
    place.heard.clear()
    await place.join(fair, aylin, aylin)
    assert await _roles(place, aylin) == {"attendee"}
    assert place.heard == [MemberJoined(fair.id, aylin)]


async def test_who_leaves_has_no_role_left(place: Place) -> None:
    edda, aylin = await place.people("Edda Brandt", "Aylin Demir")
    fair = await place.fair(edda)
    await place.join(fair, aylin)
    await place.give(fair, aylin, ["speaker"], by=edda)
    async with place.database.write() as uow:
        await actions.leave(uow, fair.id, aylin)
    assert await _roles(place, aylin) == frozenset()
    assert place.heard[-1] == MemberLeft(fair.id, aylin)


async def test_the_last_organiser_can_neither_leave_nor_step_down(place: Place) -> None:
    edda, bernd = await place.people("Edda Brandt", "Bernd Kowalski")
    fair = await place.fair(edda)
    await place.join(fair, bernd)
    async with place.database.write() as uow:
        with pytest.raises(RefusedError, match="last_organiser"):
            await actions.leave(uow, fair.id, edda)
        with pytest.raises(RefusedError, match="last_organiser"):
            await actions.set_roles(uow, fair.id, edda, [], by_id=edda)
    await place.give(fair, bernd, ["organiser"], by=edda)
    await place.give(fair, edda, [], by=bernd)
    assert await _roles(place, edda) == {"attendee"}


async def test_roles_are_set_to_exactly_what_was_chosen(place: Place) -> None:
    edda, dev = await place.people("Edda Brandt", "Dev Patel")
    fair = await place.fair(edda)
    await place.join(fair, dev)
    await place.give(fair, dev, ["speaker", "exhibitor"], by=edda)
    await place.give(fair, dev, ["moderator", "exhibitor"], by=edda)
    assert await _roles(place, dev) == {"attendee", "exhibitor", "moderator"}
    assert place.heard[-1] == RolesChanged(fair.id, dev, frozenset({"attendee", "exhibitor", "moderator"}))


async def test_a_role_that_does_not_exist_or_for_nobody_is_refused(place: Place) -> None:
    edda, dev = await place.people("Edda Brandt", "Dev Patel")
    fair = await place.fair(edda)
    async with place.database.write() as uow:
        with pytest.raises(RefusedError, match="unknown_role"):
            await actions.set_roles(uow, fair.id, edda, ["emperor"], by_id=edda)
        with pytest.raises(RefusedError, match="not_a_member"):
            await actions.set_roles(uow, fair.id, dev, ["speaker"], by_id=edda)


async def test_a_ban_takes_every_role_and_its_lifting_gives_them_back(place: Place) -> None:
    edda, dev = await place.people("Edda Brandt", "Dev Patel")
    fair = await place.fair(edda)
    await place.join(fair, dev)
    await place.give(fair, dev, ["speaker"], by=edda)
    await place.ban(fair, dev, by=edda)
    assert await _roles(place, dev) == frozenset()
    assert place.heard[-1] == MemberBanned(fair.id, dev, edda)
    async with place.database.write() as uow:
        await actions.unban(uow, fair.id, dev, by_id=edda)
    assert await _roles(place, dev) == {"attendee", "speaker"}
    assert place.heard[-1] == MemberUnbanned(fair.id, dev, edda)


async def test_a_ban_stays_on_record_with_who_and_when(place: Place) -> None:
    edda, dev = await place.people("Edda Brandt", "Dev Patel")
    fair = await place.fair(edda)
    await place.join(fair, dev)
    await place.ban(fair, dev, by=edda)
    began = place.clock.now()
    place.clock.advance(hours=2)
    async with place.database.write() as uow:
        await actions.unban(uow, fair.id, dev, by_id=edda)
    await place.ban(fair, dev, by=edda)
    async with place.database.read() as session:
        first, second = (await session.scalars(select(Ban).order_by(Ban.at))).all()
    assert (first.at, first.by_id, first.lifted_at, first.lifted_by_id) == (began, edda, place.clock.now(), edda)
    assert second.lifted_at is None


async def test_who_was_banned_cannot_come_back_by_leaving_and_joining(place: Place) -> None:
    edda, dev = await place.people("Edda Brandt", "Dev Patel")
    fair = await place.fair(edda)
    await place.join(fair, dev)
    await place.ban(fair, dev, by=edda)
    async with place.database.write() as uow:
        await actions.leave(uow, fair.id, dev)
        with pytest.raises(RefusedError, match="banned"):
            await actions.join(uow, fair.id, dev)


async def test_moderators_ban_neither_each_other_nor_organisers_nor_themselves(place: Place) -> None:
    edda, dev, bernd = await place.people("Edda Brandt", "Dev Patel", "Bernd Kowalski")
    fair = await place.fair(edda)
    await place.join(fair, dev, bernd)
    for each in (dev, bernd):
        await place.give(fair, each, ["moderator"], by=edda)
    for other in (bernd, edda, dev):
        with pytest.raises(RefusedError, match="not_yours"):
            await place.ban(fair, other, by=dev)


async def test_moderators_lift_no_ban_of_their_equals(place: Place) -> None:
    edda, dev, bernd = await place.people("Edda Brandt", "Dev Patel", "Bernd Kowalski")
    fair = await place.fair(edda)
    await place.join(fair, dev, bernd)
    for each in (dev, bernd):
        await place.give(fair, each, ["moderator"], by=edda)
    await place.ban(fair, bernd, by=edda)
    async with place.database.write() as uow:
        with pytest.raises(RefusedError, match="not_yours"):
            await actions.unban(uow, fair.id, bernd, by_id=dev)
    assert await _roles(place, bernd) == frozenset()


async def test_an_organiser_who_is_shut_out_is_none_to_leave_a_fair_to(place: Place) -> None:
    edda, dev = await place.people("Edda Brandt", "Dev Patel")
    fair = await place.fair(edda)
    await place.join(fair, dev)
    await place.ban(fair, dev, by=edda)
    await place.give(fair, dev, ["organiser"], by=edda)
    async with place.database.write() as uow:
        with pytest.raises(RefusedError, match="last_organiser"):
            await actions.leave(uow, fair.id, edda)


async def test_nobody_is_banned_who_is_not_there(place: Place) -> None:
    edda, dev = await place.people("Edda Brandt", "Dev Patel")
    fair = await place.fair(edda)
    with pytest.raises(RefusedError, match="not_a_member"):
        await place.ban(fair, dev, by=edda)


def test_a_fair_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="end before"):
        Plan("ruhr", "Ruhr", "", RUHR.ends_on, RUHR.starts_on, "Europe/Berlin")
