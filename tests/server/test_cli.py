"""The commands that an operator types."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from people import api_tokens, sessions
from people.queries import all_people, by_email
from server.app import create_kernel
from server.cli import app
from server.kernel.clock import SystemClock
from server.kernel.db import Database
from server.kernel.events import Events
from server.kernel.migrate import head_revision
from server.kernel.outbox import OutboxRow
from tests.server.kernel.logs import own_logs
from tests.support.backend import Backend


@pytest.fixture(autouse=True)
def on_this_ground(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings by the environment, as an operator gives them; logs are put back."""
    for name, value in backend.values().items():
        monkeypatch.setenv(f"FAIRMATCH_{name.upper()}", str(value))
    with own_logs():
        yield


async def fairmatch(*words: str) -> Result:
    """Type a command; in a thread, since each of them has a loop of its own."""
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, words))


async def test_an_account_is_added_listed_and_given_a_way_in() -> None:
    added = await fairmatch("user", "add", "Ada@Example.org", "--name", "Ada Lovelace", "--locale", "de")
    listed = await fairmatch("user", "list")
    link = await fairmatch("user", "link", "ada@example.org")

    assert added.exit_code == link.exit_code == 0
    for result in (added, link):
        assert re.fullmatch(r"http://localhost:8000/sign-in/link\?token=[\w-]{40,}\n", result.stdout)
    assert added.stdout != link.stdout
    assert re.search(r"ada@example.org +Ada Lovelace", listed.stdout)


async def test_an_account_that_is_there_is_said_to_be_there() -> None:
    await fairmatch("user", "add", "ada@example.org", "--name", "Ada Lovelace")
    again = await fairmatch("user", "add", "Ada@Example.org", "--name", "Ada", "--admin")

    assert again.exit_code == 1
    assert again.output.startswith("There is an account with the address Ada@Example.org already")
    assert "admin" not in (await fairmatch("user", "list")).stdout


async def test_a_language_that_is_none_of_ours_is_refused() -> None:
    result = await fairmatch("user", "add", "ada@example.org", "--name", "Ada", "--locale", "xx")

    assert (result.exit_code, result.output) == (1, "xx is no language of these pages; choose one of en, de.\n")


async def test_an_administrator_is_made_and_unmade() -> None:
    await fairmatch("user", "add", "ada@example.org", "--name", "Ada", "--admin")
    assert "admin" in (await fairmatch("user", "list")).stdout

    assert (await fairmatch("user", "admin", "ada@example.org", "--revoke")).exit_code == 0
    assert "admin" not in (await fairmatch("user", "list")).stdout

    assert (await fairmatch("user", "admin", "ada@example.org")).exit_code == 0
    assert "admin" in (await fairmatch("user", "list")).stdout


async def test_an_account_or_everybody_is_signed_out_with_the_programs_of_theirs(backend: Backend) -> None:
    for name in ("ada", "ben", "eva"):
        await fairmatch("user", "add", f"{name}@example.org", "--name", name)
    await _signed_in(backend, "ada", "ben", "eva")

    one = await fairmatch("user", "sign-out", "Ada@example.org")
    left = await _signed_in_now(backend)
    all_others = await fairmatch("user", "sign-out", "--everybody")

    assert one.stdout == "Ended: 1 sign-ins, 1 tokens of programs.\n"
    assert left == {"ben", "eva"}
    assert all_others.stdout == "Ended: 2 sign-ins, 2 tokens of programs.\n"
    assert await _signed_in_now(backend) == set()


@pytest.mark.parametrize("words", [[], ["ada@example.org", "--everybody"]])
async def test_who_is_to_be_signed_out_is_said(words: list[str]) -> None:
    result = await fairmatch("user", "sign-out", *words)

    assert (result.exit_code, result.output) == (1, "Name one account by its mail address, or say --everybody.\n")


async def _signed_in(backend: Backend, *names: str) -> None:
    """Each has a sign-in and a program's token."""
    kernel = create_kernel(backend.settings())
    try:
        async with kernel.database.write() as uow:
            for name in names:
                person = await by_email(uow.session, f"{name}@example.org")
                assert person
                await sessions.start(uow, person, sessions.Method.LINK, "")
                until = kernel.clock.now() + timedelta(days=30)
                await api_tokens.make(uow, person.id, "theirs", ["read"], until)
    finally:
        await kernel.database.close()


async def _signed_in_now(backend: Backend) -> set[str]:
    """Who has a sign-in and a token that are good."""
    kernel = create_kernel(backend.settings())
    try:
        now = kernel.clock.now()
        async with kernel.database.read() as session:
            everybody = await all_people(session)
            by = {each.name: await sessions.of_person(session, each.id, now) for each in everybody}
            tokens = {each.name: await api_tokens.living(session, each.id, now) for each in everybody}
    finally:
        await kernel.database.close()
    assert {name for name in by if by[name]} == {name for name in tokens if tokens[name]}
    return {name for name in by if by[name]}


@pytest.mark.parametrize("command", ["link", "admin", "sign-out"])
async def test_an_unknown_address_is_said_to_be_one(command: str) -> None:
    result = await fairmatch("user", command, "nobody@example.org")

    assert result.exit_code == 1
    assert "no account with the address nobody@example.org" in result.output


@pytest.mark.parametrize("command", [["link"], ["admin"], ["sign-out"], ["add", "--name", "Ada"]])
async def test_what_is_no_address_is_said_to_be_none(command: list[str]) -> None:
    result = await fairmatch("user", *command, "nobody@")

    assert (result.exit_code, result.output) == (1, "That is not a mail address we can write to.\n")


