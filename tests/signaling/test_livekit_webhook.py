"""What LiveKit tells: believed when it is signed, and those whose rights have ended are put out again."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from livekit.api import ParticipantInfo, ParticipantPermission
from pydantic import SecretStr
from starlette.applications import Starlette

from people import sessions
from rooms.actions import open_room
from rooms.model import STAGE
from server.app import create_app
from server.kernel.settings import Settings
from signaling import bus_topics, removing
from signaling.livekit.back_end import LiveKit
from tests.fairs.guests import Guests, guests
from tests.kernel_fixtures import browser_of
from tests.signaling.quiet import QuietBackEnd
from tests.signaling.scene import until
from tests.support.livekit import KEY, SECRET, LiveKitStandIn

AWAY = "ws://127.0.0.1:1"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """LiveKit is configured; nobody is asked there."""
    return settings.model_copy(update={"livekit_url": AWAY, "livekit_key": KEY, "livekit_secret": SecretStr(SECRET)})


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Guests]:
    """A fair with people, and a back end that keeps a record of what it is asked."""
    async with guests(app) as there:
        assert isinstance(app.state.calls.back_end, LiveKit)
        await app.state.calls.stop()
        app.state.calls.back_end = QuietBackEnd()
        yield there


async def tell(app: Starlette, told: tuple[str, str], token: str = "") -> httpx2.Response:
    """LiveKit's request."""
    async with browser_of(app) as client:
        headers = {"authorization": token or told[1], "content-type": "application/webhook+json"}
        return await client.post("/livekit/webhook", content=told[0], headers=headers)


async def test_a_change_makes_all_workers_look_at_the_room(app: Starlette, there: Guests) -> None:
    heard: list[bytes] = []
    await there.kernel.bus.subscribe(bus_topics.LIVEKIT, heard.append)
    told = LiveKitStandIn().webhook("track_published", "a-room")
    assert (await tell(app, told)).status_code == 204
    await until(lambda: heard)
    await there.kernel.bus.unsubscribe(bus_topics.LIVEKIT, heard.append)
    assert heard == [b"a-room"]
    assert there.app.state.calls.back_end.asked == []


async def test_what_is_not_signed_is_not_believed(app: Starlette, there: Guests) -> None:
    body, token = LiveKitStandIn().webhook("room_finished", "a-room")
    assert (await tell(app, (body.replace("a-room", "b-room"), token))).status_code == 401
    assert (await tell(app, (body, token), "nonsense")).status_code == 401
    assert (await tell(app, ("\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), token))).status_code == 401


async def test_who_comes_in_with_a_token_that_outlived_their_rights_is_put_out(app: Starlette, there: Guests) -> None:
    async with there.kernel.database.write() as uow:
        stage = (await open_room(uow, there.fair.id, STAGE, "stage", "Stage")).id
        removing.remove(uow, stage, there.ids["edda"], there.ids["bernd"])
    for name in ("edda", "bernd"):
        info = await coming_in(app, there.ids[name], stage)
        assert (await tell(app, LiveKitStandIn().webhook("participant_joined", stage, info))).status_code == 204
    asked = there.app.state.calls.back_end.asked
    assert [(method, given.person, given.room) for method, given in asked] == [("expel", there.ids["edda"], stage)]


async def test_who_comes_in_with_a_token_that_allows_more_than_their_room_is_fitted_to_it(
    app: Starlette, there: Guests
) -> None:
    """They were not to speak any more between the token and their coming in."""
    async with there.kernel.database.write() as uow:
        stage = (await open_room(uow, there.fair.id, STAGE, "stage", "Stage")).id
    bernd = there.ids["bernd"]
    info = await coming_in(app, bernd, stage)
    info.attributes["publish"] = "camera,microphone,screen,screen_sound"
    info.permission.can_subscribe = False
    assert (await tell(app, LiveKitStandIn().webhook("participant_joined", stage, info))).status_code == 204
    [(method, given)] = app.state.calls.back_end.asked
    rights = (await app.state.calls.rights([(bernd, stage)]))[bernd, stage]
    assert (method, given.participant, given.rights) == ("set_rights", f"{bernd}-1", rights.node)


async def test_who_has_signed_out_does_not_come_in_with_the_token_of_that_session(
    app: Starlette, there: Guests
) -> None:
    async with there.kernel.database.write() as uow:
        stage = (await open_room(uow, there.fair.id, STAGE, "stage", "Stage")).id
    async with there.kernel.database.read() as session:
        [standing, *_] = await sessions.of_person(session, there.ids["bernd"], there.kernel.clock.now())
    info = await coming_in(app, there.ids["bernd"], stage)
    info.attributes["session"] = standing.id
    assert (await tell(app, LiveKitStandIn().webhook("participant_joined", stage, info))).status_code == 204
    assert app.state.calls.back_end.asked == []
    async with there.kernel.database.write() as uow:
        await sessions.revoke(uow, there.ids["bernd"], standing.id, by=None)
    app.state.calls.back_end.asked.clear()  # who is in was put out by the revocation itself
    assert (await tell(app, LiveKitStandIn().webhook("participant_joined", stage, info))).status_code == 204
    assert [(method, given.session) for method, given in app.state.calls.back_end.asked] == [("expel", standing.id)]


async def coming_in(app: Starlette, person: str, room: str) -> ParticipantInfo:
    """Somebody with a token for just what they may do; who was removed has an older one."""
    rights = (await app.state.calls.rights([(person, room)])).get((person, room))
    publish = ",".join(sorted(rights.publish)) if rights else "microphone"
    return ParticipantInfo(
        identity=f"{person}-1",
        attributes={"person": person, "publish": publish},
        permission=ParticipantPermission(can_subscribe=True),
    )


async def test_pages_may_talk_to_livekit_and_to_nobody_else(app: Starlette, there: Guests) -> None:
    async with browser_of(app) as client:
        policy = (await client.get("/sign-in")).headers["content-security-policy"]
    [connect] = [part for part in policy.split("; ") if part.startswith("connect-src")]
    assert connect.endswith(" ws://127.0.0.1:1 http://127.0.0.1:1")


async def test_without_livekit_nobody_is_listened_to(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"livekit_url": ""}))
    async with app.router.lifespan_context(app):
        assert (await tell(app, LiveKitStandIn().webhook("room_finished", "a-room"))).status_code == 404
