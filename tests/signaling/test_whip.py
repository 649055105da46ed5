"""Encoders and players over HTTP, as RFC 9725 wants them answered."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from bench.media.peer import Media, RawPeer
from rooms.actions import open_room
from rooms.model import STAGE
from signaling import removing, whip
from signaling.turn import IceServer
from signaling.whip import Bearer, token_for
from tests.fairs.guests import Guests, guests
from tests.kernel_fixtures import browser_of
from tests.signaling.quiet import QuietBackEnd

SDP = {"content-type": "application/sdp"}


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Guests]:
    """A fair with people, and a back end that carries nothing."""
    async with guests(app) as there:
        await app.state.calls.stop()
        app.state.calls.back_end = QuietBackEnd()
        yield there


@pytest.fixture
async def encoder(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    """Something without cookies."""
    async with browser_of(app) as client:
        yield client


@pytest.fixture
async def stage_id(there: Guests) -> str:
    """A stage."""
    async with there.kernel.database.write() as uow:
        return (await open_room(uow, there.fair.id, STAGE, "stage", "Stage")).id


def offer() -> str:
    peer = RawPeer([Media("0", "audio", True), Media("1", "video", True)])
    peer.socket.close()
    return peer.offer()


def bearer(there: Guests, stage_id: str, name: str = "edda", way: str = "whip") -> dict[str, str]:
    who = Bearer(there.ids[name], stage_id, way)
    return {"authorization": f"Bearer {token_for(there.kernel.settings.secret_bytes, who, there.kernel.clock.now())}"}


def asked(there: Guests) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = there.app.state.calls.back_end.asked
    return found


async def test_an_offer_is_answered_with_a_session(there: Guests, stage_id: str, encoder: httpx2.AsyncClient) -> None:
    answer = await encoder.post(f"/whip/{stage_id}", content=offer(), headers=SDP | bearer(there, stage_id))
    assert answer.status_code == 201
    assert answer.headers["content-type"].startswith("application/sdp")
    [(method, join)] = asked(there)
    assert method == "join"
    assert [each.source for each in join.publish] == ["microphone", "camera"]
    assert answer.headers["location"] == f"/whip/{stage_id}/{join.generation}-f00d"
    assert (answer.headers["etag"], answer.headers["accept-patch"]) == ('"f00d"', "application/trickle-ice-sdpfrag")


async def test_a_session_is_changed_and_ended_while_it_stands_and_by_its_own_address_alone(
    there: Guests, stage_id: str, encoder: httpx2.AsyncClient
) -> None:
    back_end: QuietBackEnd = there.app.state.calls.back_end
    back_end.sits(stage_id, f"{there.ids['edda']}-whip", there.ids["edda"], generation=7)
    session, who = f"/whip/{stage_id}/7-f00d", bearer(there, stage_id)
    fragment = who | {"content-type": "application/trickle-ice-sdpfrag"}
    statuses = {}
    for headers in (
        fragment | {"if-match": '"f00d"'},
        fragment | {"if-match": '"dead", "f00d"'},
        fragment | {"if-match": '"dead"'},
        fragment | {"if-match": "*"},
        fragment,
        SDP | who | {"if-match": '"f00d"'},
    ):
        answer = await encoder.patch(session, content="a=ice-ufrag:x", headers=headers)
        statuses[headers["content-type"], headers.get("if-match")] = answer.status_code
    assert list(statuses.values()) == [204, 204, 412, 422, 428, 415]
    former = f"/whip/{stage_id}/6-beef"
    assert (await encoder.patch(former, content="x", headers=fragment | {"if-match": '"beef"'})).status_code == 404
    assert (await encoder.delete(former, headers=who)).status_code == 404
    assert asked(there) == []
    assert (await encoder.delete(session, headers=who)).status_code == 200
    assert [method for method, _ in asked(there)] == ["remove"]
    for url in (f"/whip/{stage_id}", session):
        for method in ("GET", "HEAD", "PUT"):
            assert (await encoder.request(method, url, headers=who)).status_code == 405
    assert (await encoder.post(session, headers=who)).status_code == 405


async def test_pages_of_other_sites_may_ask_and_read_and_see_the_relays_with_a_token(
    there: Guests, stage_id: str, encoder: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = IceServer(["turn:relay.example:3478"], "1:edda", "secret")
    monkeypatch.setattr(whip, "ice_servers", lambda *_given: [relay])
    elsewhere = {"origin": "https://studio.example", "sec-fetch-site": "cross-site"}
    for url in (f"/whip/{stage_id}", f"/whip/{stage_id}/7-f00d"):
        may = await encoder.options(url, headers=elsewhere | {"access-control-request-method": "POST"})
        assert (may.status_code, may.headers["accept-post"]) == (200, "application/sdp")
        assert "Authorization" in may.headers["access-control-allow-headers"]
        assert "link" not in may.headers
    shown = await encoder.options(f"/whip/{stage_id}", headers=elsewhere | bearer(there, stage_id))
    assert 'rel="ice-server"; username="' in shown.headers["link"]
    headers = elsewhere | SDP
    answer = await encoder.post(f"/whip/{stage_id}", content=offer(), headers=headers | bearer(there, stage_id))
    refused = await encoder.post(f"/whip/{stage_id}", content=offer(), headers=headers)
    assert (answer.status_code, refused.status_code) == (201, 401)
    assert answer.headers["link"] == shown.headers["link"]
    assert {each.headers["access-control-allow-origin"] for each in (may, answer, refused)} == {"*"}


async def test_a_player_gets_whoever_speaks(there: Guests, stage_id: str, encoder: httpx2.AsyncClient) -> None:
    peer = RawPeer([Media("0", "audio", False), Media("1", "video", False)])
    peer.socket.close()
    headers = SDP | bearer(there, stage_id, "aylin", "whep")
    answer = await encoder.post(f"/whep/{stage_id}", content=peer.offer(), headers=headers)
    assert answer.status_code == 201
    [(_, join)] = asked(there)
    assert (join.listen, join.publish) == ({"0": "auto", "1": "auto"}, [])


async def test_without_a_good_token_nobody_gets_in(there: Guests, stage_id: str, encoder: httpx2.AsyncClient) -> None:
    good = bearer(there, stage_id)["authorization"]
    for header in ("", "Bearer", "Bearer nonsense", good[:-2], good.replace("Bearer", "Basic")):
        answer = await encoder.post(f"/whip/{stage_id}", content=offer(), headers=SDP | {"authorization": header})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), header
    watching = SDP | bearer(there, stage_id, "edda", "whep")
    assert (await encoder.post(f"/whip/{stage_id}", content=offer(), headers=watching)).status_code == 401
    other = SDP | bearer(there, "another", "edda")
    assert (await encoder.post(f"/whip/{stage_id}", content=offer(), headers=other)).status_code == 401
    assert asked(there) == []


async def test_a_token_does_what_its_person_may_do_and_no_more(
    there: Guests, stage_id: str, encoder: httpx2.AsyncClient
) -> None:
    watcher = await encoder.post(f"/whip/{stage_id}", content=offer(), headers=SDP | bearer(there, stage_id, "aylin"))
    assert watcher.status_code == 403
    async with there.kernel.database.write() as uow:
        removing.remove(uow, stage_id, there.ids["dev"], there.ids["edda"])
    removed = await encoder.post(f"/whip/{stage_id}", content=offer(), headers=SDP | bearer(there, stage_id, "dev"))
    assert removed.status_code == 403
    assert asked(there) == []


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"content-type": "text/plain"}, "x", 415),
        (SDP, "v=0\r\nnonsense", 400),
        (SDP, b"\xff\xfe", 400),
        (SDP, "x" * 40_000, 413),
    ],
)
async def test_bad_offers_have_their_codes(
    there: Guests, stage_id: str, encoder: httpx2.AsyncClient, headers: dict[str, str], content: str, status: int
) -> None:
    answer = await encoder.post(f"/whip/{stage_id}", content=content, headers=headers | bearer(there, stage_id))
    assert answer.status_code == status
    assert asked(there) == []
