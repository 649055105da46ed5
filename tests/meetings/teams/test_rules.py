"""Who of a team gets a request."""

import pytest

from meetings.teams.rules import Colleague, Need, route

DEPOT = "Chargers for a depot with buses"


def mate(name: str, languages: str = "", text: str = "", load: int = 0, free: int = 1) -> Colleague:
    return Colleague(name, name, frozenset(languages.split()), text, load, free)


ANN, BEN, CAT = "ann", "ben", "cat"
# What is asked (languages, text, whom by name), the team, and who gets it.
CASES = [
    ("nobody is there", Need(frozenset(), DEPOT), [], None),
    ("nobody has time", Need(frozenset(), DEPOT), [mate(ANN, free=0), mate(BEN, free=0)], None),
    ("by name where nothing else speaks", Need(frozenset(), DEPOT), [mate(BEN), mate(ANN)], ANN),
    ("who has time", Need(frozenset(), DEPOT), [mate(ANN, free=0), mate(BEN)], BEN),
    ("who has less to do", Need(frozenset(), DEPOT), [mate(ANN, load=2), mate(BEN, load=1)], BEN),
    ("who knows it", Need(frozenset(), DEPOT), [mate(ANN), mate(BEN, text="depot buses")], BEN),
    ("who knows it, as long as it is not too much",
     Need(frozenset(), DEPOT), [mate(ANN), mate(BEN, text="depot buses", load=3)], ANN),
    ("load counts from the least busy one",
     Need(frozenset(), DEPOT), [mate(ANN, load=7), mate(BEN, text="depot buses", load=8)], BEN),
    ("a language in common before everything",
     Need(frozenset({"de"}), DEPOT), [mate(ANN, "en", "depot buses chargers"), mate(BEN, "de fr", load=9)], BEN),
    ("who names no language is not judged by it",
     Need(frozenset({"de"}), DEPOT), [mate(ANN, ""), mate(BEN, "de", load=1)], ANN),
    ("an asker without languages neither", Need(frozenset(), DEPOT), [mate(ANN, "fr", load=1), mate(BEN, "de")], BEN),
    ("the one who was named", Need(frozenset(), DEPOT, CAT), [mate(ANN, load=0), mate(CAT, load=1)], CAT),
    ("but not when others have much less to do",
     Need(frozenset(), DEPOT, CAT), [mate(ANN, load=0), mate(CAT, load=3)], ANN),
    ("nor when they have no time", Need(frozenset(), DEPOT, CAT), [mate(ANN), mate(CAT, free=0)], ANN),
    ("words without weight count nothing",
     Need(frozenset(), "that with your"), [mate(BEN, text="that with your"), mate(ANN)], ANN),
]  # fmt: skip


@pytest.mark.parametrize(("need", "team", "gets"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_it_goes_to(need: Need, team: list[Colleague], gets: str | None) -> None:
    for order in (team, team[::-1]):  # whoever is listed first has no advantage
        found = route(need, order)
        assert (found.to_id if found else None) == gets


def test_the_reasons_are_those_of_the_one_who_gets_it() -> None:
    team = [mate(ANN, "de en", "depot, buses", load=1), mate(BEN, "fr", "contracts", load=4), mate(CAT, load=9, free=0)]
    found = route(Need(frozenset({"de", "fr"}), DEPOT), team)
    assert found is not None
    assert (found.to_id, found.languages, found.words) == (ANN, ("de",), ("buses", "depot"))
    assert (found.load, found.fullest) == (1, 4)  # of those who could have it
