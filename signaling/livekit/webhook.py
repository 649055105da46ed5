"""What LiveKit tells us: that something changed in a room. Its messages are signed with the API secret."""

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of
from server.kernel.settings import Settings
from signaling import bus_topics
from signaling.parts import Calls, calls_of
from signaling.protocol import Rights
from signaling.seating import Part, keep_to_rights

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

    terms = Terms.of(event.participant)
    if terms.person:
        let_in = Rights(listen=terms.listen, publish=sorted(terms.publish))
        part = Part(event.room.name, event.participant.identity, terms.person, terms.session, let_in)
        await keep_to_rights(calls, part)


routes = [Route("/livekit/webhook", hear, methods=["POST"], name="livekit_webhook")]
