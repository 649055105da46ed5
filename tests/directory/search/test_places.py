"""Places: towns by their names in both languages, and how far they are apart."""

import pytest

from directory.search.index import name_order, spot
from directory.search.places import distance_km, find_place, parse_spot, town_names


@pytest.mark.parametrize(
    ("typed", "name", "country"),
    [
        ("Essen", "Essen", "DE"),
        ("essen, DE", "Essen", "DE"),
        ("Munich", "München", "DE"),
        ("muenchen", "München", "DE"),
        ("Köln", "Köln", "DE"),
        ("Frankfurt", "Frankfurt am Main", "DE"),
        ("Wien", "Wien", "AT"),
        ("new york", "New York", "US"),
        ("Mülheim an der Ruhr, DE", "Mülheim an der Ruhr", "DE"),
    ],
)
def test_a_town_is_known_by_its_names(typed: str, name: str, country: str) -> None:
    place = find_place(typed)
    assert place is not None
    assert (place.name, place.country) == (name, country)


@pytest.mark.parametrize("typed", ["", "Entenhausen", ",", "Essen, XX", "\0"])
def test_what_is_no_town_is_none(typed: str) -> None:
    assert find_place(typed) is None


def test_every_town_lies_on_the_globe() -> None:
    for name in town_names():
        place = find_place(name)
        assert place is not None
        assert -90 <= place.where[0] <= 90
        assert -180 <= place.where[1] <= 180


def test_distances_are_those_of_the_map() -> None:
    essen, bochum, sydney = (find_place(name) for name in ("Essen", "Bochum", "Sydney"))
    assert essen
    assert bochum
    assert sydney
    assert distance_km(essen.where, bochum.where) == pytest.approx(14.7, abs=1)
    assert distance_km(essen.where, sydney.where) == pytest.approx(16_500, rel=0.02)
    assert distance_km(essen.where, essen.where) == 0


def test_a_spot_is_the_place_to_a_kilometre() -> None:
    assert parse_spot(spot(-33.868, 151.209)) == (-33.87, 151.21)


def test_names_have_an_order_by_their_letters() -> None:
    names = ["", "1nce", "Ärger", "aevum", "Bär", "Zoo", "zoo 2"]
    assert sorted(names, key=name_order) == ["", "1nce", "Ärger", "aevum", "Bär", "Zoo", "zoo 2"]
    assert all(0 <= name_order(name) < 2**64 for name in [*names, "z" * 40, "漢字"])
