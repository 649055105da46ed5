"""Every setting, in one class, from the environment (FAIRMATCH_...) and a `.env` file."""

import fcntl
import json
import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _listed(given: Any) -> Any:
    return json.loads(given) if isinstance(given, str) else given


# Read by us rather than by pydantic-settings, which ends with an error of its own where it is no JSON.
Listed = Annotated[list[str], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """What an operator can set. Each field says what it does; `fairmatch settings` prints them all."""

    model_config = SettingsConfigDict(env_prefix="FAIRMATCH_", env_file=".env", extra="ignore", frozen=True)

    data: Path = Field(
        default=Path("var"), description="Folder for the database, uploaded files, mails and the secret."
    )
    database_url: str = Field(
        default="", description="postgresql://user:password@host/name; empty: SQLite in the data folder, one process."
    )
    redis_url: str = Field(
        default="", description="redis://host:6379/0; needed as soon as there is more than one worker."
    )
    bus_cluster: Listed = Field(
        default_factory=list,
        description="Where one Redis cannot carry the bus: primaries of a Redis Cluster (7 or newer), as in "
        '["redis://one:6379", "redis://two:6379"], which name the others. FAIRMATCH_REDIS_URL is needed as well.',
    )
    redis_prefix: str = Field(default="fairmatch", description="Put before every Redis channel and key.")

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on.")
    workers: int = Field(
        default=1, ge=1, le=64, description="Server processes; more than one needs PostgreSQL and Redis."
    )
    worker_name: str = Field(
        default="", description="Stable name of this worker among the others; empty: made at start."
    )
    base_url: str = Field(
        default="", description="Address that people type, without a path, used in mails; empty: http://localhost:PORT."
    )
    allowed_origins: Listed = Field(
        default_factory=list, description="Further origins whose pages may open the live line, as a JSON list."
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Addresses or networks, with commas between, of proxies whose headers are believed; *: any.",
    )
    drain_seconds: float = Field(
        default=20.0, ge=0, le=24, description="How long a stopping worker takes leave of people; it ends within 30 s."
    )

    secret: SecretStr = Field(
        default=SecretStr(""), description="Key for signatures; empty: made once and kept in the data folder."
    )
    dev: bool = Field(default=False, description="Development aids: the pattern page and the mails under /dev/mail.")
    demo: bool = Field(default=False, description="Fill an empty database with the demo fair.")
    log_format: Literal["console", "json"] = Field(default="console", description="Logs for people or for machines.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="Bearer token for /metrics; empty: only from this machine."
    )

    own_hosts: Listed = Field(
        default_factory=list,
        description="Hosts in the operator's own network that feeds and calendars may be fetched from, as a JSON list.",
    )

    smtp_url: SecretStr = Field(
        default=SecretStr(""), description="smtp[s]://user:password@host:port; empty: mails land in the data folder."
    )
    mail_from: str = Field(default="Fairmatch <fairmatch@localhost>", description="Sender of all mails.")

    push_key: SecretStr = Field(
        default=SecretStr(""),
        description="Private VAPID key for push notices, as `fairmatch push keys` makes it; empty: there are none.",
    )
    push_contact: str = Field(
        default="", description="mailto: or https: address for the push services; empty: the sender of all mails."
    )

    media_node: Literal["here", "elsewhere"] = Field(
        default="here",
        description="Whether this server starts a media node of its own, or calls go to those that run elsewhere.",
    )
    media_host: str = Field(default="", description="Address on which a media node takes UDP; empty: as `host`.")
    media_port: int = Field(
        default=0, ge=0, le=65535, description="UDP port of the media node; 0: any free one. The only port calls need."
    )
    media_viewers: int = Field(
        default=300,
        ge=1,
        le=500,
        description="People of one room on one media node, from which further nodes take those who only watch.",
    )
    media_megabits: int = Field(
        default=800, ge=1, description="Mbit/s that one room sends from one media node, from which further ones help."
    )
    media_niceness: int = Field(
        default=5,
        ge=0,
        le=19,
        description="How far the media node stands back for the server where both want the same core; 0: not at all.",
    )
    recording_days: int = Field(
        default=90,
        ge=1,
        le=3_650,
        description="Days for which recordings of calls are kept before they go by themselves.",
    )
    media_addresses: Listed = Field(
        default_factory=list, description="Addresses at which browsers reach the media node, as a JSON list."
    )
    stun_urls: Listed = Field(default_factory=list, description="stun:host:port for browsers, as a JSON list.")
    turn_urls: Listed = Field(
        default_factory=list, description="turn:host:port and turns:host:port of coturn for browsers, as a JSON list."
    )
    turn_secret: SecretStr = Field(
        default=SecretStr(""), description="coturn's static-auth-secret: people get credentials that end by themselves."
    )

    livekit_url: str = Field(
        default="",
        description="wss://host of a LiveKit server that carries calls instead of our own nodes; empty: ours do.",
    )
    livekit_key: str = Field(default="", description="API key of the LiveKit server.")
    livekit_secret: SecretStr = Field(default=SecretStr(""), description="API secret of the LiveKit server.")

    oidc_name: str = Field(default="", description="Name on the button for single sign-on.")
    oidc_issuer: str = Field(default="", description="OpenID Connect issuer; empty: single sign-on is off.")
    oidc_client_id: str = Field(default="", description="Client id at the issuer.")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="Client secret at the issuer.")

    @property
    def embedded(self) -> bool:
        """Whether the database is the SQLite file in the data folder."""
        return not self.database_url

    @property
    def public_url(self) -> str:
        """The address that people type, without a slash at its end."""
        return (self.base_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def https(self) -> bool:
        """Whether people reach the server by https."""
        return self.public_url.startswith("https://")

    @cached_property
    def secret_bytes(self) -> bytes:
        """The signing key; made and kept in the data folder when none is set."""
        given = self.secret.get_secret_value()
        return given.encode() if given else _kept_secret(self.data / "secret")


def _kept_secret(path: Path) -> bytes:
    """Read the key, or make it; an empty file is one that another worker is about to write."""
    return (path.read_bytes() if path.exists() else b"") or _made_secret(path)


def _made_secret(path: Path) -> bytes:
    """Make the key, for its owner's eyes only; of workers that start at once the first one makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        kept = file.read()
        if not kept:
            kept = secrets.token_urlsafe(32).encode()
            file.write(kept)
            file.flush()
            os.fsync(file.fileno())
    return kept
