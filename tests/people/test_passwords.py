"""Passwords cost much to compute: off the loop, so many at once, and no more than so many waiting."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from people.passwords import AT_ONCE, WAITING_MOST, Passwords
from server.kernel.http import ProblemError
from tests.contract.ears import until
from tests.support.patience import PATIENCE_S


class Hashing:
    """In place of Argon2: takes until the test lets it go on, and counts how many are at it."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.at_it = 0
        self.most = 0
        self.threads: set[int] = set()
        self._lock = threading.Lock()

    def hash(self, password: str) -> str:
        """Take long."""
        with self._lock:
            self.at_it += 1
            self.most = max(self.most, self.at_it)
            self.threads.add(threading.get_ident())
        self.may_end.wait(PATIENCE_S)
        with self._lock:
            self.at_it -= 1
        return f"hash of {password}"


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    """With the parameters of the product."""
    made = Passwords()
    yield made
    made.close()


@pytest.fixture
def hashing(passwords: Passwords, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hashing]:
    """Argon2 takes long."""
    slow = Hashing()
    monkeypatch.setattr(passwords, "_hasher", slow)
    yield slow
    slow.may_end.set()


async def until_all_hands_are_busy(hashing: Hashing) -> None:
    await until(lambda: hashing.at_it == AT_ONCE)


async def test_a_password_is_kept_as_argon2id_with_as_much_memory_as_is_advised(passwords: Passwords) -> None:
    kept = await passwords.hash("four unrelated words here")
    made_with = extract_parameters(kept)
    assert made_with.type is Type.ID
    assert made_with.memory_cost >= 19 * 1024
    assert made_with.time_cost >= 2
    assert await passwords.matches(kept, "four unrelated words here")
    assert not await passwords.matches(kept, "four unrelated words Here")


async def test_while_passwords_are_computed_the_loop_does_other_things_and_few_are_computed_at_once(
    passwords: Passwords, hashing: Hashing
) -> None:
    asked = [asyncio.create_task(passwords.hash(f"{number}")) for number in range(3 * AT_ONCE)]
    await until_all_hands_are_busy(hashing)  # this very loop goes on meanwhile
    assert threading.get_ident() not in hashing.threads

    hashing.may_end.set()

    assert await asyncio.gather(*asked) == [f"hash of {number}" for number in range(3 * AT_ONCE)]
    assert hashing.most == AT_ONCE


async def test_beyond_so_many_that_wait_one_is_told_to_come_back_and_afterwards_it_goes_on(
    passwords: Passwords, hashing: Hashing
) -> None:
    asked = [asyncio.create_task(passwords.hash(f"{number}")) for number in range(WAITING_MOST)]
    await until_all_hands_are_busy(hashing)

    for one_more in (passwords.hash("late"), passwords.matches(None, "late")):
        with pytest.raises(ProblemError) as refused:
            await one_more
        assert refused.value.status == 503
        assert int(dict(refused.value.headers or {})["retry-after"]) > 0

    hashing.may_end.set()
    await asyncio.gather(*asked)
    assert await passwords.hash("now") == "hash of now"
