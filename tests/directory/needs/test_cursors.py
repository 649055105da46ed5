"""Cursors of the lists of needs: opened by the server that closed them, and by nobody else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from directory.needs.cursors import Cursors
from directory.needs.queries import Place

OURS = Cursors(b"the secret of a server")
places = st.builds(
    Place, st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)), st.uuids().map(str)
)


@given(places)
def test_a_place_comes_back_as_it_was(place: Place) -> None:
    assert OURS.open(OURS.close(place)) == place


@given(places, st.integers(0, 79), st.integers(1, 15))
def test_a_cursor_that_was_changed_is_none(place: Place, at: int, by: int) -> None:
    cursor = OURS.close(place)
    assert OURS.open(f"{cursor[:at]}{int(cursor[at], 16) ^ by:x}{cursor[at + 1 :]}") is None


@given(places)
def test_places_near_each_other_have_nothing_in_common(place: Place) -> None:
    later = Place(place.at + timedelta(microseconds=1), place.id)
    one, other = OURS.close(place), OURS.close(later)
    assert sum(a == b for a, b in zip(one, other, strict=True)) < 40
    assert UUID(place.id).hex not in one


def test_another_servers_cursor_is_none() -> None:
    place = Place(datetime(2026, 9, 14, tzinfo=UTC), "0d7b0f5e-0d3f-4c55-9d8e-6a3b7d1c2e4f")
    assert OURS.open(Cursors(b"another secret").close(place)) is None
    for wrong in ("", "x", "0" * 79, "0" * 80, "0" * 82, "g" * 80, "٣" * 80, OURS.close(place).upper(), " " * 80):
        assert OURS.open(wrong) is None
