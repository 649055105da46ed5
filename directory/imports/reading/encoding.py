"""In which encoding a text file is written: by its mark, by proof (UTF-8), or by what reads like text."""

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Bytes read at a time.
PIECE = 1024 * 1024
# Bytes beyond ASCII, with what stands around them, that a decision is made on.
SAMPLE = 64 * 1024
# A file is UTF-8 with a few broken places, rather than something else, when so many places are right for one broken.
RIGHT_FOR_BROKEN = 20

_BEYOND_ASCII = re.compile(rb"[^\x80-\xff]{0,12}[\x80-\xff]+[^\x80-\xff]{0,12}")
_SEQUENCES = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Letters and signs beyond ASCII that texts of this continent have.
_USUAL = frozenset("äöüßÄÖÜéèêëàâáåæçñíìîïóòôõøœúùûýÿšžłśćčěřůąęńőűţşğıÉÈÀÇÅØÆŠŽŁÓÜÍÚ€§°²³µ®©–—„“”‚‘’«»…·•´½™\u00a0")
# Of the encodings that every byte can be in, those that tables come in. The first that reads best is taken.
_SINGLE_BYTE = ("cp1252", "mac_roman", "cp850", "iso8859_15", "cp1250")


def encoding_of(path: Path) -> str:
    """Python's name of the encoding. Reads the file through, a piece at a time."""
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if (unmarked := _unmarked_utf16(head)) is not None:
        return unmarked
    sample = _beyond_ascii(path)
    if sample is None:
        return "utf-8"
    right = len(_SEQUENCES.findall(sample))
    broken = len(re.findall(rb"[\x80-\xff]", _SEQUENCES.sub(b"", sample)))
    if right >= RIGHT_FOR_BROKEN * broken:
        return "utf-8"
    return _single_byte(sample)


def _unmarked_utf16(head: bytes) -> str | None:
    zeros = head[0::2].count(0), head[1::2].count(0)
    if max(zeros) <= 0.3 * (len(head) / 2) or min(zeros) > 0.05 * (len(head) / 2):
        return None
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


def _beyond_ascii(path: Path) -> bytes | None:
    """Places of a file that are not UTF-8 or, where all of it is, None."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample, whole = bytearray(), True
    with path.open("rb") as file:
        while (piece := file.read(PIECE)) and len(sample) < SAMPLE:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                decoder.reset()
                whole = False
            if not whole and not piece.isascii():  # most files are UTF-8: of those no place is looked at
                sample += b" ".join(_BEYOND_ASCII.findall(piece))[: SAMPLE - len(sample)]
    return None if whole and not decoder.getstate()[0] else bytes(sample)


def _single_byte(sample: bytes) -> str:
    best = max(_SINGLE_BYTE, key=lambda name: _usual_share(sample, name))
    if _usual_share(sample, best) >= 0.9:
        return best
    found = from_bytes(sample).best()
    return found.encoding if found is not None else "cp1252"


def _usual_share(sample: bytes, encoding: str) -> float:
    text = sample.decode(encoding, errors="replace")
    beyond = [character for character in text if character > "\x7f"]
    return sum(character in _USUAL for character in beyond) / len(beyond) if beyond else 1.0
