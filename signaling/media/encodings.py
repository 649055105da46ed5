"""Which encodings of a picture somebody needs: senders are told which of them they need not send (decision 0026)."""

from collections.abc import Collection

from signaling.media.layer import Layer
from signaling.media.track import Track

# What nobody has needed for so long is paused: who looks around, or is at the edge of what their line bears, does not
# make a camera swing.
PAUSE_AFTER_S = 5.0


def fit(track: Track, used: Collection[Layer], now: float) -> bool:
    """Pause the encodings that nobody needs, and have those sent again that somebody does. Whether anything changed.

    The smallest one goes on: it is what whoever comes in begins with.
    """
    changed = [_fit(layer, now, used=layer in used) for layer in track.layers[1:]]
    return any(changed)


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
