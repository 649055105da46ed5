"""What LiveKit tells us: that something changed in a room. Its messages are signed with the API secret."""

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from people.sessions import alive
from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of
from server.kernel.settings import Settings
from signaling import bus_topics
from signaling.parts import Calls, calls_of
from signaling.protocol import Expel, MediaError, SetRights

if TYPE_CHECKING:
    from livekit.api import WebhookEvent

# A message tells of one room, one participant and one track.
BODY_BYTES = 64 * 1024


async def hear(request: Request) -> Response:
    """Look at the room, on all workers. Who comes in with a token that outlived their rights has them no longer."""
    settings = kernel_of(request).settings
    calls = calls_of(request)
    if not settings.livekit_url:
        raise ProblemError(404, "not_found", "Calls are not carried by LiveKit here.")
    event = await run_in_threadpool(_signed, settings, await request.body(), request.headers.get("authorization", ""))
    if event.event == "participant_joined":
        await _keep_to_rights(calls, event)
    if event.room.name:
        kernel_of(request).bus.publish(bus_topics.LIVEKIT, event.room.name.encode())
    return Response(status_code=204)


def _signed(settings: Settings, body: bytes, token: str) -> "WebhookEvent":
    from livekit.api import TokenVerifier, WebhookReceiver

    verifier = TokenVerifier(settings.livekit_key, settings.livekit_secret.get_secret_value())
    try:
        return WebhookReceiver(verifier).receive(body.decode(), token)
    except Exception:  # of whatever kind: neither the token's nor the message's maker is known
        raise ProblemError(401, "unauthorized", "The message is not signed with the secret.") from None


async def _keep_to_rights(calls: Calls, event: "WebhookEvent") -> None:
    """Put out who has no part in it any more or has signed out; let others do no more than their room says by now."""
    from signaling.livekit.wording import Terms

    room, participant, terms = event.room.name, event.participant.identity, Terms.of(event.participant)
    if not terms.person:
        return
    if terms.session and not await _stands(calls, terms.session):
        await calls.back_end.expel(Expel(session=terms.session))
        return
    rights = (await calls.rights([(terms.person, room)])).get((terms.person, room))
    if rights is None:
        await calls.back_end.expel(Expel(person=terms.person, room=room))
    elif terms.publish != rights.publish or terms.listen != rights.listen:
        try:
            await calls.back_end.set_rights(SetRights(room=room, participant=participant, rights=rights.node))
        except MediaError as error:
            if error.code != "not_found":  # they have left already
                raise


async def _stands(calls: Calls, session_id: str) -> bool:
    async with calls.kernel.database.read() as session:
        return bool(await alive(session, [session_id], calls.kernel.clock.now()))


routes = [Route("/livekit/webhook", hear, methods=["POST"], name="livekit_webhook")]
