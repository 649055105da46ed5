"""Who hosts the call at a stand."""

import pytest

from booths.actions import give_stand
from booths.events import StandGiven
from directory.organisations.events import MemberJoined, MemberLeft
from directory.organisations.merging import merge
from fairs.model import Fair
from server.kernel.events import Owed
from signaling.listeners import FOLLOW_UP_JOB
from signaling.parts import Calls
from tests.booths.stage import Programme
from tests.signaling.quiet import QuietBackEnd


async def moderating(there: Programme, *names: str) -> list[str]:
    """Which of these people mute and remove others at the stand."""
    calls: Calls = there.guests.app.state.calls
    rights = await calls.rights([(there.guests.ids[name], there.stand) for name in names])
    return [name for name in names if rights[there.guests.ids[name], there.stand].moderate]


async def held_by(there: Programme, organisation_id: str | None) -> None:
    async with there.guests.kernel.database.write() as uow:
        fair = await uow.session.get_one(Fair, there.guests.fair.id)
        await give_stand(uow, fair, there.stand, organisation_id, by_id=there.guests.ids["edda"])


async def test_at_a_stand_only_its_own_exhibitors_moderate_beside_the_staff(there: Programme) -> None:
    place, ids = there.guests.place, there.guests.ids
    for name in ("aylin", "bernd"):
        await place.give(there.guests.fair, ids[name], ["exhibitor"], by=ids["edda"])
    everybody = ("edda", "dev", "aylin", "bernd")
    assert await moderating(there, *everybody) == [*everybody], "nobody has the stand yet"

    _, hydro = await there.organisation(by="bernd", name="Hydro Lumière", visibility="public")
    await held_by(there, hydro)
    assert await moderating(there, *everybody) == ["edda", "dev", "bernd"]

    await held_by(there, None)
    assert await moderating(there, *everybody) == [*everybody]


@pytest.fixture
def looked_at(there: Programme, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose rights are asked for anew."""
    found: list[str] = []
    calls: Calls = there.guests.app.state.calls
    monkeypatch.setattr(calls.live.grants, "refresh", found.append)
    return found


async def test_who_joins_or_leaves_an_organisation_is_looked_at_anew_at_once(
    there: Programme, looked_at: list[str]
) -> None:
    ids, kernel = there.guests.ids, there.guests.kernel
    _, hydro = await there.organisation(by="aylin", name="Hydro Lumière", visibility="public")
    joined, left = MemberJoined(hydro, ids["bernd"], "member"), MemberLeft(hydro, ids["bernd"])
    for happened in (joined, left):
        looked_at.clear()
        async with kernel.database.write() as uow:
            uow.emit(happened)
        assert looked_at == [ids["bernd"]]
    assert Owed(FOLLOW_UP_JOB, {"people": [ids["bernd"]]}) in list(kernel.events.owed([left])), "whoever dies meanwhile"


async def test_when_two_organisations_become_one_their_people_are_looked_at_anew(
    there: Programme, looked_at: list[str]
) -> None:
    ids, guests = there.guests.ids, there.guests
    _, hydro = await there.organisation(by="bernd", name="Hydro Lumière", visibility="public")
    _, lumiere = await there.organisation(by="aylin", name="Lumière", visibility="public")
    looked_at.clear()
    async with guests.kernel.database.write() as uow:
        await merge(uow, hydro, lumiere, guests.app.state.organisations.carriers, by_id=ids["edda"])
    assert set(looked_at) == {ids["aylin"], ids["bernd"]}


async def test_whoever_is_in_the_call_of_a_stand_that_changes_hands_is_looked_at_anew(
    there: Programme, looked_at: list[str]
) -> None:
    calls: Calls = there.guests.app.state.calls
    await calls.stop()
    calls.back_end = back_end = QuietBackEnd()
    _, hydro = await there.organisation(by="bernd", name="Hydro Lumière", visibility="public")
    back_end.sits(there.stand, "aylin-1", there.guests.ids["aylin"])
    for whose in (hydro, None):
        looked_at.clear()
        await held_by(there, whose)
        assert looked_at == [there.guests.ids["aylin"]]
    given = StandGiven(there.stand)
    assert Owed(FOLLOW_UP_JOB, {"room": there.stand}) in list(there.guests.kernel.events.owed([given]))


async def test_who_belongs_to_a_stand_s_organisation_and_exhibits_nothing_does_not_moderate(there: Programme) -> None:
    _, hydro = await there.organisation(by="bernd", name="Hydro Lumière", visibility="public")
    await held_by(there, hydro)
    assert await moderating(there, "bernd") == []
