"""A room on the node: who is in it, and which track goes into whose slots."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from signaling.media import rtcp
from signaling.media.answer import Local, write_answer
from signaling.media.bandwidth import LOSS_GOOD, START_BITS, choose
from signaling.media.branch import Branch
from signaling.media.encodings import fit, hold, see
from signaling.media.layer import RESUME_S, Layer
from signaling.media.mux import Mux
from signaling.media.outgoing import Outgoing
from signaling.media.participant import Participant
from signaling.media.record import Recorder
from signaling.media.rtp import Packet
from signaling.media.sdp import Offer
from signaling.media.speakers import SPEAKING, filled, ranked, smoothed
from signaling.media.spread import PARTICIPANTS_MOST
from signaling.media.stun import Address
from signaling.media.track import LARGE, Track, level_of
from signaling.media.trunk import Trunk
from signaling.protocol import AUTO, Gone, Join, Joined, MediaError, Record, RoomState

# Names in the state's list of speakers.
SPEAKERS_SHOWN = 8
# A state names everybody and goes to everybody: the more there are, the longer changes are gathered.
TELL_S_PER_PERSON = 0.002

Tell = Callable[[RoomState | Gone], None]


class Room:
    """A room. It exists from the first join until the last participant has gone."""

    def __init__(self, id: str, epoch: str, mux: Mux, addresses: tuple[Address, ...], tell: Tell) -> None:
        self.id = id
        self.mux = mux
        self.participants: dict[str, Participant] = {}
        self.branches: dict[str, Branch] = {}  # of the home: by the life that carries them
        self.trunk: Trunk | None = None  # of a branch: where its tracks come from
        self.silenced: dict[str, set[str]] = {}  # by person: sources that a moderator has muted, for who comes back
        self.dirty: list[tuple[Track, Layer]] = []
        self.speakers: list[str] = []
        self._epoch = epoch
        self._addresses = addresses
        self._tell = tell
        self._version = int(time.time() * 1_000)  # so that states of a later life of the room are newer
        self.told = True
        self._told_at = 0.0
        self.look_at = 0.0  # when to look for a further node again
        self.recorder: Recorder | None = None
        self.stumbles = 0  # passes in a row in which something common to all in it was broken

    # -- coming and going ------------------------------------------------------------------------------------------

    def join(self, join: Join, offer: Offer) -> Joined:
        """Answer an offer. Raises MediaError."""
        found = self.participants.get(join.participant)
        if found and join.generation < found.generation:
            raise MediaError("conflict", "generation: a newer connection is there")
        if found is None and len(self.participants) >= PARTICIPANTS_MOST:
            raise MediaError("unavailable", "the room is full")
        participant = self._participant(join, offer, found)
        try:
            participant.take_offer(offer, join)
        except MediaError:
            if participant is not found:
                participant.close()
            raise
        if found is not None and participant is not found:
            self._end(found, "replaced")
        elif found is not None and found.peer:
            self.mux.offered_again(found.peer, offer.fragment)
        self.participants[join.participant] = participant
        self.assign()
        self.changed()
        return Joined(sdp=self._answer(participant, offer))

    def _participant(self, join: Join, offer: Offer, found: Participant | None) -> Participant:
        """Who sent the offer: the same connection, or another one."""
        if found and found.peer and join.generation == found.generation:
            return found
        made = Participant(self, join.participant, join.person, join.generation, join.rights)
        role = "client" if offer.setup == "passive" else "server"
        made.peer = self.mux.open(offer.fragment, offer.fingerprints, role, made, encoder=join.encoder)  # type: ignore[arg-type]
        made.session = join.session
        made.muted_by_moderator = set(self.silenced.get(join.person, ()))
        made.muted = set(found.muted) if found else set()
        return made

    def _answer(self, participant: Participant, offer: Offer) -> str:
        assert participant.peer is not None
        peer = participant.peer
        local = Local(peer.side.local, self.mux.fingerprint, peer.handshake.role, self._addresses)
        receiving = frozenset(track.section.mid for track in participant.tracks.values())
        return write_answer(offer, local, participant.version, receiving, participant.sending())

    def remove(self, participant_id: str, reason: str) -> None:
        """End somebody's part, at once."""
        if participant := self.participants.pop(participant_id, None):
            self._end(participant, reason)
            self.assign()
            self.changed()

    def _end(self, participant: Participant, reason: str) -> None:
        participant.close()
        self._tell(Gone(room=self.id, participant=participant.id, generation=participant.generation, reason=reason))

    def close(self) -> None:
        """End everybody's part."""
        for participant_id in list(self.participants):
            self.remove(participant_id, "closed")
        for branch in list(self.branches.values()):
            self.drop(branch)
        if self.trunk:
            self.trunk.close()

    def drop(self, branch: Branch) -> None:
        """A branch carries nothing any more: its people are out."""
        if self.branches.get(branch.life) is branch:
            del self.branches[branch.life]
        branch.close()
        self.changed()

    @property
    def is_over(self) -> bool:
        """Whether nobody is in it; a branch ends when its home says so."""
        if self.trunk:
            return self.trunk.closed
        return not (self.participants or any(branch.people for branch in self.branches.values()))

    def participant(self, participant_id: str) -> Participant:
        """Somebody who takes part. Raises MediaError."""
        if found := self.participants.get(participant_id):
            return found
        raise MediaError("not_found", "participant")

    # -- who gets what ---------------------------------------------------------------------------------------------

    @property
    def senders(self) -> "list[Participant | Trunk]":
        """Whoever something comes from."""
        return [*self.participants.values(), *([self.trunk] if self.trunk else [])]

    def tracks(self) -> dict[str, Track]:
        """All that is published, by id."""
        return {track.id: track for each in self.senders for track in each.tracks.values()}

    def arrived(self, track: Track, layer: Layer, packet: Packet) -> None:
        """A packet that goes to whoever gets its encoding."""
        if track.kind == "audio" and (loudness := level_of(packet, track)) is not None:
            track.loudness = smoothed(track.loudness, loudness)
        if layer.received == 1:
            self.layer_appeared(track, layer)
        if not layer.pending:
            self.dirty.append((track, layer))
        layer.pending.append(packet)

    def slots(self) -> Iterator[Outgoing]:
        """All that goes out."""
        for participant in self.participants.values():
            yield from participant.slots.values()

    def assign(self) -> None:
        """Let every slot carry what its viewer asked for."""
        tracks = self.tracks()
        for participant in self.participants.values():
            for mid, slot in participant.slots.items():
                what = participant.listening.get(mid)
                if what != AUTO:
                    slot.carry(_fitting(tracks.get(what or ""), slot, participant.id))
            for kind, slots in participant.autos.items():
                self._fill(slots, self._spoken(kind, tracks, but=participant.id), tracks)

    def _fill(self, slots: list[Outgoing], wanted: list[str], tracks: dict[str, Track]) -> None:
        shown = [slot.track.id if slot.track else None for slot in slots]
        for slot, track_id in zip(slots, filled(shown, wanted), strict=True):
            slot.carry(tracks.get(track_id or ""))

    def _spoken(self, kind: str, tracks: dict[str, Track], but: str = "") -> list[str]:
        """Ids of tracks in the order in which they deserve a place: screens, then by who spoke last."""
        place = {participant: number for number, participant in enumerate(self.speakers)}
        found = [t for t in tracks.values() if t.kind == kind and t.owner != but and not t.muted]
        found.sort(key=lambda t: (not t.source.startswith("screen"), place.get(t.owner, len(place)), t.id))
        return [track.id for track in found]

    def layer_appeared(self, track: Track, layer: Layer) -> None:
        """The first packet of an encoding: whoever waits for its track can begin with it."""
        for slot in self.slots():
            if slot.track is track and slot.source is None and slot.wanted is None:
                slot.want(layer)
        for branch in self.branches.values():
            branch.stale = True

    def reported(self, layer: Layer, report: rtcp.SenderReport, now: float) -> None:
        """A publisher said which moment its timestamps stand for: so do we, to all who get it."""
        layer.report, layer.report_at = report, now
        for slot in layer.viewers:
            ours = slot.report()
            if ours and slot.peer.ready and slot.peer.sending and slot.peer.address:
                self.mux.out.send(slot.peer.sending.protect_rtcp(ours), slot.peer.address)

    # -- now and then ----------------------------------------------------------------------------------------------

    def listen_for_speakers(self, now: float) -> None:
        """Who speaks; where that changes anything, slots follow."""
        loudness = {}
        for track in self.tracks().values():
            if track.source == "microphone" and not track.muted:
                heard = any(layer.is_sent(now) for layer in track.layers)
                track.loudness = track.loudness if heard else 0.0
                loudness[track.owner] = track.loudness
        order = ranked(self.speakers, loudness)
        if order != self.speakers:
            changed_front = order[:SPEAKERS_SHOWN] != self.speakers[:SPEAKERS_SHOWN]
            self.speakers = order
            self.assign()
            if changed_front and any(value >= SPEAKING for value in loudness.values()):
                self.changed()

    def adapt(self, now: float) -> None:
        """Choose encodings and temporal layers for every viewer."""
        for sender in self.senders:
            self.mux.attempt(sender.peer, _measure, sender, now)
        for participant in list(self.participants.values()):
            self.mux.attempt(participant.peer, self.suit, participant, now)
        self.fit_encodings(now)

    def fit_encodings(self, now: float) -> None:
        """Let senders know which encodings nobody needs, here or on another node. A branch leaves that to its home."""
        if self.trunk:
            return
        used = {layer for slot in self.slots() for layer in (slot.source, slot.wanted) if layer}
        used.update(layer for branch in self.branches.values() for layer in branch.used)
        recorded = self.recorder.agreed if self.recorder else frozenset()
        sizes = self._sizes()
        for each in self.participants.values():
            for track in each.tracks.values():
                is_recorded = each.person in recorded
                most = LARGE if is_recorded else sizes.get(track, 0)
                fitted = fit(track, track.layers if is_recorded else used, now)
                if self._see(track, most, now) or fitted:
                    self.changed()

    def _sizes(self) -> dict[Track, int]:
        """How large pictures are seen at most, as places in SIZES; another node takes them as large as they come."""
        sizes = {slot.track: LARGE for branch in self.branches.values() for slot in branch.slots.values() if slot.track}
        for viewer in self.participants.values():
            for slot in viewer.slots.values():
                if slot.track:
                    sizes[slot.track] = max(sizes.get(slot.track, 0), viewer.most(slot.mid))
        return sizes

    def _see(self, track: Track, most: int, now: float) -> bool:
        if track.kind != "video" or not see(track, most, now):
            return False
        if track.grew_at == now and sum(layer.is_sent(now) for layer in track.layers) == 1:
            for viewer in self.participants.values():  # more comes than they say that they could take: it is tried
                if any(slot.track is track for slot in viewer.slots.values()):
                    viewer.path.tries(now)
        return True

    def suit(self, participant: Participant, now: float) -> None:
        """Choose encodings and temporal layers for one viewer."""
        participant.note_lost()
        videos = [slot for slot in participant.slots.values() if slot.track and slot.track.kind == "video"]
        videos.sort(key=lambda slot: participant.most(slot.mid))
        left = participant.path.budget
        for place, slot in enumerate(videos):  # what small ones leave is for the large ones
            left -= self._adapt(participant, slot, left / (len(videos) - place), now)
        participant.path.sent = participant.path.budget - left

    def _adapt(self, participant: Participant, slot: Outgoing, budget: float, now: float) -> float:
        assert slot.track is not None
        layers, most, path = slot.track.layers, participant.most(slot.mid), participant.path
        if slot.wanted in layers[1 : most + 1] and slot.wanted.is_awaited(now):
            path.waits(now, RESUME_S)
            return slot.source.rate(now) if slot.source else 0.0
        if now - slot.track.grew_at < RESUME_S:  # what it becomes is on its way
            path.waits(now, RESUME_S)
        rates = [layer.rate(now) for layer in layers]
        layered = any(layer.layered for layer in layers)
        now_at = participant.choices.get(slot.mid)
        chosen, bits = choose(rates, layered, budget, now_at, path, now, most)
        participant.choices[slot.mid] = chosen
        # Also in place of one that is waited for: it may not be sent any more. Where nothing is sent, something is
        # asked for all the same: another node sends only what somebody here waits for.
        if bits or (slot.wanted is None and chosen.layer < len(layers)):
            slot.want(layers[chosen.layer])
        slot.temporal = chosen.temporal
        return bits

    def wanted_bits(self, track: Track) -> int:
        """What the publisher of a single encoding should send at most: what its best viewer can take."""
        viewers: list[Participant | Branch] = [*self.participants.values(), *self.branches.values()]
        paths = [each.path for each in viewers if any(s.track is track for s in each.slots.values())]
        sent = [layer for layer in track.layers if layer.is_sent(self.mux.clock())]
        if not paths or (sent and sent != track.layers[-1:]):  # of several, larger ones may be needed any moment
            return START_BITS * 2
        bits = int(max(150_000, min(START_BITS, max(path.estimate for path in paths))))
        lossy = all(path.lost > LOSS_GOOD for path in paths)
        return hold(track, bits, self.mux.clock(), lossy=lossy)

    @property
    def bits_per_second(self) -> float:
        """What goes out, as far as it was measured: each encoding as often as it is sent."""
        layers = (layer for track in self.tracks().values() for layer in track.layers)
        return sum(layer.bits_per_second * len(layer.viewers) for layer in layers)

    # -- recording -------------------------------------------------------------------------------------------------

    def record(self, given: Record) -> None:
        """Begin to record, or fit a recording to who has agreed by now. Raises MediaError."""
        if self.recorder is None:
            if not given.begins:
                raise MediaError("not_found", "recording: it has ended")
            try:
                self.recorder = Recorder(given.recording, Path(given.path), given.agreed, self.mux.clock())
            except OSError as error:
                raise MediaError("unavailable", f"recording: {error.strerror}") from None
            self.changed()
        elif self.recorder.id != given.recording:
            raise MediaError("conflict", "another recording runs")
        self.recorder.agreed = frozenset(given.agreed)

    def end_recording(self) -> Recorder | None:
        """Stop; the file is whole a moment later. None where nothing was recorded."""
        recorder, self.recorder = self.recorder, None
        if recorder:
            recorder.close()
            self.changed()
        return recorder

    # -- saying so -------------------------------------------------------------------------------------------------

    def changed(self) -> None:
        """Something that others see: they are told with one of the next ticks, once."""
        self._version += 1
        self.told = False
        for branch in self.branches.values():
            branch.stale = True

    def tell(self) -> None:
        """Say how the room is, where that was not said yet."""
        now = self.mux.clock()
        if self.trunk:
            self.trunk.tell(now)
        elif not self.told and (self.is_over or now - self._told_at >= self.people * TELL_S_PER_PERSON):
            self.told, self._told_at = True, now
            self._tell(self.state())

    @property
    def people(self) -> int:
        """How many take part, wherever they sit."""
        return len(self.participants) + sum(len(branch.people) for branch in self.branches.values())

    def state(self) -> RoomState:
        """How the room is."""
        return RoomState(
            room=self.id,
            epoch=self._epoch,
            v=self._version,
            participants=[each.state() for each in self.participants.values()]
            + [each for branch in self.branches.values() for each in branch.people.values()],
            speakers=self.speakers[:SPEAKERS_SHOWN],
            recording=self.recorder.id if self.recorder else "",
        )


def _measure(sender: Participant | Trunk, now: float) -> None:
    for track in sender.tracks.values():
        for layer in track.layers:
            layer.measure(now)


def _fitting(track: Track | None, slot: Outgoing, viewer: str) -> Track | None:
    """The track, where it is of the slot's kind and not the viewer's own."""
    return track if track and track.kind == slot.section.kind and track.owner != viewer else None
