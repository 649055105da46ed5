"""What a team shares when the colleague who has it leaves the fair."""

from meetings import requests
from meetings.model import Request
from meetings.requests import Asking
from tests.meetings.scene import Scene
from tests.meetings.test_leaving import shut_out


async def asked(there: Scene, team: str) -> str:
    """Aylin asks the team; Bernd has it."""
    asking = Asking("Charging for 24 buses", "Chargers with a buffer")
    ids = {"from_id": there.ids["aylin"], "to_id": there.ids["bernd"]}
    async with there.kernel.database.write() as uow:
        made = await requests.request(uow, there.fair, asking, **ids, organisation_id=team)
        return made.id


async def test_what_waits_for_the_team_is_left_to_the_others(there: Scene, team: str) -> None:
    request_id = await asked(there, team)
    await shut_out(there, "bernd")
    assert (await there.get(Request, request_id)).answer is None
    taken = await there["chloe"].post(f"/meetings/requests/{request_id}/take", data={"from": there.ids["bernd"]})
    assert taken.is_redirect


async def test_what_waits_for_an_answer_to_times_of_who_left_is_over(there: Scene, team: str) -> None:
    request_id, [slot, *_] = await asked(there, team), await there.slots()
    await there["bernd"].post(f"/meetings/requests/{request_id}/propose", data={"slot": [slot.id]})
    await shut_out(there, "bernd")
    assert (await there.get(Request, request_id)).answer == "withdrawn", "nobody could go on with it"
