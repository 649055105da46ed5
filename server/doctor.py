"""`fairmatch doctor`: looks at everything that the server stands on, and says what to do where something is wrong."""

import asyncio
import secrets
import shutil
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hiredis import ReplyError
from sqlalchemy import text

from server.kernel.away import REASON_MOST, is_full, reason_of
from server.kernel.clock import SystemClock
from server.kernel.db import Database
from server.kernel.events import Events
from server.kernel.given import UnreadableSettings, unknown_settings
from server.kernel.jobs import Jobs
from server.kernel.migrate import current_revision, head_revision
from server.kernel.redis_line import open_line
from server.kernel.refusal import LET_IT_WRITE, StartRefused, refuse_unsupported
from server.kernel.settings import Settings
from server.kernel.shared_bus import shared_bus

# Photos and recordings come in megabytes; below this a busy day can fill the disk.
FREE_BYTES = 1024**3
# Sessions and slots are compared between workers by their machines' clocks.
SKEW_S = 2.0
CHECK_LIMIT_S = 10.0
# Within which Redis brings a message back to who sent it.
REDIS_LIMIT_S = 3.0
_MAKE_ROOM = "Make room, or use a larger disk."


@dataclass(frozen=True)
class Finding:
    """What a check found; `todo` is empty when all is well."""

    what: str
    found: str
    todo: str = ""

    def __str__(self) -> str:
        line = f"{'fail' if self.todo else 'ok  '}  {self.what}: {self.found}"
        return f"{line}\n      -> {self.todo}" if self.todo else line


class Unwell(Exception):  # noqa: N818 - it is what it says
    """A check failed: what was found, and what to do."""

    def __init__(self, found: str, todo: str) -> None:
        super().__init__(found)
        self.found = found
        self.todo = todo


T = TypeVar("T")
Check = Callable[[Settings], Awaitable[str]]


async def examine(settings: Settings) -> list[Finding]:
    """Run all checks, one after the other. With settings that no server starts with nothing else is looked at: what it
    would find comes of them, and what it would say to do is beside the point."""
    try:
        refuse_unsupported(settings)
    except StartRefused as reason:
        return [Finding("settings", "a server cannot start with them", str(reason))]
    return [await _finding(what, check, settings) for what, check in CHECKS]


async def _finding(what: str, check: Check, settings: Settings) -> Finding:
    try:
        async with asyncio.timeout(CHECK_LIMIT_S):
            return Finding(what, await check(settings))
    except Unwell as unwell:
        return Finding(what, unwell.found, unwell.todo)
    except TimeoutError:
        return Finding(what, "no answer in time", "See whether it runs, and whether this machine can reach it.")
    except Exception as error:  # whoever asks a doctor is not to be told by a traceback, nor left without the rest
        todo = "Check its settings; where they are right, this is a fault of the program."
        return Finding(what, f"cannot be looked at ({_in_words(error)})", todo)


def cannot_be_read(reason: UnreadableSettings) -> list[Finding]:
    """The same where there is nothing yet that could be looked at."""
    return [Finding("settings", "one cannot be read", sentence) for sentence in reason.wrong]


async def _settings(settings: Settings) -> str:
    for name, meant in unknown_settings().items():
        todo = f"Is {meant} meant?" if meant else "Take it out, or see `fairmatch settings` for the one that is meant."
        raise Unwell(f"{name} is none, and does nothing", todo)
    where = "SQLite in the data folder" if settings.embedded else "PostgreSQL"
    return f"{settings.workers} worker(s), {where}, {'Redis' if settings.redis_url else 'no Redis'}"


async def _data(settings: Settings) -> str:
    probe = settings.data / f".doctor-{secrets.token_hex(4)}"
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"?")
        probe.unlink()
    except OSError as error:
        if is_full(error):
            raise Unwell(f"no room is left on the disk of {settings.data}: nothing can be saved", _MAKE_ROOM) from None
        raise Unwell(f"{settings.data} cannot be written ({error.strerror})", LET_IT_WRITE) from None
    free = shutil.disk_usage(settings.data).free
    if free < FREE_BYTES:
        raise Unwell(f"{free // 1024**2} MiB free on the disk of {settings.data}", _MAKE_ROOM)
    return f"{settings.data} is writable, {free // 1024**3} GiB free"


async def _secret(settings: Settings) -> str:
    given = settings.secret.get_secret_value()
    if given and len(given) < 24:
        raise Unwell("FAIRMATCH_SECRET is short", "Set 32 random bytes as text: openssl rand -base64 32")
    if not given and not settings.embedded:
        kept = "it is kept in the data folder, which every worker must share"
        return f"none set: {kept}"
    return "set" if given else "kept in the data folder"


