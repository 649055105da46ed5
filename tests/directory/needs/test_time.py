"""What time does to needs: one reminder with one-tap links, the end, and the mails that gather news."""

import re
from datetime import date, timedelta

from sqlalchemy import select

from directory.needs.model import Need, NeedChange, NeedReminder
from tests.directory.needs.network import TITLE, Network
from web.frame import LOCALE_COOKIE


async def later(there: Network, **duration: float) -> list[str]:
    """Let time pass and the jobs run; the mails that there are then."""
    there.kernel.clock.advance(**duration)  # type: ignore[attr-defined]  # the tests' clock is frozen
    await there.kernel.jobs.run_due()
    return there.mails()


async def state(there: Network, need_id: str) -> str:
    async with there.kernel.database.read() as session:
        return (await session.get_one(Need, need_id)).state


def link(mail: str, do: str) -> str:
    found = re.search(rf"/needs/end/[^\s?\"]+\?do={do}", mail)
    assert found
    return found[0]


async def test_the_owner_is_reminded_once_a_week_before_the_end(there: Network) -> None:
    need_id = await there.need()
    assert await later(there, days=82) == []
    (mail,) = await later(there, days=1)
    assert "To: bernd@people.example" in mail
    assert f"Still true? {TITLE}" in mail
    for ends in there.app.state.needs.ends, there.app.state.needs.ends:
        async with there.kernel.database.read() as session:
            need = await session.get_one(Need, need_id)
        assert need.expires_at
        await ends._remind({"need_id": need_id, "expires_at": need.expires_at.isoformat()})  # a job may run again
    await there.kernel.jobs.run_due()

    assert len(there.mails()) == 1
    async with there.kernel.database.read() as session:
        assert len((await session.scalars(select(NeedReminder))).all()) == 1


async def test_one_tap_renews_without_signing_in_and_opening_the_link_alone_does_nothing(there: Network) -> None:
    need_id = await there.need()
    (mail,) = await later(there, days=83)
    path = link(mail, "renew")
    opened = await there["nobody"].get(path)
    assert TITLE in opened.text
    assert opened.headers["referrer-policy"] == "no-referrer"
    async with there.kernel.database.read() as session:
        before = (await session.get_one(Need, need_id)).expires_at
    done = await there["nobody"].post(path.partition("?")[0], data={"do": "renew"})
    assert "It is renewed." in done.text
    async with there.kernel.database.read() as session:
        after = (await session.get_one(Need, need_id)).expires_at

    assert before
    assert after == before + timedelta(days=83)


async def test_what_ends_on_a_chosen_day_is_not_said_to_be_renewed(there: Network) -> None:
    need_id = await there.need(deadline=date(2026, 10, 30))
    (mail,) = await later(there, days=42)
    assert mail.count("It ends on the day that you chose, 30 October 2026.") == 2  # in plain text, too
    assert f"/needs/{need_id}/edit" in mail
    path = link(mail, "fulfil").partition("?")[0]
    done = await there["nobody"].post(path, data={"do": "renew"})
    assert done.status_code == 409
    assert "It ends on the day that you chose: choose a later one." in done.text
    assert "It ends on the day that you chose" in await there.text("nobody", path)
    page = await there.text("bernd", f"/needs/{need_id}")
    assert 'value="renew"' not in page
    assert "Open until 30 October 2026." in page
    assert "open until 30 October 2026" in page
    refused = await there["bernd"].post(f"/needs/{need_id}/turn", data={"do": "renew"})
    assert refused.headers["location"] == f"/needs/{need_id}/edit"
    assert 'value="2026-10-30"' in await there.text("bernd", refused.headers["location"])


async def test_nobody_reads_that_it_soon_runs_out_when_it_does_not_any_more(there: Network) -> None:
    await there.need()
    (mail,) = await later(there, days=83)
    soon = f"Soon runs out: {TITLE}"
    assert soon in await there.text("bernd", "/needs?tab=mine")
    await there["nobody"].post(link(mail, "renew").partition("?")[0], data={"do": "renew"})
    assert soon not in await there.text("bernd", "/needs?tab=mine")


async def test_one_tap_closes(there: Network) -> None:
    need_id = await there.need()
    (mail,) = await later(there, days=83)
    await there["nobody"].post(link(mail, "fulfil").partition("?")[0], data={"do": "fulfil"})

    assert await state(there, need_id) == "fulfilled"


