"""A file in UTF-16 as one in UTF-8, piece by piece."""

import codecs
from io import RawIOBase
from typing import BinaryIO

# Bytes that are decoded at once.
PIECE = 64 * 1024


class Recoded(RawIOBase):
    """What a binary file in UTF-16 says, in UTF-8, for a `BufferedReader`: that one ends lines at line feeds alone.

    `codecs.EncodedFile` ends them at separators within texts, too, and takes the square of their number.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        self._left = b""

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, into: bytearray | memoryview) -> int:  # type: ignore[override]  # of those two, a reader gives one
        """Fill a buffer as far as the next piece does; the number of bytes, 0 at the end."""
        ended = False
        while not self._left and not ended:
            piece = self._file.read(PIECE)
            ended = not piece
            self._left = self._decoder.decode(piece, final=ended).encode("utf-8", "replace")
        count = min(len(into), len(self._left))
        into[:count], self._left = self._left[:count], self._left[count:]
        return count
