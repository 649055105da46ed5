import asyncio
import errno
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, text

from server.doctor import CHECKS, Finding, examine
from server.kernel.clock import SystemClock
from server.kernel.db import Database
from server.kernel.events import Events
from server.kernel.outbox import OutboxRow
from server.kernel.settings import Settings
from signaling.registry import Member, Registry
from signaling.turn_client import TRIES
from tests.people.provider import CLIENT, provider
from tests.support.backend import Backend, settings_with
from tests.support.guard import Guard
from tests.support.livekit import KEY, LiveKitStandIn
from tests.support.livekit import SECRET as LIVEKIT
from tests.support.patience import PATIENCE_S
from tests.support.turn import SECRET, Coturn


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check may take long on a busy machine; where one has to be given up, the test says after what time."""
    monkeypatch.setattr("server.doctor.CHECK_LIMIT_S", 4 * PATIENCE_S)


async def found(settings: Settings, what: str) -> Finding:
    """What the doctor says about one thing."""
    return {finding.what: finding for finding in await examine(settings)}[what]


async def test_a_sound_installation_has_nothing_to_do(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.doctor.REDIS_LIMIT_S", PATIENCE_S)
    findings = await examine(backend.settings())

    assert [finding for finding in findings if finding.todo] == []
    assert {finding.what for finding in findings} >= {"database", "Redis", "mail", "data folder", "clock", "address"}


async def test_each_finding_is_one_line_and_what_to_do(tmp_path: Path) -> None:
    assert str(Finding("database", "reachable")) == "ok    database: reachable"
    assert str(Finding("database", "gone", "Start it.")) == "fail  database: gone\n      -> Start it."


async def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    finding = await found(settings_with(data=tmp_path), "database")

    assert "fairmatch migrate" in finding.todo
    assert not (tmp_path / "fairmatch.db").exists()


async def test_a_full_disk_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", no_room)
    finding = await found(settings_with(data=tmp_path), "data folder")
    assert "no room is left" in finding.found
    assert finding.todo == "Make room, or use a larger disk."


async def test_an_old_or_new_schema_is_seen(backend: Backend) -> None:
    database = Database(backend.settings(), SystemClock(), Events())
    todos = []
    for revision in ("0000", "9999"):
        async with database.write() as uow:
            await uow.session.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        todos.append((await found(backend.settings(), "database")).todo)
    await database.close()

    assert "fairmatch migrate" in todos[0]
    assert "newer version" in todos[1]


async def test_jobs_that_failed_for_good_are_seen(backend: Backend) -> None:
    database = Database(backend.settings(), SystemClock(), Events())
    async with database.write() as uow:
        uow.session.add(OutboxRow(id="a", job="greet", payload={}, parked_at=SystemClock().now()))
    await database.close()

    finding = await found(backend.settings(), "jobs")

    assert finding.found.startswith("1 ")
    assert "fairmatch jobs --retry" in finding.todo


@pytest.mark.parametrize(
    ("settings", "what", "todo"),
    [
        ({"workers": 2}, "settings", "PostgreSQL"),
        ({"secret": "short"}, "secret", "openssl rand"),
        ({"database_url": "postgresql://fair@127.0.0.1:9/fair"}, "database", "FAIRMATCH_DATABASE_URL"),
        ({"redis_url": "redis://127.0.0.1:9"}, "Redis", "FAIRMATCH_REDIS_URL"),
        ({"push_key": "short"}, "push notices", "fairmatch push keys"),
        ({"push_key": "A" * 42 + "E"}, "push notices", "FAIRMATCH_PUSH_CONTACT"),
        ({"smtp_url": "smtp://127.0.0.1:9"}, "mail", "FAIRMATCH_SMTP_URL"),
        ({"base_url": "https://fair.example.org"}, "mail", "FAIRMATCH_SMTP_URL"),
        ({"base_url": "http://fair.example.org"}, "address", "https://"),
        ({"base_url": "https://fair.example.org", "dev": True}, "address", "FAIRMATCH_DEV"),
    ],
)
async def test_what_is_wrong_is_said_with_what_to_do(
    tmp_path: Path, settings: dict[str, Any], what: str, todo: str
) -> None:
    finding = await found(settings_with(**({"data": tmp_path} | settings)), what)

    assert todo in finding.todo


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    "settings",
    [
        {"redis_url": "redis://127.0.0.1:port"},
        {"database_url": "mysql://db/fair"},
        {"livekit_url": "livekit.example.org"},
        {"smtp_url": SecretStr("mail.example.org")},
        {"turn_urls": ["turn.example.org"], "turn_secret": SecretStr("s")},
    ],
)
async def test_settings_that_no_server_starts_with_are_all_that_is_said(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    [finding] = await examine(settings_with(**({"data": tmp_path} | settings)))

    assert (finding.what, finding.found) == ("settings", "a server cannot start with them")
    assert f"FAIRMATCH_{next(iter(settings)).upper()}" in finding.todo


async def test_a_check_that_fails_in_a_way_that_nobody_thought_of_is_a_line_like_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_settings: Settings) -> str:
        raise KeyError("nobody thought of it")

    monkeypatch.setattr("server.doctor.CHECKS", [("Redis", fail), *CHECKS[-1:]])
    first, last = await examine(settings_with(data=tmp_path))

    assert (first.what, first.found) == ("Redis", "cannot be looked at (KeyError: 'nobody thought of it')")
    assert "fault of the program" in first.todo
    assert (last.what, last.todo) == ("address", "")


async def test_a_setting_that_is_none_is_said_with_the_one_that_may_be_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRMATCH_DATABSE_URL", "postgresql://fair@db/fair")

    finding = await found(settings_with(data=tmp_path), "settings")

    assert finding.found == "FAIRMATCH_DATABSE_URL is none, and does nothing"
    assert finding.todo == "Is FAIRMATCH_DATABASE_URL meant?"


async def test_a_database_that_lets_nobody_in_says_why_in_its_own_words(tmp_path: Path, postgresql_url: str) -> None:
    url = make_url(postgresql_url).set(database="nobodys").render_as_string(hide_password=False)

    finding = await found(settings_with(data=tmp_path, database_url=url), "database")

    assert 'database "nobodys" does not exist' in finding.found
    assert "FAIRMATCH_DATABASE_URL" in finding.todo


async def test_redis_says_why_it_lets_nobody_in(tmp_path: Path, redis_url: str) -> None:
    finding = await found(settings_with(data=tmp_path, redis_url=redis_url.replace("//", "//:wrong@")), "Redis")

    assert "does not let us in (ReplyError: " in finding.found
    assert "FAIRMATCH_REDIS_URL" in finding.todo


async def test_a_provider_of_single_sign_on_is_asked_whether_it_is_there(tmp_path: Path) -> None:
    assert (await found(settings_with(data=tmp_path), "single sign-on")).todo == ""
    given = {"data": tmp_path, "oidc_client_id": CLIENT, "base_url": "http://localhost:8000"}
    async with provider(SystemClock()) as given_by:
        sound = await found(settings_with(**given, oidc_issuer=given_by.url), "single sign-on")
        other = await found(settings_with(**given, oidc_issuer=f"{given_by.url}/"), "single sign-on")

    assert (sound.found, sound.todo) == (
        "127.0.0.1 answers; people come back from it to http://localhost:8000/sign-in/oidc/return",
        "",
    )
    assert "by another name" in other.found
    assert "FAIRMATCH_OIDC_ISSUER" in other.todo


async def test_whether_there_is_a_node_for_calls_is_seen_where_it_runs_elsewhere(
    tmp_path: Path, redis_url: str
) -> None:
    alone = await found(settings_with(data=tmp_path, media_node="elsewhere"), "media node")
    assert "FAIRMATCH_REDIS_URL" in alone.todo

    shared = {"data": tmp_path, "redis_url": redis_url, "redis_prefix": tmp_path.name, "media_node": "elsewhere"}
    none = await found(settings_with(**shared), "media node")
    assert "fairmatch media-node" in none.todo

    registry = Registry(settings_with(**shared))
    await registry.renew(Member("node-1", "a-life"))
    one = await found(settings_with(**shared), "media node")
    await registry.stop()
    assert (one.found, one.todo) == ("node-1", "")


async def test_a_disk_that_is_nearly_full_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 10**12, 5 * 1024**2))

    finding = await found(settings_with(data=tmp_path), "data folder")

    assert (finding.found.startswith("5 MiB free"), bool(finding.todo)) == (True, True)


async def test_a_folder_that_cannot_be_written_is_seen(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    finding = await found(settings_with(data=tmp_path / "file"), "data folder")

    assert "cannot be written" in finding.found


async def test_whoever_never_answers_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    monkeypatch.setattr("server.doctor.CHECK_LIMIT_S", 0.3)
    async with await asyncio.start_server(listen, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        finding = await found(settings_with(data=tmp_path, smtp_url=f"smtp://127.0.0.1:{port}"), "mail")

    assert finding.found == "no answer in time"


async def test_a_relay_is_tried_by_each_of_its_ways(
    tmp_path: Path, process_guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.turn_client.TRY_S", PATIENCE_S / TRIES)
    monkeypatch.setattr("signaling.turn_client.ANSWER_S", PATIENCE_S)
    with Coturn(tmp_path, process_guard) as coturn:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "host.pem"))
        relay = {"data": tmp_path, "turn_urls": list(coturn.urls.values()), "turn_secret": SecretStr(SECRET)}
        sound = await found(settings_with(**relay), "relay")
        stranger = await found(settings_with(**relay | {"turn_secret": SecretStr("another")}), "relay")
        monkeypatch.setattr("signaling.relay_check.WITHIN", "127.0.0.1")  # where the one of the tests leads
        open_within = await found(settings_with(**relay), "relay")
    gone = await found(settings_with(**relay | {"turn_urls": [coturn.urls["tcp"]]}), "relay")

    assert (sound.found, sound.todo) == (
        f"lets calls through over UDP, TCP, TLS on port {coturn.tls_port}, and keeps away from private addresses; "
        "nobody gets out of a network that leaves TLS on port 443 alone open",
        "",
    )
    assert "static-auth-secret" in stranger.todo
    assert "turnserver.conf" in open_within.todo
    assert "does not answer (ConnectionRefusedError)" in gone.found


async def test_a_livekit_server_is_asked_whether_it_knows_us(tmp_path: Path) -> None:
    server = LiveKitStandIn()
    await server.start()
    known = {"data": tmp_path, "livekit_url": server.url, "livekit_key": KEY, "livekit_secret": SecretStr(LIVEKIT)}
    try:
        sound = await found(settings_with(**known), "LiveKit")
        stranger = await found(settings_with(**known | {"livekit_key": "another"}), "LiveKit")
    finally:
        await server.stop()
    assert (sound.found, sound.todo) == ("answers, and lets us in", "")
    assert "FAIRMATCH_LIVEKIT_KEY" in stranger.todo


async def test_relays_that_are_not_set_up_to_the_end_are_seen(tmp_path: Path) -> None:
    assert (await found(settings_with(data=tmp_path), "relay")).todo == ""
    bare = await found(settings_with(data=tmp_path, turn_urls=["turn:turn.example"]), "relay")
    assert "FAIRMATCH_TURN_SECRET" in bare.todo
    wrong = await found(settings_with(data=tmp_path, turn_urls=["turn:"], turn_secret=SecretStr("s")), "relay")
    assert "turn:host:port" in wrong.todo
