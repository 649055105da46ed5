"""The server's own key for push notices (VAPID, RFC 8292), and what is done with it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from notices.rules import NoSubscriptionError, Subscription, decoded, encoded, origin
from server.kernel.refusal import StartRefused
from server.kernel.settings import Settings

if TYPE_CHECKING:
    from py_vapid import Vapid02

_PRIVATE_BYTES = 32
# A signature says for how long it holds; services take a day at most.
SIGNED_FOR = timedelta(hours=12)
_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")


class BadKeyError(StartRefused):
    """What is set as the private key is none."""


@dataclass(frozen=True)
class Key:
    """The private key as it is set, and the public one that browsers get; both in base64url."""

    private: str
    public: str


def new_key() -> Key:
    """Another key."""
    made = ec.generate_private_key(ec.SECP256R1())
    return _key(encoded(made.private_numbers().private_value.to_bytes(_PRIVATE_BYTES, "big")))


def key_of(settings: Settings) -> Key | None:
    """The key that is set; None: there are no push notices. Raises BadKeyError."""
    given = settings.push_key.get_secret_value().strip()
    return _key(given) if given else None


def contact_of(settings: Settings) -> str:
    """Whom a push service can write to about us: what is set, else whom mails come from."""
    found = _ADDRESS.search(settings.mail_from)
    return settings.push_contact or f"mailto:{found[0] if found else 'fairmatch@localhost'}"


def signed(key: Key, endpoint: str, contact: str, now: datetime) -> str:
    """The header `Authorization` for a push service."""
    claims = {"aud": origin(endpoint), "exp": int((now + SIGNED_FOR).timestamp()), "sub": contact}
    return str(_signer(key.private).sign(claims)["Authorization"])


def sealed(content: bytes, to: Subscription) -> bytes:
    """The content, for this browser's eyes only (RFC 8291)."""
    from pywebpush import WebPusher  # brings two HTTP clients along, of which only those have use who switch it on

    keys = {"p256dh": to.p256dh, "auth": to.auth}
    return bytes(WebPusher({"endpoint": to.endpoint, "keys": keys}).encode(content)["body"])


@cache
def _key(private: str) -> Key:
    try:
        number = int.from_bytes(decoded(private, _PRIVATE_BYTES), "big")
        public = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    except (NoSubscriptionError, ValueError):
        raise BadKeyError("FAIRMATCH_PUSH_KEY is no private key: `fairmatch push keys` makes one.") from None
    form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    return Key(private, encoded(public.public_bytes(*form)))


@cache
def _signer(private: str) -> "Vapid02":
    from py_vapid import Vapid02

    signer = Vapid02.from_raw(private.encode())
    signer.conf["no-strict"] = True  # what the operator set as the contact is for the push services to judge
    return signer