async def _database(settings: Settings) -> str:
    try:
        return await _with_database(settings, _look_at_schema)
    except Unwell:
        raise
    except Exception as error:
        todo = "Start it, and check FAIRMATCH_DATABASE_URL (host, port, user, password, name)."
        raise Unwell(f"does not answer ({reason_of(error)})", todo) from None


async def _look_at_schema(database: Database) -> str:
    current = await current_revision(database)
    if current is None:
        raise Unwell("it is empty", "Start the server once, or run `fairmatch migrate`.")
    if current > head_revision():
        todo = "Install the newer version of the program, or restore a backup from before."
        raise Unwell(f"its schema ({current}) is newer than this program ({head_revision()})", todo)
    if current < head_revision():
        raise Unwell(f"its schema is at {current}, this program wants {head_revision()}", "Run `fairmatch migrate`.")
    return f"reachable, schema {current}"


async def _clock(settings: Settings) -> str:
    if settings.embedded:
        return f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC; one machine, nothing to compare with"
    try:
        skew = await _with_database(settings, _skew)
    except Exception:
        return "not compared: the database does not answer"
    if abs(skew) > SKEW_S:
        todo = "Set both clocks by NTP: times of messages and ends of sessions hang on them."
        raise Unwell(f"{skew:+.1f} s apart from the database's", todo)
    return f"{abs(skew):.1f} s apart from the database's"


async def _skew(database: Database) -> float:
    async with database.read() as session:
        before = datetime.now(UTC)
        theirs: datetime = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
        after = datetime.now(UTC)
    return ((before + (after - before) / 2) - theirs.astimezone(UTC)).total_seconds()


async def _jobs(settings: Settings) -> str:
    async def parked(database: Database) -> int:
        return await Jobs(database).parked()

    try:
        count = await _with_database(settings, parked)
    except Exception:
        return "not looked at: the database does not answer, or is empty"
    if count:
        todo = "See the log for job_parked; once the cause is gone, run `fairmatch jobs --retry`."
        raise Unwell(f"{count} failed for good and wait", todo)
    return "none has failed for good"


async def _redis(settings: Settings) -> str:
    if not settings.redis_url:
        return "not used: one worker needs none"
    todo = "Start it, and check FAIRMATCH_REDIS_URL (host, port, password)."
    try:
        (await open_line(settings.redis_url, lambda _: None)).abort()
    except (OSError, ReplyError, ValueError) as error:
        raise Unwell(f"does not let us in ({_in_words(error)})", todo) from None
    bus = shared_bus(settings, SystemClock(), use="doctor")
    heard = asyncio.Event()
    try:
        await bus.start()
        await bus.subscribe("echo", lambda _payload: heard.set())
        async with asyncio.timeout(REDIS_LIMIT_S):
            while not heard.is_set():  # what is said before both lines stand is lost
                bus.publish("echo", b"?")
                with suppress(TimeoutError):
                    await asyncio.wait_for(heard.wait(), 0.2)
    except TimeoutError:
        if settings.bus_cluster:
            todo = "Start the Redis Cluster, and check FAIRMATCH_BUS_CLUSTER."
        raise Unwell("a message to ourselves did not come back", todo) from None
    finally:
        await bus.stop()
    return "publishes and delivers"


async def _mail(settings: Settings) -> str:
    url = settings.smtp_url.get_secret_value()
    if not url:
        if settings.https:
            todo = "Set FAIRMATCH_SMTP_URL: without it nobody can confirm an address or sign in by link."
            raise Unwell(f"no server set, mails land in {settings.data / 'mail'}", todo)
        return f"no server set, mails land in {settings.data / 'mail'}"
    try:
        return await _greet_mail_server(url)
    except Exception as error:
        todo = "Check FAIRMATCH_SMTP_URL: smtps://user:password@host:465, or smtp://user:password@host:587."
        raise Unwell(f"the server does not let us in ({_in_words(error)})", todo) from None


