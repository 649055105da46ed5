"""What a file is, by its first bytes: names lie."""

import json
import zipfile
from pathlib import Path

from people.text import UnacceptableError
from web.i18n import N_

# Bytes that are looked at.
HEAD = 64 * 1024

_SAVE_AS = N_("This is %(what)s. Please save it as CSV or as an Excel workbook (.xlsx) and try again.")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What begins so, and what it is called.
_OTHERS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", N_("an old Excel file (.xls), or a workbook with a password")),
    (b"%PDF-", N_("a PDF")),
    (b"\x89PNG", N_("a picture")),
    (b"\xff\xd8\xff", N_("a picture")),
    (b"GIF8", N_("a picture")),
    (b"\x1f\x8b", N_("a packed archive")),
    (b"7z\xbc\xaf\x27\x1c", N_("a packed archive")),
    (b"Rar!", N_("a packed archive")),
    (b"BZh", N_("a packed archive")),
    (b"\x28\xb5\x2f\xfd", N_("a packed archive")),
    (b"\xfd7zXZ", N_("a packed archive")),
    (b"SQLite format 3\x00", N_("a database")),
    (b"PAR1", N_("a Parquet file")),
    (b"\x7fELF", N_("a program")),
    (b"MZ", N_("a program")),
    (b"{\\rtf", N_("a text document")),
)
_MARKUP = ((b"<!doctype html", b"<html"), (b"<?xml", b"<svg", b"<rss", b"<feed"))


def kind_of(path: Path) -> str:
    """One of csv, xlsx, json and jsonl. Raises UnacceptableError for everything else, saying what it is."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise UnacceptableError(N_("The file is empty."))
    for beginning, what in _OTHERS:
        if head.startswith(beginning):
            raise UnacceptableError(_SAVE_AS, what=what)
    if head.startswith(b"PK"):
        return _packed(path)
    return _text(head)


def _packed(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        raise UnacceptableError(N_("The workbook is damaged or was cut off. Please save it again.")) from None
    if "xl/workbook.xml" in names or any(name.startswith("xl/worksheets/") for name in names):
        return "xlsx"
    what = N_("an OpenDocument file") if "content.xml" in names else N_("a packed archive")
    raise UnacceptableError(_SAVE_AS, what=what)


def _text(head: bytes) -> str:
    plain = _as_utf8(head).removeprefix(b"\xef\xbb\xbf").lstrip()
    start = plain[:200].lower()
    if start.startswith(_MARKUP[0]):
        raise UnacceptableError(_SAVE_AS, what=N_("a web page"))
    if start.startswith(_MARKUP[1]):
        raise UnacceptableError(_SAVE_AS, what=N_("an XML file"))
    if start.startswith(b"["):
        return "json" if _begins_json(plain) else "csv"
    if start.startswith(b"{"):
        return "jsonl" if _has_lines(plain) else "json"
    if _is_binary(head):
        raise UnacceptableError(N_("This is no table that we can read. CSV, Excel (.xlsx) and JSON work."))
    return "csv"


def _as_utf8(head: bytes) -> bytes:
    """The beginning of a file in UTF-16 with its mark as UTF-8; any other one as it is."""
    return head.decode("utf-16", "ignore").encode("utf-8", "ignore") if head.startswith(UTF16_MARKS) else head


def _begins_json(plain: bytes) -> bool:
    """Whether a bracket opens a list of records, and not a text in a table such as "[Name]"."""
    first = plain[1:].lstrip()[:1]
    return bool(first) and first in b'{[]"-0123456789'


def _has_lines(plain: bytes) -> bool:
    """Whether the first line is a whole object, and one behind it is, too."""
    first, *others = plain.split(b"\n")
    return _is_whole(first) and any(map(_is_whole, others))


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _is_binary(head: bytes) -> bool:
    """Whether there are bytes that no text has; UTF-16 and UTF-32 announce themselves, or are zero in every second."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return False
    zeros = head.count(0)
    if zeros and _is_utf16(head):
        return False
    odd = sum(head.count(code) for code in range(32) if code not in (0, 9, 10, 11, 12, 13, 26, 27))
    return zeros > len(head) // 100 or odd > len(head) // 50


def _is_utf16(head: bytes) -> bool:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return max(even, odd) > 0.3 * (len(head) / 2) and min(even, odd) < 0.05 * (len(head) / 2)