async def test_migrating_says_where_the_schema_is() -> None:
    assert (await fairmatch("migrate")).stdout == f"The schema is at {head_revision()}.\n"


async def test_a_key_for_push_notices_is_printed_as_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = (await fairmatch("push", "keys")).stdout
    [setting] = [line for line in printed.splitlines() if not line.startswith("#")]
    monkeypatch.setenv(*setting.split("=", 1))
    monkeypatch.setenv("FAIRMATCH_MAIL_FROM", "fair@example.org")
    assert "push notices: on, push services write to fair@example.org" in (await fairmatch("doctor")).stdout


async def test_the_doctor_says_one_line_each() -> None:
    result = await fairmatch("doctor")

    assert result.exit_code == 0
    assert re.search(r"^ok    database: reachable", result.stdout, re.MULTILINE)


async def test_a_doctor_who_finds_something_says_so_to_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRMATCH_SECRET", "short")

    result = await fairmatch("doctor")

    assert result.exit_code == 1
    assert "fail  secret" in result.stdout


async def test_jobs_that_failed_for_good_are_counted_and_tried_again(backend: Backend) -> None:
    database = Database(backend.settings(), SystemClock(), Events())
    async with database.write() as uow:
        uow.session.add(OutboxRow(id="a", job="greet", payload={}, parked_at=SystemClock().now()))
    await database.close()

    assert (await fairmatch("jobs")).stdout == "1 jobs failed for good.\n"
    assert (await fairmatch("jobs", "--retry")).stdout == "1 jobs are tried again.\n"
    assert (await fairmatch("jobs")).stdout == "0 jobs failed for good.\n"


async def test_settings_and_version_are_printed() -> None:
    assert "| `FAIRMATCH_PORT` | `8000` |" in (await fairmatch("settings")).stdout
    assert (await fairmatch("version")).stdout == version("fairmatch") + "\n"


def test_the_command_line_loads_nothing_heavy_before_it_knows_the_command(tmp_path: Path) -> None:
    heavy = ("sqlalchemy", "starlette", "uvicorn", "pydantic", "alembic", "jinja2", "redis")
    asked = f"import server.cli, sys; print([name for name in {heavy!r} if name in sys.modules])"

    result = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert result.stdout == "[]\n"


def test_every_command_is_in_the_operators_book() -> None:
    book = (Path(__file__).parents[2] / "docs" / "operator.md").read_text()

    assert [command for command in commands_of(app, "fairmatch") if f"`{command}`" not in book] == []


def commands_of(typed: Typer, prefix: str) -> Iterator[str]:
    """Every command as it is typed."""
    for command in typed.registered_commands:
        assert command.callback is not None
        yield f"{prefix} {command.name or command.callback.__name__.replace('_', '-')}"
    for group in typed.registered_groups:
        assert group.typer_instance is not None
        yield from commands_of(group.typer_instance, f"{prefix} {group.name}")


@pytest.mark.parametrize("command", [["serve"], ["user", "list"], ["migrate"], ["media-node"], ["jobs"]])
async def test_a_setting_that_cannot_be_read_is_one_sentence_whatever_the_command(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRMATCH_PORT", "99999")

    result = await fairmatch(*command)

    said = "Fairmatch does not start: FAIRMATCH_PORT must be a whole number from 0 to 65535.\n"
    assert (result.exit_code, result.stderr) == (78, said)


async def test_the_doctor_names_each_setting_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRMATCH_PORT", "99999")
    monkeypatch.setenv("FAIRMATCH_TURN_URLS", "turn:host")

    result = await fairmatch("doctor")

    assert result.exit_code == 1
    assert re.findall(r"-> (\w+) must be", result.stdout) == ["FAIRMATCH_PORT", "FAIRMATCH_TURN_URLS"]


async def test_a_database_that_is_away_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRMATCH_DATABASE_URL", "postgresql://fair@127.0.0.1:9/fair")

    result = await fairmatch("user", "list")

    assert result.exit_code == 1
    assert re.fullmatch(r"Fairmatch does not start: The database .*[Rr]efused.*\n", result.stderr)


@pytest.mark.parametrize("command", [["serve"], ["user", "list"], ["import", __file__, "--source", "us"]])
async def test_a_data_folder_that_cannot_be_is_one_sentence(
    command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FAIRMATCH_DATA", str(tmp_path / "file"))

    result = await fairmatch(*command, *(["--port", "0"] if command == ["serve"] else []))

    assert result.exit_code == 78
    assert re.fullmatch(r"Fairmatch does not start: The data folder .* cannot be written .*\n", result.stderr)


async def test_what_looks_like_a_setting_and_is_none_is_said_when_a_server_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAIRMATCH_DATABSE_URL", "postgresql://fair@db/fair")
    monkeypatch.setenv("FAIRMATCH_HOST", "not an address")  # it ends at once

    result = await fairmatch("serve")

    assert re.search(r"unknown_setting +name=FAIRMATCH_DATABSE_URL perhaps=FAIRMATCH_DATABASE_URL", result.stdout)


async def test_the_demo_does_not_come_among_people_who_are_there(backend: Backend) -> None:
    await fairmatch("user", "add", "ada@example.org", "--name", "Ada Lovelace")

    for command in (["demo"], ["serve", "--demo", "--port", "0"]):
        result = await fairmatch(*command)

        assert result.exit_code == 78
        assert result.stderr.startswith("Fairmatch does not start: This database has accounts already")
    assert len((await fairmatch("user", "list")).stdout.splitlines()) == 1
