"""Single sign-on by OpenID Connect: code flow with PKCE, state, nonce, and a verified ID token."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import httpx2
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from people.seals import Seal
from server.kernel.settings import Settings

# Seconds; the person waits meanwhile.
TIMEOUT_S = 10.0
# Bytes of any answer of the provider.
ANSWER_MOST = 512 * 1024
# How long the provider's description and keys are believed without asking again.
KEPT_FOR = timedelta(hours=1)
# A token signed with an unknown key has the keys fetched anew, but no more often than this.
REFETCH_EVERY = timedelta(minutes=1)
# Clocks differ.
LEEWAY_S = 60
# Characters of a subject, by OpenID Connect Core, section 2.
SUBJECT_MOST = 255
# Signatures by the provider's private key. "none", and secrets shared with clients, prove nothing here.
ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512", "EdDSA", "Ed25519")

log = structlog.get_logger(__name__)


class SingleSignOnError(Exception):
    """Signing in through the provider did not work; the message is for the log."""


@dataclass(frozen=True)
class Begun:
    """Where to send the browser, and what it brings back in a cookie."""

    url: str
    cookie: str


@dataclass(frozen=True)
class Known:
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    email: str  # empty unless the provider says that it is confirmed
    name: str
    next_path: str


class SingleSignOn:
    """One provider, as the settings name it."""

    def __init__(self, settings: Settings, seal: Seal, client: httpx2.AsyncClient) -> None:
        self._issuer = settings.oidc_issuer
        self._id = settings.oidc_client_id
        self._secret = settings.oidc_client_secret.get_secret_value()
        self.back = f"{settings.public_url}/sign-in/oidc/return"
        self._seal = seal
        self._client = client
        self._description: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None
        self.name = settings.oidc_name or urlsplit(self._issuer).hostname or ""

    @classmethod
    def of(cls, settings: Settings, seal: Seal) -> Self | None:
        """The provider of the settings; None when none is set."""
        if not settings.oidc_issuer or not settings.oidc_client_id:
            return None
        return cls(settings, seal, httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False))

    @property
    def lifetime_seconds(self) -> int:
        """How long the way there and back may take."""
        return int(self._seal.lifetime.total_seconds())

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def look(self, now: datetime) -> None:
        """See whether the provider can be used at all. Raises SingleSignOnError."""
        await self._key_set(now)

    async def begin(self, next_path: str, now: datetime) -> Begun:
        """Send somebody to the provider. Raises SingleSignOnError when it cannot be reached."""
        endpoint = (await self._described(now))["authorization_endpoint"]
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._id,
            "redirect_uri": self.back,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "next": next_path}
        mark = "&" if "?" in endpoint else "?"
        return Begun(f"{endpoint}{mark}{urlencode(query)}", self._seal.close(kept, now))

    async def finish(self, answer: dict[str, str], cookie: str | None, now: datetime) -> Known:
        """Who came back from the provider, with these query parameters. Raises SingleSignOnError."""
        begun = self._seal.open(cookie, now)
        if begun is None or not secrets.compare_digest(begun["state"].encode(), answer.get("state", "").encode()):
            raise SingleSignOnError("the answer belongs to no sign-in that was begun in this browser")
        if "error" in answer or not answer.get("code"):
            raise SingleSignOnError(f"the provider refused: {answer.get('error', 'no code')[:80]!r}")
        if answer.get("iss", self._issuer) != self._issuer:
            raise SingleSignOnError("the answer is another provider's")
        claims = await self._verified(await self._token(answer["code"], begun["verifier"], now), begun["nonce"], now)
        confirmed = claims.get("email_verified") in (True, "true")
        return Known(
            self._issuer,
            claims["sub"],
            str(claims.get("email") or "") if confirmed else "",
            str(claims.get("name") or ""),
            begun["next"],
        )

    async def _token(self, code: str, verifier: str, now: datetime) -> str:
        """The ID token for a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": verifier,
            "client_id": self._id,
        }
        description = await self._described(now)
        ways = description.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = None
        if self._secret and "client_secret_basic" in ways:
            basic = httpx2.BasicAuth(_form_encoded(self._id), _form_encoded(self._secret))
        elif self._secret:
            form["client_secret"] = self._secret
        answer = await self._json("POST", description["token_endpoint"], data=form, auth=basic)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SingleSignOnError("there was no ID token in the answer")
        return token

    async def _verified(self, token: str, nonce: str, now: datetime) -> dict[str, Any]:
        """The claims of an ID token that is ours, fresh, and signed by the provider."""
        claims = await self._signed_claims(token, now)
        rules = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            rules.validate(claims)
        except JoseError as error:
            raise SingleSignOnError(f"the ID token does not hold: {error}") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if not 0 < len(claims["sub"]) <= SUBJECT_MOST or not claims["sub"].isprintable():
            raise SingleSignOnError("the ID token names nobody")
        if claims.get("azp", self._id if not several else None) != self._id:
            raise SingleSignOnError("the ID token was made for another client")
        return claims

    async def _signed_claims(self, token: str, now: datetime) -> dict[str, Any]:
        keys = await self._key_set(now)
        try:
            return _decoded(token, keys)
        except SingleSignOnError:
            if self._keys and now - self._keys[0] < REFETCH_EVERY:
                raise
        self._keys = None  # perhaps the provider has a new key
        return _decoded(token, await self._key_set(now))

    async def _described(self, now: datetime) -> dict[str, Any]:
        """What the provider says about itself (OpenID Connect Discovery), checked."""
        if self._description and now - self._description[0] < KEPT_FOR:
            return self._description[1]
        found = await self._json("GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self._issuer:
            raise SingleSignOnError("the provider calls itself by another name than the setting")
        for endpoint in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not _is_safe(found.get(endpoint)):
                raise SingleSignOnError(f"the provider has no safe {endpoint}")
        self._description = (now, found)
        return found

    async def _key_set(self, now: datetime) -> KeySet:
        if self._keys and now - self._keys[0] < KEPT_FOR:
            return self._keys[1]
        found = await self._json("GET", (await self._described(now))["jwks_uri"])
        try:
            keys = KeySet.import_key_set({"keys": [key for key in found["keys"] if key.get("use", "sig") == "sig"]})
        except (JoseError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise SingleSignOnError("the provider's keys cannot be read") from error
        self._keys = (now, keys)
        return keys

    async def _json(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        """A JSON object from the provider, of bounded size."""
        try:
            async with self._client.stream(method, url, headers={"accept": "application/json"}, **more) as answer:
                content = b""
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > ANSWER_MOST:
                        raise SingleSignOnError("the provider's answer is too large")
            answer.raise_for_status()
            value = httpx2.Response(200, content=content).json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise SingleSignOnError(f"the provider cannot be reached: {type(error).__name__}") from error
        if not isinstance(value, dict):
            raise SingleSignOnError("the provider's answer is no JSON object")
        return value


def _decoded(token: str, keys: KeySet) -> dict[str, Any]:
    try:
        return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError) as error:
        raise SingleSignOnError(f"the ID token is not signed by the provider: {type(error).__name__}") from error


def _is_safe(url: Any) -> bool:
    """By https, or on this very machine."""
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))


def _form_encoded(text: str) -> str:
    """As RFC 6749, section 2.3.1, wants it before it becomes a Basic header."""
    return urlencode({"": text})[1:]
