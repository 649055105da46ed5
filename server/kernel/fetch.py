"""Fetching what somebody's address names on the internet, without being led into one's own network.

An address may name a host that stands for a private one, or that stands for another one as soon as it was looked at.
So a host is resolved once, everything that it stands for is checked, and the connection goes to what was checked; every
redirect passes the same door. Nothing is taken on from the machine's own proxy, cookies or credentials.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urljoin

import httpx2

# Seconds for everything: resolving, all redirects, and the whole content, however slowly it drips.
WHOLE_S = 20.0
# Seconds for one connection and for each pause within an answer.
STEP_S = 8.0
MOST_REDIRECTS = 5
# Bytes of an answer, unless the caller says otherwise.
MOST_BYTES = 5 * 1024 * 1024
MOST_URL = 2_000
# Addresses of one host that are tried, in the order of the resolver: with no route to the first there may be a second.
ADDRESSES_TRIED = 3
# Besides these, ports from here on: below it are services that speak other protocols, such as mail.
WEB_PORTS = frozenset({80, 443})
LEAST_HIGH_PORT = 1024

_ABOUT = {"user-agent": "Fairmatch", "accept-encoding": "identity"}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Where single hosts of the internet have their IPv6 addresses (RFC 4291, 2.4): what is elsewhere, such as fec0::/10,
# which Python counts as global, leads into a network of one's own or nowhere.
_UNICAST = IPv6Network("2000::/3")
# Numbers of the protocols themselves (RFC 6890): a translator or a router of one's own may answer to them.
_PROTOCOLS = IPv4Network("192.0.0.0/24")
# An IPv4 address within an IPv6 one, in its last 32 bits (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")

IpAddress = IPv4Address | IPv6Address
# The addresses of a host, as texts. Raises OSError when there is none.
Resolve = Callable[[str, int], Awaitable[list[str]]]


class FetchError(Exception):
    """There is nothing to be had at this address. `code` is stable, the text is for logs and operators.

    not_an_address: no http or https address, or one with credentials or an odd port. unknown_host: it has no address.
    forbidden_host: it stands in a network that is not the internet. redirects: too many, or from https to http.
    unreachable: no connection, or a broken answer. too_slow, too_large: beyond the limits. status: answered, but not
    with what was asked for; `status` has the number.
    """

    def __init__(self, code: str, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Fetched:
    """An answer: where it came from in the end, and what it says. `content` is empty with 304."""

    url: str
    status: int
    content: bytes
    content_type: str
    etag: str
    last_modified: str


class Fetcher:
    """Asks other hosts, over the internet alone. `own_hosts` names those that may stand in one's own network."""

    def __init__(self, own_hosts: Collection[str] = (), resolve: Resolve | None = None) -> None:
        self._own_hosts = frozenset(host.lower() for host in own_hosts)
        self._resolve = resolve or _resolved
        self._trust: ssl.SSLContext | None = None

    async def fetch(
        self, url: str, *, accept: str = "*/*", most_bytes: int = MOST_BYTES, headers: Mapping[str, str] | None = None
    ) -> Fetched:
        """What stands at an address: an answer 200, or 304 where `headers` ask for one. Raises FetchError."""
        # What a host said of itself goes back to it with the next question, so it may be anything: no header then.
        said = {name: value for name, value in (headers or {}).items() if value.isascii() and value.isprintable()}
        asked = _ABOUT | said | {"accept": accept}
        try:
            async with asyncio.timeout(WHOLE_S):
                return await self._follow(url, asked, most_bytes)
        except TimeoutError:
            raise FetchError("too_slow", f"no whole answer within {WHOLE_S:.0f} seconds") from None

    async def deliver(self, url: str, content: bytes, headers: Mapping[str, str], *, within_s: float = WHOLE_S) -> int:
        """Post something to an address; the status of the answer, whatever it is. Its content is not read, and nobody
        is followed elsewhere. Raises FetchError."""
        try:
            async with asyncio.timeout(within_s), self._answer(parsed(url), _ABOUT | dict(headers), content) as answer:
                return int(answer.status_code)
        except TimeoutError:
            raise FetchError("too_slow", f"no answer within {within_s:.0f} seconds") from None

    async def _follow(self, url: str, headers: dict[str, str], most_bytes: int) -> Fetched:
        for _ in range(MOST_REDIRECTS + 1):
            target = parsed(url)
            async with self._answer(target, headers) as answer:
                if answer.status_code not in _REDIRECTS:
                    return await _read(answer, str(target), most_bytes)
                url = _next(target, answer.headers.get("location", ""))
        raise FetchError("redirects", f"more than {MOST_REDIRECTS} redirects")

    @asynccontextmanager
    async def _answer(
        self, target: httpx2.URL, headers: dict[str, str], content: bytes | None = None
    ) -> AsyncIterator[httpx2.Response]:
        """The head of an answer from the first address that can be reached; to a POST where there is content."""
        addresses = await self._checked(target.host, target.port or _usual_port(target))
        async with await self._client() as client:
            for address in addresses[:ADDRESSES_TRIED]:
                try:
                    answer = await client.send(_pinned(client, target, address, headers, content), stream=True)
                except httpx2.HTTPError as error:
                    failed = error
                    continue
                try:
                    yield answer
                finally:
                    await answer.aclose()
                return
        raise FetchError("unreachable", f"{target.host} cannot be reached: {type(failed).__name__}")

    async def _checked(self, host: str, port: int) -> list[str]:
        """The addresses of a host, every one of them on the internet."""
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise FetchError("unknown_host", f"{host} is not known")
        if host.lower() not in self._own_hosts and not all(map(is_public, found)):
            raise FetchError("forbidden_host", f"{host} does not stand on the public internet")
        return found

    async def _client(self) -> httpx2.AsyncClient:
        """A client for one request: no cookies, and no connection that was made for another name."""
        if self._trust is None:
            self._trust = await asyncio.to_thread(httpx2.create_ssl_context, trust_env=False)
        return httpx2.AsyncClient(verify=self._trust, trust_env=False, follow_redirects=False, timeout=STEP_S)


