"""What an import leaves alone: names that are as they were, columns of which nobody spoke, a server."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, select

from bin.places import ROOT
from directory.imports import likes
from directory.imports.likes import Named
from directory.imports.model import ImportBatch, ImportName, ImportNameMark
from directory.imports.running import Runner
from directory.organisations import bulk
from directory.organisations.bulk import OrganisationRow, Outcome
from directory.organisations.model import Change, Organisation, Tag, Text
from directory.organisations.record import ORGANISATIONS
from directory.sayings import Saying, keep
from directory.search.asking import Asked
from directory.search.documents import Viewer
from directory.search.parts import Search
from server.app import catalogue_of, create_kernel, running
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from server.kernel.prepared import CoreTransaction, Prepared, Transaction, Values
from tests.support.backend import settings_with
from tests.support.daemon import START_TIMEOUT_S

ACME: dict[str, Any] = {
    "name": "Acme GmbH",
    "kind": "startup",
    "website": "https://acme.example",
    "founded": 2015,
    "industry": ("energy",),
    "pitch.en": "We charge buses",
    "pitch.de": "Wir laden Busse",
}
COLUMNS = ("id", "slug", "name", "kind", "website", "domain", "founded")


async def bring(kernel: Kernel, rows: dict[str, dict[str, Any]]) -> list[Outcome]:
    brought = [OrganisationRow(source_id, fields) for source_id, fields in rows.items()]
    at = kernel.clock.now()
    return await kernel.database.transact(lambda each: bulk.upsert(each, "network", brought, at=at))


async def stored(kernel: Kernel, id_: str) -> tuple[list[Any], dict[str, str], list[str]]:
    """Columns, pitches by language, tags."""
    async with kernel.database.read() as session:
        one = await session.get_one(Organisation, id_)
        texts = await session.scalars(select(Text).where(Text.organisation_id == id_))
        tags = await session.scalars(select(Tag.code).where(Tag.organisation_id == id_))
        return [getattr(one, name) for name in COLUMNS], {text.locale: text.pitch for text in texts}, list(tags)


async def test_an_update_of_texts_alone_leaves_the_rest_and_is_found(kernel: Kernel, clock: FrozenClock) -> None:
    [made] = await bring(kernel, {"1": ACME})
    columns, _, tags = await stored(kernel, made.id)
    search = Search.build(kernel, catalogue_of(kernel))
    written = await search.following.opened()
    await search.following.sweep(written)
    clock.advance(minutes=10)

    [changed] = await bring(kernel, {"1": {"pitch.en": "We cool vaccines"}})

    assert (changed.what, changed.id) == ("changed", made.id)
    assert await stored(kernel, made.id) == (columns, {"en": "We cool vaccines", "de": "Wir laden Busse"}, tags)
    async with kernel.database.read() as session:
        assert (await session.get_one(Organisation, made.id)).updated_at == clock.now()
        assert list(await session.scalars(select(Change.field).where(Change.at == clock.now()))) == ["pitch.en"]
    await search.following.sweep(written)
    found = {words: await search.page(Viewer(None, "en"), Asked(words=words)) for words in ("vaccines", "charge")}
    assert {words: [hit.card.id for hit in page.hits] for words, page in found.items()} == {
        "vaccines": [made.id],
        "charge": [],
    }
    written.close()
    await search.stop()


async def test_names_that_did_not_change_stay_where_they_are(
    kernel: Kernel, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("Acme GmbH", "Bolt AG", "Curl", "Drill")
    rows = {name: ACME | {"name": name, "website": f"https://{name[:4].lower()}.example"} for name in names}
    ids = {one.source_id: one.id for one in await bring(kernel, rows)}
    await kernel.database.transact(lambda each: likes.follow(each, None, clock.now()))
    written: list[str] = []
    keep = likes.keep

    def noted(transaction: Transaction, named: Iterable[Named], *more: str) -> None:
        kept = list(named)
        written.extend(one.subject for one in kept)
        keep(transaction, kept, *more)

    monkeypatch.setattr(likes, "keep", noted)
    clock.advance(minutes=10)
    [_, _, _, drill] = await bring(
        kernel,
        {
            "Acme GmbH": {"founded": 1999, "name": "ACME AG"},  # only its legal form, so that it is called the same
            "Bolt AG": {"name": "Bolter AG"},
            "Curl": {"website": "https://curl.example.org"},
            "Drill": {"founded": 1998},
        },
    )
    await kernel.database.transact(
        lambda each: bulk.undo(each, [Outcome("Drill", drill.id, "made")], source="network", at=clock.now(), by_id=None)
    )
    await kernel.database.transact(lambda each: likes.follow(each, None, clock.now()))
    assert sorted(written) == sorted((ids["Bolt AG"], ids["Curl"]))
    async with kernel.database.read() as session:
        kept = {(name.subject, name.core, name.domain) for name in await session.scalars(select(ImportName))}
    assert kept == {
        (ids["Acme GmbH"], "acme", "acme.example"),
        (ids["Bolt AG"], "bolter", "bolt.example"),
        (ids["Curl"], "curl", "curl.example.org"),
    }


async def followed(kernel: Kernel) -> int:
    """Follow to the end, as a run does before it begins; how many pages that took."""
    now, pages = kernel.clock.now(), 1
    after = await kernel.database.transact(lambda each: likes.mark(each, now))
    while after := await kernel.database.transact(partial(likes.follow, after=after, now=now)):
        pages += 1
    return pages


async def known(kernel: Kernel) -> set[str]:
    async with kernel.database.read() as session:
        return set(await session.scalars(select(ImportName.subject)))


@pytest.mark.parametrize("hours", [0, 0.5, 3])
async def test_names_that_come_after_a_clock_that_was_ahead_is_set_right_are_known(
    kernel: Kernel, clock: FrozenClock, hours: float
) -> None:
    clock.advance(hours=1)
    await bring(kernel, {"1": ACME})
    await followed(kernel)
    clock.advance(hours=-1)
    [bolt] = await bring(kernel, {"2": ACME | {"name": "Bolt AG", "website": "https://bolt.example"}})
    clock.advance(hours=hours)
    await followed(kernel)
    assert bolt.id in await known(kernel)


async def test_one_row_far_ahead_of_the_clock_hides_none_of_those_that_come(kernel: Kernel, clock: FrozenClock) -> None:
    clock.advance(days=365)
    [acme] = await bring(kernel, {"1": ACME})
    await followed(kernel)  # as it was kept until now: a mark a year ahead
    clock.advance(days=-365)
    brought = {acme.id}
    for number in ("2", "3", "4"):
        web = f"https://bolt{number}.example"
        [bolt] = await bring(kernel, {number: ACME | {"name": f"Bolt {number} AG", "website": web}})
        brought.add(bolt.id)
        clock.advance(days=2)  # nobody imports meanwhile
        await followed(kernel)
        assert await known(kernel) == brought
        async with kernel.database.read() as session:
            assert await session.scalar(select(ImportNameMark.updated_at)) <= clock.now()


async def test_a_run_that_takes_long_to_learn_the_names_shows_that_it_lives(
    kernel: Kernel, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likes, "PAGE", 1)
    monkeypatch.setitem(likes._FIRST_PAGE, "page", 1)
    await bring(kernel, {f"{each}": ACME | {"name": f"Acme {each}", "website": ""} for each in range(5)})
    lived: list[str] = []

    async def show_life(_runner: Runner, run_id: str) -> None:
        lived.append(run_id)

    def slow(*given: Any, **named: Any) -> Any:
        clock.advance(seconds=10)
        return follow(*given, **named)

    follow = likes.follow
    monkeypatch.setattr(likes, "follow", slow)
    monkeypatch.setattr(Runner, "_show_life", show_life)
    await Runner(kernel.database, kernel.settings.data)._prepare("the run", ImportBatch(id="the batch"))
    assert lived == ["the run"] * 2


class Explained(CoreTransaction):
    """Has PostgreSQL run each query and tell how it went, instead of its rows."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.connection = connection
        self.told: list[str] = []

    def rows(self, statement: Prepared, values: Values) -> list[Sequence[Any]]:
        text = statement.on(self.dialect)
        told = self.connection.exec_driver_sql(f"EXPLAIN (ANALYZE) {text.sql}", text.bound(values))
        self.told += [row[0] for row in told]
        return []


