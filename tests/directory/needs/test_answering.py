"""Answering a need, the owner's triage, and the conversation that comes of it."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from chat.introducing import Meeting, introduce
from chat.model import Introduction, Message
from directory.needs import threads
from directory.needs.actions import RefusedError
from directory.needs.model import Answer, AnswerStep
from directory.organisations.model import Member
from server.kernel.ids import new_id
from tests.directory.needs.network import REASON, TITLE, Network, said


async def states(there: Network) -> list[str]:
    async with there.kernel.database.read() as session:
        return list(await session.scalars(select(Answer.state).order_by(Answer.at, Answer.id)))


async def messages(there: Network) -> list[tuple[str, str]]:
    async with there.kernel.database.read() as session:
        rows = await session.execute(select(Message.author_id, Message.text).order_by(Message.seq))
        return [(row.author_id, row.text) for row in rows]


async def test_this_is_us_in_one_form_with_reason_and_product(there: Network) -> None:
    need_id = await there.need()
    page = await there.text("aylin", f"/needs/{need_id}")
    assert "Fits your: Depot charger 350." in page
    assert f'<option value="{there.charger}" selected>' in page  # what fits is chosen already

    form = {
        "reason": REASON,
        "product": there.charger,
        "organisation": there.organisations["voltbus"],
        "cid": new_id(),
    }
    sent = await there["aylin"].post(f"/needs/{need_id}/answer", data=form)
    assert sent.status_code == 303
    assert said(sent).startswith("Your answer is sent.")
    triage = await there.text("bernd", f"/needs/{need_id}/answers")
    assert REASON in triage
    assert "Depot charger 350" in triage


async def test_whoever_cannot_answer_reads_why_and_who_has_no_organisation_is_led_to_one(there: Network) -> None:
    needs = [await there.need(kind=kind) for kind in ("seek", "offer")]
    for need_id, answer, other in zip(needs, ("This is us", "I need this"), ("I need this", "This is us"), strict=True):
        for name in ("dev", "edda"):
            page = await there.text(name, f"/needs/{need_id}")
            assert f"<span>{answer}</span></button>" in page
            assert f"<span>{other}</span>" not in page
            assert ("Only editors and administrators" in page) == (name == "dev")
            assert ('<a class="link-on" href="/organisations/mine">' in page) == (name == "edda")


async def test_sending_an_answer_twice_sends_it_once(there: Network) -> None:
    need_id, cid = await there.need(), new_id()
    first, second = await there.answer(need_id, cid=cid), await there.answer(need_id, cid=cid)

    assert first.id == second.id
    assert await states(there) == ["waiting"]


async def test_two_people_of_an_organisation_answer_at_once_and_one_answer_is_there(there: Network) -> None:
    need_id = await there.need()
    async with there.kernel.database.write() as uow:
        one = (await uow.session.scalars(select(Member).where(Member.person_id == there.people["dev"]))).one()
        one.role = "editor"
    found = await asyncio.gather(there.answer(need_id, "aylin"), there.answer(need_id, "dev"), return_exceptions=True)

    assert sorted(type(each).__name__ for each in found) == ["Answer", "RefusedError"]
    assert await states(there) == ["waiting"]


@pytest.mark.parametrize(
    ("by", "more", "code"),
    [
        ("bernd", {}, "own_need"),
        ("dev", {}, "not_yours"),  # belongs to Voltbus, and does not speak for it
        ("edda", {"organisation": "voltbus"}, "not_yours"),
        ("chloe", {"organisation": "voltbus"}, "not_yours"),
        ("aylin", {"product_id": new_id()}, "no_product"),
    ],
)
async def test_who_may_not_answer_is_told_why(there: Network, by: str, more: dict[str, Any], code: str) -> None:
    need_id = await there.need()

    with pytest.raises(RefusedError) as refused:
        await there.answer(need_id, by, **more)
    assert refused.value.code == code
    assert await states(there) == []


async def test_a_product_of_another_organisation_cannot_be_attached(there: Network) -> None:
    with pytest.raises(RefusedError) as refused:
        await there.answer(await there.need(), "chloe", product_id=there.charger)
    assert refused.value.code == "no_product"


@pytest.mark.parametrize("deed", ["pause", "fulfil"])
async def test_a_need_that_is_not_open_takes_no_answers(there: Network, deed: str) -> None:
    need_id = await there.need()
    await there.turn(need_id, deed)

    with pytest.raises(RefusedError) as refused:
        await there.answer(need_id)
    assert refused.value.code in ("over", "not_there")


async def test_a_need_whose_time_is_over_takes_no_answers_even_before_the_job_came(there: Network) -> None:
    need_id = await there.need()
    there.kernel.clock.advance(days=91)  # type: ignore[attr-defined]  # the tests' clock is frozen

    with pytest.raises(RefusedError) as refused:
        await there.answer(need_id)
    assert refused.value.code == "over"
    assert TITLE not in await there.text("aylin", "/needs")


async def test_an_answer_without_a_reason_comes_back_with_everything_in_it(there: Network) -> None:
    need_id = await there.need()
    form = {"reason": "We fit.", "product": there.charger, "organisation": there.organisations["voltbus"]}
    answer = await there["aylin"].post(f"/needs/{need_id}/answer", data=form)

    assert answer.status_code == 422
    assert "at least 20 characters" in answer.text
    assert "We fit." in answer.text
    assert f'<option value="{there.charger}" selected>' in answer.text
    assert await states(there) == []


async def test_asking_back_and_replying_change_whose_turn_it_is(there: Network) -> None:
    answer = await there.answer(await there.need())
    asked = await there["bernd"].post(f"/answers/{answer.id}/asked", data={"text": "How loud is it?", "cid": new_id()})
    assert asked.status_code == 303
    assert await states(there) == ["asked"]
    assert "Your turn" in await there.text("aylin", f"/answers/{answer.id}")

    await there["aylin"].post(f"/answers/{answer.id}/replied", data={"text": "45 dB.", "cid": new_id()})
    assert await states(there) == ["waiting"]
    assert "45 dB." in await there.text("bernd", f"/answers/{answer.id}")


async def test_an_empty_question_is_not_sent(there: Network) -> None:
    answer = await there.answer(await there.need())
    refused = await there["bernd"].post(f"/answers/{answer.id}/asked", data={"text": "  "})

    assert refused.status_code == 422
    assert "There is nothing in it yet." in refused.text
    assert await states(there) == ["waiting"]


async def test_declining_with_a_prepared_reason_is_one_tap(there: Network) -> None:
    need_id = await there.need()
    answer = await there.answer(need_id)
    done = await there["bernd"].post(f"/answers/{answer.id}/declined", data={"reason": "taken", "back": "triage"})

    assert done.headers["location"] == f"/needs/{need_id}/answers"
    assert "We have found somebody." in await there.text("aylin", f"/answers/{answer.id}")
    assert await states(there) == ["declined"]


async def test_declining_in_own_words_needs_words(there: Network) -> None:
    answer = await there.answer(await there.need())
    empty = await there["bernd"].post(f"/answers/{answer.id}/declined", data={"reason": "own", "text": ""})
    assert empty.status_code == 422

    await there["bernd"].post(
        f"/answers/{answer.id}/declined", data={"reason": "own", "text": "Our yard is too small."}
    )
    assert "Our yard is too small." in await there.text("aylin", f"/answers/{answer.id}")


async def test_a_step_is_taken_once_however_often_it_is_sent(there: Network) -> None:
    answer, cid = await there.answer(await there.need()), new_id()
    for _ in range(2):
        await there.step(answer.id, "asked", text="How loud is it?", cid=cid)
    async with there.kernel.database.read() as session:
        kinds = list(await session.scalars(select(AnswerStep.kind).order_by(AnswerStep.number)))

    assert kinds == ["answered", "asked"]


async def test_after_the_end_nothing_more_can_be_done(there: Network) -> None:
    answer = await there.answer(await there.need())
    await there.step(answer.id, "withdrawn", by="aylin")

    for name, kind in (("bernd", "accepted"), ("bernd", "asked"), ("aylin", "replied")):
        refused = await there[name].post(f"/answers/{answer.id}/{kind}", data={"text": "Still?"})
        assert refused.status_code == 409
    assert await states(there) == ["withdrawn"]


async def test_the_other_sides_steps_cannot_be_taken(there: Network) -> None:
    answer = await there.answer(await there.need())

    assert (await there["aylin"].post(f"/answers/{answer.id}/accepted")).status_code == 404
    assert (await there["bernd"].post(f"/answers/{answer.id}/withdrawn")).status_code == 404
    assert (await there["dev"].post(f"/answers/{answer.id}/withdrawn")).status_code == 404
    assert await states(there) == ["waiting"]


async def test_accepting_opens_a_conversation_between_people_who_share_no_fair(there: Network) -> None:
    answer = await there.answer(await there.need(blind=True), product_id=there.charger)
    await there["bernd"].post(f"/answers/{answer.id}/accepted", data={"cid": new_id()})
    assert await messages(there) == [(there.people["aylin"], REASON)]

    page = await there.text("bernd", f"/answers/{answer.id}")
    assert f'action="/messages/to/{there.people["aylin"]}"' in page
    opened = await there["bernd"].post(f"/messages/to/{there.people['aylin']}")
    assert opened.status_code == 303
    channel = opened.headers["location"]
    assert (await there["bernd"].post(channel, data={"text": "Shall we talk?"})).status_code == 303
    assert (await there["aylin"].post(channel, data={"text": "Gladly."})).status_code == 303
    assert [text for _, text in await messages(there)] == [REASON, "Shall we talk?", "Gladly."]
    assert (await there["aylin"].get(f"/people/{there.people['bernd']}")).status_code == 200


async def test_without_an_introduction_two_strangers_cannot_write_to_each_other(there: Network) -> None:
    await there.answer(await there.need())

    assert (await there["bernd"].post(f"/messages/to/{there.people['aylin']}")).status_code == 404
    assert (await there["aylin"].get(f"/people/{there.people['bernd']}")).status_code == 404


async def test_an_introduction_that_runs_again_says_nothing_twice(there: Network) -> None:
    answer = await there.answer(await there.need())
    await there.step(answer.id, "accepted")
    await there.kernel.jobs.run_due()  # the job for what no listener heard
    again = Meeting(f"answer:{answer.id}", there.people["aylin"], there.people["bernd"], REASON)
    await introduce(there.app.state.chat, again)
    async with there.kernel.database.read() as session:
        count = await session.scalar(select(func.count()).select_from(Introduction))

    assert count == 1
    assert await messages(there) == [(there.people["aylin"], REASON)]


async def test_who_answered_and_left_is_not_the_one_to_talk_with(there: Network) -> None:
    answer = await there.answer(await there.need())
    async with there.kernel.database.write() as uow:
        members = (await uow.session.scalars(select(Member))).all()
        for one in members:
            if one.person_id == there.people["dev"]:
                one.role = "editor"
            if one.person_id == there.people["aylin"]:
                await uow.session.delete(one)
    await there.step(answer.id, "accepted")

    assert await messages(there) == [(there.people["dev"], REASON)]


async def test_answers_that_wait_and_needs_that_fit_stand_on_the_start_page(there: Network) -> None:
    need_id = await there.need()
    today = await there.text("aylin", "/")
    assert "Needs that fit you" in today
    assert TITLE in today

    answer = await there.answer(need_id)
    today = await there.text("bernd", "/")
    assert "Answers that wait" in today
    assert f"/answers/{answer.id}" in today
    assert "Answers that wait" not in await there.text("chloe", "/")


async def test_all_answers_of_both_sides_are_found_over_pages(there: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "PAGE", 1)
    needs = [await there.need() for _ in range(2)]
    given = {
        (name, need_id): (await there.answer(need_id, by=name)).id for name in ("aylin", "chloe") for need_id in needs
    }

    async def found(name: str, path: str, onward: str) -> list[str]:
        pages = [await there.text(name, path), await there.text(name, onward)]
        assert [f'href="{onward}"' in page.replace("&amp;", "&") for page in pages] == [True, False]
        assert [">To the beginning<" in page for page in pages] == [False, True]
        return [id_ for page in pages for id_ in given.values() if f'href="/answers/{id_}"' in page]

    triage = await found("bernd", f"/needs/{needs[0]}/answers", f"/needs/{needs[0]}/answers?after=1")
    assert sorted(triage) == sorted(given[name, needs[0]] for name in ("aylin", "chloe"))
    mine = await found("aylin", "/needs?tab=mine", "/needs?tab=mine&given=1#given-title")
    assert sorted(mine) == sorted(given["aylin", need_id] for need_id in needs)
    for name, path in (("bernd", f"/needs/{needs[0]}/answers?after"), ("aylin", "/needs?tab=mine&given")):
        assert "That was everything" in await there.text(name, f"{path}=2")
        for wrong in ("-1", "1e3", "0" * 9 + "9" * 5_000, "٣"):
            assert (await there[name].get(f"{path}={wrong}")).status_code == 404
    assert "2 organisations say" in await there.text("bernd", f"/needs/{needs[0]}/answers")
