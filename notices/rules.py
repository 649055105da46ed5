"""Decisions about push notices, without database and network: what is a device's address, and what is sent to it."""

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from server.kernel.fetch import FetchError, parsed

# Browsers of one person: telephone, tablet and some computers.
DEVICES_MOST = 10
# Characters of an address; those of the large services have 150 to 500.
ENDPOINT_MOST = 1_000
# Characters of what is shown. Services take 4,096 bytes in all (RFC 8030, 7.2), and a lock screen shows far less.
TITLE_MOST, BODY_MOST = 120, 200
# How long a service that does not answer is asked again. Later nobody needs to be told by push.
RETRIED_FOR = timedelta(hours=3)
# How long a service keeps a notice for a device that is switched off, at most.
KEPT_MOST = timedelta(days=1)

_POINT_BYTES, _AUTH_BYTES = 65, 16
# A path of our own pages: no host, no scheme, no token.
_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.-]*")


class NoSubscriptionError(Exception):
    """This is no address to which a browser's push service takes notices."""


@dataclass(frozen=True)
class Subscription:
    """What a browser answers to `pushManager.subscribe`; the keys in base64url without padding."""

    endpoint: str
    p256dh: str
    auth: str

    @property
    def endpoint_hash(self) -> str:
        """The same address has the same."""
        return hashlib.sha256(self.endpoint.encode()).hexdigest()


@dataclass(frozen=True)
class Notice:
    """What is shown on somebody's device, in their language. A later one with the same tag takes its place.

    Title and body hold nothing that somebody wrote to somebody; `path` is opened by a touch, and asks to sign in as
    any page does.
    """

    title: str
    body: str
    path: str
    tag: str
    until: datetime  # afterwards it is of no use


def subscription(typed: Any) -> Subscription:
    """What a browser sent, if it can be used. Raises NoSubscriptionError."""
    if not isinstance(typed, dict) or not isinstance(keys := typed.get("keys"), dict):
        raise NoSubscriptionError
    return Subscription(_endpoint(typed.get("endpoint")), _point(keys.get("p256dh")), _secret(keys.get("auth")))


def payload(notice: Notice) -> bytes:
    """The content of a push message, to be encrypted: small JSON. Raises ValueError for a path that is not our own."""
    if not _PATH.fullmatch(notice.path):
        raise ValueError("not a path of our own pages")
    said = {
        "title": _short(notice.title, TITLE_MOST),
        "body": _short(notice.body, BODY_MOST),
        "path": notice.path,
        "tag": notice.tag,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def topic(tag: str) -> str:
    """By what a service knows that a notice takes another one's place: 32 characters of base64url (RFC 8030, 5.4)."""
    return base64.urlsafe_b64encode(hashlib.sha256(tag.encode()).digest()[:24]).decode()


def seconds_to_keep(until: datetime, now: datetime) -> int:
    """How long a service keeps a notice for a device that is away; 0: not at all."""
    return max(0, int(min(until - now, KEPT_MOST).total_seconds()))


def origin(endpoint: str) -> str:
    """The push service, as VAPID names it (RFC 8292, 2)."""
    target = urlsplit(endpoint)
    return f"{target.scheme}://{target.netloc}"


def decoded(text: object, length: int) -> bytes:
    """Bytes in base64url, of this length. Raises NoSubscriptionError."""
    if not isinstance(text, str) or len(text) > 2 * length or not text.isascii():
        raise NoSubscriptionError
    try:
        found = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise NoSubscriptionError from None
    if len(found) != length:
        raise NoSubscriptionError
    return found


def encoded(content: bytes) -> str:
    """The same the other way: base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _endpoint(typed: object) -> str:
    """An https address with a host's name; whether that stands on the public internet is seen when it is asked."""
    if not isinstance(typed, str) or len(typed) > ENDPOINT_MOST:
        raise NoSubscriptionError
    try:
        target = parsed(typed)
    except FetchError:
        raise NoSubscriptionError from None
    if target.scheme != "https" or _is_address(target.host):
        raise NoSubscriptionError
    return str(target)


def _is_address(host: str) -> bool:
    """Whether a host is named by its IP address, as no push service is."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _point(typed: object) -> str:
    point = decoded(typed, _POINT_BYTES)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise NoSubscriptionError from None
    return encoded(point)


def _secret(typed: object) -> str:
    return encoded(decoded(typed, _AUTH_BYTES))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
