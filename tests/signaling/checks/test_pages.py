"""The check of a connection: measured against the server, kept for the person, seen by organisers."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select, update

from fairs.queries import member_count
from signaling import own_data
from signaling.checks import desk, measuring, trying
from signaling.checks.model import ConnectionCheck
from signaling.checks.rules import COUNTS_FOR, KEPT
from signaling.livekit.back_end import LiveKit
from tests.fairs.guests import Guests
from tests.signaling.quiet import QuietBackEnd

GOOD: dict[str, Any] = {
    "down_kbps": 20_000,
    "up_kbps": 5_000,
    "round_trip_ms": 30,
    "microphone": True,
    "camera": True,
    "roads": {"node": True, "udp": True, "tls443": True},
}
SLOW = GOOD | {"up_kbps": 300}
BLOCKED = GOOD | {"roads": {"node": False, "udp": False, "tls": False}}
ONLY_443 = GOOD | {"roads": {"node": False, "udp": False, "tls": False, "tls443": True}}
UNTRIED = GOOD | {"roads": {"udp": True}}
SILENT = GOOD | {"microphone": False}


async def check(there: Guests, name: str, found: dict[str, Any]) -> Any:
    answer = await there[name].post("/check", json=found)
    assert answer.status_code == 200
    return answer.json()["verdict"]


async def try_node(there: Guests, name: str, sdp: str = "v=0") -> Any:
    return await there[name].post("/check/node", json={"sdp": sdp})


async def listed(there: Guests, show: str, viewer: str = "edda") -> str:
    answer = await there[viewer].get(f"/fairs/ruhr/connections?show={show}")
    assert answer.status_code == 200
    return answer.text


async def kept(there: Guests) -> int:
    async with there.kernel.database.read() as session:
        return await session.scalar(select(func.count()).select_from(ConnectionCheck)) or 0


async def test_what_a_check_found_is_judged_kept_and_shown_and_can_be_deleted(there: Guests) -> None:
    assert await check(there, "aylin", GOOD) == "video"
    assert await check(there, "aylin", SLOW) == "sound"
    assert await check(there, "aylin", BLOCKED) == "text"
    page = (await there["aylin"].get("/check")).text
    assert page.index("Not enough for a call") < page.index("Enough for sound, not") < page.index("sound and picture")
    assert "20.0 Mbit/s in, 0.3 out, 30 ms" in page
    assert "lets no call through" in page
    assert "Your checks so far" not in (await there["bernd"].get("/check")).text

    await check(there, "bernd", GOOD)
    assert (await there["aylin"].post("/check/forget")).headers["location"] == "/check"
    assert "Your checks so far" not in (await there["aylin"].get("/check")).text
    assert await kept(there) == 1


async def test_of_somebodys_checks_the_latest_few_are_kept(there: Guests) -> None:
    await check(there, "bernd", GOOD)
    for _ in range(KEPT + 2):
        await check(there, "aylin", SLOW)
    assert await check(there, "aylin", BLOCKED) == "text"
    assert await kept(there) == KEPT + 1
    assert "Not enough for a call" in (await there["aylin"].get("/check")).text


async def test_what_is_no_result_is_refused(there: Guests) -> None:
    for wrong in (
        {},
        [],
        GOOD | {"down_kbps": -1},
        GOOD | {"up_kbps": 10**12},
        GOOD | {"up_kbps": "5000"},
        GOOD | {"round_trip_ms": 1.5},
        GOOD | {"roads": {"carrier pigeon": True}},
        GOOD | {"person": "somebody else"},
    ):
        assert (await there["aylin"].post("/check", content=json.dumps(wrong))).status_code == 400
    assert await kept(there) == 0


async def test_bytes_come_and_go_within_bounds(there: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "DOWN_MOST", 256 * 1024)
    down = await there["aylin"].get("/check/bytes")
    assert (len(down.content), down.headers["cache-control"]) == (256 * 1024, "no-store, no-transform")
    assert (await there["aylin"].post("/check/bytes", content=b"x" * 70_000)).json() == {"bytes": 70_000}
    most = await there["aylin"].post("/check/bytes", content=b"x" * (measuring.UP_MOST + 1))
    assert most.status_code == 413


async def test_measuring_is_limited_for_one_and_for_all(there: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "DOWN_MOST", 0)
    monkeypatch.setattr(measuring, "DOWN_PER_PERSON", "2 per hour")
    monkeypatch.setattr(measuring, "DOWN_IN_ALL", "3 per hour")
    for name, expected in (("aylin", 200), ("aylin", 200), ("aylin", 429), ("bernd", 200), ("dev", 429)):
        answer = await there[name].get("/check/bytes")
        assert answer.status_code == expected, name


async def test_sending_ends_by_itself_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "DOWN_S", 0.1)
    pieces = 0
    async for _ in measuring._pieces():
        pieces += 1
        await asyncio.sleep(0.11)
    assert pieces == 1  # of 64


async def test_an_upload_that_does_not_end_holds_the_server_no_longer_than_a_check_takes(
    there: Guests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "UP_S", 0.05)

    async def drop_by_drop() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x"
            await asyncio.sleep(0.1)

    answer = await there["aylin"].post("/check/bytes", content=drop_by_drop())
    assert (answer.status_code, answer.headers["connection"]) == (408, "close")


async def test_organisers_see_who_will_have_trouble_and_what_helps(there: Guests) -> None:
    await check(there, "chloe", BLOCKED)  # is not at the fair
    await check(there, "aylin", BLOCKED)
    await check(there, "aylin", SLOW)
    await check(there, "bernd", SILENT)
    await check(there, "edda", GOOD)
    trouble, unchecked, fine = [await listed(there, each) for each in ("trouble", "unchecked", "fine")]
    for text, names in ((trouble, {"Aylin", "Bernd"}), (unchecked, {"Dev"}), (fine, {"Edda"})):
        shown = text[text.index('<ul class="list') :]
        assert {name for name in ("Aylin", "Bernd", "Dev", "Edda", "Chloé") if f"<bdi>{name}" in shown} == names
    assert "Too little gets out" in trouble
    assert "No microphone works" in trouble
    assert "is-silent" in trouble
    assert "Enough for sound and picture" not in trouble
    assert "Enough for sound and picture" in fine
    assert "Without a microphone" in (await there["bernd"].get("/check")).text
    assert "lets no call through" not in trouble
    assert f'action="/messages/to/{there.ids["aylin"]}"' in trouble
    assert f'action="/messages/to/{there.ids["edda"]}"' not in fine
    counts = [int(each) for each in re.findall(r'<dd class="figures">(\d+)</dd>', trouble)]
    assert counts == [1, 1, 1, 0, 0, 1]
    async with there.kernel.database.read() as session:
        assert sum(counts) == await member_count(session, there.fair.id)


async def test_tls_on_443_is_told_from_tls_elsewhere_to_the_person_and_to_organisers(there: Guests) -> None:
    answer = await there["aylin"].post("/check", json=ONLY_443)
    assert answer.json() == {"verdict": "video", "troubles": ["only_443"]}
    for text in ((await there["aylin"].get("/check")).text, await listed(there, "fine")):
        assert "Open: Relayed, TLS on port 443" in text
        assert "Blocked: Media server, UDP · Relayed, UDP · Relayed, TLS on another port" in text
        assert "only TLS on port 443 is open here" in text


async def test_whose_calls_were_not_tried_is_neither_well_nor_in_trouble(there: Guests) -> None:
    assert await check(there, "aylin", UNTRIED) == "untried"
    assert "Aylin" in (unknown := await listed(there, "untried"))
    assert "was not tried. Enter a call" in unknown
    for other in ("trouble", "fine", "unchecked"):
        assert "<bdi>Aylin" not in await listed(there, other)


async def test_whose_calls_were_not_tried_and_whose_microphone_does_not_work_is_in_trouble(there: Guests) -> None:
    assert await check(there, "aylin", UNTRIED | {"microphone": False}) == "untried"
    assert "<bdi>Aylin" in await listed(there, "trouble")
    assert "<bdi>Aylin" not in await listed(there, "untried")
    assert "Without a microphone" in (await there["aylin"].get("/check")).text


@pytest.mark.parametrize(("told", "means"), [("video", "untried"), ("sound", "untried"), ("text", "text")])
async def test_a_check_from_before_the_node_was_tried_shows_no_more_than_it_found(
    there: Guests, told: str, means: str
) -> None:
    await check(there, "aylin", GOOD)
    async with there.kernel.database.write() as uow:
        await uow.session.execute(
            update(ConnectionCheck).values(
                verdict=told, node=None, tls443=None, stun=None, udp=None, tcp=None, tls=True
            )
        )
    page = (await there["aylin"].get("/check")).text
    assert "Open: Relayed, TLS</p>" in page
    assert ("Not known: no call of more than two was tried" in page) == (means == "untried")
    groups = {"untried": "untried", "text": "trouble"}
    assert "<bdi>Aylin" in await listed(there, groups[means])


async def test_the_node_is_tried_by_whoever_is_signed_in_within_limits(
    there: Guests, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = QuietBackEnd()
    monkeypatch.setattr(there.app.state.calls.back_end, "try_out", quiet.try_out)
    monkeypatch.setattr(trying, "PER_PERSON", "2 per hour")
    monkeypatch.setattr(trying, "PER_ADDRESS", "3 per hour")
    assert (await try_node(there, "aylin", "v=0\r\n")).json()["sdp"].startswith("v=0")
    assert quiet.asked == [("try_out", "v=0\r\n")]
    statuses = [(await try_node(there, name)).status_code for name in ("aylin", "aylin", "bernd", "bernd")]
    assert statuses == [200, 429, 200, 429]  # the last one for the address, which is everybody's here


async def test_a_node_that_answers_no_offer_was_not_tried(there: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    livekit = LiveKit(there.kernel.settings, there.kernel.bus)
    for name in ("engine", "try_out"):
        monkeypatch.setattr(there.app.state.calls.back_end, name, getattr(livekit, name))
    assert (await try_node(there, "aylin")).status_code == 503
    assert 'data-engine="livekit"' in (await there["aylin"].get("/check")).text
    for wrong in ({}, {"sdp": 1}, {"sdp": "v=0", "room": "stage"}):
        assert (await there["aylin"].post("/check/node", json=wrong)).status_code == 400


async def test_nobody_but_organisers_sees_the_connections_of_others(there: Guests) -> None:
    for name in ("dev", "aylin", "chloe"):
        assert (await there[name].get("/fairs/ruhr/connections")).status_code == 404
    for wrong in ("?show=everything", "?after=nobody"):
        assert (await there["edda"].get(f"/fairs/ruhr/connections{wrong}")).status_code == 404


async def test_a_long_list_comes_page_by_page(there: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "PEOPLE_PAGE", 2)
    first = await there["edda"].get("/fairs/ruhr/connections?show=unchecked")
    onward = re.search(r'href="([^"]*after=[^"]*)"', first.text)
    assert onward is not None
    second = (await there["edda"].get(onward[1].replace("&amp;", "&"))).text
    pages = [re.findall(r"<bdi>(\w+)", text[text.index('<ul class="list') :]) for text in (first.text, second)]
    assert pages == [["Aylin", "Bernd"], ["Dev", "Edda"]]


async def test_an_old_check_counts_no_more(there: Guests) -> None:
    await check(there, "aylin", SLOW)
    there.place.clock.advance(seconds=COUNTS_FOR.total_seconds() - 1)
    assert "Aylin" in await listed(there, "trouble")
    there.place.clock.advance(seconds=2)
    assert "Aylin" not in await listed(there, "trouble")
    assert "Aylin" in await listed(there, "unchecked")


async def test_checks_are_handed_out_and_erased_with_the_person(there: Guests) -> None:
    await check(there, "aylin", SLOW)
    await check(there, "bernd", GOOD)
    aylin = there.ids["aylin"]
    async with there.kernel.database.read() as session:
        handed_out = await own_data.collect(session, aylin)
    assert [(each["verdict"], each["up_kbps"], each["roads"]) for each in handed_out["checks"]] == [
        ("sound", 300, {"node": True, "udp": True, "tls443": True})
    ]
    async with there.kernel.database.write() as uow:
        await own_data.erase(uow, aylin)
    assert await kept(there) == 1
