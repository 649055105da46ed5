"""What is wrong with settings that can be read, each reason one sentence. It repeats no value: that may be secret."""

import ipaddress
from email.utils import parseaddr
from urllib.parse import SplitResult, urlsplit

from server.kernel.settings import Settings


def what_is_wrong(settings: Settings) -> str:
    """Why a server cannot work with these settings; empty when it can."""
    checks = (_workers, _services, _address, _proxies, _mail, _calls, _single_sign_on)
    return next(filter(None, (check(settings) for check in checks)), "")


def _workers(settings: Settings) -> str:
    several = settings.workers > 1
    if several and settings.embedded:
        return "Several workers need PostgreSQL: set FAIRMATCH_DATABASE_URL, or start one worker."
    if several and not settings.redis_url:
        return "Several workers need Redis to reach one another: set FAIRMATCH_REDIS_URL, or start one worker."
    return ""


def _services(settings: Settings) -> str:
    if settings.redis_url and not settings.redis_url.startswith(("redis://", "rediss://")):
        return "FAIRMATCH_REDIS_URL must begin with redis:// or rediss://."
    if settings.bus_cluster and not settings.redis_url:
        return "FAIRMATCH_BUS_CLUSTER needs FAIRMATCH_REDIS_URL beside it: limits and media nodes are counted there."
    if not all(url.startswith(("redis://", "rediss://")) for url in settings.bus_cluster):
        return "Each address in FAIRMATCH_BUS_CLUSTER must begin with redis:// or rediss://."
    if settings.database_url and not settings.database_url.startswith(("postgresql://", "postgres://")):
        return "FAIRMATCH_DATABASE_URL must begin with postgresql://; leave it empty for SQLite in the data folder."
    for name, urls in (("REDIS_URL", [settings.redis_url]), ("BUS_CLUSTER", settings.bus_cluster)):
        if not all(map(_is_readable, urls)):
            return f"FAIRMATCH_{name} cannot be read: write redis://host:6379, and special signs in a password as %23."
    return ""


def _address(settings: Settings) -> str:
    if not settings.base_url:
        return ""
    if not settings.base_url.startswith(("http://", "https://")):
        return "FAIRMATCH_BASE_URL must begin with https:// (or http:// on your own machine)."
    parts = _parts(settings.base_url, "http", "https")
    if parts is None or parts.username is not None or _has_more(parts):
        return "FAIRMATCH_BASE_URL must be https:// and the host alone, as in https://fair.example.org: no path fits."
    return ""


def _proxies(settings: Settings) -> str:
    given = [each.strip() for each in settings.trusted_proxies.split(",")]
    if given == ["*"] or all(_is_network(each) for each in given if each):
        return ""
    return "FAIRMATCH_TRUSTED_PROXIES must be addresses or networks, as in 127.0.0.1,10.0.0.0/8; names do nothing."


def _mail(settings: Settings) -> str:
    url = settings.smtp_url.get_secret_value()
    parts = _parts(url, "smtp", "smtps")
    if url and (parts is None or _has_more(parts)):
        return (
            "FAIRMATCH_SMTP_URL cannot be read: write smtps://user:password@host:465 or smtp://user:password@host:587, "
            "and special signs in a password as %23."
        )
    if "@" not in parseaddr(settings.mail_from)[1]:
        return "FAIRMATCH_MAIL_FROM must have a mail address in it, as in Our fair <fair@example.org>."
    return ""


def _calls(settings: Settings) -> str:
    if not all(url.startswith(("stun:", "stuns:")) for url in settings.stun_urls):
        return "Each address in FAIRMATCH_STUN_URLS must begin with stun:, as in stun:stun.example.org:3478."
    if not all(url.startswith(("turn:", "turns:")) for url in settings.turn_urls):
        return "Each address in FAIRMATCH_TURN_URLS must begin with turn: or turns:, as in turn:turn.example.org:3478."
    if not settings.livekit_url:
        return ""
    if _parts(settings.livekit_url, "ws", "wss", "http", "https") is None:
        return "FAIRMATCH_LIVEKIT_URL cannot be read: write wss://livekit.example.org."
    if not settings.livekit_key or not settings.livekit_secret.get_secret_value():
        return "FAIRMATCH_LIVEKIT_URL needs FAIRMATCH_LIVEKIT_KEY and FAIRMATCH_LIVEKIT_SECRET beside it."
    return ""


def _single_sign_on(settings: Settings) -> str:
    if bool(settings.oidc_issuer) != bool(settings.oidc_client_id):
        return "FAIRMATCH_OIDC_ISSUER and FAIRMATCH_OIDC_CLIENT_ID need one another: set both, or neither."
    return ""


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _is_readable(url: str) -> bool:
    """Whether it is an address at all; none is, say, one whose password has a sign in it that ends the host."""
    try:
        _ = urlsplit(url).port
    except ValueError:
        return False
    return True


def _has_more(parts: SplitResult) -> bool:
    """Whether something stands behind the host; in a password # and / and ? have it end too early."""
    return bool(parts.path.strip("/") or parts.query or parts.fragment)


def _parts(url: str, *schemes: str) -> SplitResult | None:
    """An address in its parts; None for what is none, or of another kind, or names no host."""
    parts = urlsplit(url) if _is_readable(url) else None
    return parts if parts and parts.scheme in schemes and parts.hostname else None
