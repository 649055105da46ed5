"""Colleagues share what they are asked, take it from one another, and swap the meetings that they hold."""

import asyncio
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from sqlalchemy import select, update

from directory.organisations import merging
from directory.organisations.model import Member
from meetings import bookings
from meetings.mails import REQUEST_WORDS
from meetings.model import Handover, Meeting, Request, Retreat, Seat, Substitution
from meetings.queries import plan_of
from meetings.requests import Asking
from meetings.teams import actions, queries
from people.model import Person
from server.kernel.ids import new_id
from tests.meetings.reader import read
from tests.meetings.scene import Scene
from tests.meetings.teams.conftest import TEAM, organisation


async def ask_team(there: Scene, organisation_id: str, name: str = "aylin") -> Any:
    """Somebody asks the team about buses."""
    data = {"ask": "Charging for 24 buses", "offer": "Chargers with a buffer"}
    return await there[name].post(f"/fairs/ruhr/meetings/with-team/{organisation_id}", data=data)


async def holder(there: Scene, request_id: str) -> str:
    """The name of who has a request."""
    to_id = (await there.get(Request, request_id)).to_id
    return next(name for name, id in there.ids.items() if id == to_id)


def test_every_word_about_a_request_is_said_with_the_same_names() -> None:
    for words in REQUEST_WORDS.values():  # a mail, and a notice on a device
        assert words.subject % {"name": "Aylin", "holder": "Dev"}


async def invitations(there: Scene) -> list[tuple[str, str, str, str]]:
    """Who was mailed which calendar method about which meeting, with which sequence, in the order of sending."""
    found = []
    for path in sorted((there.kernel.settings.data / "mail").glob("*.eml"), key=lambda each: each.stat().st_mtime_ns):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        for part in mail.walk():
            if part.get_content_type() == "text/calendar" and part.get_param("method"):
                calendar = read(part.get_payload(decode=True).decode())
                [event] = calendar.events
                meeting = (event.uid or "").partition("@")[0]
                found.append((str(mail["to"]), calendar.method or "", meeting, str(event.sequence)))
        path.unlink()
    return found


async def address(there: Scene, name: str) -> str:
    """Somebody's mail address."""
    return (await there.get(Person, there.ids[name])).email


async def test_a_request_goes_to_whoever_fits_and_says_why(there: Scene, team: str) -> None:
    assert "colleagues answer together" in (await there["aylin"].get(f"/fairs/ruhr/meetings/with-team/{team}")).text
    path = (await ask_team(there, team)).headers["location"]
    request_id = path.rpartition("/")[2]
    assert await holder(there, request_id) == "dev"  # Chloé knows it as well, and has no language in common with Aylin
    page = (await there["dev"].get(path)).text
    assert "You have a language in common: German." in page
    assert "It is about what you know: buses, charging." in page
    assert "Why it came to you" not in (await there["bernd"].get(path)).text
    async with there.kernel.database.write() as uow:
        await uow.session.execute(update(Person).where(Person.id == there.ids["bernd"]).values(time_zone="Asia/Baku"))
    assert "until 16 Sept 2026, 13:30 UTC+4 (11:30 in Berlin)" in (await there["bernd"].get(TEAM)).text
    assert "answers as a team" in (await there["aylin"].get(path)).text
    assert (await ask_team(there, team)).status_code == 409  # one at a time, whoever has it
    page = (await there["aylin"].get(f"/fairs/ruhr/meetings/with/{there.ids['bernd']}")).text
    assert f"/meetings/requests/{request_id}" in page
    await there.kernel.jobs.run_due()
    mails = [each.read_text() for each in (there.kernel.settings.data / "mail").glob("*.eml")]
    assert any("language in common" in each for each in mails)


async def test_who_is_asked_by_name_has_it_answered_by_the_colleague_who_fits(there: Scene, team: str) -> None:
    page = (await there["aylin"].get(f"/fairs/ruhr/meetings/with/{there.ids['bernd']}")).text
    assert "answers as a team" in page
    data = {"ask": "Charging for 24 buses", "offer": "Chargers with a buffer"}
    made = await there["aylin"].post(f"/fairs/ruhr/meetings/with/{there.ids['bernd']}", data=data)
    request_id = made.headers["location"].rpartition("/")[2]
    assert await holder(there, request_id) == "bernd"  # the name counts as much as both words
    assert "You were asked by name." in (await there["bernd"].get(f"/meetings/requests/{request_id}")).text
    await there["aylin"].post(f"/meetings/requests/{request_id}/withdraw")
    for slot in (await there.slots())[:3]:
        await there.book(slot, "bernd", "edda")
    made = await there["aylin"].post(f"/fairs/ruhr/meetings/with/{there.ids['bernd']}", data=data)
    assert await holder(there, made.headers["location"].rpartition("/")[2]) == "dev"  # Bernd has enough to do


