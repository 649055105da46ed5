"""Answers to needs and requests for contact by programs: the steps of the pages, and no side hears too much."""

from datetime import timedelta

from directory.contacts.model import ContactReply, ContactRequest
from server.kernel.ids import new_id
from tests.directory.needs.network import HIDDEN, REASON, Network

V1 = "/api/v1"
ASKS = {"asks": "May we see your depot in spring?", "offers": "A charger to try, for two weeks."}


async def test_an_answer_goes_from_this_is_us_to_a_conversation(there: Network, program):
    need = await there.need(blind=True)
    aylin, bernd, chloe = await program("aylin"), await program("bernd"), await program("chloe")
    given = {"organisation": there.organisations["voltbus"], "reason": REASON, "product": there.charger}
    made = await aylin.post(f"{V1}/needs/{need}/answers", json=given | {"cid": new_id()})
    assert (made.status_code, made.json()["other"], made.json()["side"]) == (201, None, "answerer")
    path = made.headers["location"]
    [seen] = (await bernd.get(f"{V1}/needs/{need}/answers")).json()["items"]
    assert (seen["other"]["name"], seen["steps"][0]["text"], seen["steps"][0]["by"]) == ("Voltbus", REASON, "")
    assert (await bernd.post(f"{path}/steps", json={"do": "asked"})).json()["errors"][0]["at"] == "/text"
    asked = await bernd.post(f"{path}/steps", json={"do": "asked", "text": "By when could you deliver?"})
    assert (asked.json()["state"], "asked" in asked.json()["possible"]) == ("asked", True)
    for answer in (await aylin.get(path), await aylin.get(f"{V1}/answers")):
        assert (HIDDEN in answer.text, "By when" in answer.text) == (False, True)
    replied = await aylin.post(f"{path}/steps", json={"do": "replied", "text": "In April."})
    assert replied.json()["possible"] == ["replied", "withdrawn"]
    assert (await aylin.post(f"{path}/steps", json={"do": "accepted"})).json()["code"] == "not_yours"
    await bernd.post(f"{path}/steps", json={"do": "revealed"})
    assert (await aylin.get(path)).json()["other"]["name"] == HIDDEN
    assert (await bernd.post(f"{path}/steps", json={"do": "accepted"})).json()["state"] == "accepted"
    assert [(await chloe.get(path)).status_code, (await chloe.get(f"{V1}/needs/{need}/answers")).status_code] == [
        404,
        403,
    ]


async def test_all_answers_come_in_pages_from_the_newest_on(there: Network, program):
    needs = [await there.need() for _ in range(2)]
    made = [(await there.answer(need, by=name)).id for need in needs for name in ("aylin", "chloe")]
    for name, path, ids in (
        ("bernd", f"{V1}/needs/{needs[0]}/answers", made[:2]),
        ("aylin", f"{V1}/answers", made[::2]),
    ):
        asking = await program(name)
        first = await asking.get(path, params={"limit": 1})
        second = await asking.get(first.links["next"]["url"])
        assert [one["id"] for page in (first, second) for one in page.json()["items"]] == sorted(ids, reverse=True)
        assert second.json()["next"] is None
        assert (await asking.get(path, params={"after": "x"})).status_code == 422


async def test_what_the_rules_of_answers_refuse_is_a_problem(there: Network, program):
    need = await there.need()
    aylin, dev, bernd = await program("aylin"), await program("dev"), await program("bernd")
    given = {"organisation": there.organisations["voltbus"], "reason": REASON}
    answers = f"{V1}/needs/{need}/answers"
    assert (await aylin.post(answers, json=given | {"reason": "Short."})).json()["errors"][0]["at"] == "/reason"
    assert (await dev.post(answers, json=given)).status_code == 403
    assert (await bernd.post(answers, json=given)).json()["code"] == "own_need"
    made = await aylin.post(answers, json=given)
    assert (await aylin.post(answers, json=given)).json()["code"] == "answered_already"
    # Dev sees the answer of his organisation without speaking for it.
    steps = f"{made.headers['location']}/steps"
    assert (await dev.post(steps, json={"do": "withdrawn"})).status_code == 403
    assert (await dev.get(made.headers["location"])).json()["possible"] == []
    assert (await (await program("aylin", "needs:write")).get(f"{V1}/answers")).status_code == 403


