"""What the node says to publishers: lost packets, key frames that are wanted, reports, and how much to send."""

from signaling.media import rtcp
from signaling.media.mux import Mux
from signaling.media.participant import Participant
from signaling.media.room import Room
from signaling.media.trunk import Trunk

Sends = Participant | Trunk

# The node's own ssrc as a receiver: RFC 3550 asks for one; nothing is ever sent under it.
OWN_SSRC = 1
# A publisher's round trip as far as asking again is concerned: an answer can't be there sooner.
ROUND_TRIP_S = 0.05
# Streams that one message names: a report takes no more, and all that come from one node need not be named to it.
NAMED_MOST = 31


def ask_publishers(mux: Mux, room: Room, now: float) -> None:
    """Ask for what is missing, and for key frames: often, since viewers wait."""
    for sender in room.senders:
        mux.attempt(sender.peer, _ask, mux, sender, now)


def _ask(mux: Mux, sender: Sends, now: float) -> None:
    for track in sender.tracks.values():
        shows = track.kind == "video" and not track.muted  # what waits for a muted one is asked for once it is not
        for layer in track.layers:
            parts = []
            repeats = layer.codec is not None and "nack" in layer.codec.feedback
            if layer.missing and (seqs := layer.ask_again(now, ROUND_TRIP_S)) and repeats:
                parts.append(rtcp.nack(OWN_SSRC, layer.ssrc, seqs))
            if shows and layer.wants_key_frame_now(now):
                parts.append(rtcp.pli(OWN_SSRC, layer.ssrc))
            if parts:
                _send(mux, sender, [rtcp.receiver_report(OWN_SSRC, []), *parts])


def report(mux: Mux, room: Room, now: float) -> None:
    """Say how well everything arrives, and how much is wanted: once a second."""
    for sender in room.senders:
        mux.attempt(sender.peer, _report, mux, room, sender, now)


def _report(mux: Mux, room: Room, sender: Sends, now: float) -> None:
    layers = [layer for track in sender.tracks.values() for layer in track.layers]
    blocks = [block for layer in layers if (block := layer.block(now)) is not None]
    if not blocks:
        return
    parts = [rtcp.receiver_report(OWN_SSRC, blocks[:NAMED_MOST]), rtcp.description(OWN_SSRC, "node")]
    videos = [track for track in sender.tracks.values() if track.kind == "video"]
    ssrcs = [layer.ssrc for track in videos for layer in track.layers]
    if ssrcs:
        parts.append(rtcp.remb(OWN_SSRC, sum(room.wanted_bits(track) for track in videos), ssrcs[:NAMED_MOST]))
    _send(mux, sender, parts)


def _send(mux: Mux, sender: Sends, parts: list[bytes]) -> None:
    peer = sender.peer
    if peer and peer.ready and peer.sending and peer.address:
        mux.out.send(peer.sending.protect_rtcp(b"".join(parts)), peer.address)
