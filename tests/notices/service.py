"""A push service on this machine, and a browser's half of the keys: both written from the RFCs (8030, 8188, 8291 and
8292), and not from the library that the server seals and signs with."""

import asyncio
import base64
import json
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

HOST = "push.example"
_FORM = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint


def text(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def content(encoded: str) -> bytes:
    """The other way."""
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


@dataclass
class Taken:
    """What the service was asked to pass on."""

    path: str
    headers: dict[str, str]
    body: bytes

    def claims(self, service: str) -> dict[str, Any]:
        """What the server says of itself, if its signature holds (RFC 8292); raises InvalidSignature."""
        scheme, _, rest = self.headers["authorization"].partition(" ")
        assert scheme == "vapid"
        said = dict(part.strip().split("=", 1) for part in rest.split(","))
        head, claims, signature = said["t"].split(".")
        assert json.loads(content(head))["alg"] == "ES256"
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), content(said["k"]))
        raw = content(signature)
        pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(pair, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        found: dict[str, Any] = json.loads(content(claims))
        assert found["aud"] == service
        return found | {"key": said["k"]}


@dataclass
class Browser:
    """A browser that has subscribed: only it reads what is sealed for it."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def public(self) -> bytes:
        """Its key."""
        return self.key.public_key().public_bytes(*_FORM)

    @property
    def subscription(self) -> dict[str, Any]:
        """What `pushManager.subscribe` answers, as JSON."""
        keys = {"p256dh": text(self.public), "auth": text(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def opened(self, taken: Taken) -> dict[str, Any]:
        """What was sealed (RFC 8291, 3.4; one record of RFC 8188)."""
        assert taken.headers["content-encoding"] == "aes128gcm"
        salt, length = taken.body[:16], taken.body[20]
        theirs, sealed = taken.body[21 : 21 + length], taken.body[21 + length :]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        about = b"WebPush: info\x00" + self.public + theirs
        secret = HKDF(hashes.SHA256(), 32, self.auth, about).derive(shared)
        both = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(secret)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(secret)
        plain = AESGCM(both).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert plain.endswith(b"\x02")
        found: dict[str, Any] = json.loads(plain[:-1])
        return found


@dataclass
class PushService:
    """Takes notices, and answers as a test wants it to."""

    port: int = 0
    status: int = 201  # 0: it takes the notice, and says nothing
    taken: list[Taken] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """Its address."""
        return f"https://{HOST}:{self.port}"

    def browser(self, name: str) -> Browser:
        """A browser that has subscribed here."""
        return Browser(f"{self.origin}/send/{name}")

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {line.partition(":")[0].lower(): line.partition(": ")[2] for line in head[1:] if line}
            body = await reader.readexactly(int(headers["content-length"]))
            assert head[0].startswith("POST ")
            self.taken.append(Taken(head[0].split()[1], headers, body))
            if not self.status:
                await reader.read()
                return
            writer.write(f"HTTP/1.1 {self.status} Said\r\ncontent-length: 0\r\n\r\n".encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def push_service(trust: ssl.SSLContext) -> AsyncIterator[PushService]:
    """It, listening."""
    service = PushService()
    async with await asyncio.start_server(service.answer, "127.0.0.1", 0, ssl=trust) as server:
        service.port = server.sockets[0].getsockname()[1]
        yield service
