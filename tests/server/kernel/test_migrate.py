import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

import server.models
from server.kernel.clock import SystemClock
from server.kernel.db import Database
from server.kernel.events import Events
from server.kernel.migrate import SchemaError, current_revision, differences, head_revision, revisions, upgrade
from server.kernel.parts import Kernel
from server.kernel.settings import Settings
from server.kernel.tables import metadata
from tests.support.backend import settings_with

assert server.models.__all__  # all tables are in the metadata


def database(settings: Settings) -> Database:
    return Database(settings, SystemClock(), Events())


async def test_the_migrated_schema_is_what_the_tables_say(kernel: Kernel) -> None:
    async with kernel.database.engine.connect() as connection:
        assert await connection.run_sync(differences, metadata) == []


async def test_every_way_back_leads_to_an_empty_database(tmp_path: Path) -> None:
    from alembic import command

    from server.kernel.migrate import _config

    fresh = database(settings_with(data=tmp_path))
    await upgrade(fresh)
    async with fresh.engine.begin() as connection:
        await connection.run_sync(lambda plain: command.downgrade(_config(plain, None), "base"))
        left = await connection.run_sync(lambda plain: inspect(plain).get_table_names())
    await fresh.close()

    assert left == ["alembic_version"]


async def test_an_empty_database_is_brought_up_to_date_once(tmp_path: Path) -> None:
    fresh = database(settings_with(data=tmp_path))

    assert await current_revision(fresh) is None
    assert await upgrade(fresh)
    assert await current_revision(fresh) == head_revision()
    assert not await upgrade(fresh)
    await fresh.close()


async def test_what_is_in_a_database_stays_while_its_tables_are_made_anew(tmp_path: Path) -> None:
    """SQLite makes a table anew for a column; others refer to it."""
    from alembic import command

    from server.kernel.migrate import _config

    old = database(settings_with(data=tmp_path))
    async with old.engine.begin() as connection:
        await connection.run_sync(lambda plain: command.upgrade(_config(plain, None), "0037"))
        for row in (
            "persons (id, name, locale, time_zone, organisation, position, languages, seeks, offers, created_at)"
            " VALUES ('p', 'Aylin', 'en', 'Europe/Berlin', '', '', '[]', '', '', '2026-01-01')",
            "fairs (id, slug, name, tagline, starts_on, ends_on, time_zone, created_at)"
            " VALUES ('f', 'ruhr', 'Ruhr', '', '2026-09-14', '2026-09-16', 'Europe/Berlin', '2026-01-01')",
            "fair_memberships (fair_id, person_id, role, since) VALUES ('f', 'p', 'attendee', '2026-01-01')",
        ):
            await connection.execute(text(f"INSERT INTO {row}"))
    assert await upgrade(old)
    async with old.engine.begin() as connection:
        joined = "SELECT person_id, counted_from FROM fair_memberships JOIN fairs ON fairs.id = fair_id"
        assert [tuple(row) for row in await connection.execute(text(joined))] == [("p", "2026-09-14")]
        assert await connection.scalar(text("PRAGMA foreign_keys")) == 1
    await old.close()


async def test_references_that_lead_nowhere_stop_an_upgrade_and_change_nothing(tmp_path: Path) -> None:
    from alembic import command

    from server.kernel.migrate import _config

    old = database(settings_with(data=tmp_path))
    async with old.engine.begin() as connection:
        await connection.run_sync(lambda plain: command.upgrade(_config(plain, None), "0037"))
    async with old.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.cursor().execute("PRAGMA foreign_keys=OFF")
        await driver.cursor().execute(
            "INSERT INTO fair_memberships (fair_id, person_id, role, since) VALUES ('f', 'p', 'attendee', '2026-01-01')"
        )
        await driver.cursor().execute("PRAGMA foreign_keys=ON")
    with pytest.raises(SchemaError, match="fair_memberships"):
        await upgrade(old)
    assert await current_revision(old) == "0037"
    await old.close()


async def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    newer = database(settings_with(data=tmp_path))
    await upgrade(newer)
    async with newer.write() as uow:
        await uow.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaError, match=r"9999.*newer"):
        await upgrade(newer)

    await newer.close()


async def test_workers_that_start_together_upgrade_once(postgresql_url: str) -> None:
    workers = [database(settings_with(database_url=postgresql_url)) for _ in range(3)]
    async with workers[0].engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.execute(text("DROP TABLE alembic_version"))

    await asyncio.gather(*(upgrade(worker) for worker in workers))

    assert await current_revision(workers[0]) == head_revision()
    for worker in workers:
        await worker.close()


def test_revisions_are_numbered_without_a_gap() -> None:
    assert revisions() == [f"{number:04}" for number in range(1, len(revisions()) + 1)]