async def test_the_team_reads_takes_over_and_passes_on_and_nobody_else(there: Scene, team: str) -> None:
    path = (await ask_team(there, team)).headers["location"]
    request_id = path.rpartition("/")[2]
    assert "with Dev Patel" in (await there["bernd"].get(TEAM)).text
    assert f'action="{path}/take"' in (await there["bernd"].get(path)).text
    assert (await there["edda"].get(path)).status_code == 404
    assert (await there["edda"].post(f"{path}/take", data={"from": there.ids["dev"]})).status_code == 404
    foreign = await there["bernd"].post(f"{path}/pass", data={"colleague": there.ids["edda"]})
    assert foreign.status_code == 409
    assert (await there["bernd"].post(f"{path}/pass", data={"colleague": there.ids["chloe"]})).is_redirect
    assert await holder(there, request_id) == "chloe"
    assert (await there["bernd"].post(f"{path}/accept", data={"slot": (await there.slots())[0].id})).status_code == 409
    taken = await there["bernd"].post(f"{path}/take", data={"from": there.ids["chloe"]})
    assert taken.headers["location"] == path
    async with there.kernel.database.read() as session:
        went = list(await session.scalars(select(Handover).order_by(Handover.at, Handover.id)))
    assert [(each.to_id, each.by_id) for each in went] == [
        (there.ids["chloe"], there.ids["bernd"]), (there.ids["bernd"], there.ids["bernd"])
    ]  # fmt: skip
    await there.kernel.jobs.run_due()
    mails = [each.read_text() for each in (there.kernel.settings.data / "mail").glob("*.eml")]
    assert any("Bernd Kowalski has taken it over" in each for each in mails)
    async with there.kernel.database.write() as uow:  # who leaves the organisation reads no more
        gone = await uow.session.get_one(Member, (team, there.ids["dev"]))
        await uow.session.delete(gone)
    assert (await there["dev"].get(path)).status_code == 404
    assert "What the team is asked" not in (await there["dev"].get(TEAM)).text


async def test_a_team_goes_along_where_its_organisation_is_merged_into_another(there: Scene, team: str) -> None:
    path = (await ask_team(there, team)).headers["location"]
    async with there.kernel.database.write() as uow:
        into = await organisation(uow, "Stadtwerke Hagenow eG")
        carriers = there.app.state.organisations.carriers
        await merging.merge(uow, team, into, carriers, by_id=there.ids["edda"])
    assert (await there["bernd"].get(path)).status_code == 200
    assert "Stadtwerke Hagenow eG" in (await there["bernd"].get(TEAM)).text


async def test_of_two_colleagues_who_take_the_same_request_one_has_it(there: Scene, team: str) -> None:
    path = (await ask_team(there, team)).headers["location"]
    both = await asyncio.gather(
        *(there[name].post(f"{path}/take", data={"from": there.ids["dev"]}) for name in ("bernd", "chloe"))
    )
    assert sorted(each.status_code for each in both) == [303, 409]
    assert "A colleague was faster" in next(each.text for each in both if each.status_code == 409)
    async with there.kernel.database.read() as session:
        assert len((await session.scalars(select(Handover))).all()) == 1


