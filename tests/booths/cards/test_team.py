"""The people of an organisation read the cards that were left with it, say what they think of them, and note it."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete

from booths.cards.spread import counted, days_of
from directory.organisations.model import Member
from fairs.model import Fair
from people.admins import grant_admin
from server.kernel.ids import new_id
from tests.booths.cards.scene import ABOUT, MAIL, Cards, said_of


async def test_the_people_of_the_organisation_read_what_was_given_and_how_to_answer(there: Cards) -> None:
    await there.leave(email="yes", phone="+49 (0)201 / 123-456")
    for one in ("aylin", "dev"):
        page = await there.text(one)
        for said in ("Bernd Kowalski", "Head of fleet", "Stadtwerke Ruhr", ABOUT, "Hall 1", "Ruhr", "14 Sep"):
            assert said in page, said
        assert f'href="mailto:{MAIL}"' in page
        assert 'href="tel:+49201123456"' in page
        assert f'action="/messages/to/{there.ids["bernd"]}"' in page


async def test_nobody_else_reads_them_nor_writes_about_them(there: Cards) -> None:
    await there.leave()
    card = await there.card()
    async with there.kernel.database.write() as uow:
        await grant_admin(uow, there.ids["edda"], by=None)
    for one in ("bernd", "chloe", "edda"):
        for path in ("", "/export.csv", "/cards.vcf", f"/{card}/card.vcf"):
            assert (await there[one].get(there.path + path)).status_code == 404, (one, path)
        for deed in ({"assessment": "soon"}, {"note": "Mine"}):
            answer = await there[one].post(f"{there.path}/{card}/{next(iter(deed))}", data=deed)
            assert answer.status_code == 403, (one, deed)
    assert (await there.fair.stranger.get(there.path)).status_code != 200
    assert there.path not in await there.text("edda", f"/o/{there.fair.voltbus}"), "no tab leads to what is not theirs"
    assert there.path in await there.text("dev", f"/o/{there.fair.voltbus}")


async def test_who_leaves_the_organisation_reads_them_no_longer(there: Cards) -> None:
    await there.leave()
    assert ABOUT in await there.text("dev")
    async with there.kernel.database.write() as uow:
        await uow.session.execute(delete(Member).where(Member.person_id == there.ids["dev"]))
    assert (await there["dev"].get(there.path)).status_code == 404
    answer = await there["dev"].post(f"{there.path}/{await there.card()}/note", data={"note": "Still here"})
    assert answer.status_code == 403


async def test_the_cards_of_one_organisation_are_not_reached_through_another(there: Cards) -> None:
    slug, _hydro = await there.fair.organisation(by="chloe", name="Hydro Lumière", visibility="public")
    await there.leave()
    card = await there.card()
    assert (await there["chloe"].get(f"/o/{slug}/cards/{card}/card.vcf")).status_code == 404
    for deed in ({"assessment": "soon"}, {"note": "Mine"}):
        answer = await there["chloe"].post(f"/o/{slug}/cards/{card}/{next(iter(deed))}", data=deed)
        assert answer.status_code == 404
    assert "Bernd" not in await there.text("chloe", f"/o/{slug}/cards")


async def test_one_writes_only_to_whom_one_meets_at_a_fair(there: Cards) -> None:
    await there.leave()
    await there["bernd"].post("/fairs/ruhr/leave")
    page = await there.text("aylin")
    assert (ABOUT in page, "/messages/to/" in page) == (True, False)


async def test_before_there_are_any_the_page_says_how_they_come(there: Cards) -> None:
    page = await there.text("aylin")
    assert "No cards yet" in page
    assert "come here by themselves" in page
    assert "export." not in page


async def test_an_assessment_is_seen_by_all_and_taken_away_by_pressing_it_again(there: Cards) -> None:
    await there.leave()
    path = f"{there.path}/{await there.card()}/assessment"
    pressed = 'name="assessment" value="" aria-pressed="true"'
    assert pressed not in await there.text("dev")
    await there["aylin"].post(path, data={"assessment": "soon"})
    assert pressed in await there.text("dev")
    await there["dev"].post(path, data={"assessment": "no"})
    assert 'value="soon" aria-pressed="false"' in await there.text("aylin")
    await there["dev"].post(path, data={"assessment": ""})
    assert pressed not in await there.text("aylin")
    assert (await there["dev"].post(path, data={"assessment": "great"})).status_code == 404
    assert (
        await there["dev"].post(f"{there.path}/{new_id()}/assessment", data={"assessment": "no"})
    ).status_code == 404


async def test_pressed_twice_in_one_moment_an_assessment_is_one(there: Cards) -> None:
    await there.leave()
    path = f"{there.path}/{await there.card()}/assessment"
    kinds = ("soon", "soon", "later", "no")
    answers = await asyncio.gather(
        *(there[one].post(path, data={"assessment": kind}) for kind in kinds for one in ("aylin", "dev"))
    )
    assert {answer.status_code for answer in answers} == {303}


async def test_a_note_says_who_wrote_last_and_nothing_of_a_colleague_is_lost(there: Cards) -> None:
    await there.leave()
    path = f"{there.path}/{await there.card()}/note"
    await there["aylin"].post(path, data={"note": "Ring him\non Monday.", "before": ""})
    page = await there.text("dev")
    assert "Ring him\non Monday." in page
    assert "Aylin Demir" in page
    answer = await there["dev"].post(path, data={"note": "Met him.", "before": ""})
    assert answer.status_code == 422
    for said in ("Somebody else has changed this note meanwhile.", "Met him.", "Ring him\non Monday."):
        assert said in answer.text
    # As browsers send it: with the ends of lines that forms have.
    both = {"note": "Met him.\r\nRing him.", "before": "Ring him\r\non Monday."}
    assert said_of((await there["dev"].post(path, data=both, follow_redirects=True)).text) == "The note is saved."
    assert "Met him.\nRing him." in await there.text("aylin")
    answer = await there["aylin"].post(path, data={"note": "x" * 601, "before": "Met him.\nRing him."})
    assert (answer.status_code, "That is too long" in answer.text) == (422, True)
    assert 'href="#note"' in answer.text, "what is wrong leads to its field"
    assert 'id="note"' in answer.text
    await there["aylin"].post(path, data={"note": "", "before": "Met him.\nRing him."})
    assert "Met him." not in await there.text("dev")


async def test_what_no_form_of_ours_says_breaks_nothing(there: Cards) -> None:
    await there.leave()
    path = f"{there.path}/{await there.card()}"
    for before in ("x" * 10_000, "\u202e"):
        assert (await there["aylin"].post(f"{path}/note", data={"note": "Mine", "before": before})).status_code == 422
    wrong = {"assessment": "soon", "is": "great", "page": "x", "fair": "none"}
    assert (await there["aylin"].post(f"{path}/assessment", data=wrong)).status_code in (303, 404)
    assert "Mine" not in await there.text("aylin")


async def test_two_who_write_the_first_note_at_once_lose_nothing(there: Cards) -> None:
    await there.leave()
    path = f"{there.path}/{await there.card()}/note"
    answers = await asyncio.gather(
        *(there[one].post(path, data={"note": one, "before": ""}) for one in ("aylin", "dev"))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 422]


async def test_the_list_is_narrowed_by_assessment_and_by_fair(there: Cards) -> None:
    await there.leave(about="From Bernd")
    await there.leave("edda", about="From Edda")
    bernds, _eddas = await there.cards()
    await there["aylin"].post(f"{there.path}/{bernds.id}/assessment", data={"assessment": "later"})

    async def shown(query: str) -> list[str]:
        page = await there.text("aylin", there.path + query)
        return [who for who in ("Bernd", "Edda") if f"From {who}" in page]

    assert await shown("?is=later") == ["Bernd"]
    assert await shown("?is=open") == ["Edda"]
    assert await shown("?is=soon") == []
    assert await shown("?fair=ruhr") == ["Bernd", "Edda"]
    assert await shown("?fair=ruhr&is=open") == ["Edda"]
    page = await there.text("aylin")
    assert page.index("From Edda") < page.index("From Bernd"), "the latest first"
    assert "Not assessed yet (1)" in page
    assert "1 not assessed yet" in page
    for wrong in ("?is=great", "?fair=none", "?before=x"):
        assert (await there["aylin"].get(there.path + wrong)).status_code == 404, wrong


async def test_the_list_comes_page_by_page_and_one_stays_on_a_page(
    there: Cards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booths.cards.pages.team.PAGE", 1)
    await there.leave(about="From Bernd")
    await there.leave("edda", about="From Edda")
    bernds, eddas = await there.cards()
    onward = f"{there.path}?is=open&amp;before={eddas.id}"
    assert onward in await there.text("aylin", f"{there.path}?is=open")
    page = await there.text("aylin", f"{there.path}?is=open&before={eddas.id}")
    assert ("From Bernd" in page, "From Edda" in page) == (True, False)
    form = {"assessment": "soon", "is": "open", "page": eddas.id}
    answer = await there["aylin"].post(f"{there.path}/{bernds.id}/assessment", data=form)
    assert answer.headers["location"] == f"{there.path}?is=open&before={eddas.id}#card-{bernds.id}"


async def test_what_people_typed_is_text_on_the_page(there: Cards) -> None:
    await there.profile("bernd", name="<b>Bernd</b>", organisation='"><script>')
    await there.leave(about="<img src=x>")
    for one, path in (("aylin", ""), ("bernd", "/cards"), ("bernd", "/fairs/ruhr/rooms/hall-1/card")):
        page = await there.text(one, path)
        assert "<b>Bernd" not in page
        assert "<img src=x" not in page
        assert '"><script>' not in page


async def test_enough_cards_are_counted_by_the_days_of_their_fair(
    there: Cards, monkeypatch: pytest.MonkeyPatch
) -> None:
    await there.leave()
    assert "By day of the fair" not in await there.text("aylin")
    monkeypatch.setattr("booths.cards.spread.CARDS_LEAST", 1)
    page = await there.text("aylin")
    assert "By day of the fair" in page
    assert "14 Sep" in page


async def test_moments_count_for_the_days_of_the_fairs_own_clock(there: Cards) -> None:
    fair: Fair = there.fair.guests.fair  # 14 to 16 September in Berlin
    first, *_, last = days_of(fair)
    begin = there.kernel.clock.now().replace(year=first.year, month=first.month, day=first.day, hour=0, minute=0)
    moments = [begin - timedelta(hours=1), begin - timedelta(hours=3), begin + timedelta(days=9)]
    assert counted(moments, fair) == {first: 1, first - timedelta(days=1): 1, last + timedelta(days=1): 1}
