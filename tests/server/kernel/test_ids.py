"""Identifiers."""

import time
import uuid
from itertools import pairwise

import pytest

from server.kernel import ids


def test_what_was_made_later_sorts_later_also_within_a_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are in the order of their ids: two changes of one moment must not change places."""
    now_ns = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now_ns)
    made = [ids.new_id() for _ in range(5_000)]
    monkeypatch.setattr(time, "time_ns", lambda: now_ns + 1_000_000)
    made.append(ids.new_id())
    assert made == sorted(set(made))
    assert {uuid.UUID(each).int >> 80 for each in made[:-1]} == {now_ns // 1_000_000}


def test_an_id_tells_neither_the_next_nor_the_one_of_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    now_ns = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now_ns)
    made = [uuid.UUID(ids.new_id()).int for _ in range(100)]
    assert len({after - before for before, after in pairwise(made)}) == 99
    others = {ids._Maker().make() for _ in range(100)}
    assert len(others) == 100


def test_an_id_is_a_uuid_of_version_7() -> None:
    made = uuid.UUID(ids.new_id())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert ids.is_id(str(made))
    assert not ids.is_id(str(made).upper())


class Interrupted(ids._Maker):
    """One whom another thread interrupts before it writes down something, once; that one makes an id as well."""

    writes = 0  # until it happens
    other: uuid.UUID | None = None

    def __setattr__(self, name: str, value: object) -> None:
        vars(self)["writes"] = self.writes - 1
        if self.writes == 0:
            vars(self)["other"] = self.make()
        super().__setattr__(name, value)


@pytest.mark.parametrize("before", [1, 2])
def test_two_threads_that_make_an_id_at_once_make_two(before: int) -> None:
    """Files are read in threads of their own."""
    maker = Interrupted()
    vars(maker)["writes"] = before
    assert maker.make() != (maker.other or maker.make())
