"""Resume tokens: who comes back with one needs no ticket. Signed, not kept; the session is checked anyway. Pure."""

import base64
import binascii
import hmac
from datetime import datetime
from typing import NamedTuple

_PURPOSE = b"fairmatch live resume 1\0"
_SIGNATURE_BYTES = 32
SHORTEST = 43  # characters: the signature alone; a ticket has fewer


class Resume(NamedTuple):
    """What a token says."""

    person_id: str
    session_id: str


def sealed(secret: bytes, who: Resume, expires_at: datetime) -> str:
    """A token for this person and session."""
    text = f"{int(expires_at.timestamp())}|{who.person_id}|{who.session_id}".encode()
    return base64.urlsafe_b64encode(_signature(secret, text) + text).decode().rstrip("=")


def opened(secret: bytes, token: str, now: datetime) -> Resume | None:
    """What a token says; None when it is not ours or too old."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        signature, text = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, _signature(secret, text)):
            return None
        expires_at, person_id, session_id = text.decode().split("|")
    except (ValueError, binascii.Error):
        return None
    return Resume(person_id, session_id) if now.timestamp() < int(expires_at) else None


def _signature(secret: bytes, text: bytes) -> bytes:
    return hmac.digest(secret, _PURPOSE + text, "sha256")
