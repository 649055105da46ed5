"""A stand-in for LiveKit: its room service over Twirp, as far as we ask it, and clients who come with a token.

What it refuses, the real one refuses: keys, grants, ended and revoked tokens, tracks that are not permitted, unmuting
from outside. No media flows.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from livekit import api

KEY, SECRET = "APIkeyOfTheTests", "a secret of the tests that is long enough for its hash"
_KINDS = {
    "microphone": api.TrackSource.MICROPHONE,
    "camera": api.TrackSource.CAMERA,
    "screen_share": api.TrackSource.SCREEN_SHARE,
    "screen_share_audio": api.TrackSource.SCREEN_SHARE_AUDIO,
}


class Refused(Exception):  # noqa: N818 - as Twirp words it
    """An error of Twirp."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass
class Room:
    """Who is in it, and since when tokens of whom are void."""

    people: dict[str, api.ParticipantInfo] = field(default_factory=dict)
    void: dict[str, int] = field(default_factory=dict)


class LiveKitStandIn:
    """One server. `rooms` is what happened; `silent` makes it answer nobody."""

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self.asked: list[str] = []
        self.port = 0
        self.silent = False
        self._sids = itertools.count(1)
        self._verifier = api.TokenVerifier(KEY, SECRET)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"ws://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Begin to answer."""
        app = web.Application()
        app.router.add_post("/twirp/livekit.RoomService/{method}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """End."""
        if self._runner:
            await self._runner.cleanup()

    # -- clients ---------------------------------------------------------------------------------------------------

    def connect(self, token: str) -> api.ParticipantInfo:
        """Somebody comes in, as a browser would. Raises Refused."""
        claims = self._verifier.verify(token)
        video = claims.video
        room = self.rooms.get(video.room) if video and video.room_join else None
        if video is None or room is None:
            raise Refused("permission_denied", 403)
        if _issued(token) < room.void.get(claims.identity, 0):
            raise Refused("unauthenticated", 401)
        sources = [_KINDS[name] for name in video.can_publish_sources or []]
        permission = api.ParticipantPermission(
            can_subscribe=video.can_subscribe, can_publish=video.can_publish, can_publish_sources=sources
        )
        info = api.ParticipantInfo(
            sid=f"PA_{next(self._sids)}",
            identity=claims.identity,
            state=api.ParticipantInfo.ACTIVE,
            attributes=dict(claims.attributes or {}),
            permission=permission,
            joined_at_ms=int(time.time() * 1_000),
        )
        room.people[claims.identity] = info
        return info

    def publish(self, info: api.ParticipantInfo, source: str) -> None:
        """Somebody sends something. Raises Refused."""
        if not _may(info.permission, _KINDS[source]):
            raise Refused("permission_denied", 403)
        info.tracks.append(api.TrackInfo(sid=f"TR_{next(self._sids)}", source=_KINDS[source]))

    def leave(self, room: str, identity: str) -> None:
        """Somebody leaves."""
        del self.rooms[room].people[identity]

    def webhook(self, event: str, room: str, info: api.ParticipantInfo | None = None) -> tuple[str, str]:
        """What it tells of an event: the body, and the header `Authorization`."""
        told = api.WebhookEvent(event=event, id="EV_1", room=api.Room(name=room), participant=info)
        body = MessageToJson(told)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        return body, api.AccessToken(KEY, SECRET).with_sha256(digest).to_jwt()

    # -- the room service ------------------------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.asked.append(method)
        if self.silent:
            return web.Response(status=503, text="away")
        kind, answer = _METHODS[method]
        try:
            asked = kind.FromString(await request.read())
            self._admit(request, method, asked)
            given = await answer(self, asked)
        except Refused as refused:
            return web.json_response({"code": refused.code, "msg": refused.code}, status=refused.status)
        return web.Response(body=given.SerializeToString(), content_type="application/protobuf")

    def _admit(self, request: web.Request, method: str, asked: Any) -> None:
        try:
            claims = self._verifier.verify(request.headers.get("Authorization", "").removeprefix("Bearer "))
        except Exception:
            raise Refused("unauthenticated", 401) from None
        video = claims.video
        may = video and {
            "ListRooms": video.room_list,
            "CreateRoom": video.room_create,
            "DeleteRoom": video.room_create,
        }.get(method, video.room_admin and video.room == getattr(asked, "room", ""))
        if not may:
            raise Refused("permission_denied", 403)

    async def _create_room(self, asked: Any) -> Message:
        self.rooms.setdefault(asked.name, Room())
        return api.Room(name=asked.name)

    async def _list_rooms(self, _asked: Any) -> Message:
        found = [api.Room(name=name, num_participants=len(room.people)) for name, room in self.rooms.items()]
        return api.ListRoomsResponse(rooms=found)

    async def _delete_room(self, asked: Any) -> Message:
        if self.rooms.pop(asked.room, None) is None:
            raise Refused("not_found", 404)
        return api.DeleteRoomResponse()

    async def _list_participants(self, asked: Any) -> Message:
        room = self.rooms.get(asked.room)
        return api.ListParticipantsResponse(participants=room.people.values() if room else [])

    async def _get_participant(self, asked: Any) -> Message:
        return self._info(asked)

    async def _remove_participant(self, asked: Any) -> Message:
        self._info(asked)
        room = self.rooms[asked.room]
        del room.people[asked.identity]
        room.void[asked.identity] = asked.revoke_token_ts
        return api.RemoveParticipantResponse()

    async def _update_participant(self, asked: Any) -> Message:
        info = self._info(asked)
        if asked.HasField("permission"):
            info.permission.CopyFrom(asked.permission)
        for name, value in asked.attributes.items():
            info.attributes[name] = value
        kept = [track for track in info.tracks if _may(info.permission, track.source)]
        del info.tracks[:]
        info.tracks.extend(kept)
        return info

    async def _mute_published_track(self, asked: Any) -> Message:
        found = [track for track in self._info(asked).tracks if track.sid == asked.track_sid]
        if not found:
            raise Refused("not_found", 404)
        if not asked.muted:
            raise Refused("failed_precondition", 412)  # unmuting from outside is off unless it is configured
        found[0].muted = True
        return api.MuteRoomTrackResponse(track=found[0])

    def _info(self, asked: Any) -> api.ParticipantInfo:
        room = self.rooms.get(asked.room)
        if room is None or asked.identity not in room.people:
            raise Refused("not_found", 404)
        return room.people[asked.identity]


def _may(permission: api.ParticipantPermission, source: Any) -> bool:
    """An empty list of sources means all of them, as with the real one."""
    return permission.can_publish and (not permission.can_publish_sources or source in permission.can_publish_sources)


def _issued(token: str) -> int:
    """Since when it is good, in s: the real one compares that with what was revoked."""
    body = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return int(claims["nbf"])


_METHODS: dict[str, tuple[type[Any], Callable[[LiveKitStandIn, Any], Awaitable[Message]]]] = {
    "CreateRoom": (api.CreateRoomRequest, LiveKitStandIn._create_room),
    "ListRooms": (api.ListRoomsRequest, LiveKitStandIn._list_rooms),
    "DeleteRoom": (api.DeleteRoomRequest, LiveKitStandIn._delete_room),
    "ListParticipants": (api.ListParticipantsRequest, LiveKitStandIn._list_participants),
    "GetParticipant": (api.RoomParticipantIdentity, LiveKitStandIn._get_participant),
    "RemoveParticipant": (api.RoomParticipantIdentity, LiveKitStandIn._remove_participant),
    "UpdateParticipant": (api.UpdateParticipantRequest, LiveKitStandIn._update_participant),
    "MutePublishedTrack": (api.MuteRoomTrackRequest, LiveKitStandIn._mute_published_track),
}
