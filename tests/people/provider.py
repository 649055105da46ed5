"""A small OpenID Connect provider on this machine: real enough to sign people in, and to lie where a test says so."""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from server.kernel.clock import Clock

CLIENT, SECRET = "fairmatch", "a secret: with / signs"


@dataclass
class Provider:
    """Signs in whoever `claims` describe. What a test changes in `token`, `header`, `description` is a lie."""

    url: str
    clock: Clock
    claims: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)  # laid over the claims of the ID token
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    description: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    signing_key: RSAKey | None = None  # None: the published one
    answer: dict[str, Any] | bytes | None = None  # instead of a token
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Starlette:
        """The provider's pages."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    async def _describe(self, _request: Request) -> Response:
        self.asked.append("description")
        found = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        return JSONResponse(found | self.description)

    async def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        assert (query["client_id"], query["response_type"]) == (CLIENT, "code")
        assert query["code_challenge_method"] == "S256"
        assert set(query["scope"].split()) >= {"openid", "email"}
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        back = urlencode({"code": code, "state": query["state"], "iss": self.url})
        return RedirectResponse(f"{query['redirect_uri']}?{back}", 302)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        begun = self._codes.pop(form["code"], None)  # a code works once
        if begun is None or not self._proves(request, form, begun):
            return JSONResponse({"error": "invalid_grant"}, 400)
        if isinstance(self.answer, bytes):
            return Response(self.answer, media_type="application/json")
        if self.answer is not None:
            return JSONResponse(self.answer)
        return JSONResponse({"access_token": "unused", "token_type": "Bearer", "id_token": self._id_token(begun)})

    async def _keys(self, _request: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse(KeySet([self.key]).as_dict())

    def _proves(self, request: Request, form: dict[str, str], begun: dict[str, str]) -> bool:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if challenge.rstrip(b"=").decode() != begun["code_challenge"]:
            return False
        basic = base64.b64decode(request.headers.get("authorization", "Basic ").removeprefix("Basic "))
        pair = "&".join(basic.decode().split(":", 1))
        sent = tuple(key for key, _ in parse_qsl(pair, keep_blank_values=True)) if pair else (None,)
        by_form = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        return (sent == (CLIENT, SECRET) or by_form) and form["redirect_uri"] == begun["redirect_uri"]

    def _id_token(self, begun: dict[str, str]) -> str:
        now = int(self.clock.now().timestamp())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": begun["nonce"]}
        claims = {name: value for name, value in (claims | self.claims | self.token).items() if value is not None}
        if self.header["alg"] in ("none", "HS256"):
            return self._forged(claims)
        return jwt.encode(self.header, claims, self.signing_key or self.key, algorithms=[self.header["alg"]])

    def _forged(self, claims: dict[str, Any]) -> str:
        """Not signed, or "signed" with the public key as if it were a secret, which careless clients believe."""
        head = f"{_base64(self.header)}.{_base64(claims)}"
        if self.header["alg"] == "none":
            return f"{head}."
        signature = hmac.digest(self.key.as_pem(private=False), head.encode(), "sha256")
        return f"{head}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@asynccontextmanager
async def provider(clock: Clock) -> AsyncIterator[Provider]:
    """A provider that listens on a free port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    made = Provider(f"http://127.0.0.1:{listener.getsockname()[1]}", clock)
    server = uvicorn.Server(uvicorn.Config(made.app(), log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield made
    finally:
        server.should_exit = True
        await serving
        listener.close()


def path_of(url: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _base64(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
