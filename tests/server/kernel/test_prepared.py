"""Statements that are made once: what they bind."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import bindparam, create_engine, insert, select

from server.kernel.outbox import OutboxRow
from server.kernel.parts import Kernel
from server.kernel.prepared import Prepared
from server.kernel.tables import UtcDateTime

QUERY = select(bindparam("at", type_=UtcDateTime()))


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg://"])
def test_the_hour_that_a_clock_shows_twice_is_two_moments(url: str) -> None:
    text = Prepared(QUERY).on(create_engine(url).dialect)
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    for moment in (first, first.replace(fold=1), first):
        assert text.bound({"at": moment}) == text.bound({"at": moment.astimezone(UTC)})


def test_a_moment_without_a_zone_is_refused() -> None:
    text = Prepared(QUERY).on(create_engine("sqlite://").dialect)
    assert text.bound({"at": None}) == (None,)
    for _ in range(2):
        with pytest.raises(ValueError, match="time zone"):
            text.bound({"at": datetime(2026, 10, 25, 2, 30)})


async def test_many_rows_keep_their_values_to_the_letter(kernel: Kernel) -> None:
    """PostgreSQL gets them as one array per column, in which commas, braces and quotes have a meaning."""
    texts = [
        "",
        " ",
        "NULL",
        "null",
        "a,b",
        '{"a"}',
        "back\\slash\\",
        'quo"te',
        "'",
        "two\nlines\t",
        "Zähler 🚗",
        "%s",
        "1",
    ]
    at = datetime(2026, 10, 25, 0, 30, 1, 234567, tzinfo=UTC)
    written = [
        {"id": str(number), "job": text, "key": text or None, "payload": {text: text}, "due_at": at, "attempts": number}
        for number, text in enumerate(texts)
    ]
    statement = Prepared(insert(OutboxRow), tuple(written[0]))

    await kernel.database.transact(lambda each: each.many(statement, written))

    async with kernel.database.read() as session:
        found = {row.id: row for row in await session.scalars(select(OutboxRow))}
    assert [{name: getattr(found[row["id"]], name) for name in row} for row in written] == written
