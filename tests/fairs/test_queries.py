"""Who is where, read from the database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fairs import queries
from tests.fairs.cast import RUHR, Place

HARZ = replace(RUHR, slug="harz", name="Harz Innovation Days", starts_on=RUHR.starts_on + timedelta(days=30),
               ends_on=RUHR.ends_on + timedelta(days=30))  # fmt: skip


async def test_a_role_for_one_fair_is_no_role_for_another(place: Place) -> None:
    edda, aylin = await place.people("Edda Brandt", "Aylin Demir")
    ruhr, harz = await place.fair(edda), await place.fair(edda, HARZ)
    await place.join(ruhr, aylin)
    await place.join(harz, aylin)
    await place.give(ruhr, aylin, ["moderator"], by=edda)
    async with place.database.read() as session:
        assert await queries.roles_in(session, "ruhr", aylin) == {"attendee", "moderator"}
        assert await queries.roles_in(session, "harz", aylin) == {"attendee"}
        assert await queries.roles_in(session, "elsewhere", aylin) == frozenset()


async def test_the_people_of_a_fair_come_page_by_page_in_the_order_of_their_names(place: Place) -> None:
    names = ["Edda Brandt", "Aylin Demir", "bernd kowalski", "Dev Patel", "Chloé Martin"]
    edda, *others = await place.people(*names)
    fair = await place.fair(edda)
    await place.join(fair, *others)
    seen: list[str] = []
    after = None
    async with place.database.read() as session:
        while page := await queries.members(session, fair.id, after=after, limit=2):
            seen += [member.card.name for member in page]
            after = page[-1].card.id
    assert seen == ["Aylin Demir", "bernd kowalski", "Chloé Martin", "Dev Patel", "Edda Brandt"]


async def test_two_people_of_one_name_are_both_on_the_list(place: Place) -> None:
    edda = await place.person("Edda Brandt")
    fair = await place.fair(edda)
    anna = await place.person("Anna Schmidt")
    other = await place.person("Anna Schmidt ")
    await place.join(fair, anna, other)
    async with place.database.read() as session:
        first = (await queries.members(session, fair.id, limit=1))[0].card.id
        rest = [member.card.id for member in await queries.members(session, fair.id, after=first)]
    assert {first, *rest} == {anna, other, edda}
    assert len(rest) == 2


async def test_the_list_can_be_narrowed_to_a_role_and_shows_all_roles(place: Place) -> None:
    edda, dev, aylin = await place.people("Edda Brandt", "Dev Patel", "Aylin Demir")
    fair = await place.fair(edda)
    await place.join(fair, dev, aylin)
    await place.give(fair, dev, ["speaker", "exhibitor"], by=edda)
    async with place.database.read() as session:
        (found,) = await queries.members(session, fair.id, role="speaker")
    assert (found.card.name, found.card.role) == ("Dev Patel", "speaker")
    assert found.roles == {"attendee", "exhibitor", "speaker"}


async def test_who_is_banned_is_on_no_list_but_the_list_of_the_banned(place: Place) -> None:
    edda, dev = await place.people("Edda Brandt", "Dev Patel")
    fair = await place.fair(edda)
    await place.join(fair, dev)
    await place.ban(fair, dev, by=edda)
    async with place.database.read() as session:
        assert [member.card.id for member in await queries.members(session, fair.id)] == [edda]
        assert await queries.member_count(session, fair.id) == 1
        assert await queries.fairs_of(session, dev) == []
        (banned,) = await queries.banned(session, fair.id)
    assert (banned.name, banned.by_name) == ("Dev Patel", "Edda Brandt")


async def test_two_people_share_a_fair_until_one_of_them_is_banned(place: Place) -> None:
    edda, dev, aylin = await place.people("Edda Brandt", "Dev Patel", "Aylin Demir")
    fair = await place.fair(edda)
    await place.join(fair, dev, aylin)
    async with place.database.read() as session:
        assert await queries.share_a_fair(session, dev, aylin)
    await place.ban(fair, dev, by=edda)
    async with place.database.read() as session:
        assert not await queries.share_a_fair(session, dev, aylin)
        assert not await queries.share_a_fair(session, aylin, dev)


async def test_two_people_at_different_fairs_share_none(place: Place) -> None:
    edda, dev, aylin = await place.people("Edda Brandt", "Dev Patel", "Aylin Demir")
    await place.join(await place.fair(edda), dev)
    await place.join(await place.fair(edda, HARZ), aylin)
    async with place.database.read() as session:
        assert not await queries.share_a_fair(session, dev, aylin)


async def test_my_fairs_come_with_my_roles_the_latest_first(place: Place) -> None:
    edda, aylin = await place.people("Edda Brandt", "Aylin Demir")
    ruhr, harz = await place.fair(edda), await place.fair(edda, HARZ)
    await place.join(ruhr, aylin)
    await place.join(harz, aylin)
    await place.give(ruhr, aylin, ["exhibitor"], by=edda)
    async with place.database.read() as session:
        mine = await queries.fairs_of(session, aylin)
    assert [(each.fair.slug, each.roles) for each in mine] == [
        ("harz", {"attendee"}),
        ("ruhr", {"attendee", "exhibitor"}),
    ]


@pytest.mark.parametrize(("days", "expected"), [(-1, ["ruhr", "harz"]), (2, ["ruhr", "harz"]), (4, ["harz"]), (40, [])])
async def test_a_fair_is_open_until_its_last_day_is_over_everywhere(
    place: Place, days: int, expected: list[str]
) -> None:
    edda = await place.person("Edda Brandt")
    await place.fair(edda, HARZ)
    await place.fair(edda)
    now = place.clock.now() + timedelta(days=days)
    async with place.database.read() as session:
        assert [fair.slug for fair in await queries.open_fairs(session, now)] == expected
