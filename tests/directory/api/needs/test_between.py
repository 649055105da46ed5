"""Those who stand between both sides do so by programs, too; and what is sent twice at once is done once."""

import asyncio

from server.kernel.ids import new_id
from tests.directory.needs.network import HIDDEN, REASON, Network
from tests.directory.needs.test_between import chamber, chosen

__all__ = ["chamber"]
V1 = "/api/v1"


async def test_answers_are_passed_on_and_returned(there: Network, program, chamber: str):
    need_id = await chosen(there, chamber)
    edda, bernd, chloe = await program("edda"), await program("bernd"), await program("chloe")
    first, second = await there.answer(need_id), await there.answer(need_id, "chloe", blind=True)
    waiting = {one["id"]: one for one in (await edda.get(f"{V1}/between")).json()["items"]}
    assert waiting.keys() == {first.id, second.id}
    assert (waiting[first.id]["answerer"], waiting[first.id]["text"]) == ("Voltbus", REASON)
    assert (waiting[second.id]["answerer"], waiting[second.id]["page"], waiting[second.id]["country"]) == (
        "",
        None,
        "FR",
    )
    assert (await bernd.get(f"{V1}/between")).json()["items"] == []
    assert (await bernd.post(f"{V1}/between/{first.id}", json={"do": "passed"})).status_code == 404

    passed = {"do": "passed", "cid": new_id()}
    for _ in range(2):  # sent twice, it is done once
        assert (await edda.post(f"{V1}/between/{first.id}", json=passed)).status_code == 204
    assert (await edda.post(f"{V1}/between/{first.id}", json={"do": "passed"})).status_code == 409
    wordless = await edda.post(f"{V1}/between/{second.id}", json={"do": "returned"})
    assert wordless.json()["errors"][0]["at"] == "/text"
    returned = {"do": "returned", "text": "They need what is in the field already."}
    assert (await edda.post(f"{V1}/between/{second.id}", json=returned)).status_code == 204
    assert [one["id"] for one in (await bernd.get(f"{V1}/needs/{need_id}/answers")).json()["items"]] == [first.id]
    seen = (await chloe.get(f"{V1}/answers/{second.id}")).text
    assert ("in the field already" in seen, HIDDEN in seen) == (True, False)


async def test_one_and_the_same_sent_twice_at_once_gets_the_same_answer(there: Network, program):
    need_id = await there.need()
    aylin = await program("aylin")
    voltbus, utility = there.organisations["voltbus"], there.organisations["utility"]
    answer = {"organisation": voltbus, "reason": REASON, "cid": new_id()}
    contact = {"sender": voltbus, "receiver": utility, "cid": new_id()}
    contact |= {"asks": "May we see your depot in spring?", "offers": "A charger to try, for two weeks."}
    for path, sent in ((f"{V1}/needs/{need_id}/answers", answer), (f"{V1}/contacts", contact)):
        both = await asyncio.gather(*(aylin.post(path, json=sent) for _ in range(4)))
        assert [one.status_code for one in both] == [201] * 4, both[-1].text
        assert len({one.json()["id"] for one in both}) == 1
