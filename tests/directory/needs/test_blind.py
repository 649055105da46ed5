"""Whose a blind need is, is in nothing that leaves the server for anybody who may not know it."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from directory.needs import queries, threads
from directory.needs.actions import RefusedError
from directory.needs.knowing import if_known
from directory.needs.model import Answer, AnswerStep, Need
from directory.needs.queries import Filter
from directory.needs.seen import Wording
from directory.organisations.model import Organisation
from directory.speaking import NOBODY, viewer_of
from tests.directory.needs.network import HIDDEN, NAMES, TITLE, Network

pytestmark = pytest.mark.usefixtures("search_index")

# Everything by which somebody could recognise the owner: name, legal name, address, domain, people, ids.
TELLING = (HIDDEN, "Hagenfeld", "stadtwerke", "Kowalski", "Bernd")


def secrets_of(there: Network) -> list[str]:
    """What must not be in any answer."""
    return [*TELLING, there.organisations["utility"], there.people["bernd"]]


async def everything_that(there: Network, name: str, need_id: str) -> dict[str, str]:
    """Every answer that somebody gets about a need: pages, redirects, errors, headers included."""
    paths = [
        "/needs", "/needs?q=350", f"/needs?q={HIDDEN}", "/needs?industry=mobility&country=DE", "/needs?tab=offer",
        f"/needs/{need_id}", f"/needs/{need_id}-wrong", f"/needs/{need_id}/answer", f"/needs/{need_id}/answers",
        f"/needs/{need_id}/edit", "/needs?tab=mine", "/", "/contacts", "/me/data",
    ]  # fmt: skip
    found = {}
    for path in paths:
        for accept in ("text/html", "application/json"):
            answer = await there[name].get(path, headers={"accept": accept})
            found[f"{path} {accept}"] = f"{answer.headers} {answer.text}"
            if answer.status_code == 301:
                followed = await there[name].get(answer.headers["location"])
                found[f"{path} followed"] = f"{followed.headers} {followed.text}"
    for method, path in (("turn", "pause"), ("files", ""), ("edit", ""), ("answer", "")):
        refused = await there[name].post(f"/needs/{need_id}/{method}", data={"do": path})
        found[f"POST {method}"] = f"{refused.headers} {refused.text}"
    return found


@pytest.mark.parametrize("name", ["nobody", "edda", "dev", "aylin", "chloe"])
async def test_no_answer_of_the_server_tells_a_stranger_whose_it_is(there: Network, name: str) -> None:
    need_id = await there.need(blind=True)
    found = await everything_that(there, name, need_id)
    told = {
        f"{at}: {secret}"
        for at, text in found.items()
        for secret in secrets_of(there)
        if secret.lower() in re.sub(r"q=[^\"&]*|value=\"Stadtwerke Hagenfeld\"", "", text).lower()
    }

    assert told == set()
    assert any(TITLE in text for text in found.values())  # they did see the need
    assert any("mid-size utility, NRW" in text for text in found.values())


async def test_looking_for_the_owner_does_not_find_a_blind_need(there: Network) -> None:
    await there.need(blind=True)

    assert TITLE not in await there.text("aylin", f"/needs?q={HIDDEN}")
    assert TITLE not in await there.text("aylin", "/needs?q=Hagenfeld")


async def test_no_query_brings_the_owner_of_a_blind_need_out_of_the_database(there: Network) -> None:
    need_id = await there.need(blind=True)
    now = there.kernel.clock.now()
    async with there.kernel.database.read() as session:
        for viewer in (NOBODY, await viewer_of(session, there.people["aylin"])):
            seen = [
                await queries.need(session, viewer, need_id),
                *await queries.listed(session, viewer, Filter(), now),
                *(await queries.by_ids(session, viewer, [need_id])).values(),
            ]
            assert [(each.owner, each.place) for each in seen if each] == [(None, "")] * 3
            owner = select(if_known(viewer, Organisation.name)).join(Need, Need.organisation_id == Organisation.id)
            assert await session.scalar(owner.where(Need.id == need_id)) is None
            mine = await queries.of_organisation(session, viewer, there.organisations["utility"], now)
            assert mine == []


async def test_the_organisations_own_page_does_not_list_its_blind_needs_even_for_itself(there: Network) -> None:
    await there.need(blind=True)
    plain = await there.need()
    async with there.kernel.database.read() as session:
        viewer = await viewer_of(session, there.people["bernd"])
        shown = await queries.of_organisation(session, viewer, there.organisations["utility"], there.kernel.clock.now())

    assert [each.id for each in shown] == [plain]


async def test_the_id_of_a_need_does_not_say_when_it_was_made(there: Network) -> None:
    ids = [await there.need(blind=True) for _ in range(3)]

    assert [each[14] for each in ids] == ["4"] * 3  # UUID version 4: random


async def test_a_draft_is_not_there_for_anybody_else(there: Network) -> None:
    need_id = await there.need(blind=True, publish=False)

    for name in ("nobody", "aylin"):
        assert (await there[name].get(f"/needs/{need_id}")).status_code == 404
    assert TITLE in await there.text("bernd", f"/needs/{need_id}")


async def thread_texts(there: Network, name: str, answer_id: str, need_id: str) -> str:
    return await there.text(name, f"/answers/{answer_id}") + await there.text(name, f"/needs/{need_id}")


async def test_both_sides_reveal_step_by_step(there: Network) -> None:
    need_id = await there.need(blind=True)
    answer = await there.answer(need_id, blind=True, product_id=there.charger)

    before = await there.text("bernd", f"/needs/{need_id}/answers")
    assert "Start-up, Türkiye" in before or "Start-up, Turkey" in before
    assert "Voltbus" not in before
    assert "Depot charger" not in before

    await there.step(answer.id, "asked", text="How loud is it at night?")
    asked = await thread_texts(there, "aylin", answer.id, need_id)
    assert "How loud is it at night?" in asked
    assert not [each for each in secrets_of(there) if each.lower() in asked.lower()]

    await there.step(answer.id, "replied", by="aylin", text="45 dB at ten metres.")
    await there.step(answer.id, "revealed")
    assert HIDDEN in await thread_texts(there, "aylin", answer.id, need_id)
    after = await there.text("bernd", f"/needs/{need_id}/answers")
    assert "Voltbus" in after
    assert "Depot charger 350" in after

    third = await there.text("chloe", f"/needs/{need_id}")
    assert HIDDEN not in third  # shown to one is shown to nobody else


async def test_each_step_is_a_record_with_who_and_when(there: Network) -> None:
    need_id = await there.need(blind=True)
    answer = await there.answer(need_id)
    await there.step(answer.id, "revealed")
    async with there.kernel.database.read() as session:
        steps = (await session.scalars(select(AnswerStep).order_by(AnswerStep.number))).all()

    assert [(each.number, each.kind, each.by_id) for each in steps] == [
        (1, "answered", there.people["aylin"]),
        (2, "revealed", there.people["bernd"]),
    ]
    assert all(each.at == there.kernel.clock.now() for each in steps)


async def test_the_name_of_whoever_asks_for_the_owner_is_not_shown_to_the_other_side(there: Network) -> None:
    need_id = await there.need()  # not blind: the organisation is known, its people are not
    answer = await there.answer(need_id)
    await there.step(answer.id, "asked", text="How loud is it?")

    assert NAMES["bernd"] not in await there.text("aylin", f"/answers/{answer.id}")
    assert NAMES["bernd"] in await there.text("bernd", f"/answers/{answer.id}")


async def test_mails_about_a_blind_need_do_not_tell_whose_it_is(there: Network) -> None:
    need_id = await there.need(blind=True)
    answer = await there.answer(need_id)
    await there.step(answer.id, "asked", text="How loud is it at night?")
    await there.step(answer.id, "declined", text="Too loud for our neighbours.")
    there.kernel.clock.advance(seconds=3700)  # type: ignore[attr-defined]  # the tests' clock is frozen
    await there.kernel.jobs.run_due()
    mails = [mail for mail in there.mails() if "aylin@" in mail]

    assert len(mails) == 1
    assert "mid-size utility, NRW" in mails[0]
    assert not [each for each in secrets_of(there) if each.lower() in mails[0].lower()]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Stadtwerke Hagenfeld seek chargers"},
        {"text": "Write to b.kowalski@stadtwerke-hagenfeld.example"},
        {"shown_as": "Stadtwerke Hagenfeld GmbH"},
        {"gets": "A visit at https://hagenfeld.example"},
    ],
)
async def test_a_blind_need_whose_text_says_who_wrote_it_is_not_taken(there: Network, changes: dict[str, Any]) -> None:
    words = {"title": TITLE, "text": "Words enough.", "gets": "", "shown_as": "utility"} | changes

    with pytest.raises(RefusedError) as refused:
        await there.need(blind=True, texts={"en": Wording(**words)})
    assert refused.value.code == "tells_who"


async def test_what_was_seen_with_a_name_cannot_become_blind(there: Network) -> None:
    need_id = await there.need()
    form = {
        "kind": "seek", "category": "product", "visibility": "public", "title_en": TITLE, "text_en": "Words enough.",
        "shown_as_en": "utility", "blind": "yes", "do": "save",
    }  # fmt: skip
    answer = await there["bernd"].post(f"/needs/{need_id}/edit", data=form)

    assert answer.status_code == 422
    assert "already seen with your name" in answer.text


async def test_attachments_of_a_blind_need_are_for_those_who_know_whose_it_is(there: Network) -> None:
    need_id = await there.need(blind=True)
    file = {"file": ("Lageplan Hagenfeld.pdf", b"%PDF-1.7 map", "application/pdf")}
    assert (await there["bernd"].post(f"/needs/{need_id}/files", files=file)).status_code == 303
    own = await there.text("bernd", f"/needs/{need_id}")
    path = re.search(rf"/needs/{need_id}/files/[0-9a-f-]{{36}}", own)
    assert path
    assert f'href="{path[0]}" data-turbo="false" download' in own, "the browser keeps it, and fetches it once"

    answer = await there.answer(need_id)
    hidden = await there.text("aylin", f"/needs/{need_id}")
    assert "Lageplan" not in hidden
    assert "1 file. You get it when the owner shows you who they are." in hidden
    assert (await there["aylin"].get(path[0])).status_code == 404

    await there.step(answer.id, "revealed")
    given = await there["aylin"].get(path[0])
    assert given.content == b"%PDF-1.7 map"
    assert given.headers["content-disposition"].startswith("attachment")


async def test_who_does_not_belong_to_either_side_finds_no_answer(there: Network) -> None:
    answer = await there.answer(await there.need(blind=True))

    for name in ("edda", "chloe"):
        assert (await there[name].get(f"/answers/{answer.id}")).status_code == 404
        assert (await there[name].post(f"/answers/{answer.id}/accepted")).status_code == 404
    async with there.kernel.database.read() as session:
        assert (await session.get_one(Answer, answer.id)).state == "waiting"
        viewer = await viewer_of(session, there.people["chloe"])
        assert await threads.thread(session, viewer, answer.id) is None
