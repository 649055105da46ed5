"""LiveKit as a media back end: its server API is asked, its rooms and tokens are used, browsers go there themselves."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta

import aiohttp
import structlog
from livekit.api import (
    AccessToken,
    CreateRoomRequest,
    DeleteRoomRequest,
    ListParticipantsRequest,
    ListRoomsRequest,
    LiveKitAPI,
    MuteRoomTrackRequest,
    ParticipantInfo,
    RoomParticipantIdentity,
    ServerError,
    UpdateParticipantRequest,
)

from server.kernel.bus import Bus
from server.kernel.enduring import kept_going
from server.kernel.settings import Settings
from signaling import bus_topics, protocol
from signaling.back_end import Ears, Engine
from signaling.livekit import wording
from signaling.livekit.wording import Terms
from signaling.protocol import Join, Joined, MediaError, Presence, RoomState
from signaling.tried import all_tried

log = structlog.get_logger(__name__)

# A token is for coming in, at once; LiveKit itself renews it for who is in.
TOKEN_LIFE = timedelta(minutes=2)
ANSWER_S = 5.0
# Webhooks tell of changes at once; where they do not arrive, a look at all rooms finds them.
LOOK_EVERY_S = 10.0
# Questions to LiveKit at once, where one has to go through many rooms.
AT_ONCE = 8
# A room that everybody has left is forgotten after so long, in s.
EMPTY_S = 60


class LiveKit:
    """The back end `livekit`."""

    engine: Engine = "livekit"

    def __init__(self, settings: Settings, bus: Bus) -> None:
        self.ears = Ears()
        self._settings = settings
        self._bus = bus
        self._versions: dict[str, int] = {}  # of rooms with people in them
        self._api: LiveKitAPI | None = None
        self._stale: dict[str, None] = {}  # rooms to be looked at, in order
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to hear what happens."""
        await self._bus.subscribe(bus_topics.LIVEKIT, self._told)
        self._tasks = [
            asyncio.create_task(kept_going("livekit_rooms", self._follow)),
            asyncio.create_task(kept_going("livekit_look_around", self._look_around)),
        ]

    async def stop(self) -> None:
        """End what runs here; calls go on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._bus.unsubscribe(bus_topics.LIVEKIT, self._told)
        api, self._api = self._api, None
        if api:
            await api.aclose()

    async def prepare(self) -> None:
        """It runs elsewhere."""

    async def join(self, join: Join) -> Joined:
        """Where to go, and the token that lets one in. An offer is not looked at: there one makes another."""
        if join.encoder:
            raise MediaError("not_found", "encoders go to the WHIP address of LiveKit's own ingress")
        async with self._asking() as api:
            await api.room.create_room(CreateRoomRequest(name=join.room, empty_timeout=EMPTY_S))
        before = await self._find(join.room, join.participant)
        before_terms = Terms.of(before) if before else None
        if before_terms and before_terms.generation > join.generation:
            raise MediaError("conflict", "generation: a newer connection is there")
        terms = Terms.asked(join, before_terms.muted if before_terms else frozenset())
        token = AccessToken(self._settings.livekit_key, self._settings.livekit_secret.get_secret_value())
        token = token.with_identity(join.participant).with_attributes(terms.attributes).with_ttl(TOKEN_LIFE)
        return Joined(
            sdp="", url=self._settings.livekit_url, token=token.with_grants(wording.grants(join.room, terms)).to_jwt()
        )

    async def try_out(self, sdp: str) -> str:
        """Refused: the ways to LiveKit are tried by its own client alone."""
        raise MediaError("unavailable", "LiveKit answers no offers")

    async def listen(self, listen: protocol.Listen) -> None:
        """Nothing to do: there browsers choose by themselves what they take."""

    async def set_rights(self, given: protocol.SetRights) -> None:
        """Give somebody other rights: LiveKit ends at once what is no longer allowed."""
        info = await self._there(given.room, given.participant)
        await self._update(given.room, info, wording.terms_with(Terms.of(info), given.rights))

    async def mute(self, mute: protocol.Mute) -> None:
        """By a moderator: take the right to send, or give it back. By oneself: LiveKit lets browsers do that."""
        info = await self._there(mute.room, mute.participant)
        terms = Terms.of(info)
        if mute.moderator:
            await self._update(mute.room, info, wording.terms_muted(terms, mute.sources, muted=mute.muted))
        elif not mute.muted and terms.muted & set(mute.sources):
            raise MediaError("forbidden", "a moderator has muted it")
        elif mute.muted:
            for sid in wording.sids_of(info, mute.sources):
                async with self._asking() as api:
                    asked = MuteRoomTrackRequest(room=mute.room, identity=info.identity, track_sid=sid, muted=True)
                    await api.room.mute_published_track(asked)

    async def remove(self, remove: protocol.Remove) -> None:
        """End somebody's part."""
        await self._put_out(RoomParticipantIdentity(room=remove.room, identity=remove.participant))

    async def expel(self, expel: protocol.Expel) -> None:
        """End the part of a person or of a session; the tokens that they hold are void from now on."""
        until = int(time.time()) + 1  # LiveKit counts whole seconds
        found = [
            RoomParticipantIdentity(room=room, identity=info.identity, revoke_token_ts=until)
            for room, infos in await self._everybody(expel.room)
            for info in infos
            if _is_meant(Terms.of(info), expel)
        ]
        await all_tried(map(self._put_out, found))  # nobody stays because somebody else could not be removed

    async def where(self, person: str) -> list[Presence]:
        """All parts that somebody takes."""
        return [
            Presence(room=room, participant=info.identity)
            for room, infos in await self._everybody()
            for info in infos
            if Terms.of(info).person == person
        ]

    async def record(self, given: protocol.Record) -> None:
        """Not here: LiveKit records by a service of its own (Egress)."""
        raise MediaError("unavailable", "recording: this server's calls are carried by LiveKit")

    async def mark(self, given: protocol.Mark) -> None:
        """Not here either."""
        raise MediaError("unavailable", "recording: this server's calls are carried by LiveKit")

    async def end_recording(self, room: str) -> None:
        """Nothing runs."""

    async def close(self, room: str) -> None:
        """End a room."""
        with contextlib.suppress(_NotThereError):
            async with self._asking() as api:
                await api.room.delete_room(DeleteRoomRequest(room=room))

    async def state(self, room: str) -> RoomState | None:
        """How a room is. Its version is that of the last change that was told: every later one is newer."""
        version = self._versions.get(room, 0)
        found = wording.participants(await self._people(room))
        return RoomState(room=room, epoch="", v=version, participants=found, speakers=[]) if found else None

    async def stats(self) -> list[protocol.Stats]:
        """None: its machines are watched by LiveKit's own means."""
        return []

    # -- following rooms -----------------------------------------------------------------------------------------------

    def _told(self, payload: bytes) -> None:
        self._look_at([payload.decode()])

    def _look_at(self, rooms: Iterable[str]) -> None:
        self._stale |= dict.fromkeys(rooms)
        self._woken.set()

    async def _follow(self) -> None:
        """Look at rooms in which something changed, one after the other; many changes of one are one look."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._stale:
                room = next(iter(self._stale))
                del self._stale[room]
                try:
                    self._tell(room, wording.participants(await self._people(room)))
                except MediaError as error:
                    log.warning("livekit_away", room=room, reason=error.message)

    async def _look_around(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                peopled = await self._peopled()
            except MediaError as error:
                log.warning("livekit_away", reason=error.message)
            else:
                self._look_at({*peopled, *self._versions})

    def _tell(self, room: str, found: list[protocol.ParticipantState]) -> None:
        version = max(self._versions.get(room, 0) + 1, int(time.time() * 1_000))
        if found:
            self._versions[room] = version
        elif self._versions.pop(room, None) is None:
            return
        self.ears.on_room(RoomState(room=room, epoch="", v=version, participants=found, speakers=[]))

    # -- asking LiveKit ------------------------------------------------------------------------------------------------

    async def _put_out(self, whom: RoomParticipantIdentity) -> None:
        with contextlib.suppress(_NotThereError):
            async with self._asking() as api:
                await api.room.remove_participant(whom)

    async def _update(self, room: str, info: ParticipantInfo, terms: Terms) -> None:
        asked = UpdateParticipantRequest(
            room=room, identity=info.identity, permission=wording.permission(terms), attributes=terms.attributes
        )
        async with self._asking() as api:
            await api.room.update_participant(asked)

    async def _there(self, room: str, participant: str) -> ParticipantInfo:
        info = await self._find(room, participant)
        if info is None:
            raise MediaError("not_found", "participant")
        return info

    async def _find(self, room: str, participant: str) -> ParticipantInfo | None:
        with contextlib.suppress(_NotThereError):
            async with self._asking() as api:
                return await api.room.get_participant(RoomParticipantIdentity(room=room, identity=participant))
        return None

    async def _people(self, room: str) -> list[ParticipantInfo]:
        with contextlib.suppress(_NotThereError):
            async with self._asking() as api:
                return list((await api.room.list_participants(ListParticipantsRequest(room=room))).participants)
        return []

    async def _peopled(self) -> list[str]:
        async with self._asking() as api:
            rooms = (await api.room.list_rooms(ListRoomsRequest())).rooms
        return [room.name for room in rooms if room.num_participants]

    async def _everybody(self, room: str = "") -> list[tuple[str, list[ParticipantInfo]]]:
        """Rooms with the people in them: one, or all."""
        at_once = asyncio.Semaphore(AT_ONCE)

        async def people(name: str) -> tuple[str, list[ParticipantInfo]]:
            async with at_once:
                return name, await self._people(name)

        return await asyncio.gather(*map(people, [room] if room else await self._peopled()))

    @contextlib.asynccontextmanager
    async def _asking(self) -> AsyncIterator[LiveKitAPI]:
        """The API, with its errors as ours. Raises MediaError."""
        if self._api is None:
            secret = self._settings.livekit_secret.get_secret_value()
            limit = aiohttp.ClientTimeout(total=ANSWER_S)
            self._api = LiveKitAPI(self._settings.livekit_url, self._settings.livekit_key, secret, timeout=limit)
        try:
            yield self._api
        except ServerError as error:
            if error.code == "not_found":
                raise _NotThereError from None
            raise MediaError("unavailable", f"LiveKit says {error.code}: {error.message}") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise MediaError("unavailable", f"LiveKit cannot be reached ({type(error).__name__})") from None


class _NotThereError(MediaError):
    """LiveKit knows no such room, or nobody of that name in it."""

    def __init__(self) -> None:
        super().__init__("not_found", "participant")


def _is_meant(terms: Terms, expel: protocol.Expel) -> bool:
    return terms.person == expel.person if expel.person else bool(expel.session) and terms.session == expel.session
