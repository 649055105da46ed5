"""Notices on people's devices: switched on there, sealed for the browser, and gone when they are of no use."""

import json
import time
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import delete, func, select, update

from meetings import pushes, rescue
from meetings.model import Meeting
from meetings.rules import MISSING_AFTER
from notices import devices, pushing
from notices.keys import key_of
from notices.model import PushDevice
from notices.rules import DEVICES_MOST, RETRIED_FOR, Notice
from people import erasure
from people.model import Person, SignInSession
from server.kernel.fetch import WHOLE_S
from server.kernel.outbox import OutboxRow
from tests.meetings.scene import Scene
from tests.meetings.test_calendar import mails
from tests.notices.service import Browser, PushService


async def switch_on(there: Scene, who: str, browser: Browser) -> int:
    """Somebody presses the button, and the first notice goes out; the status of the answer."""
    answer = await ask(there, who, browser.subscription)
    await there.kernel.jobs.run_due()
    return answer.status_code


async def ask(there: Scene, who: str, subscription: dict[str, Any]) -> httpx2.Response:
    """What the button's script sends."""
    accept = {"accept": "application/json"}
    return await there[who].post("/me/notices/devices", json=subscription, headers=accept)


async def listed(there: Scene) -> list[str]:
    """Whose devices are known."""
    async with there.kernel.database.read() as session:
        found = await session.scalars(select(PushDevice.person_id).order_by(PushDevice.added_at))
        return [next(name for name, id in there.ids.items() if id == each) for each in found]


def said(service: PushService, browser: Browser) -> list[dict[str, Any]]:
    """What a browser was told so far; it is forgotten."""
    mine = [each for each in service.taken if browser.endpoint.endswith(each.path)]
    service.taken = [each for each in service.taken if each not in mine]
    return [browser.opened(each) for each in mine]


async def test_a_notice_comes_sealed_for_the_browser_and_signed_by_the_server(
    there: Scene, service: PushService
) -> None:
    phone = service.browser("phone")
    assert await switch_on(there, "aylin", phone) == 200
    [taken] = service.taken
    key = key_of(there.kernel.settings)
    assert key is not None
    claims = taken.claims(service.origin)
    now = there.clock.now().timestamp()
    assert (claims["sub"], claims["key"]) == ("mailto:edda@fair.example", key.public)
    assert now < claims["exp"] <= now + 24 * 3600
    assert (taken.headers["ttl"], taken.headers["urgency"], len(taken.headers["topic"])) == ("600", "high", 32)
    assert len(taken.body) < 1_000
    assert phone.opened(taken) == {
        "title": "Fairmatch", "body": "Notices arrive on this device now.", "path": "/me/notices", "tag": "first"
    }  # fmt: skip


async def test_meetings_are_told_on_devices_without_a_word_that_anybody_wrote(
    there: Scene, service: PushService
) -> None:
    phone, desk = service.browser("phone"), service.browser("desk")
    await switch_on(there, "aylin", phone)
    await switch_on(there, "bernd", desk)
    service.taken.clear()
    slots = await there.slots()
    request = await there.ask("aylin", "bernd", slots[0])
    await there.kernel.jobs.run_due()
    await there["bernd"].post(f"/meetings/requests/{request}/accept", data={"slot": slots[0].id})
    [meeting] = await there.meetings()
    there.clock.advance(seconds=11)
    await there.kernel.jobs.run_due()
    for before in (300, 60, -MISSING_AFTER.total_seconds()):
        if before < 0:
            await there["bernd"].post(f"/meetings/{meeting.id}/enter")
        await there.go_to(meeting.id, seconds=before - 1)
        await there.kernel.jobs.run_due()
    room = f"/meetings/{meeting.id}/room"
    to_bernd, to_aylin = said(service, desk), said(service, phone)
    assert [each["title"] for each in to_bernd] == [
        "Aylin Demir asks for a meeting", "In five minutes: Aylin Demir", "In a minute: Aylin Demir"
    ]  # fmt: skip
    assert [each["title"].partition(":")[0] for each in to_aylin] == [
        "Meeting with Bernd Kowalski", "In five minutes", "In a minute", "Bernd Kowalski waits for you now"
    ]  # fmt: skip
    assert [each["path"] for each in to_aylin] == [f"/meetings/{meeting.id}", room, room, room]
    assert "Charg" not in json.dumps([*to_bernd, *to_aylin])
    [pinged] = [each for each in mails(there) if "waits for you" in str(each["subject"])]
    assert (pinged["to"], pinged["subject"]) == (await address_of(there, "aylin"), "Bernd Kowalski waits for you now")