async def test_a_colleague_takes_a_meeting_and_every_calendar_hears_of_it(there: Scene, team: str) -> None:
    slot = (await there.slots())[0]
    meeting = await there.book(slot, "aylin", "bernd")
    there.clock.advance(seconds=20)
    await there.kernel.jobs.run_due()
    await invitations(there)
    take, give = f"/meetings/{meeting}/take", f"/meetings/{meeting}/give"
    assert (await there["edda"].post(take, data={"from": there.ids["bernd"]})).status_code == 404
    assert (await there["bernd"].post(give, data={"colleague": there.ids["edda"]})).status_code == 409
    assert "Aylin Demir" in (await there["dev"].get(TEAM)).text
    taken = await there["dev"].post(f"/meetings/{meeting}/take", data={"from": there.ids["bernd"]})
    assert taken.headers["location"] == f"/meetings/{meeting}"
    assert {person for person, _ in await there.locks()} == {there.ids["aylin"], there.ids["dev"]}
    assert (await there["bernd"].get(f"/meetings/{meeting}")).status_code == 404
    there.clock.advance(seconds=20)
    await there.kernel.jobs.run_due()
    told = {(to, method, sequence) for to, method, _, sequence in await invitations(there)}
    who = {name: await address(there, name) for name in ("aylin", "bernd", "dev")}
    assert told == {(who["aylin"], "REQUEST", "1"), (who["dev"], "REQUEST", "1"), (who["bernd"], "CANCEL", "1")}


async def test_a_colleague_of_whoever_asked_reads_on_their_own_side(there: Scene, team: str) -> None:
    plan = await there.plan()
    meeting = await there.book((await there.slots())[0], "bernd", "aylin")
    went = [("bernd", "chloe"), ("chloe", "dev"), ("dev", "bernd")]
    for one, other in went:
        assert "What you offer" in (await there[one].get(f"/meetings/{meeting}")).text
        async with there.kernel.database.write() as uow:
            row = await uow.session.get_one(Meeting, meeting)
            ids = there.ids[one], there.ids[other]
            await bookings.hand_on(uow, row, there.fair, plan, *ids, by_id=there.ids[other])
        page = (await there[other].get(f"/meetings/{meeting}")).text
        assert "What you offer" in page
        assert "What you get from it" not in page
    assert "What you get from it" in (await there["aylin"].get(f"/meetings/{meeting}")).text


async def test_a_team_has_no_more_than_there_can_be_whoever_takes_meetings(
    there: Scene, team: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "TEAM_MOST", 4)
    now, newcomers = there.clock.now(), ("edda", "aylin")
    async with there.kernel.database.write() as uow:
        for name in newcomers:
            row = {"organisation_id": team, "person_id": there.ids[name], "role": "member", "since": now}
            uow.session.add(Member(**row))
        retreat = {"id": new_id(), "fair_id": there.fair.id, "person_id": there.ids["bernd"], "at": now}
        uow.session.add(Retreat(**retreat))
    async with there.kernel.database.write() as uow:
        await actions.share(uow, there.fair.id, there.ids["edda"], team, "contracts")
        second = asyncio.create_task(there["aylin"].post(TEAM, data={"organisation": team, "topics": "buses"}))
        await asyncio.wait([second], timeout=0.3)  # it counts before that is written, unless it waits
    assert (await second).status_code == 409
    assert (await there["bernd"].post(TEAM, data={"organisation": team, "topics": "contracts"})).is_redirect
    monkeypatch.setattr(queries, "TEAM_MOST", 3)
    async with there.kernel.database.read() as session:
        found = await queries.team(session, there.fair.id, team)
        listed = await queries.teams_at(session, there.fair.id)
    assert found is not None
    assert set(found.ids) == {there.ids[name] for name in ("chloe", "dev", "edda")}  # Bernd is before them by name
    assert [each.mates for each in listed] == [3]


async def test_a_team_in_which_nobody_takes_meetings_is_not_offered(there: Scene, team: str) -> None:
    page = f"/fairs/ruhr/meetings/with-team/{team}"
    assert page in (await there["aylin"].get(TEAM)).text
    async with there.kernel.database.write() as uow:
        for name in ("bernd", "chloe", "dev"):
            row = {"fair_id": there.fair.id, "person_id": there.ids[name], "at": uow.clock.now()}
            uow.session.add(Retreat(id=new_id(), **row))
    assert (await there["aylin"].get(page)).status_code == 404
    assert page not in (await there["aylin"].get(TEAM)).text