async def test_a_request_for_contact_is_sent_and_answered(there: Network, program):
    aylin, bernd, chloe = await program("aylin"), await program("bernd"), await program("chloe")
    voltbus, utility = there.organisations["voltbus"], there.organisations["utility"]
    given = {"sender": voltbus, "receiver": utility, "cid": new_id()} | ASKS
    made = await aylin.post(f"{V1}/contacts", json=given)
    assert (made.status_code, made.json()["sent"], made.json()["state"]) == (201, True, "waiting")
    assert (await aylin.post(f"{V1}/contacts", json=given)).json()["id"] == made.json()["id"]
    assert (await aylin.post(f"{V1}/contacts", json=given | {"cid": new_id()})).json()["code"] == "waits"
    budget = (await aylin.get(f"{V1}/organisations/{voltbus}/budget")).json()
    assert (budget["left"], budget["waiting"]) == (4, 1)
    assert (await chloe.get(f"{V1}/organisations/{voltbus}/budget")).status_code == 403
    assert (await aylin.post(f"{made.headers['location']}/answer", json={"do": "accepted"})).status_code == 403
    assert (await chloe.get(made.headers["location"])).status_code == 404
    assert (await chloe.post(f"{V1}/contacts", json=given | {"cid": new_id()})).status_code == 403
    [came] = (await bernd.get(f"{V1}/contacts")).json()["items"]
    assert (came["sent"], came["sender"]["name"], came["by"]) == (False, "Voltbus", "Aylin Demir")
    answered = await bernd.post(f"{V1}/contacts/{came['id']}/answer", json={"do": "declined", "reason": "no_time"})
    assert (answered.json()["state"], answered.json()["reason"]) == ("declined", "no_time")
    assert (await bernd.post(f"{V1}/contacts/{came['id']}/answer", json={"do": "accepted"})).json()[
        "code"
    ] == "answered"
    assert (await aylin.get(f"{V1}/contacts", params={"sent": "true"})).json()["items"][0]["state"] == "declined"


async def test_a_request_for_contact_expires(there: Network, program):
    given = {"sender": there.organisations["voltbus"], "receiver": there.organisations["utility"]} | ASKS
    path = (await (await program("aylin")).post(f"{V1}/contacts", json=given)).headers["location"]
    there.kernel.clock.advance(days=30)
    bernd = await program("bernd")
    assert (await bernd.get(path)).json()["state"] == "expired"
    assert (await bernd.post(f"{path}/answer", json={"do": "accepted"})).json()["code"] == "expired"
    assert [one["state"] for one in (await bernd.get(f"{V1}/contacts")).json()["items"]] == ["expired"]


async def test_how_an_organisation_answers_is_told_as_on_its_page(there: Network, program):
    utility, voltbus = there.organisations["utility"], there.organisations["voltbus"]
    nobody, path = await program(), f"{V1}/organisations/{utility}"
    assert (await nobody.get(path)).json()["responds"] is None
    async with there.kernel.database.write() as uow:
        at = uow.clock.now() - timedelta(days=5)
        ids = [new_id() for _ in range(5)]
        for id_ in ids:
            said = {"cid": id_, "asks": "a", "offers": "b", "at": at, "person_id": there.people["aylin"]}
            uow.session.add(ContactRequest(id=id_, from_id=voltbus, to_id=utility, **said))
        await uow.session.flush()
        how = {"kind": "declined", "reason": "", "text": "", "by_id": there.people["bernd"], "at": at}
        uow.session.add(ContactReply(request_id=ids[0], after_seconds=5_400, **how))
    responds = {"asked": 5, "answered": 1, "hours": 1.5}
    assert (await nobody.get(path)).json()["responds"] == responds
    listed = (await nobody.get(f"{V1}/organisations")).json()["items"]
    assert {one["id"]: one["responds"] for one in listed}[utility] == responds
