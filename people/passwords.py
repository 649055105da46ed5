"""Passwords: Argon2id, off the event loop, and never more of it at once than the machine carries."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from people.text import DECOMPOSED, UnacceptableError, too_long
from server.kernel.http import ProblemError
from server.kernel.text import composed
from web.i18n import N_

T = TypeVar("T")

LEAST, MOST = 10, 128  # characters
# Fewer different characters are a pattern such as "abababababab".
DIFFERENT_LEAST = 5
# Argon2id with 32 MiB: about 60 ms of one core; above the least that OWASP names (19 MiB, two passes).
MEMORY_KIB, PASSES, LANES = 32_768, 2, 1
# So many are computed at once (each takes MEMORY_KIB), and so many may wait: about 2 s on two cores.
AT_ONCE, WAITING_MOST = 2, 60

_GUESSED_FIRST = ("password", "passwort", "fairmatch", "qwertyuiop", "qwertzuiop", "1234567890", "0123456789")


def acceptable(text: str, *, about: tuple[str, ...] = ()) -> str:
    """A password that may be set. `about`: the person's name and address, which others try first.

    Raises UnacceptableError.
    """
    if len(text) > DECOMPOSED * MOST:
        raise too_long(MOST)
    password = composed(text)
    if len(password) < LEAST:
        raise UnacceptableError(N_("Please use at least %(least)s characters."), least=LEAST)
    if len(password) > MOST:
        raise too_long(MOST)
    if any(unicodedata.category(character) in ("Cc", "Cs", "Cn") for character in password):
        raise UnacceptableError(N_("There are characters in it that are not text."))
    if len(set(password)) < DIFFERENT_LEAST or _is_guessed_first(password, about):
        raise UnacceptableError(N_("That is guessed quickly. Three or four unrelated words are easy to keep in mind."))
    return password


def _is_guessed_first(password: str, about: tuple[str, ...]) -> bool:
    """Whether little is left of it without the words that are tried first."""
    rest = password.lower()
    own = (word for text in about for word in text.lower().replace("@", " ").replace(".", " ").split())
    for word in sorted({*_GUESSED_FIRST, *own}, key=len, reverse=True):
        rest = rest.replace(word, "") if len(word) > 2 else rest
    return len(rest) < LEAST // 2


class Passwords:
    """Hashes and checks passwords in threads of its own."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=LANES)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The hash to keep. Raises ProblemError 503 when too many wait."""
        return await self._run(lambda: self._hasher.hash(composed(password)))

    async def matches(self, kept: str | None, password: str) -> bool:
        """Whether a password is the kept one. None (nobody, or no password) takes as long and is always false.

        Raises ProblemError 503 when too many wait.
        """
        return await self._run(lambda: self._matches(kept, password[: DECOMPOSED * MOST]))

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than today's, and should be made again."""
        return self._hasher.check_needs_rehash(kept)

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, kept: str | None, password: str) -> bool:
        try:
            return self._hasher.verify(kept or self._hash_of_nobody(), composed(password)) and kept is not None
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False

    def _hash_of_nobody(self) -> str:
        if self._nobody is None:
            self._nobody = self._hasher.hash("nobody has this password")
        return self._nobody

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING_MOST:
            raise ProblemError(503, "busy", headers={"retry-after": "2"})
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