async def test_two_colleagues_change_places_at_one_time_and_at_two(there: Scene, team: str) -> None:
    slots = await there.slots()
    one, other = await there.book(slots[0], "aylin", "bernd"), await there.book(slots[0], "edda", "dev")
    late = await there.book(slots[3], "aylin", "chloe")
    changed = await there["bernd"].post(f"/meetings/{one}/exchange", data={"with": f"{other}.{there.ids['dev']}"})
    assert changed.is_redirect, changed.text
    assert await seated(there, one) == {"aylin", "dev"}
    assert await seated(there, other) == {"edda", "bernd"}
    assert (
        await there["dev"].post(f"/meetings/{one}/exchange", data={"with": f"{late}.{there.ids['chloe']}"})
    ).is_redirect
    assert await seated(there, one) == {"aylin", "chloe"}
    assert await seated(there, late) == {"aylin", "dev"}
    locks = await there.locks()
    assert len(locks) == len(set(locks)) == 6
    busy = await there.book(slots[3], "edda", "chloe")  # at the time of the meeting that she would take back
    refused = await there["dev"].post(f"/meetings/{late}/exchange", data={"with": f"{one}.{there.ids['chloe']}"})
    assert refused.status_code == 409
    assert await seated(there, busy) == {"edda", "chloe"}


async def test_a_swap_that_crosses_a_cancellation_is_done_whole_or_not_at_all(there: Scene, team: str) -> None:
    slots = await there.slots()
    one, other = await there.book(slots[0], "aylin", "bernd"), await there.book(slots[1], "edda", "dev")
    swapped, cancelled = await asyncio.gather(
        there["bernd"].post(f"/meetings/{one}/exchange", data={"with": f"{other}.{there.ids['dev']}"}),
        there["edda"].post(f"/meetings/{other}/cancel", data={"reason": "Ill"}),
    )
    assert cancelled.status_code == 303
    assert swapped.status_code in (303, 409)
    gave = swapped.status_code == 303
    assert await seated(there, one) == ({"aylin", "dev"} if gave else {"aylin", "bernd"})
    assert await seated(there, other) == ({"edda", "bernd"} if gave else {"edda", "dev"})
    assert len(await there.locks()) == 2
    async with there.kernel.database.read() as session:
        assert len((await session.scalars(select(Substitution))).all()) == (2 if gave else 0)
    again = await there["bernd"].post(f"/meetings/{one}/exchange", data={"with": f"{other}.{there.ids['dev']}"})
    assert again.status_code in (404, 409)  # nothing can be exchanged with what is called off


async def seated(there: Scene, meeting_id: str) -> set[str]:
    """The names of who sits in a meeting."""
    async with there.kernel.database.read() as session:
        ids = set(await session.scalars(select(Seat.person_id).where(Seat.meeting_id == meeting_id)))
    return {name for name, id in there.ids.items() if id in ids}


async def test_a_claim_alone_makes_nobody_a_colleague_and_who_is_erased_leaves_it_to_the_others(
    there: Scene, team: str
) -> None:
    alone = await there["edda"].post(TEAM, data={"organisation": team, "topics": "everything"})
    assert alone.status_code == 409
    assert "You do not belong to this organisation." in alone.text
    path = (await ask_team(there, team)).headers["location"]
    await there["dev"].post(f"{TEAM}/leave")
    assert "with Dev Patel" in (await there["bernd"].get(TEAM)).text  # what he has, others take
    assert (await there["bernd"].post(f"{path}/take", data={"from": there.ids["dev"]})).is_redirect
    async with there.kernel.database.write() as uow:
        found = await queries.team(uow.session, there.fair.id, team)
        plan = await plan_of(uow.session, there.fair.id)
        assert found is not None
        assert plan is not None
        assert found.ids == [there.ids["bernd"], there.ids["chloe"]]
        made = await actions.ask(uow, there.fair, Asking("A", "B"), found, from_id=there.ids["edda"])
        assert not isinstance(made, Meeting)


async def test_who_presses_twice_shares_once(there: Scene, team: str) -> None:
    edda = there.ids["edda"]
    async with there.kernel.database.write() as uow:
        row = {"organisation_id": team, "person_id": edda, "role": "member", "since": there.clock.now()}
        uow.session.add(Member(**row))
    async with there.kernel.database.write() as uow:
        await actions.share(uow, there.fair.id, edda, team, "contracts")
        again = asyncio.create_task(there["edda"].post(TEAM, data={"organisation": team, "topics": "buses"}))
        await asyncio.wait([again], timeout=0.3)  # it looks what is shared before that is written
    assert (await again).is_redirect
    async with there.kernel.database.read() as session:
        sharing = await queries.own_sharing(session, there.fair.id, edda)
    assert sharing is not None
    assert sharing.topics == "buses"
