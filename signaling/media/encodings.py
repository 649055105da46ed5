"""Which encodings of a picture are needed, and how large: senders are told what they need not send (decision 26)."""

from collections.abc import Collection

from signaling.media.bandwidth import TRIAL_S
from signaling.media.layer import Layer
from signaling.media.track import LARGE, Track

# What nobody has needed for so long is paused: who looks around, or is at the edge of what their line bears, does not
# make a camera swing.
PAUSE_AFTER_S = 5.0


def fit(track: Track, used: Collection[Layer], now: float) -> bool:
    """Pause the encodings that nobody needs, and have those sent again that somebody does. Whether anything changed.

    The smallest one goes on: it is what whoever comes in begins with.
    """
    changed = [_fit(layer, now, used=layer in used) for layer in track.layers[1:]]
    return any(changed)


def see(track: Track, most: int, now: float) -> bool:
    """Note how large somebody sees it, at most: the place in SIZES. Whether its sender is to be told: at once where it
    is to be larger; of less when nobody has needed more for a while."""
    if most >= track.shown or track.shown_at < 0:
        track.shown_at = now
    if most <= track.shown and now - track.shown_at < PAUSE_AFTER_S:
        return False
    if most > track.shown:
        track.grew_at = now
    track.shown, track.shown_at = most, now
    return True


def hold(track: Track, bits: int, now: float, *, lossy: bool) -> int:
    """Bits per second that its sender may send, where its viewers' estimates allow `bits`. These follow what is sent
    (decision 0026): of a picture that is small because it is seen small, or was until a moment ago, they say nothing,
    and what held before holds on unless something gets lost."""
    if not lossy and (track.shown < LARGE or now - track.grew_at < TRIAL_S):
        return max(bits, track.bits)
    track.bits = bits
    return bits


def _fit(layer: Layer, now: float, *, used: bool) -> bool:
    if used or layer.used_at < 0:
        layer.used_at = now
    if used and layer.paused:
        layer.resume(now)
        return True
    if layer.paused or not (layer.is_sent(now) and layer.bits_per_second) or now - layer.used_at < PAUSE_AFTER_S:
        return False
    layer.pause(layer.bits_per_second)
    return True


def name_of(track_id: str, rid: str) -> str:
    """An encoding as nodes name it to each other."""
    return f"{track_id} {rid}"