async def test_a_link_that_was_changed_or_is_too_old_leads_nowhere(there: Network) -> None:
    await there.need()
    (mail,) = await later(there, days=83)
    path = link(mail, "renew").partition("?")[0]
    assert (await there["nobody"].get(path[:-2] + "xx")).status_code == 404
    await later(there, days=61)

    assert (await there["nobody"].post(path, data={"do": "renew"})).status_code == 404


async def test_a_renewed_need_is_reminded_of_its_new_end_only(there: Network) -> None:
    need_id = await there.need()
    await later(there, days=40)
    await there.turn(need_id, "renew")
    assert await later(there, days=50) == []
    assert len(await later(there, days=33)) == 1


async def test_what_nobody_renews_runs_out_and_that_is_on_record(there: Network) -> None:
    need_id = await there.need(deadline=date(2026, 9, 30))
    await later(there, days=17)
    async with there.kernel.database.read() as session:
        rows = await session.execute(select(NeedChange.deed, NeedChange.by_id).order_by(NeedChange.at, NeedChange.id))
        records = [(row.deed, row.by_id) for row in rows]

    assert await state(there, need_id) == "expired"
    assert records == [("write", there.people["bernd"]), ("publish", there.people["bernd"]), ("expire", None)]


async def test_a_paused_need_is_found_by_nobody_and_comes_back(there: Network) -> None:
    need_id = await there.need()
    await there.turn(need_id, "pause")
    assert TITLE not in await there.text("aylin", "/needs")
    assert (await there["aylin"].get(f"/needs/{need_id}")).status_code == 404
    await there.turn(need_id, "resume")

    assert TITLE in await there.text("aylin", "/needs")


async def test_news_of_an_hour_come_in_one_mail_and_what_was_seen_in_none(there: Network) -> None:
    first, second = await there.need(), await there.need(texts=await other_texts())
    await there.answer(first)
    await there.answer(second)
    seen = await there.answer(first, "chloe")
    await there.text("bernd", f"/answers/{seen.id}")
    mails = await later(there, hours=1, minutes=2)

    assert len(mails) == 1
    assert mails[0].count("Voltbus says “This is us”") >= 2
    assert "Hydrolumière" not in mails[0]
    assert await later(there, hours=5) == mails


async def test_news_are_told_in_the_language_in_which_one_reads_and_mailed_in_that_of_the_profile(
    there: Network,
) -> None:
    need_id = await there.need()
    await there.answer(need_id)
    there["bernd"].cookies.set(LOCALE_COOKIE, "de")
    assert "Voltbus sagt „Das sind wir“" in await there.text("bernd", "/needs?tab=mine")
    (row,) = (await there["bernd"].get("/needs/news/export.json")).json()
    assert row["text"].startswith("Voltbus sagt „Das sind wir“")
    (mail,) = await later(there, hours=1, minutes=2)
    assert "Voltbus says “This is us”" in mail


async def other_texts() -> dict[str, object]:
    from directory.needs.seen import Wording

    return {"en": Wording("Second-life batteries for a depot", "Two hundred kilowatt-hours are enough.", "", "")}


async def test_mails_stop_by_the_link_in_them_and_come_again_when_wanted(there: Network) -> None:
    need_id = await there.need()
    answer = await there.answer(need_id)
    (mail,) = await later(there, hours=1, minutes=2)
    found = re.search(r"/news/mails/[^\s\"<]+", mail)
    assert found
    assert "Send me no more mails" in (await there["nobody"].get(found[0])).text
    await there["nobody"].post(found[0], data={"mails": "stop"})
    await there.step(answer.id, "asked", text="How loud is it?")
    await there.step(answer.id, "replied", by="aylin", text="45 dB.")
    assert [each for each in await later(there, hours=2) if "To: bernd@" in each] == [mail]
    assert "has replied" in await there.text("bernd", "/needs?tab=mine")  # in the app it is told all the same

    await there["nobody"].post(found[0], data={"mails": "again"})
    await there.step(answer.id, "replied", by="aylin", text="And 40 dB at night.")
    assert len([each for each in await later(there, hours=2) if "To: bernd@" in each]) == 2
