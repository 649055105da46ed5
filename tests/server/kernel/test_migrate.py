import asyncio
from pathlib import Path

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