def is_public(address: str) -> bool:
    """Whether an IP address is one host's on the public internet: nothing private, local, shared, reserved or many."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if ip in _NAT64:  # a translator leads to the IPv4 address in it, and nowhere else
        ip = IPv4Address(int(ip) & 0xFFFF_FFFF)
    return all(map(_is_public, [ip, *_within(ip)]))


def parsed(url: str) -> httpx2.URL:
    """An http or https address with a host, without credentials, on a port of the web. Raises FetchError."""
    try:
        target = httpx2.URL(url.strip())
    except (httpx2.InvalidURL, ValueError, TypeError):
        raise _no_address() from None
    odd = target.port is not None and target.port not in WEB_PORTS and not LEAST_HIGH_PORT <= target.port < 65_536
    if len(url) > MOST_URL or target.scheme not in ("http", "https") or not target.host or target.userinfo or odd:
        raise _no_address()
    return target.copy_with(fragment=None)


def _no_address() -> FetchError:
    return FetchError("not_an_address", "no http or https address that can be asked")


def _is_public(ip: IpAddress) -> bool:
    special = ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_reserved
    elsewhere = ip in _PROTOCOLS if isinstance(ip, IPv4Address) else ip not in _UNICAST
    return ip.is_global and not special and not ip.is_unspecified and not elsewhere


def _within(ip: IpAddress) -> list[IpAddress]:
    """The IPv4 addresses that an IPv6 one leads to by way of a tunnel."""
    if isinstance(ip, IPv4Address):
        return []
    return [inner for inner in (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())) if inner is not None]


async def _resolved(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)  # SOCK_STREAM
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _usual_port(target: httpx2.URL) -> int:
    return 443 if target.scheme == "https" else 80


def _pinned(
    client: httpx2.AsyncClient, target: httpx2.URL, address: str, headers: dict[str, str], content: bytes | None
) -> httpx2.Request:
    """The request, to the checked address; the certificate is still the name's, and so is the Host header."""
    named: dict[str, Any] = {"sni_hostname": target.raw_host.decode("ascii")}
    host = target.netloc.decode("ascii")
    return client.build_request(
        "GET" if content is None else "POST",
        target.copy_with(host=address),
        content=content,
        headers=headers | {"host": host},
        extensions=named | _PATIENCE,
    )


_PATIENCE: dict[str, Any] = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), STEP_S)}


def _next(target: httpx2.URL, location: str) -> str:
    try:
        onward = urljoin(str(target), location)
    except ValueError:
        raise _no_address() from None
    if not location or (target.scheme == "https" and not onward.startswith("https://")):
        raise FetchError("redirects", "a redirect to nowhere, or from https to http")
    return onward


async def _read(answer: httpx2.Response, url: str, most_bytes: int) -> Fetched:
    if answer.status_code not in (200, 304):
        raise FetchError("status", f"the answer was {answer.status_code}", answer.status_code)
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise FetchError("unreachable", "the answer is packed, which was not asked for")
    content = bytearray()
    try:
        async for chunk in answer.aiter_raw():
            content += chunk
            if len(content) > most_bytes:
                raise FetchError("too_large", f"more than {most_bytes} bytes")
    except httpx2.HTTPError as error:
        raise FetchError("unreachable", f"the answer broke off: {type(error).__name__}") from None
    head = answer.headers
    return Fetched(
        url,
        answer.status_code,
        bytes(content),
        head.get("content-type", ""),
        head.get("etag", ""),
        head.get("last-modified", ""),
    )
