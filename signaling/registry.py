"""Which media nodes there are, and which of them carries a room: kept in Redis under leases.

A node is a name that stays the same when it is started again, and a life that does not. It renews its entry and those
of its rooms while it lives; what is not renewed is gone after `LEASE_S`. A room goes to another node only when the life
that carried it has ended, and both are decided in one step inside Redis, so that two workers never place it twice.

A Redis that was started again may have forgotten everything. Until all that live have entered again, what is missing in
it is not known, which is something else than gone.
"""

import asyncio
import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import hiredis

from server.kernel.ids import new_id
from server.kernel.redis_line import RedisLine, open_line
from server.kernel.settings import Settings
from signaling.leases import ANSWER_S, ENTERED_S, LEASE_S
from signaling.protocol import MediaError

# The life that carries a room; where it has ended, the candidate from now on.
_PLACE = """
local at = redis.call('GET', KEYS[1])
if at then
  local node = redis.call('GET', ARGV[1] .. string.match(at, '^%S+'))
  if node and string.sub(node, 1, #at + 1) == at .. ' ' then return at end
end
if ARGV[2] == '' then return false end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return ARGV[2]
"""
# Enter a node, or renew its entry and its rooms; the numbers of those that another life carries by now.
_RENEW = """
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], ARGV[2] .. ' ' .. ARGV[3], 'PX', ARGV[4])
local lost = {}
for number = 3, #KEYS do
  local at = redis.call('GET', KEYS[number])
  if not at or at == ARGV[2] then
    redis.call('SET', KEYS[number], ARGV[2], 'PX', ARGV[4])
  else
    lost[#lost + 1] = number - 2
  end
end
return lost
"""
# All nodes whose lease has not ended; the names of the others are forgotten.
_MEMBERS = """
local found = {}
for _, name in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local node = redis.call('GET', ARGV[1] .. name)
  if node then found[#found + 1] = node else redis.call('SREM', KEYS[1], name) end
end
table.sort(found)
return found
"""
# Forget a node, unless it lives another life already.
_WITHDRAW = """
local node = redis.call('GET', KEYS[1])
if node and string.sub(node, 1, #ARGV[1] + 1) == ARGV[1] .. ' ' then redis.call('DEL', KEYS[1]) end
"""


@dataclass(frozen=True, slots=True)
class Member:
    """A node that lives. `load` is the part of a core that it uses, and the part of its places that are taken."""

    name: str
    life: str
    load: float = 0.0

    @property
    def stands(self) -> str:
        """What a room's entry says."""
        return f"{self.name} {self.life}"


def lightest(members: Sequence[Member]) -> Member | None:
    """Where the next room goes. Pure."""
    return min(members, key=lambda each: (each.load, each.name), default=None)


class Registry:
    """The entries. Every method raises `MediaError` (`unavailable`) when Redis is away."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.redis_url
        self._prefix = f"{settings.redis_prefix}:media:"
        self._names = f"{self._prefix}names"
        self._line: RedisLine | None = None
        self._opening = asyncio.Lock()
        self._run = ""  # of the Redis that answered last: another one with each start
        self._whole_at = 0.0  # when all that live have entered in it

    async def renew(self, member: Member, rooms: Sequence[str] = ()) -> list[str]:
        """Enter a node, or renew its entry and those of its rooms, in one question: either is answered in time or none
        counts. Returns the rooms that another one carries by now."""
        keys = [self._names, self._node(member.name), *map(self._room, rooms)]
        told = [member.name, member.stands, f"{member.load:.3f}", _lease()]
        lost = await self._ask("EVAL", _RENEW, str(len(keys)), *keys, *told)
        return [rooms[number - 1] for number in lost]

    async def withdraw(self, member: Member) -> None:
        """Take a node out: its rooms go elsewhere at once."""
        await self._ask("EVAL", _WITHDRAW, "1", self._node(member.name), member.stands)

    async def members(self) -> list[Member]:
        """All nodes whose lease has not ended. Unavailable as well while Redis may not know all of them again."""
        found, missing = await self.known()
        if missing:
            raise missing
        return found

    async def known(self) -> tuple[list[Member], MediaError | None]:
        """Nodes whose lease has not ended, and why these may not be all of them."""
        was_new = self._is_new
        entries = await self._ask("EVAL", _MEMBERS, "1", self._names, self._node(""))
        return [_member(entry.decode()) for entry in entries], _incomplete() if was_new or self._is_new else None

    async def meet(self) -> None:
        """Open a line to Redis where there is none: its start is to be noticed when it starts, not when it is asked."""
        with contextlib.suppress(OSError, hiredis.ReplyError):  # said by whoever wants to know something
            async with asyncio.timeout(ANSWER_S):
                await self._opened()

    async def place(self, room: str, candidate: Member | None) -> str | None:
        """The life of the node that carries a room: the one that does, else the candidate's from now on. Unavailable as
        well where none is found while Redis may not know all of them again."""
        stands = candidate.stands if candidate and not self._is_new else ""
        found = await self._ask("EVAL", _PLACE, "1", self._room(room), self._node(""), stands, _lease())
        if not found and self._is_new:
            raise _incomplete()
        return found.decode().split()[1] if found else None

    async def stop(self) -> None:
        """Close the connection."""
        line, self._line = self._line, None
        if line:
            line.abort()
            await line.lost

    async def _ask(self, *parts: str) -> Any:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await (await self._opened()).ask(*parts)
        except TimeoutError:
            await self.stop()  # else a late answer is taken for that of the next question
            raise MediaError("unavailable", "the registry of media nodes does not answer") from None
        except (OSError, hiredis.ReplyError) as error:
            raise MediaError("unavailable", f"the registry of media nodes: {error}") from None

    async def _opened(self) -> RedisLine:
        async with self._opening:
            if self._line is None or self._line.lost.done():
                line = await open_line(self._url, lambda _reply: None)
                try:
                    self._meets(await _run_of(line))
                except BaseException:
                    line.abort()
                    raise
                self._line = line
            return self._line

    def _meets(self, run: str) -> None:
        """A line was opened. The first Redis one meets is believed: where there is no node, that is seen at once."""
        if self._run and run != self._run:
            self._whole_at = asyncio.get_running_loop().time() + ENTERED_S
        self._run = run

    @property
    def _is_new(self) -> bool:
        return asyncio.get_running_loop().time() < self._whole_at

    def _node(self, name: str) -> str:
        return f"{self._prefix}node:{name}"

    def _room(self, room: str) -> str:
        return f"{self._prefix}room:{room}"


def _incomplete() -> MediaError:
    return MediaError("unavailable", "the registry of media nodes was started again: they have yet to enter")


async def _run_of(line: RedisLine) -> str:
    """Tells one start of Redis from another."""
    try:
        info = await line.ask("INFO", "server")
    except hiredis.ReplyError:  # we may not ask that: each line may be to another one
        info = b""
    found = re.search(rb"^run_id:(\w+)", info, re.MULTILINE)
    return found[1].decode() if found else new_id()


def _member(entry: str) -> Member:
    name, life, load = entry.split()
    return Member(name, life, float(load))


def _lease() -> str:
    return str(int(LEASE_S * 1_000))
