"""Saying something by a plain form: the way of a browser without scripts, with the same rules and the same log."""

from starlette.requests import Request

from chat import sending
from chat.standing import Standing
from server.kernel.ids import is_id, new_id
from server.kernel.parts import kernel_of
from server.live.parts import live_of
from server.live.wire.codes import LiveError
from web.i18n import N_, translations
from web.render import locale_of

# What to tell somebody whose message was not taken; what they typed stands in the field again.
REASONS = {
    "bad_request": N_("There is nothing to send yet."),
    "too_large": N_("That is too long: at most 4,000 characters, please."),
    "muted": N_("A moderator asked you to pause here. What you typed is still there."),
    "forbidden": N_("You cannot write here any more. What you typed is still there."),
    "unavailable": N_("It could not be saved just now. What you typed is still there: please try again."),
}


async def post(request: Request, me: Standing, text: str) -> str:
    """Say it; returns the message's id. The form's own cid makes pressing twice harmless. Raises LiveError."""
    now = kernel_of(request).clock.now()
    if not me.rights.may_send(now):
        raise LiveError("muted" if me.rights.muted_at(now) else "forbidden")
    cid = request.query_params.get("cid", "")
    done = await live_of(request).log.append(sending.send(me, cid if is_id(cid) else new_id(), text))
    return str(done.data["id"])


async def attempt(request: Request, me: Standing, text: str) -> tuple[str, str]:
    """Say it: the message's id, and ""; or "", and why it was not taken, in the reader's language."""
    try:
        return await post(request, me, text), ""
    except LiveError as error:
        return "", translations(locale_of(request)).gettext(reason(error))


def reason(error: LiveError) -> str:
    """The message id of what to tell. Raises the error again where a form cannot say it."""
    if error.code not in REASONS:
        raise error
    return REASONS[error.code]
