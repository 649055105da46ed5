"""Cards as address books read them: vCard 4.0 (RFC 6350). Pure.

What people typed is only ever a property's value, and every value is escaped: no name adds a property of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

# Octets of a line without its break; what is longer goes on in the next one, which begins with a blank (section 3.2).
LINE_MOST = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n", "\r": None})


@dataclass(frozen=True)
class Contact:
    """Somebody in an address book. What is empty is left out; `phone` is as a telephone dials it."""

    id: str
    name: str
    organisation: str
    position: str
    email: str
    phone: str
    note: str
    at: datetime


def written(contacts: Iterable[Contact]) -> str:
    """The file with these people."""
    return "".join(f"{folded(line)}\r\n" for each in contacts for line in _lines(each))


def folded(line: str) -> str:
    """A line in pieces that are short enough; no letter is cut in two."""
    pieces, size = [""], 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > LINE_MOST:
            pieces.append(" ")
            size = 1
        pieces[-1] += letter
        size += octets
    return "\r\n".join(pieces)


def escaped(text: str) -> str:
    """A text as a value (section 3.4)."""
    return text.translate(_ESCAPED)


def _lines(one: Contact) -> list[str]:
    said = {
        "ORG": escaped(one.organisation),
        "TITLE": escaped(one.position),
        "EMAIL": escaped(one.email),
        "TEL;VALUE=uri": f"tel:{one.phone}" if one.phone else "",
        "NOTE": escaped(one.note),
    }
    return [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"UID:urn:uuid:{one.id}",
        f"FN:{escaped(one.name)}",
        *(f"{name}:{value}" for name, value in said.items() if value),
        f"REV:{one.at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        "END:VCARD",
    ]