async def test_what_was_just_written_down_as_not_taken_does_not_come_after_what_took_its_place(
    there: Scene, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes it down holds its row: what takes its place is done with it as soon as it is sent."""
    phone = service.browser("phone")
    await switch_on(there, "aylin", phone)
    until = there.clock.now() + timedelta(hours=1)
    service.status = 503
    for key, held in (("booked", False), ("called off", True)):
        with monkeypatch.context() as patch:
            if held:
                patch.setattr(pushing, "_not_held", nobody)
            async with there.kernel.database.write() as uow:
                notice = Notice(key, "", "/meetings", "one meeting", until)
                await pushing.push(there.kernel, uow, {there.ids["aylin"]: notice}, key=key)
        await there.kernel.jobs.run_due()
    service.status, service.taken = 201, []
    there.clock.advance(seconds=60)
    await there.kernel.jobs.run_due()
    assert [each["title"] for each in said(service, phone)] == ["called off"]


async def nobody(*_: Any) -> set[str]:
    """All rows are held."""
    return set()


async def test_each_notice_is_written_down_once_per_device(there: Scene, service: PushService) -> None:
    phone = service.browser("phone")
    await switch_on(there, "aylin", phone)
    service.taken.clear()
    notice = Notice("Now", "", "/meetings", "now", there.clock.now() + timedelta(minutes=5))
    for _ in range(2):  # a worker that died after its commit: the job that tells of it comes again
        async with there.kernel.database.write() as uow:
            await pushing.push(there.kernel, uow, {there.ids["aylin"]: notice}, key="one")
        await there.kernel.jobs.run_due()
    assert [each["title"] for each in said(service, phone)] == ["Now"]


async def test_an_address_at_which_nobody_is_any_more_is_forgotten(there: Scene, service: PushService) -> None:
    for service.status in (404, 410):
        await switch_on(there, "aylin", service.browser("phone"))
        assert await listed(there) == []


async def test_a_service_that_is_away_is_asked_again_until_it_is_of_no_use(there: Scene, service: PushService) -> None:
    service.status = 503
    await switch_on(there, "aylin", service.browser("phone"))
    assert await listed(there) == ["aylin"]
    there.clock.advance(seconds=11)
    await there.kernel.jobs.run_due()
    assert len(service.taken) == 2
    there.clock.advance(seconds=RETRIED_FOR.total_seconds())
    await there.kernel.jobs.run_due()
    assert len(service.taken) == 2
    assert await there.kernel.jobs.parked() == 0
    async with there.kernel.database.read() as session:  # done with, and nothing of it is kept
        waiting = select(func.count()).where(OutboxRow.job == pushing.JOB, OutboxRow.done_at.is_(None))
        assert await session.scalar(waiting) == 0


async def test_what_was_not_taken_never_comes_after_what_took_its_place(there: Scene, service: PushService) -> None:
    phone = service.browser("phone")
    await switch_on(there, "aylin", phone)
    slots = await there.slots()
    meeting, other = await there.book(slots[0], "bernd", "aylin"), await there.book(slots[2], "chloe", "aylin")
    there.clock.advance(seconds=11)
    service.status = 503
    await there.kernel.jobs.run_due()
    await there["bernd"].post(f"/meetings/{meeting}/cancel", data={"reason": "Ill"})
    there.clock.advance(seconds=11)
    await there.kernel.jobs.run_due()
    service.status, service.taken = 201, []
    there.clock.advance(seconds=60)
    await there.kernel.jobs.run_due()
    told = said(service, phone)
    assert sorted(each["path"] for each in told) == sorted(f"/meetings/{each}" for each in (meeting, other))
    [called_off] = [each for each in told if each["path"].endswith(meeting)]
    assert "called off" in called_off["title"].lower()


async def test_a_service_that_does_not_answer_is_left_alone_for_a_while(
    there: Scene, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "PATIENCE_S", 3.0)  # in which the service must at least be reached
    service.status = 0
    began = time.monotonic()
    for who in ("aylin", "bernd", "chloe"):
        await switch_on(there, who, service.browser(who))
    assert len(service.taken) == 1
    assert time.monotonic() - began < WHOLE_S
    service.status, service.taken = 201, []
    there.clock.advance(seconds=pushing.LEFT_ALONE.total_seconds())
    await there.kernel.jobs.run_due()
    assert sorted(each.path for each in service.taken) == ["/send/aylin", "/send/bernd", "/send/chloe"]


async def test_nothing_is_sent_into_ones_own_network(there: Scene, service: PushService) -> None:
    assert await switch_on(there, "aylin", Browser("https://inside.example/x")) == 200
    assert (await listed(there), service.taken) == ([], [])


async def test_what_is_no_address_of_a_push_service_is_refused(there: Scene, service: PushService) -> None:
    answer = await ask(there, "aylin", service.browser("phone").subscription | {"keys": None})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_subscription")
    assert (await there["aylin"].post("/me/notices/devices", content=b"[")).status_code == 400
    assert await listed(there) == []


async def test_a_device_is_its_sessions_and_goes_with_it(there: Scene, service: PushService) -> None:
    phone = service.browser("phone")
    await switch_on(there, "aylin", phone)
    await switch_on(there, "aylin", phone)  # again, as after a change of the browser's: there is still one
    assert await listed(there) == ["aylin"]
    page = (await there["aylin"].get("/me/notices")).text
    assert "Switch off on" in page
    assert "<fm-push" not in page
    assert phone.endpoint not in page
    device = page.partition("/me/notices/devices/")[2].partition("/")[0]
    assert (await there["bernd"].post(f"/me/notices/devices/{device}/remove")).status_code == 404
    await there["aylin"].post("/sign-out")
    assert await listed(there) == []
    service.taken.clear()
    slots = await there.slots()
    await there.book(slots[0], "bernd", "aylin")
    there.clock.advance(seconds=11)
    await there.kernel.jobs.run_due()
    assert service.taken == []


async def test_a_session_that_ended_unheard_gets_nothing(there: Scene, service: PushService) -> None:
    """The worker dies between the end of a session and its listeners: the row is there, and nothing goes out."""
    phone = service.browser("phone")
    await switch_on(there, "aylin", phone)
    there.clock.advance(seconds=91 * 24 * 3600)  # nobody used it for so long
    service.taken.clear()
    notice = Notice("Now", "", "/meetings", "now", there.clock.now() + timedelta(minutes=5))
    async with there.kernel.database.write() as uow:
        await pushing.push(there.kernel, uow, {there.ids["aylin"]: notice}, key="one")
    await there.kernel.jobs.run_due()
    assert service.taken == []


async def test_a_browser_is_taken_over_by_who_sits_in_it_and_by_nobody_who_knows_its_address(
    there: Scene, service: PushService
) -> None:
    shared = service.browser("shared")
    await switch_on(there, "aylin", shared)
    assert await switch_on(there, "bernd", Browser(shared.endpoint)) == 409
    assert await listed(there) == ["aylin"]
    assert await switch_on(there, "bernd", shared) == 200
    assert await listed(there) == ["bernd"]


async def test_one_person_has_so_many_devices(there: Scene, service: PushService) -> None:
    for number in range(DEVICES_MOST):
        await another_device(there, f"{number:026}")
    answer = await ask(there, "aylin", service.browser("one more").subscription)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many")
    page = (await there["aylin"].get("/me/notices")).text
    assert "are as many as there can be" in page
    assert "since the server has another key" in page


async def test_a_device_is_none_more_when_it_is_switched_on_again_or_another_was_signed_out(
    there: Scene, service: PushService
) -> None:
    phone = service.browser("phone")
    await switch_on(there, "aylin", phone)
    for number in range(DEVICES_MOST - 1):
        await another_device(there, f"{number:026}")
    async with there.kernel.database.write() as uow:  # the server gets another key
        await uow.session.execute(update(PushDevice).values(server_key="former"))
    assert "<fm-push" in (await there["aylin"].get("/me/notices")).text
    assert await switch_on(there, "aylin", phone) == 200
    async with there.kernel.database.write() as uow:  # signed out, and the worker died before it forgot the device
        gone = update(SignInSession).where(SignInSession.id == f"{0:026}")
        await uow.session.execute(gone.values(revoked_at=there.clock.now()))
    async with there.kernel.database.write() as uow:
        await uow.session.execute(delete(PushDevice).where(PushDevice.endpoint == phone.endpoint))
    await another_device(there, f"{DEVICES_MOST:026}")
    assert "<fm-push" in (await there["aylin"].get("/me/notices")).text
    assert await switch_on(there, "aylin", phone) == 200


async def address_of(there: Scene, name: str) -> str | None:
    person: Person = await there.get(Person, there.ids[name])
    return person.email


async def another_device(there: Scene, id: str) -> None:
    """One more of Aylin's, switched on when the server had another key."""
    now = there.clock.now()
    async with there.kernel.database.write() as uow:
        entry = SignInSession(id=id, person_id=there.ids["aylin"], token_hash=id, method="link", user_agent="")
        entry.created_at, entry.last_seen_at = now, now
        uow.session.add(entry)
        await uow.session.flush()
        row = PushDevice(id=id, person_id=there.ids["aylin"], session_id=id, endpoint="https://x/y")
        row.endpoint_hash, row.p256dh, row.auth, row.server_key, row.added_at = id, "", "", "", now
        uow.session.add(row)


async def test_devices_are_handed_out_without_their_secrets_and_erased(there: Scene, service: PushService) -> None:
    phone = service.browser("phone")
    await switch_on(there, "aylin", phone)
    async with there.kernel.database.read() as session:
        [kept] = await devices.collect(session, there.ids["aylin"])
    assert kept["service"].startswith("push.example")
    assert "send/phone" not in str(kept)
    async with there.kernel.database.write() as uow:
        await erasure.erase(uow, there.kernel, there.ids["aylin"])
    await there.kernel.jobs.run_due()
    assert await listed(there) == []


async def test_a_step_in_is_asked_for_on_devices(there: Scene, service: PushService) -> None:
    phone = service.browser("phone")
    await switch_on(there, "chloe", phone)
    service.taken.clear()
    meeting_id = await there.book((await there.slots())[0], "aylin", "bernd")
    async with there.kernel.database.write() as uow:
        meeting = await uow.session.get_one(Meeting, meeting_id)
        offered = await rescue.offer(uow, meeting, there.ids["aylin"], there.ids["chloe"])
        await pushes.about_rescue(there.kernel, uow, offered, meeting)
    await there.kernel.jobs.run_due()
    [told] = said(service, phone)
    assert (told["title"], told["path"]) == ("Meet Aylin Demir now?", f"/meetings/rescues/{offered.id}")


async def test_the_worker_loads_nothing_and_has_no_say_over_pages(there: Scene) -> None:
    answer = await there["aylin"].get("/notices/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-security-policy"] == "default-src 'none'"
    assert "service-worker-allowed" not in answer.headers
    assert "fetch" not in answer.text
