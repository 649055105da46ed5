"""Who fits whom, by what they seek and offer."""

from dataclasses import replace

import pytest

from meetings.fitting import SharedWords, best
from meetings.shown import NOBODY, Who


def who(name: str, seeks: str, offers: str) -> Who:
    """Somebody who seeks and offers this."""
    return replace(NOBODY, id=name, name=name, seeks=seeks, offers=offers)


AYLIN = who("Aylin", "Depots that want charging, and batteries", "Chargers with a buffer")


def test_who_both_get_something_from_it_go_before_one_sided_riches() -> None:
    mutual = who("Bernd", "Chargers for 24 buses", "Two depots")
    one_sided = who("Chloé", "", "Depots, charging, batteries")
    found = best(SharedWords(), AYLIN, [one_sided, mutual])
    assert found is not None
    assert found[0].name == "Bernd"
    assert found[1].words == ("chargers", "depots")


def test_somebody_who_only_offers_goes_before_somebody_who_does_not_fit() -> None:
    found = best(SharedWords(), AYLIN, [who("Chloé", "", "Depots"), who("Dev", "Hydrogen", "Pipelines")])
    assert found is not None
    assert found[0].name == "Chloé"


@pytest.mark.parametrize(
    ("seeks", "offers", "fits"),
    [
        ("Ladestationen für Busse", "Ladestation mit Puffer", True),
        ("A charger", "Charging", True),
        ("Chargers", "One charger", True),
        ("A depot", "Depots", True),
        ("Depositories", "Depots", False),
        ("Depots, depositories", "Depot, deposits", True),  # some begin alike, and one of these is alike
        ("Wir suchen mehr", "Wir suchen eine andere", False),  # everyday speech says nothing
        ("a an of", "a an of", False),
        ("", "", False),
    ],
)
def test_words_count_by_their_beginnings_and_not_those_of_everyday_speech(seeks: str, offers: str, fits: bool) -> None:
    one, other = who("Aylin", seeks, ""), who("Bernd", "", offers)
    there, back = SharedWords().fit(one, other), SharedWords().fit(other, one)
    assert (there.score > 0) is fits
    assert there == back  # it is the same from either side


def test_nobody_is_found_where_nobody_is_there() -> None:
    assert best(SharedWords(), AYLIN, []) is None
