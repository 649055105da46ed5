"""Encoders and players over HTTP, as RFC 9725 wants them answered."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from bench.media.peer import Media, RawPeer
from rooms.actions import open_room
from rooms.model import STAGE
from server.kernel.memory_bus import MemoryBus
from server.kernel.settings import Settings
from signaling import removing, whip
from signaling.lines import Line
from signaling.media import room as media_room
from signaling.media.node import Node
from signaling.own_nodes import OwnNodes
from signaling.protocol import MediaError
from signaling.turn import IceServer
from signaling.whip import Bearer, token_for
from tests.fairs.guests import Guests, guests
from tests.kernel_fixtures import browser_of
from tests.signaling.hall import shown
from tests.signaling.quiet import QuietBackEnd
from tests.signaling.scene import Person, Stage, settled, until
from tests.support.patience import PATIENCE_S

SDP = {"content-type": "application/sdp"}
FRAGMENT = {"content-type": "application/trickle-ice-sdpfrag"}
CANDIDATES = (
    "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1\r\n"
    "a=candidate:3471623853 1 tcp 1518283007 f3a1.local 9 typ host tcptype active\r\na=end-of-candidates\r\n"
)


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Guests]:
    """A fair with people, and a back end that carries nothing."""
    async with guests(app) as there:
        await app.state.calls.stop()
        app.state.calls.back_end = QuietBackEnd()
        yield there


class ThisNode:
    """The one node for all rooms."""

    def __init__(self, node: Node) -> None:
        self.node = node

    async def start(self) -> None:
        """It runs."""

    async def prepare(self) -> None:
        """It runs."""

    async def for_room(self, _room: str, *, place: bool) -> Node:
        """It."""
        return self.node

    def note(self, _room: str, _line: Node, *, anybody: bool) -> None:
        """It runs."""

    async def all(self) -> tuple[list[Line], MediaError | None]:
        """It alone."""
        return [self.node], None

    async def stop(self) -> None:
        """Whoever made it ends it."""


@pytest.fixture
def own(there: Guests, stage_id: str, stage: Stage) -> Stage:
    """The stage on a node in the test's own process, which the server asks."""
    back_end = OwnNodes(Settings(), MemoryBus())
    back_end.nodes = ThisNode(stage.node)
    there.app.state.calls.back_end, stage.room = back_end, stage_id
    return stage


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
    fragment = who | FRAGMENT
    statuses = {}
    for headers in (
        fragment | {"if-match": '"f00d"'},
        fragment | {"if-match": '"dead", "f00d"'},
        fragment | {"if-match": '"dead"'},
        fragment | {"if-match": "*"},
        fragment,
        SDP | who | {"if-match": '"f00d"'},
    ):
        answer = await encoder.patch(session, content=CANDIDATES, headers=headers)
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


@pytest.mark.parametrize(
    "content",
    [
        "",
        "candidate",
        "a=ice-ufrag:x",
        "a=ice-pwd:" + "x" * 300,
        "m=audio",
        "a=mid:",
        "a=candidate:1 1 udp 1 192.0.2.1 port typ host",
        "v=0\r\n" + CANDIDATES,
        CANDIDATES + "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n" * 64,
        b"a=ice-ufrag:\xff\xff\xff\xff",
    ],
)
async def test_candidates_that_cannot_be_read_are_refused(
    there: Guests, stage_id: str, encoder: httpx2.AsyncClient, content: str | bytes
) -> None:
    there.app.state.calls.back_end.sits(stage_id, f"{there.ids['edda']}-whip", there.ids["edda"], generation=7)
    headers = FRAGMENT | bearer(there, stage_id) | {"if-match": '"f00d"'}
    answer = await encoder.patch(f"/whip/{stage_id}/7-f00d", content=content, headers=headers)
    assert answer.status_code == 400


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


