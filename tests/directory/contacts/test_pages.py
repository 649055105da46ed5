"""Requests for contact between organisations, from the form to the conversation."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from chat.model import Message
from directory.contacts import queries
from directory.contacts.actions import RefusedError, Wish, ask
from directory.contacts.model import ContactReply, ContactRequest
from directory.needs.joining import carry
from directory.organisations.model import Member
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from tests.directory.needs.network import Network, organisation
from tests.support.full import no_room_in
from web.frame import LOCALE_COOKIE

ASKS = "We look for depots that charge at night, and would like to see yours."
OFFERS = "A measurement of your grid connection, free of charge."


async def send(there: Network, by: str = "aylin", to: str = "utility", **changes: str) -> int:
    organisation = {"aylin": "voltbus", "bernd": "utility", "chloe": "hydro", "dev": "voltbus"}[by]
    form = {"organisation": there.organisations[organisation], "asks": ASKS, "offers": OFFERS, "cid": new_id()}
    answer = await there[by].post(f"/contacts/to/{there.organisations[to]}", data=form | changes)
    return answer.status_code


async def request_id(there: Network) -> str:
    async with there.kernel.database.read() as session:
        return (await session.scalars(select(ContactRequest.id).order_by(ContactRequest.at.desc()))).first() or ""


async def count(there: Network) -> int:
    async with there.kernel.database.read() as session:
        return await session.scalar(select(func.count()).select_from(ContactRequest)) or 0


async def test_a_request_is_told_in_the_language_in_which_one_reads(there: Network) -> None:
    assert await send(there) == 303
    there["bernd"].cookies.set(LOCALE_COOKIE, "de")
    assert "Voltbus bittet um Kontakt" in await there.text("bernd", "/needs?tab=mine")


async def test_a_request_says_what_is_asked_and_what_is_offered(there: Network) -> None:
    assert await send(there) == 303
    received = await there.text("bernd", "/contacts")
    assert ASKS in received
    assert OFFERS in received
    assert "Voltbus" in received
    assert "Waits for an answer" in await there.text("aylin", "/contacts?tab=sent")
    assert "4 of 5" in await there.text("aylin", "/contacts")


async def test_on_a_full_disk_requests_can_still_be_read(there: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await send(there) == 303
    no_room_in(monkeypatch, there.kernel.database)
    assert ASKS in await there.text("bernd", "/contacts")


async def test_requests_go_along_as_a_file_with_those_who_belong_to_a_side(there: Network) -> None:
    await send(there)
    await there["bernd"].post(f"/contacts/{await request_id(there)}/decline", data={"reason": "no_time"})
    [sent] = (await there["aylin"].get("/contacts/export.json?tab=sent")).json()
    assert (sent["own"], sent["asks"], sent["state"]) == ("Voltbus", ASKS, "Declined")
    assert sent["answer"] == "We have no time for it at present."
    [received] = (await there["bernd"].get("/contacts/export.json")).json()
    assert (received["organisation"], received["person"]) == ("Voltbus", "Aylin Demir")
    assert (await there["aylin"].get("/contacts/export.json")).json() == []
    assert (await there["chloe"].get("/contacts/export.json?tab=sent")).json() == []
    assert (await there["chloe"].get("/contacts/export.json?tab=all")).status_code == 404
    assert "/contacts/export.xlsx?tab=sent" in await there.text("aylin", "/contacts?tab=sent")


@pytest.mark.parametrize("changes", [{"asks": ""}, {"offers": "Much."}, {"asks": "x" * 601}])
async def test_without_both_nothing_is_sent_and_nothing_typed_is_lost(there: Network, changes: dict[str, str]) -> None:
    assert await send(there, **changes) == 422
    assert await count(there) == 0


async def test_accepting_makes_a_conversation_with_what_was_asked_in_it(there: Network) -> None:
    await send(there)
    await there["bernd"].post(f"/contacts/{await request_id(there)}/accept")
    async with there.kernel.database.read() as session:
        message = (await session.scalars(select(Message))).one()

    assert message.author_id == there.people["aylin"]
    assert message.text.startswith(ASKS)
    assert (await there["bernd"].post(f"/messages/to/{there.people['aylin']}")).status_code == 303
    assert "5 of 5" in await there.text("aylin", "/contacts")  # answered: it came back


async def test_not_relevant_costs_the_sender(there: Network) -> None:
    await send(there)
    await there["bernd"].post(f"/contacts/{await request_id(there)}/not-relevant")

    assert "2 of 5" in await there.text("aylin", "/contacts")


async def test_declining_with_a_reason_keeps_the_sender_away_for_a_while(there: Network) -> None:
    await send(there)
    await there["bernd"].post(f"/contacts/{await request_id(there)}/decline", data={"reason": "have_one"})
    assert "We already work with somebody." in await there.text("aylin", "/contacts?tab=sent")
    assert await send(there) == 409
    there.kernel.clock.advance(days=91)  # type: ignore[attr-defined]  # the tests' clock is frozen

    assert await send(there) == 303


async def test_nobody_is_declined_with_nothing_said(there: Network) -> None:
    await send(there)
    path = f"/contacts/{await request_id(there)}/decline"
    for nothing in ("", " \n"):
        refused = await there["bernd"].post(path, data={"reason": "own", "text": nothing})
        assert refused.status_code == 422
        assert "Please choose a reason, or say it in your own words." in refused.text
    assert (await there["bernd"].post(path, data={"reason": "own", "text": "We buy nothing."})).status_code == 303
    assert "We buy nothing." in await there.text("aylin", "/contacts?tab=sent")


async def test_only_who_speaks_for_an_organisation_asks_and_answers(there: Network) -> None:
    assert await send(there, "dev") == 409  # belongs to Voltbus, and does not speak for it
    assert await send(there, "chloe", organisation=there.organisations["voltbus"]) == 409
    assert await count(there) == 0
    await send(there)
    for name in ("aylin", "chloe", "edda"):
        assert (await there[name].post(f"/contacts/{await request_id(there)}/accept")).status_code == 404


async def test_an_answer_is_given_once(there: Network) -> None:
    await send(there)
    path = f"/contacts/{await request_id(there)}"
    assert [(await there["bernd"].post(f"{path}/accept")).status_code for _ in range(2)] == [303, 303]
    otherwise = await there["bernd"].post(f"{path}/not-relevant")
    assert (otherwise.status_code, "This request is answered already." in otherwise.text) == (409, True)


async def test_nobody_talks_to_whoever_asked_and_is_gone(there: Network) -> None:
    await send(there)
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(Person, there.people["aylin"])).erased_at = uow.clock.now()
    refused = await there["bernd"].post(f"/contacts/{await request_id(there)}/accept")
    assert (refused.status_code, "Whoever asked is no longer here." in refused.text) == (409, True)


async def test_whoever_asked_for_their_other_organisation_does_not_answer_themselves(there: Network) -> None:
    await send(there)
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(ContactRequest, await request_id(there))).person_id = there.people["bernd"]
    refused = await there["bernd"].post(f"/contacts/{await request_id(there)}/accept")
    assert (refused.status_code, "You have asked this yourself" in refused.text) == (409, True)


async def test_a_request_that_nobody_answered_in_time_is_over_for_both_sides(there: Network) -> None:
    await send(there)
    path = f"/contacts/{await request_id(there)}"
    there.kernel.clock.advance(days=29, hours=23)  # type: ignore[attr-defined]  # the tests' clock is frozen
    assert "Your turn" in await there.text("bernd", "/contacts")
    there.kernel.clock.advance(hours=1)  # type: ignore[attr-defined]
    received = await there.text("bernd", "/contacts")
    assert "Over without an answer" in received
    assert f"/contacts/to/{there.organisations['voltbus']}" in received
    assert "Your turn" not in received
    assert f"{path}/accept" not in received
    for deed in ("accept", "decline", "not-relevant"):
        refused = await there["bernd"].post(f"{path}/{deed}", data={"reason": "no_time"})
        assert refused.status_code == 409, deed
        assert "Nobody answered this request within 30 days, so it is over." in refused.text
    assert "Over without an answer" in await there.text("aylin", "/contacts?tab=sent")
    [sent] = (await there["aylin"].get("/contacts/export.json?tab=sent")).json()
    assert sent["state"] == "Over without an answer"
    assert await send(there) == 303, "they may be asked again"
    listed = await there.text("aylin", "/contacts?tab=sent")
    assert listed.index("Waits for an answer") < listed.index("Over without an answer")


async def test_the_budget_holds_when_all_is_sent_at_once(there: Network) -> None:
    """Six requests of one organisation to six others in the same moment: five go."""
    async with there.kernel.database.write() as uow:
        others = [await other(uow, there, number) for number in range(6)]

    async def one(to: str) -> str:
        async with there.kernel.database.write() as uow:
            wish = Wish(new_id(), ASKS, OFFERS)
            await ask(uow, wish, from_id=there.organisations["voltbus"], to_id=to, by_id=there.people["aylin"])
            return "sent"

    done = await asyncio.gather(*(one(each) for each in others), return_exceptions=True)
    assert done.count("sent") == 5
    assert [each.code for each in done if isinstance(each, RefusedError)] == ["spent"]


async def other(uow: UnitOfWork, there: Network, number: int) -> str:
    """Another organisation, for which Chloé speaks, too."""
    made = await organisation(uow, f"Other {number}", "company", "DE", f"other{number}.example")
    role = {"person_id": there.people["chloe"], "role": "editor", "since": uow.clock.now()}
    uow.session.add(Member(organisation_id=made, **role))
    return made


async def test_how_an_organisation_answers_is_one_query_for_many(there: Network) -> None:
    now = there.kernel.clock.now()
    async with there.kernel.database.write() as uow:
        for number in range(6):
            made = ContactRequest(
                id=new_id(),
                from_id=there.organisations["voltbus"],
                to_id=there.organisations["utility"],
                person_id=there.people["aylin"],
                cid=new_id(),
                asks=ASKS,
                offers=OFFERS,
                at=now - timedelta(days=10 + number),
            )
            uow.session.add(made)
            await uow.session.flush()
            if number:
                reply = ContactReply(
                    request_id=made.id,
                    kind="declined",
                    reason="no_time",
                    text="",
                    by_id=there.people["bernd"],
                    at=made.at + timedelta(hours=6),
                    after_seconds=6 * 3600,
                )
                uow.session.add(reply)
    statements: list[str] = []
    engine = there.kernel.database.engine.sync_engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    async with there.kernel.database.read() as session:
        rates = await queries.response_rates(session, list(there.organisations.values()), now)
    event.remove(engine, "before_cursor_execute", note)

    assert len([each for each in statements if "contact_requests" in each]) == 1
    assert list(rates) == [there.organisations["utility"]]
    rate = rates[there.organisations["utility"]]
    assert (rate.asked, rate.answered, rate.percent, rate.hours) == (6, 5, 83, 6.0)
    page = await there.text("aylin", "/o/stadtwerke-hagenfeld")
    assert "Answers 83 of 100 requests" in page
    assert "mostly within a day" in page


async def test_a_merge_carries_needs_answers_and_requests_over(there: Network) -> None:
    need_id = await there.need()
    await there.answer(need_id)
    await there.answer(need_id, "chloe")
    await send(there)
    async with there.kernel.database.write() as uow:
        await carry(uow, there.organisations["hydro"], there.organisations["voltbus"])
    async with there.kernel.database.write() as uow:
        await carry(uow, there.organisations["voltbus"], there.organisations["hydro"])
    async with there.kernel.database.read() as session:
        assert list(await session.scalars(select(ContactRequest.from_id))) == [there.organisations["hydro"]]
    triage = await there.text("bernd", f"/needs/{need_id}/answers")

    assert "1 organisation says" in triage  # both had answered: one answer is left
    assert "Hydrolumière" in triage


async def test_there_is_nothing_to_ask_where_there_is_no_organisation(there: Network) -> None:
    for path in (f"/contacts/to/{new_id()}", "/contacts/to/nobody", "/contacts?tab=nothing"):
        assert (await there["aylin"].get(path)).status_code == 404
    assert await send(there, to="voltbus") == 404  # oneself


async def test_who_has_asked_nobody_yet_is_led_to_whom_one_can_ask(there: Network) -> None:
    way = 'href="/discover?kind=organisation"'
    assert way in (await there["aylin"].get("/contacts?tab=sent")).text
    assert await send(there) == 303
    assert way not in (await there["aylin"].get("/contacts?tab=sent")).text
