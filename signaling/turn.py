"""ICE servers for browsers, with credentials for coturn that end by themselves (its REST API: `use-auth-secret`)."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.kernel.settings import Settings

# A credential outlives the longest call; a removed person's relay ends with the call itself.
LIFETIME = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class IceServer:
    """As RTCPeerConnection wants it."""

    urls: list[str]
    username: str = ""
    credential: str = ""


def ice_servers(settings: Settings, person_id: str, now: datetime) -> list[IceServer]:
    """The servers of this installation, for one person from now on."""
    servers = [IceServer(settings.stun_urls)] if settings.stun_urls else []
    secret = settings.turn_secret.get_secret_value()
    if settings.turn_urls and secret:
        username = f"{int((now + LIFETIME).timestamp())}:{person_id}"
        servers.append(IceServer(settings.turn_urls, username, password(secret, username)))
    return servers


def password(secret: str, username: str) -> str:
    """What coturn expects of this username: base64(HMAC-SHA1(secret, username))."""
    return base64.b64encode(hmac.digest(secret.encode(), username.encode(), hashlib.sha1)).decode()


def link_headers(servers: list[IceServer]) -> list[str]:
    """The same as `Link` headers of WHIP (RFC 9725, 4.6)."""
    links = []
    for server in servers:
        for url in server.urls:
            link = f'<{url}>; rel="ice-server"'
            if server.username:
                link += f'; username="{server.username}"; credential="{server.credential}"; credential-type="password"'
            links.append(link)
    return links
