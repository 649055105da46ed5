"""Small things that a browser keeps for us for some minutes and cannot change: signed, for one purpose."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

# Characters; browsers keep cookies up to 4 KiB.
MOST = 3_000


class Seal:
    """Closes and opens values for one purpose: what was sealed for another one does not open."""

    def __init__(self, secret: bytes, purpose: str, lifetime: timedelta) -> None:
        self._key = hmac.digest(secret, f"fairmatch seal {purpose}".encode(), "sha256")
        self.lifetime = lifetime

    def close(self, value: dict[str, Any], now: datetime) -> str:
        """The value as text that is valid for the seal's lifetime."""
        until = int((now + self.lifetime).timestamp())
        body = base64.urlsafe_b64encode(json.dumps([until, value]).encode())
        return f"{body.decode()}.{self._signature(body)}"

    def open(self, text: str | None, now: datetime) -> dict[str, Any] | None:
        """The value, or None when it was changed, is too old, or never was one of ours."""
        body, _, signature = (text or "").partition(".")
        if not body or len(body) > MOST or not text or not text.isascii():
            return None
        if not hmac.compare_digest(self._signature(body.encode()), signature):
            return None
        until, value = json.loads(base64.urlsafe_b64decode(body))
        return dict(value) if now < datetime.fromtimestamp(until, UTC) else None

    def _signature(self, body: bytes) -> str:
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()
