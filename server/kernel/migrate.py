"""The one history of the schema: brought up to date at the start, by one worker at a time."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, MetaData, create_engine, text
from sqlalchemy.exc import DBAPIError

from server.kernel.db import Database
from server.kernel.refusal import StartRefused

MIGRATIONS = Path(__file__).parent / "migrations"
# Key of PostgreSQL's advisory lock, known to every version of this program.
ADVISORY_LOCK = 0x666D_6967

_REVISION = re.compile(r"(\d{4})_\w+\.py")

log = structlog.get_logger(__name__)


class SchemaError(StartRefused):
    """The database's schema does not fit this program, and an upgrade does not help."""


async def upgrade(database: Database) -> bool:
    """Bring the schema up to date; whether there was anything to do.

    Raises SchemaError when it is newer than this program.
    """
    current = await current_revision(database)
    if current == head_revision():
        return False
    if current is not None and current not in revisions():
        raise SchemaError(
            f"The database's schema ({current}) is newer than this program knows ({head_revision()}): "
            "start the newer version, or restore a backup from before."
        )
    await step(database, _upgrade)
    log.info("schema_upgraded", before=current or "nothing", now=head_revision())
    return True


async def step(database: Database, take: Callable[[Connection], None]) -> None:
    """Take steps of the schema's history: all of them or none. Raises SchemaError where rows refer to none after it.

    SQLite changes a column by making its table anew, which is refused while others refer to the old one: references are
    looked at once, at the end. That can be said outside of a transaction only.
    """
    if not database.sqlite:
        async with database.engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            await connection.run_sync(take)
        return
    async with database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.cursor().execute("PRAGMA foreign_keys=OFF")
        try:
            async with connection.begin():
                await connection.run_sync(take)
                broken = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
                if broken:
                    tables = sorted({row[0] for row in broken})
                    raise SchemaError(f"The database refers to rows that are not there, in: {', '.join(tables)}.")
        finally:
            await driver.cursor().execute("PRAGMA foreign_keys=ON")


def revisions() -> list[str]:
    """All revisions that this program knows, the oldest first."""
    names = (_REVISION.fullmatch(path.name) for path in (MIGRATIONS / "versions").iterdir())
    return sorted(found[1] for found in names if found)


def head_revision() -> str:
    """The newest of them."""
    return revisions()[-1]


async def current_revision(database: Database) -> str | None:
    """The database's revision; None when it is empty."""
    async with database.read() as session:
        try:
            found: str | None = await session.scalar(text("SELECT version_num FROM alembic_version"))
        except DBAPIError as error:
            if _no_such_table(error):
                return None
            raise
        return found


def write_revision(metadata: MetaData, message: str) -> Path:
    """Write the next revision: what the tables have and the newest revision has not. For developers."""
    from alembic import command

    number = f"{len(revisions()) + 1:04}"
    with create_engine("sqlite://").begin() as connection:
        config = _config(connection, metadata)
        if revisions():
            command.upgrade(config, "head")
        command.revision(config, message=message, autogenerate=True, rev_id=number)
    [written] = (MIGRATIONS / "versions").glob(f"{number}_*.py")
    return written


def differences(connection: Connection, metadata: MetaData) -> list[Any]:
    """What the tables and the connection's database have not in common."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _upgrade(connection: Connection) -> None:
    from alembic import command

    command.upgrade(_config(connection, None), "head")


def _config(connection: Connection, metadata: MetaData | None) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, metadata=metadata)
    return config


def _no_such_table(error: DBAPIError) -> bool:
    said = str(error.orig).lower()
    return "no such table" in said or ("does not exist" in said and "alembic_version" in said)
