"""What fairs keep about a person is handed out, and goes."""

from fairs import own_data, queries
from tests.fairs.cast import Place


async def test_roles_and_bans_are_handed_out(place: Place) -> None:
    edda, dev = await place.people("Edda Brandt", "Dev Patel")
    fair = await place.fair(edda)
    await place.join(fair, dev)
    await place.ban(fair, dev, by=edda)
    async with place.database.read() as session:
        kept = await own_data.collect(session, dev)
    assert [(each["fair"], each["role"]) for each in kept["roles"]] == [("Ruhr Energy Forum", "attendee")]
    assert [each["reason"] for each in kept["bans"]] == ["Advertising in every channel"]


async def test_who_is_erased_is_at_no_fair_and_no_reason_says_who_it_was(place: Place) -> None:
    edda, dev = await place.people("Edda Brandt", "Dev Patel")
    fair = await place.fair(edda)
    await place.join(fair, dev)
    await place.ban(fair, dev, by=edda)
    for _attempt in range(2):  # a job may run twice
        async with place.database.write() as uow:
            await own_data.erase(uow, dev)
    async with place.database.read() as session:
        assert await queries.granted_roles(session, fair.id, dev) == frozenset()
        assert [each.reason for each in await queries.banned(session, fair.id)] == [""]