# Else it may happen at any time, and how PostgreSQL goes about a query depends on it.
_NOBODY_COUNTS = """
DO $$ DECLARE part regclass; BEGIN
    FOR part IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', part);
    END LOOP;
END $$
"""


@pytest.fixture
async def uncounted(postgresql_url: str, tmp_path: Path, clock: FrozenClock) -> AsyncIterator[Kernel]:
    """On a database that nobody had before: SQLite's plans tell neither how many rows a step reads nor how many it
    drops."""
    with psycopg.connect(postgresql_url) as connection:
        connection.execute(_NOBODY_COUNTS)
    settings = settings_with(data=tmp_path, database_url=postgresql_url)
    async with running(create_kernel(settings, clock)) as kernel:
        yield kernel


async def test_a_chunk_reads_no_other_rows_of_its_source(uncounted: Kernel) -> None:
    """Before anybody has counted the rows of the tables, as it is in the first import. The source has all of them
    twice, and somebody has made them one."""
    kernel = uncounted
    made = await bring(kernel, {str(number): {"name": f"Acme {number}", "kind": "startup"} for number in range(500)})

    def made_one(transaction: Transaction) -> None:
        for one in made:
            twice = [
                Saying("network", number, {"name": "Acme"}) for number in (one.source_id, f"{one.source_id} again")
            ]
            keep(ORGANISATIONS, transaction, one.id, twice)

    await kernel.database.transact(made_one)

    def explained(connection: Connection) -> list[str]:
        transaction = Explained(connection)
        ORGANISATIONS.by_source(transaction, "network", [str(number) for number in range(0, 500, 10)])
        return transaction.told

    async with kernel.database.engine.connect() as connection:
        told = await connection.run_sync(explained)

    assert any("rows=50 " in line for line in told)
    assert not [line for line in told if "Seq Scan" in line or "Rows Removed" in line]


def test_the_command_imports_without_a_server(tmp_path: Path) -> None:
    """The memory that it needs is that of what it loads."""
    file = tmp_path / "list.csv"
    file.write_text("id,name\n1,Acme\n")
    typed = ["import", str(file), "--data", str(tmp_path / "data")]
    program = f"import sys; from server.cli import app; app({typed!r}, standalone_mode=False); print(*sys.modules)"
    own = {name: value for name, value in os.environ.items() if not name.startswith("FAIRMATCH_")}

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=own,
        capture_output=True,
        text=True,
        timeout=START_TIMEOUT_S,
        check=True,
    )

    assert "1 rows: 1 made" in done.stdout
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "directory.imports.running" in loaded
    servers = {"server.app", "server.process", "uvicorn", "websockets", "jinja2", "redis", "aiortc", "tantivy"}
    features = {"signaling", "rooms", "meetings", "chat", "fairs", "notices", "directory.search"}
    pages = {"markdown_it", "directory.organisations.shown", "directory.products.shown"}
    assert not loaded & (servers | features | pages)
