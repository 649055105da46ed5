"""Cursors of the lists of needs: they say nothing, and nobody else can make one.

The moment at which a blind need was published would tell with what else of an organisation it was. A cursor that says
it tells it, and one that anybody can make up finds it out: is the need on the page behind this moment, or not?
"""

import hmac
import re
import struct
from datetime import UTC, datetime, timedelta
from uuid import UUID

from directory.needs.queries import Place

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SAID = struct.Struct(">Q16s")  # microseconds since 1970, and an id
_MARK = 16  # bytes
SHAPE = rf"^[0-9a-f]{{{2 * (_MARK + _SAID.size)}}}$"


class Cursors:
    """Closes and opens places, with keys made of the server's secret.

    As in RFC 5297 the mark by which a place is known again is what it is hidden with, too: the same place is always the
    same cursor, so that a list that has not changed keeps its ETag.
    """

    def __init__(self, secret: bytes) -> None:
        self._marking = hmac.digest(secret, b"fairmatch cursor of needs, mark", "sha256")
        self._hiding = hmac.digest(secret, b"fairmatch cursor of needs, hide", "sha256")

    def close(self, place: Place) -> str:
        """A place as a cursor."""
        said = _SAID.pack((place.at - _EPOCH) // timedelta(microseconds=1), UUID(place.id).bytes)
        mark = self._mark(said)
        return (mark + self._covered(said, mark)).hex()

    def open(self, text: str) -> Place | None:
        """The place in a cursor; None for what is none of ours."""
        if not re.fullmatch(SHAPE, text):
            return None
        closed = bytes.fromhex(text)
        mark = closed[:_MARK]
        said = self._covered(closed[_MARK:], mark)
        if not hmac.compare_digest(mark, self._mark(said)):
            return None
        moment, id_ = _SAID.unpack(said)
        return Place(_EPOCH + timedelta(microseconds=moment), str(UUID(bytes=id_)))

    def _mark(self, said: bytes) -> bytes:
        return hmac.digest(self._marking, said, "sha256")[:_MARK]

    def _covered(self, said: bytes, mark: bytes) -> bytes:
        """Covers, and uncovers."""
        cover = hmac.digest(self._hiding, mark, "sha256")  # longer than what is said
        return bytes(one ^ other for one, other in zip(said, cover, strict=False))