def _in_words(error: Exception) -> str:
    """An error in one line, in the words of whom it comes from."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:REASON_MOST].removesuffix(": ")


async def _greet_mail_server(url: str) -> str:
    import aiosmtplib

    from server.kernel.mail import smtp_options

    async with aiosmtplib.SMTP(**smtp_options(url)) as server:
        return f"{server.hostname} lets us in"


async def _single_sign_on(settings: Settings) -> str:
    if not settings.oidc_issuer:
        return "off: no provider is set"
    from people.seals import Seal
    from people.single_sign_on import SingleSignOn, SingleSignOnError

    provider = SingleSignOn.of(settings, Seal(b"", "doctor", timedelta()))
    assert provider is not None, "its client's id stands beside the issuer, else the settings were refused"
    try:
        await provider.look(datetime.now(UTC))
    except SingleSignOnError as error:
        todo = "Check FAIRMATCH_OIDC_ISSUER: it is written exactly as the provider calls itself."
        raise Unwell(str(error), todo) from None
    finally:
        await provider.close()
    return f"{provider.name} answers; people come back from it to {provider.back}"


async def _push(settings: Settings) -> str:
    from notices.keys import BadKeyError, contact_of, key_of

    try:
        key = key_of(settings)
    except BadKeyError:
        raise Unwell("FAIRMATCH_PUSH_KEY is no private key", "Make one by `fairmatch push keys`.") from None
    contact = contact_of(settings)
    if key is None:
        return "off: no key is set"
    if not contact.startswith(("mailto:", "https://")) or contact.endswith("localhost"):
        todo = (
            "Set FAIRMATCH_PUSH_CONTACT to mailto:you@example.org: some push services refuse who cannot be written to."
        )
        raise Unwell(f"{contact} leads to nobody", todo)
    return f"on, push services write to {contact.removeprefix('mailto:')}"


async def _media_node(settings: Settings) -> str:
    if settings.livekit_url:
        return "not used: LiveKit carries calls"
    if not settings.redis_url:
        if settings.media_node == "elsewhere":
            todo = "Set FAIRMATCH_REDIS_URL, through which nodes are found, or FAIRMATCH_MEDIA_NODE to here."
            raise Unwell("none can be found", todo)
        return "started with the first call"
    from signaling.protocol import MediaError
    from signaling.registry import Registry

    registry = Registry(settings)
    try:
        nodes = await registry.members()
    except MediaError as error:
        return f"not looked at: {error.message}"
    finally:
        await registry.stop()
    if not nodes and settings.media_node == "elsewhere":
        todo = "Start `fairmatch media-node` with the same FAIRMATCH_REDIS_URL and FAIRMATCH_REDIS_PREFIX."
        raise Unwell("none is there: calls of more than two find no place", todo)
    return ", ".join(node.name for node in nodes) or "started with the server, or the first call"


async def _relay(settings: Settings) -> str:
    from signaling.relay_check import RelayTrouble, look_at_relay

    try:
        return await look_at_relay(settings, datetime.now(UTC))
    except RelayTrouble as trouble:
        raise Unwell(trouble.found, trouble.todo) from None


async def _livekit(settings: Settings) -> str:
    if not settings.livekit_url:
        return "not used: calls are carried by our own nodes"
    from server.kernel.memory_bus import MemoryBus
    from signaling.livekit.back_end import LiveKit
    from signaling.protocol import MediaError

    back_end = LiveKit(settings, MemoryBus())
    try:
        await back_end.where("doctor")
    except MediaError as error:
        todo = "Check FAIRMATCH_LIVEKIT_URL, FAIRMATCH_LIVEKIT_KEY and FAIRMATCH_LIVEKIT_SECRET, and whether it runs."
        raise Unwell(error.message, todo) from None
    finally:
        await back_end.stop()
    return "answers, and lets us in"


async def _address(settings: Settings) -> str:
    url = settings.public_url
    local = url.startswith(("http://localhost", "http://127.0.0.1", "http://[::1]"))
    if not settings.https and not local:
        todo = "Set FAIRMATCH_BASE_URL to an https:// address: browsers give camera and passkeys to no other."
        raise Unwell(f"{url} is not encrypted", todo)
    if settings.https and settings.dev:
        raise Unwell(f"{url} with development aids on", "Unset FAIRMATCH_DEV: anybody can read all mails.")
    return url


async def _with_database(settings: Settings, look: Callable[[Database], Awaitable[T]]) -> T:
    if settings.embedded and not (settings.data / "fairmatch.db").exists():
        raise Unwell("there is none yet", "Start the server once, or run `fairmatch migrate`.")
    database = Database(settings, SystemClock(), Events())
    try:
        return await look(database)
    finally:
        await database.close()


CHECKS: Sequence[tuple[str, Check]] = (
    ("settings", _settings),
    ("data folder", _data),
    ("secret", _secret),
    ("database", _database),
    ("clock", _clock),
    ("jobs", _jobs),
    ("Redis", _redis),
    ("mail", _mail),
    ("single sign-on", _single_sign_on),
    ("push notices", _push),
    ("media node", _media_node),
    ("relay", _relay),
    ("LiveKit", _livekit),
    ("address", _address),
)
