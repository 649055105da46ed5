"""Who is where, counted by connection."""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.live.census import GRACE_S, LEASE_S, Census

LOBBY = "room:lobby"
HERE, THERE = "w1", "w2"


def _changes(census: Census) -> tuple[list[str], list[str]]:
    changes = census.take_changes(LOBBY)
    return list(changes.joined), list(changes.left)


def test_the_end_of_a_second_tab_does_not_hide_the_first() -> None:
    census = Census()
    census.joined(HERE, LOBBY, "c1", "anna", 0)
    census.joined(THERE, LOBBY, "c2", "anna", 0)
    census.left(THERE, LOBBY, "c2", 1, grace=False)
    assert census.people(LOBBY) == ["anna"]
    assert _changes(census) == (["anna"], [])


def test_a_reload_is_not_seen_by_anybody() -> None:
    census = Census()
    census.joined(HERE, LOBBY, "c1", "anna", 0)
    _changes(census)
    census.left(HERE, LOBBY, "c1", 1, grace=True)
    assert census.count(LOBBY) == 1
    census.joined(THERE, LOBBY, "c2", "anna", 1 + GRACE_S - 0.1)
    census.passed(100, myself=HERE, deaf=True)
    assert census.people(LOBBY) == ["anna"]
    assert _changes(census) == ([], [])


def test_who_does_not_come_back_within_the_grace_has_left() -> None:
    census = Census()
    census.joined(HERE, LOBBY, "c1", "anna", 0)
    _changes(census)
    census.left(HERE, LOBBY, "c1", 1, grace=True)
    census.passed(1 + GRACE_S - 0.1, myself=HERE, deaf=False)
    assert census.count(LOBBY) == 1
    census.passed(1 + GRACE_S, myself=HERE, deaf=False)
    assert census.count(LOBBY) == 0
    assert _changes(census) == ([], ["anna"])


def test_who_leaves_by_the_door_has_left_at_once() -> None:
    census = Census()
    census.joined(HERE, LOBBY, "c1", "anna", 0)
    census.left(HERE, LOBBY, "c1", 1, grace=False)
    assert census.count(LOBBY) == 0
    assert _changes(census) == ([], [])  # came and went between two tellings


def test_the_people_of_a_dead_worker_are_gone_within_fifteen_seconds() -> None:
    census = Census()
    census.joined(THERE, LOBBY, "c1", "anna", 0)
    census.heard(THERE, 0, 5)
    census.passed(5 + LEASE_S, myself=HERE, deaf=False)
    assert census.count(LOBBY) == 1
    census.passed(5 + LEASE_S + 1, myself=HERE, deaf=False)
    assert census.count(LOBBY) == 0


def test_while_the_bus_is_deaf_nobody_is_declared_dead() -> None:
    census = Census()
    census.joined(THERE, LOBBY, "c1", "anna", 0)
    for second in range(60):
        census.passed(second, myself=HERE, deaf=True)
    census.passed(60, myself=HERE, deaf=False)
    assert census.count(LOBBY) == 1


def test_the_people_of_a_worker_that_stops_in_order_get_the_grace() -> None:
    census = Census()
    census.joined(THERE, LOBBY, "c1", "anna", 0)
    _changes(census)
    census.gone(THERE, 1, grace=True)
    assert census.count(LOBBY) == 1
    census.joined(HERE, LOBBY, "c2", "anna", 2)
    census.passed(50, myself=HERE, deaf=False)
    assert _changes(census) == ([], [])


def test_a_missed_delta_is_noticed_and_so_is_a_heartbeat_of_another_version() -> None:
    census = Census()
    assert census.advanced(THERE, 1, 0)
    assert census.advanced(THERE, 2, 0)
    assert census.heard(THERE, 2, 0)
    assert not census.advanced(THERE, 4, 0)
    assert not census.heard(THERE, 4, 0)
    census.replaced(THERE, 4, {LOBBY: {"c9": "ben"}}, 0)
    assert census.heard(THERE, 4, 0)
    assert census.people(LOBBY) == ["ben"]


def test_a_full_account_keeps_who_is_still_there_silently() -> None:
    census = Census()
    census.joined(THERE, LOBBY, "c1", "anna", 0)
    census.joined(THERE, LOBBY, "c2", "ben", 0)
    _changes(census)
    census.replaced(THERE, 9, {LOBBY: {"c5": "anna", "c6": "cara"}}, 1)
    assert _changes(census) == (["cara"], ["ben"])
    assert census.people(LOBBY) == ["anna", "cara"]


def test_people_stand_in_the_order_in_which_they_came() -> None:
    census = Census()
    for name in ("ben", "anna", "cara"):
        census.joined(HERE, LOBBY, f"c-{name}", name, 0)
    assert census.people(LOBBY) == ["ben", "anna", "cara"]
    assert census.total() == 3


class AgainstRecount(RuleBasedStateMachine):
    """Whatever happens, who is shown is who has a connection or is within the grace; and the changes add up."""

    def __init__(self) -> None:
        super().__init__()
        self.census = Census()
        self.now = 0.0
        self.there: dict[tuple[str, str], str] = {}
        self.grace: dict[str, float] = {}
        self.shown: set[str] = set()

    @rule(worker=st.sampled_from([HERE, THERE]), number=st.integers(1, 4), person=st.sampled_from("abc"))
    def join(self, worker: str, number: int, person: str) -> None:
        key = (worker, f"{worker}-{number}")
        if key not in self.there:
            self.there[key] = person
            self.grace.pop(person, None)
            self.census.joined(*key[:1], LOBBY, key[1], person, self.now)

    @rule(worker=st.sampled_from([HERE, THERE]), number=st.integers(1, 4), lost=st.booleans())
    def leave(self, worker: str, number: int, lost: bool) -> None:
        person = self.there.pop((worker, f"{worker}-{number}"), None)
        self.census.left(worker, LOBBY, f"{worker}-{number}", self.now, grace=lost)
        if person and person not in self.there.values() and lost:
            self.grace[person] = self.now + GRACE_S

    @rule(seconds=st.sampled_from([0.5, 3.0, 9.0]))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.grace = {person: until for person, until in self.grace.items() if until > self.now}
        self.census.passed(self.now, myself=HERE, deaf=True)

    @rule()
    def die(self) -> None:
        lost = {person for (worker, _), person in self.there.items() if worker == THERE}
        self.there = {key: person for key, person in self.there.items() if key[0] != THERE}
        self.census.gone(THERE, self.now, grace=True)
        for person in lost - set(self.there.values()):
            self.grace[person] = self.now + GRACE_S

    @rule()
    def tell(self) -> None:
        changes = self.census.take_changes(LOBBY)
        assert not self.shown & changes.joined.keys()
        assert changes.left.keys() <= self.shown
        self.shown = (self.shown | changes.joined.keys()) - changes.left.keys()
        assert self.shown == set(self.census.people(LOBBY))

    @invariant()
    def shows_who_is_there(self) -> None:
        people = self.census.people(LOBBY)
        assert set(people) == set(self.there.values()) | set(self.grace)
        assert max(Counter(people).values(), default=1) == 1


TestAgainstRecount = AgainstRecount.TestCase
