"""Who is let in at the upgrade, before any work. Pure."""

from collections.abc import Collection, Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

SUBPROTOCOL = "fairmatch.v1"
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_BEARER = "bearer "


class Upgrade(NamedTuple):
    """What an upgrade says of itself."""

    origin: str | None
    bearer: str | None
    subprotocols: Collection[str]


def upgrade_of(headers: Iterable[tuple[bytes, bytes]], subprotocols: Collection[str]) -> Upgrade:
    """Read it from the headers (names in lower case, as ASGI gives them)."""
    known = {name: value.decode("latin-1") for name, value in headers if name in (b"origin", b"authorization")}
    authorization = known.get(b"authorization", "")
    bearer = authorization[len(_BEARER) :].strip() if authorization.lower().startswith(_BEARER) else None
    return Upgrade(known.get(b"origin"), bearer, subprotocols)


def origins(public_url: str, others: Iterable[str]) -> frozenset[str]:
    """The exact list of origins whose pages may come in. On one's own machine: whichever of its names was typed."""
    return frozenset(filter(None, map(origin_of, [*_named(public_url), *others])))


def _named(url: str) -> list[str]:
    """The address by each name of this machine, if it is one of this machine."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in THIS_MACHINE:
        return [url]
    port = f":{parts.port}" if parts.port else ""
    return [f"http://[{name}]{port}" if ":" in name else f"http://{name}{port}" for name in THIS_MACHINE]


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as browsers write it; empty when there is none."""
    parts = urlsplit(url)
    if not parts.scheme or not parts.hostname:
        return ""
    port = f":{parts.port}" if parts.port and parts.port != {"http": 80, "https": 443}.get(parts.scheme) else ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"
