"""What LiveKit calls what we call otherwise: rights, sources, participants. Pure.

What is ours travels with a participant as attributes, which only the server may change: whose it is and by which
session, what the room lets them send, and what a moderator has muted. LiveKit enforces the difference of the last two.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from livekit.api import ParticipantInfo, ParticipantPermission, TrackInfo, TrackSource, VideoGrants

from signaling.protocol import ANOTHER, SOURCES, Join, ParticipantState, Rights, Source, TrackState

T = TypeVar("T")

# As tokens name the sources, and as messages number them.
_NAMES: dict[Source, str] = {
    "microphone": "microphone",
    "camera": "camera",
    "screen": "screen_share",
    "screen_sound": "screen_share_audio",
    "camera_2": "camera",
    "screen_2": "screen_share",
}
_NUMBERS: dict[Source, Any] = {
    "microphone": TrackSource.MICROPHONE,
    "camera": TrackSource.CAMERA,
    "screen": TrackSource.SCREEN_SHARE,
    "screen_sound": TrackSource.SCREEN_SHARE_AUDIO,
    "camera_2": TrackSource.CAMERA,
    "screen_2": TrackSource.SCREEN_SHARE,
}
_SOURCES: dict[int, Source] = {_NUMBERS[source]: source for source in SOURCES if source not in ANOTHER}


@dataclass(frozen=True)
class Terms:
    """On which terms somebody takes part."""

    person: str
    session: str = ""
    generation: int = 0
    listen: bool = True
    publish: frozenset[Source] = frozenset()  # what the room lets them send
    muted: frozenset[Source] = frozenset()  # by a moderator

    @classmethod
    def of(cls, info: ParticipantInfo) -> Self:
        """Read them from a participant; of somebody who is not ours there is no person."""
        found = info.attributes
        generation = found.get("generation", "")
        return cls(
            person=found.get("person", ""),
            session=found.get("session", ""),
            generation=int(generation) if generation.isdecimal() else 0,
            listen=info.permission.can_subscribe,
            publish=_listed(found.get("publish", "")),
            muted=_listed(found.get("muted", "")),
        )

    @classmethod
    def asked(cls, join: Join, muted: frozenset[Source]) -> Self:
        """Those of somebody who comes in. What a moderator has muted stays so."""
        rights = join.rights
        return cls(join.person, join.session, join.generation, rights.listen, frozenset(rights.publish), muted)

    @property
    def sends(self) -> list[Source]:
        """What LiveKit is to let by. It has one permission for a first and a second of a kind: who was muted in one
        of them sends neither."""
        silent = {ANOTHER.get(source, source) for source in self.muted}
        return [source for source in SOURCES if source in self.publish and ANOTHER.get(source, source) not in silent]

    @property
    def attributes(self) -> dict[str, str]:
        """Themselves, to be read again."""
        return {
            "person": self.person,
            "session": self.session,
            "generation": str(self.generation),
            "publish": ",".join(sorted(self.publish)),
            "muted": ",".join(sorted(self.muted)),
        }


def grants(room: str, terms: Terms) -> VideoGrants:
    """What a token lets its bearer do."""
    return VideoGrants(
        room_join=True,
        room=room,
        can_subscribe=terms.listen,
        can_publish=bool(terms.sends),
        can_publish_sources=_once(_NAMES[source] for source in terms.sends),
        can_publish_data=False,
        can_update_own_metadata=False,
    )


def permission(terms: Terms) -> ParticipantPermission:
    """What somebody may do from now on. No source at all is said by `can_publish`: an empty list means all."""
    return ParticipantPermission(
        can_subscribe=terms.listen,
        can_publish=bool(terms.sends),
        can_publish_sources=_once(_NUMBERS[source] for source in terms.sends),
        can_publish_data=False,
    )


def terms_with(terms: Terms, rights: Rights) -> Terms:
    """The same with other rights of the room."""
    publish = frozenset(rights.publish)
    return Terms(terms.person, terms.session, terms.generation, rights.listen, publish, terms.muted)


def terms_muted(terms: Terms, sources: Collection[Source], *, muted: bool) -> Terms:
    """The same after a moderator muted something, or undid it."""
    now = terms.muted | set(sources) if muted else terms.muted - set(sources)
    return Terms(terms.person, terms.session, terms.generation, terms.listen, terms.publish, frozenset(now))


def participants(infos: Iterable[ParticipantInfo]) -> list[ParticipantState]:
    """Those of ours who are in, who came first first. LiveKit's own helpers (recorders, agents) are nobody's."""
    ours = [info for info in infos if info.attributes.get("person") and info.state != ParticipantInfo.DISCONNECTED]
    return [_participant(info) for info in sorted(ours, key=lambda info: (info.joined_at_ms, info.identity))]


def sids_of(info: ParticipantInfo, sources: Collection[Source]) -> list[str]:
    """LiveKit's names of the tracks from these sources."""
    return [track.sid for track in info.tracks if _source(track) in sources]


def _participant(info: ParticipantInfo) -> ParticipantState:
    terms = Terms.of(info)
    tracks = {source: track.muted for track in info.tracks if (source := _source(track))}
    return ParticipantState(
        id=info.identity,
        person=terms.person,
        generation=terms.generation,
        ready=info.state == ParticipantInfo.ACTIVE,
        tracks=[_track(info.identity, source, tracks) for source in SOURCES if source in tracks],
        silenced=[source for source in SOURCES if source in terms.muted],
    )


def _source(track: TrackInfo) -> Source | None:
    """Ours, by the name that our browsers give it: LiveKit does not tell a second screen from the first."""
    first = _SOURCES.get(track.source)
    return next((another for another, of in ANOTHER.items() if of == first and track.name == another), first)


def _once(named: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(named))


def _track(identity: str, source: Source, tracks: Mapping[Source, bool]) -> TrackState:
    return TrackState(id=f"{identity}.{source}", source=source, muted=tracks[source])


def _listed(text: str) -> frozenset[Source]:
    named = text.split(",")
    return frozenset(source for source in SOURCES if source in named)
