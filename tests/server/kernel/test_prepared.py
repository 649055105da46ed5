"""Statements that are made once: what they bind."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import bindparam, create_engine, select

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
