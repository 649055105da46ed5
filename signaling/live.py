"""Calls over the live line: offers to the media node, moderation, and what two people pass to each other."""

from dataclasses import asdict

from people.text import UnacceptableError, one_line
from server.live import topics
from server.live.call import Call, Handler
from server.live.wire.call import (
    CAPTION_MOST,
    CallAnswer,
    CallCaption,
    CallIce,
    CallIceServers,
    CallLeave,
    CallListen,
    CallMute,
    CallOffer,
    CallReadmit,
    CallRemove,
    CallSign,
    CallSignal,
    CallToken,
    CallTokenGiven,
    IceServer,
)
from server.live.wire.codes import LiveError
from signaling import removing
from signaling.media.sdp import SdpError, parse_offer
from signaling.parts import Calls, refused
from signaling.protocol import Join, Listen, MediaError, Mute, Published, Remove
from signaling.rights import CallRights
from signaling.seating import seat
from signaling.signals import is_polite
from signaling.turn import ice_servers
from signaling.whip import Bearer, token_for


async def offer(call: Call, params: CallOffer) -> CallAnswer:
    """Take part, or change how."""
    rights, calls = _rights(call), _calls(call)
    participant = participant_id(call.person.id, params.device)
    join = Join(
        room=_room(call),
        participant=participant,
        generation=params.generation,
        person=call.person.id,
        session=call.session_id,
        rights=rights.node,
        sdp=params.sdp,
        publish=[Published(mid=each.mid, source=each.source) for each in params.publish],
        listen=params.listen,
        sizes=params.sizes,
    )
    try:
        joined = await seat(calls, join)
    except MediaError as error:
        raise refused(error) from None
    return CallAnswer(participant=participant, sdp=joined.sdp, url=joined.url, token=joined.token)


async def listen(call: Call, params: CallListen) -> None:
    """Change what one's places carry."""
    participant = participant_id(call.person.id, params.device)
    given = Listen(room=_room(call), participant=participant, listen=params.listen, sizes=params.sizes)
    try:
        await _calls(call).back_end.listen(given)
    except MediaError as error:
        raise refused(error) from None


async def leave(call: Call, params: CallLeave) -> None:
    """Take part no longer."""
    participant = participant_id(call.person.id, params.device)
    try:
        await _calls(call).back_end.remove(Remove(room=_room(call), participant=participant))
    except MediaError as error:
        raise refused(error) from None


async def mute(call: Call, params: CallMute) -> None:
    """Mute somebody, or undo it."""
    own = params.participant.startswith(f"{call.person.id}-")
    if not own and not _rights(call).moderate:
        raise LiveError("forbidden")
    given = Mute(
        room=_room(call),
        participant=params.participant,
        sources=params.sources,
        muted=params.muted,
        # Who mutes themselves does so as anybody; a moderator may undo for themselves what another one did.
        moderator=_rights(call).moderate and not (own and params.muted),
        own=own,
    )
    try:
        await _calls(call).back_end.mute(given)
    except (MediaError, ValueError) as error:
        raise refused(error) if isinstance(error, MediaError) else LiveError("bad_request", "participant") from None


async def remove(call: Call, params: CallRemove) -> None:
    """Remove somebody: the record first, so that they can't slip in again, then their media."""
    _moderator(call)
    if params.person == call.person.id:
        raise LiveError("bad_request", "person: leave instead")
    await _may_remove(call, params.person)
    async with call.kernel.database.write() as uow:
        removing.remove(uow, _room(call), params.person, call.person.id)
    call.live.grants.revoke(params.person, str(call.topic), "removed")
    try:
        await _calls(call).end(person=params.person, room=_room(call))
    except MediaError as error:
        raise refused(error) from None


async def readmit(call: Call, params: CallReadmit) -> None:
    """Let somebody in again."""
    _moderator(call)
    async with call.kernel.database.write() as uow:
        await removing.readmit(uow, _room(call), params.person, call.person.id)
    if await _calls(call).rights([(params.person, _room(call))]):
        call.live.grants.restore(params.person, str(call.topic))


async def ice(call: Call, params: CallIce) -> CallIceServers:
    """The ICE servers, with credentials for the caller."""
    if params.door:
        await _calls(call).back_end.prepare()
    servers = ice_servers(call.kernel.settings, call.person.id, call.clock.now())
    engine = _calls(call).back_end.engine
    return CallIceServers(servers=[IceServer(**asdict(each)) for each in servers], engine=engine)