async def test_what_is_published_reaches_a_player_over_http_until_it_ends_its_session(
    there: Guests, stage_id: str, encoder: httpx2.AsyncClient, own: Stage
) -> None:
    anna = await own.join("anna", ("microphone", "camera"))
    peer, who = RawPeer([Media("0", "audio", False), Media("1", "video", False)]), bearer(there, stage_id, way="whep")
    answer = await encoder.post(f"/whep/{stage_id}", content=peer.offer(), headers=SDP | who)
    player = Person("player", peer, answer.text)
    own.people.append(player)
    peer.connect(answer.text)
    await asyncio.wait_for(peer.connected.wait(), PATIENCE_S)
    await shown(anna, player)
    anna.send_sound()
    await until(lambda: player.sound)
    session, if_match = answer.headers["location"], {"if-match": answer.headers["etag"]}
    assert (await encoder.patch(session, content=CANDIDATES, headers=FRAGMENT | who | if_match)).status_code == 204
    assert (await encoder.delete(session, headers=who)).status_code == 200
    came = len(peer.packets)
    anna.send_frame(key=True)
    anna.send_sound()
    await settled()
    assert len(peer.packets) == came
    assert (await encoder.delete(session, headers=who)).status_code == 404


async def test_what_a_node_refuses_has_the_code_that_is_prescribed_for_it(
    there: Guests, stage_id: str, encoder: httpx2.AsyncClient, own: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session that is newer than this one can be is a conflict; where there is no room, one may ask again soon."""

    async def post() -> httpx2.Response:
        return await encoder.post(f"/whip/{stage_id}", content=offer(), headers=SDP | bearer(there, stage_id))

    await own.join(f"{there.ids['edda']}-whip", hears={"a": "auto"}, connect=False, generation=2**31)
    conflict = await post()
    await own.node.ask("close", {"room": stage_id})
    monkeypatch.setattr(media_room, "PARTICIPANTS_MOST", 0)
    full = await post()
    assert (conflict.status_code, full.status_code) == (409, 503)
    assert "retry-after" not in conflict.headers
    assert int(full.headers["retry-after"]) > 0
    assert {each.headers["access-control-allow-origin"] for each in (conflict, full)} == {"*"}


async def test_where_no_node_answers_a_session_is_neither_changed_nor_ended_and_one_may_ask_again_soon(
    there: Guests, stage_id: str, encoder: httpx2.AsyncClient, own: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(method: str, _params: Any) -> Any:
        raise MediaError("unavailable", f"{method}: nobody answers")

    headers = FRAGMENT | bearer(there, stage_id) | {"if-match": '"f00d"'}
    monkeypatch.setattr(own.node, "ask", silent)
    for method in ("PATCH", "DELETE"):
        answer = await encoder.request(method, f"/whip/{stage_id}/7-f00d", content=CANDIDATES, headers=headers)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


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
    there: Guests, stage_id: str, encoder: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whip, "ice_servers", lambda *_given: [IceServer(["turn:relay.example:3478"], "1:dev", "x")])
    watcher = await encoder.post(f"/whip/{stage_id}", content=offer(), headers=SDP | bearer(there, stage_id, "aylin"))
    assert watcher.status_code == 403
    async with there.kernel.database.write() as uow:
        removing.remove(uow, stage_id, there.ids["dev"], there.ids["edda"])
    removed = await encoder.post(f"/whip/{stage_id}", content=offer(), headers=SDP | bearer(there, stage_id, "dev"))
    assert removed.status_code == 403
    assert asked(there) == []
    shown = await encoder.options(f"/whip/{stage_id}", headers=bearer(there, stage_id, "dev"))
    assert (shown.status_code, "link" in shown.headers) == (200, False), "nor does it open a relay"


async def test_nobody_keeps_the_node_busy_with_offers(
    there: Guests, stage_id: str, encoder: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whip, "REQUESTS_OF_ONE", "2 per minute")
    for status in (201, 201, 429):
        answer = await encoder.post(f"/whip/{stage_id}", content=offer(), headers=SDP | bearer(there, stage_id))
        assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == "*"
    assert int(answer.headers["retry-after"]) > 0
    assert len(asked(there)) == 2


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
