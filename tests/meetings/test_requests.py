"""Asking for a meeting, and every way to answer."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

from meetings.between import between, rate
from meetings.grid import Hours
from meetings.model import Meeting, Request
from meetings.plans import Wish
from meetings.rules import WhyNot
from tests.meetings.scene import TUESDAY, WEDNESDAY, WISH, Scene


def field(text: str, value: str) -> bool:
    return f'value="{value}"' in text


async def test_a_request_is_asked_countered_and_accepted(there: Scene) -> None:
    slots = await there.slots()
    page = await there["aylin"].get(f"/fairs/ruhr/meetings/with/{there.ids['bernd']}")
    assert "Ask for the meeting" in page.text
    body = {"ask": "Charging", "offer": "A buffer", "slot": [slots[0].id, slots[1].id]}
    sent = await there["aylin"].post(f"/fairs/ruhr/meetings/with/{there.ids['bernd']}", data=body)
    path = sent.headers["location"]
    assert (sent.status_code, path[:19]) == (303, "/meetings/requests/")
    waiting = (await there["bernd"].get("/meetings")).text
    assert "This waits for your answer" in waiting
    assert 'data-count="meetings"><span data-number>1<' in re.sub(r"\s+", " ", waiting).replace("> <", "><")
    assert await there.locks() == []  # asking holds nothing
    countered = await there["bernd"].post(f"{path}/propose", data={"slot": [slots[4].id]})
    assert countered.headers["location"] == path
    assert "Aylin Demir asks you" in (await there["bernd"].get(path)).text
    accepted = await there["aylin"].post(f"{path}/accept", data={"slot": slots[4].id})
    assert accepted.status_code == 303
    [meeting] = await there.meetings()
    assert accepted.headers["location"] == f"/meetings/{meeting.id}"
    assert (meeting.slot_id, meeting.ask) == (slots[4].id, "Charging")
    assert sorted(await there.locks()) == sorted((there.ids[name], slots[4].id) for name in ("aylin", "bernd"))
    assert "Bernd Kowalski" in (await there["aylin"].get(f"/meetings/{meeting.id}")).text


async def test_the_only_time_that_was_proposed_is_chosen_already(there: Scene) -> None:
    slots = await there.slots()
    one = await there["bernd"].get(f"/meetings/requests/{await there.ask('aylin', 'bernd', slots[0])}")
    assert re.findall(r'type="radio"[^>]* value="([^"]+)" checked', one.text) == [slots[0].id]
    two = await there["bernd"].get(f"/meetings/requests/{await there.ask('chloe', 'bernd', *slots[:2])}")
    assert 'type="radio"' in two.text
    assert not re.search(r'type="radio"[^>]* checked', two.text)


async def test_what_is_missing_in_a_request_is_said_and_nothing_typed_is_lost(there: Scene) -> None:
    answer = await there["aylin"].post(
        f"/fairs/ruhr/meetings/with/{there.ids['bernd']}", data={"ask": "A long story", "offer": " "}
    )
    assert answer.status_code == 422
    assert "A long story" in answer.text
    assert "Please say what the other one gets from it." in answer.text


async def test_two_accept_the_last_slot_at_once_and_one_gets_alternatives(there: Scene) -> None:
    slots = await there.slots()
    asked = await there.ask("aylin", "bernd", slots[0]), await there.ask("chloe", "bernd", slots[0])
    answers = await asyncio.gather(
        *(there["bernd"].post(f"/meetings/requests/{each}/accept", data={"slot": slots[0].id}) for each in asked)
    )
    assert sorted(each.status_code for each in answers) == [303, 409]
    refused = next(each for each in answers if each.status_code == 409)
    assert "Somebody was faster" in refused.text
    assert "Propose up to three other times" in refused.text
    assert field(refused.text, slots[1].id)
    [meeting] = await there.meetings()
    [open_one] = [each for each in asked if (await there.get(Request, each)).answered_at is None]
    assert {meeting.request_id, open_one} == set(asked)


async def test_where_accepting_and_withdrawing_cross_one_of_them_holds_and_the_other_is_told(there: Scene) -> None:
    slots = await there.slots()
    asked = {name: await there.ask("aylin", name, slots[n]) for n, name in enumerate(("bernd", "chloe", "dev"))}
    answers = await asyncio.gather(
        *(
            each
            for n, (name, id) in enumerate(asked.items())
            for each in (
                there[name].post(f"/meetings/requests/{id}/accept", data={"slot": slots[n].id}),
                there["aylin"].post(f"/meetings/requests/{id}/withdraw"),
            )
        )
    )
    booked = {each.request_id for each in await there.meetings()}
    for id, accepted, withdrawn in zip(asked.values(), answers[::2], answers[1::2], strict=True):
        assert sorted((accepted.status_code, withdrawn.status_code)) == [303, 409]
        assert ((await there.get(Request, id)).answer == "accepted") == (accepted.status_code == 303) == (id in booked)
        assert "has been answered" in (withdrawn if id in booked else accepted).text
    assert len(await there.locks()) == 2 * len(booked)


async def test_a_time_on_the_table_is_shown_to_the_two_alone_and_keeps_nobody_from_it(there: Scene) -> None:
    slots = await there.slots()
    asked = await there.ask("aylin", "bernd", slots[0], slots[1])
    chloe, own = f"/fairs/ruhr/meetings/with/{there.ids['chloe']}", "/fairs/ruhr/meetings/availability"
    assert (await there["aylin"].get(chloe)).text.count("proposed: Bernd Kowalski") == 2
    assert (await there["bernd"].get(own)).text.count("proposed: Aylin Demir") == 2
    assert "proposed: " not in (await there["aylin"].get(f"/meetings/requests/{asked}")).text  # which is about them
    for path in (own, f"/fairs/ruhr/meetings/with/{there.ids['bernd']}"):
        assert "proposed: " not in (await there["chloe"].get(path)).text
    other = await there.ask("chloe", "aylin", slots[0])
    page = (await there["aylin"].get(f"/meetings/requests/{other}")).text
    assert "proposed: Bernd Kowalski" in page
    assert (await there["aylin"].post(f"/meetings/requests/{other}/accept", data={"slot": slots[0].id})).is_redirect
    assert (await there["aylin"].get(own)).text.count("proposed: Bernd Kowalski") == 2
    await there["aylin"].post(f"/meetings/requests/{asked}/withdraw")
    assert "proposed: " not in (await there["aylin"].get(own)).text


async def test_any_slot_is_chosen_by_whoever_accepts(there: Scene) -> None:
    slots = await there.slots()
    request = await there.ask("aylin", "bernd")
    assert (await there["bernd"].post(f"/meetings/requests/{request}/accept", data={"slot": slots[9].id})).is_redirect
    assert [each.slot_id for each in await there.meetings()] == [slots[9].id]


async def test_a_slot_that_was_not_proposed_is_not_accepted(there: Scene) -> None:
    slots = await there.slots()
    request = await there.ask("aylin", "bernd", slots[0])
    answer = await there["bernd"].post(f"/meetings/requests/{request}/accept", data={"slot": slots[1].id})
    assert answer.status_code == 409
    assert await there.meetings() == []


async def test_only_whose_turn_it_is_answers_and_nobody_else_sees_the_request(there: Scene) -> None:
    slots = await there.slots()
    request = await there.ask("aylin", "bernd", slots[0])
    mine = await there["aylin"].post(f"/meetings/requests/{request}/accept", data={"slot": slots[0].id})
    assert mine.status_code == 409
    for path in ("", "/accept", "/decline", "/propose", "/pass", "/withdraw"):
        method = "GET" if not path else "POST"
        strange = await there["chloe"].request(
            method, f"/meetings/requests/{request}{path}", data={"slot": slots[0].id}
        )
        assert strange.status_code == 404
    assert await there.meetings() == []


async def test_a_no_comes_with_its_reason_and_a_mail(there: Scene) -> None:
    request = await there.ask("aylin", "bernd")
    await there["bernd"].post(f"/meetings/requests/{request}/decline", data={"reason": "We have bought already."})
    assert "We have bought already." in (await there["aylin"].get(f"/meetings/requests/{request}")).text
    await there.kernel.jobs.run_due()
    assert any("has declined" in path.read_text() for path in (there.kernel.settings.data / "mail").glob("*.eml"))


async def test_the_budget_of_open_requests_comes_back_with_each_answer(there: Scene) -> None:
    others = [await there.place.person(f"Guest {number}") for number in range(4)]
    await there.place.join(there.fair, *others)
    there.ids |= {f"guest {number}": id for number, id in enumerate(others)}
    requests = [await there.ask("aylin", f"guest {number}") for number in range(3)]
    page = (await there["aylin"].get(f"/fairs/ruhr/meetings/with/{others[3]}")).text
    assert "All your requests are waiting for an answer" in page
    await there["aylin"].post(f"/meetings/requests/{requests[0]}/withdraw")
    assert "Ask for the meeting" in (await there["aylin"].get(f"/fairs/ruhr/meetings/with/{others[3]}")).text


async def test_an_unanswered_request_is_brought_to_mind_once_and_expires(there: Scene) -> None:
    request = await there.ask("aylin", "bernd")
    there.clock.advance(hours=37)
    for _ in range(2):
        await there.kernel.jobs.run_due()
    mails = [path.read_text() for path in (there.kernel.settings.data / "mail").glob("*.eml")]
    assert sum("Subject: Still open" in mail for mail in mails) == 1
    there.clock.advance(hours=12)
    await there.kernel.jobs.run_due()
    ended: Request = await there.get(Request, request)
    assert ended.answer == "expired"
    late = await there["bernd"].post(f"/meetings/requests/{request}/decline", data={"reason": "Late"})
    assert late.status_code == 409


async def test_a_colleague_of_the_same_organisation_takes_over_and_nobody_else(there: Scene) -> None:
    slots = await there.slots()
    async with there.kernel.database.write() as uow:
        from people.model import Person

        (await uow.session.get_one(Person, there.ids["dev"])).organisation = "Stadtwerke Hagenow"
    request = await there.ask("aylin", "bernd", slots[0])
    path = f"/meetings/requests/{request}"
    assert "Pass it on to a colleague" in (await there["bernd"].get(path)).text
    stranger = await there["bernd"].post(f"{path}/pass", data={"colleague": there.ids["chloe"]})
    assert stranger.status_code == 409
    assert (await there["bernd"].post(f"{path}/pass", data={"colleague": there.ids["dev"]})).is_redirect
    assert "passed on by Bernd Kowalski" in (await there["dev"].get(path)).text
    assert (await there["bernd"].get(path)).status_code == 404
    await there["dev"].post(f"{path}/accept", data={"slot": slots[0].id})
    assert {person for person, _ in await there.locks()} == {there.ids["aylin"], there.ids["dev"]}


async def test_open_booking_books_at_once(there: Scene) -> None:
    await there.arrange(Wish("open", *[getattr(WISH, name) for name in (
        "length", "gap", "most_per_day", "longest_streak", "open_requests", "answer_within", "days")]))  # fmt: skip
    slots = await there.slots()
    path = f"/fairs/ruhr/meetings/with/{there.ids['bernd']}"
    assert "Book the meeting" in (await there["aylin"].get(path)).text
    answer = await there["aylin"].post(path, data={"ask": "A", "offer": "B", "slot": slots[2].id})
    [meeting] = await there.meetings()
    assert answer.headers["location"] == f"/meetings/{meeting.id}"


async def test_it_is_always_said_why_somebody_cannot_be_asked(there: Scene) -> None:
    async def why(one: str, other: str) -> WhyNot | None:
        async with there.kernel.database.read() as session:
            found = await between(session, there.fair, there.ids[one], there.ids[other], there.clock.now())
        return found.why

    assert await why("aylin", "bernd") is None
    assert await why("aylin", "aylin") is WhyNot.ONESELF
    await there["bernd"].post("/fairs/ruhr/meetings/retreat")
    assert await why("aylin", "bernd") is WhyNot.RETREATED
    assert await why("bernd", "aylin") is WhyNot.YOU_RETREATED
    page = await there["aylin"].get(f"/fairs/ruhr/meetings/with/{there.ids['bernd']}")
    assert "takes no meetings at the moment" in page.text
    theirs = (await there["aylin"].get(f"/people/{there.ids['bernd']}")).text
    assert "takes no meetings at the moment" in theirs
    assert "Ask for a meeting" not in theirs
    await there["bernd"].post("/fairs/ruhr/meetings/come-back")
    await there.ask("aylin", "bernd")
    assert await why("aylin", "bernd") is WhyNot.ALREADY_ASKED
    assert await why("bernd", "aylin") is WhyNot.THEY_ASKED
    await there.book((await there.slots())[0], "chloe", "dev")
    assert await why("chloe", "dev") is WhyNot.ALREADY_MEETING
    for slot in await there.slots():
        await there["chloe"].post("/fairs/ruhr/meetings/availability", data={"slot": slot.id, "free": "no"})
    assert await why("aylin", "chloe") is WhyNot.NO_SLOT


async def test_what_was_proposed_for_a_time_that_is_past_is_answered_by_another_time(there: Scene) -> None:
    slots = await there.slots()
    request = await there.ask("aylin", "bernd", slots[0])
    path = f"/meetings/requests/{request}"
    for page in ("/", "/meetings", path):
        assert "time is past" not in (await there["bernd"].get(page)).text
    there.clock.advance(seconds=(slots[0].starts_at - there.clock.now()).total_seconds())
    for page in ("/", "/meetings"):
        assert "The proposed time is past: propose another one." in (await there["bernd"].get(page)).text
    text = (await there["bernd"].get(path)).text
    assert "The proposed time is past" in text
    assert f'action="{path}/accept"' not in text
    assert re.search(r'<details class="answer-way" open><summary>Propose up to three other times', text)
    assert "can still propose another time." in (await there["aylin"].get(path)).text
    refused = await there["bernd"].post(f"{path}/accept", data={"slot": slots[0].id})
    assert refused.status_code == 409
    assert "This time is over." in refused.text
    assert (await there["bernd"].post(f"{path}/propose", data={"slot": [slots[3].id]})).is_redirect
    assert "time is past" not in (await there["aylin"].get(path)).text


async def test_whoever_meets_anyway_reads_so_beside_what_was_asked_before(there: Scene) -> None:
    slots = await there.slots()
    path = f"/meetings/requests/{await there.ask('aylin', 'bernd', slots[0])}"
    for name in ("aylin", "bernd"):
        assert "You have a meeting with this person already." not in (await there[name].get(path)).text
    later, sooner = await there.book(slots[3], "aylin", "bernd"), await there.book(slots[1], "aylin", "bernd")
    for name in ("aylin", "bernd"):
        text = (await there[name].get(path)).text
        assert "You have a meeting with this person already." in text
        assert f'href="/meetings/{sooner}"' in text
        assert f'href="/meetings/{later}"' not in text
    await there["bernd"].post(f"{path}/decline", data={"reason": "We meet anyway"})
    assert "You have a meeting with this person already." not in (await there["bernd"].get(path)).text


async def test_nobody_is_asked_to_answer_after_the_last_time_at_which_one_could_meet(there: Scene) -> None:
    await there.arrange(replace(WISH, answer_within=12))
    slots = await there.slots()
    early: Request = await there.get(Request, await there.ask("aylin", "bernd", slots[-1]))
    assert early.expires_at == early.sent_at + timedelta(hours=12)
    there.clock.advance(seconds=(slots[-3].starts_at - there.clock.now()).total_seconds())
    late: Request = await there.get(Request, await there.ask("chloe", "dev", slots[-1]))
    assert late.expires_at == slots[-1].starts_at
    await there["dev"].post(f"/meetings/requests/{late.id}/propose", data={"slot": [slots[-2].id]})
    answered: Request = await there.get(Request, late.id)
    assert (answered.turn_id, answered.expires_at) == (there.ids["chloe"], slots[-1].starts_at)


async def test_how_often_somebody_answers_is_shown_once_it_says_something(there: Scene) -> None:
    for name in ("aylin", "chloe"):
        request = await there.ask(name, "bernd")
        await there["bernd"].post(f"/meetings/requests/{request}/decline", data={"reason": "No"})
    async with there.kernel.database.read() as session:
        assert await rate(session, there.fair.id, there.ids["bernd"]) is None
    await there.ask("dev", "bernd")
    there.clock.advance(hours=49)
    await there.kernel.jobs.run_due()
    async with there.kernel.database.read() as session:
        assert await rate(session, there.fair.id, there.ids["bernd"]) == 67


async def test_whoever_leaves_the_fair_has_their_meetings_called_off(there: Scene) -> None:
    slots = await there.slots()
    meeting = await there.book(slots[0], "aylin", "bernd")
    await there["aylin"].post("/fairs/ruhr/leave")
    gone: Meeting = await there.get(Meeting, meeting)
    assert gone.cancelled_at is not None
    assert await there.locks() == []
    assert "Called off" in (await there["bernd"].get("/meetings")).text


async def test_of_many_times_only_the_first_days_are_open_and_those_of_what_is_chosen(there: Scene) -> None:
    path = f"/fairs/ruhr/meetings/with/{there.ids['bernd']}"
    assert opened((await there["aylin"].get(path)).text) == [True, True]
    await there.arrange(replace(WISH, days=[Hours(each, 540, 1080) for each in (TUESDAY, WEDNESDAY)]))
    assert opened((await there["aylin"].get(path)).text) == [True, False]
    again = await there["aylin"].post(path, data={"ask": "", "offer": "", "slot": [(await there.slots())[-1].id]})
    assert opened(again.text) == [True, True]


def opened(page: str) -> list[bool]:
    """Of each day of times whether it is open."""
    return [bool(each) for each in re.findall(r'<details class="slot-day"( open)?>', page)]