async def token(call: Call, params: CallToken) -> CallTokenGiven:
    """A token for an encoder or a player of the caller."""
    rights = _rights(call)
    if not (rights.publish if params.way == "whip" else rights.listen):
        raise LiveError("forbidden")
    bearer = Bearer(call.person.id, _room(call), params.way)
    sealed = token_for(call.kernel.settings.secret_bytes, bearer, call.clock.now())
    return CallTokenGiven(path=f"/{params.way}/{bearer.call}", token=sealed)


async def sign(call: Call, params: CallSign) -> None:
    """Show a hand or a reaction to everybody in the call."""
    if (params.hand is None) == (params.reaction is None):
        raise LiveError("bad_request", "one of hand, reaction")
    if not _calls(call).signs.may_show(_room(call), call.person.id, call.clock.now().timestamp()):
        raise LiveError("too_many", "signs")
    if params.reaction:
        heard = bool(_rights(call).publish)
        _calls(call).reactions.add(_room(call), call.person.id, params.reaction, heard=heard)
    else:
        shown = {"person": call.person.id, "hand": params.hand, "reaction": None}
        call.live.publish(topics.call(_room(call)), "sign", shown)


async def caption(call: Call, params: CallCaption) -> None:
    """Write along for those who read."""
    rights = _rights(call)
    if not (rights.publish or rights.moderate):
        raise LiveError("forbidden")
    try:
        text = one_line(CAPTION_MOST)(params.text)
    except UnacceptableError:
        text = ""
    if not text:
        raise LiveError("bad_request", "text: not text")
    if not _calls(call).signs.may_show(_room(call), call.person.id, call.clock.now().timestamp()):
        raise LiveError("too_many", "captions")
    call.live.publish(topics.call(_room(call)), "caption", {"person": call.person.id, "text": text})


async def signal(call: Call, params: CallSignal) -> None:
    """Pass something on to the other one of two, or to one's own other tabs."""
    calls, room = _calls(call), _room(call)
    _check_signal(calls, room, call.person.id, params)
    if not await calls.rights([(params.to, room)]):
        raise LiveError("not_found", "to")
    data = {
        "call": str(call.topic),
        "sender": call.person.id,
        "device": params.device,
        "to_device": params.to_device,
        "generation": params.generation,
        "to_generation": params.to_generation,
        "polite": is_polite(params.to, call.person.id),
        "description": params.description.model_dump() if params.description else None,
        "candidate": params.candidate.model_dump() if params.candidate else None,
        "gone": params.gone,
        "moved": params.moved,
    }
    call.live.publish(topics.person(params.to), "signal", data)


live_methods: dict[str, Handler] = {
    "call.offer": offer,
    "call.listen": listen,
    "call.leave": leave,
    "call.mute": mute,
    "call.remove": remove,
    "call.readmit": readmit,
    "call.ice": ice,
    "call.token": token,
    "call.sign": sign,
    "call.caption": caption,
    "call.signal": signal,
}


def participant_id(person_id: str, device: str) -> str:
    """Somebody with one tab: the same when they come back, and nobody else's."""
    return f"{person_id}-{device}"


def _check_signal(calls: Calls, room: str, sender: str, params: CallSignal) -> None:
    if sum((params.description is not None, params.candidate is not None, params.gone, params.moved)) != 1:
        raise LiveError("bad_request", "one of description, candidate, gone, moved")
    if params.to == sender and not params.moved:
        raise LiveError("bad_request", "to: yourself")
    if params.description:
        calls.signals.describe(room, sender, params.to)
        if params.description.type != "rollback":
            try:
                parse_offer(params.description.sdp)
            except SdpError as error:
                raise LiveError("bad_request", f"sdp: {error}") from None
    elif params.candidate and not calls.signals.may_send_candidate(room, sender, params.to):
        raise LiveError("too_many", "candidates")


async def _may_remove(call: Call, person_id: str) -> None:
    """Only who has less to say: moderators do not remove one another."""
    room = _room(call)
    theirs = (await _calls(call).rights([(person_id, room)])).get((person_id, room))
    if theirs is None:
        raise LiveError("not_found", "person")
    if theirs.moderate:
        raise LiveError("forbidden", "person: a moderator")


def _moderator(call: Call) -> CallRights:
    rights = _rights(call)
    if not rights.moderate:
        raise LiveError("forbidden")
    return rights


def _rights(call: Call) -> CallRights:
    """What the caller may do. Every method has been admitted with the grant of its topic."""
    if call.grant is None or not isinstance(call.grant.data, CallRights):
        raise LiveError("bad_request", "call: not a call")
    return call.grant.data


def _room(call: Call) -> str:
    _rights(call)
    assert call.topic is not None
    return call.topic.id


def _calls(call: Call) -> Calls:
    calls: Calls = call.app.state.calls
    return calls
