"""Which media nodes there are, and which of them carries a room: kept in Redis under leases.

A node is a name that stays the same when it is started again, and a life that does not. It renews its entry and those
of its rooms while it lives; what is not renewed is gone after `LEASE_S`. A room goes to another node only when the life
that carried it has ended, and both are decided in one step inside Redis, so that two workers never place it twice.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import hiredis

from server.kernel.redis_line import RedisLine, open_line
from server.kernel.settings import Settings
from signaling.protocol import MediaError

# A node that was not heard of for so long is dead, and its rooms go elsewhere.
LEASE_S = 15.0
# Five renewals fit into a lease.
BEAT_S = 3.0
# What Redis may take for an answer before calls are refused rather than held up.
ANSWER_S = 2.0

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
# Renew rooms; the numbers of those that another life carries by now.
_HOLD = """
local lost = {}
for number, key in ipairs(KEYS) do
  local at = redis.call('GET', key)
  if not at or at == ARGV[1] then redis.call('SET', key, ARGV[1], 'PX', ARGV[2]) else lost[#lost + 1] = number end
end
return lost
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
        self._line: RedisLine | None = None
        self._opening = asyncio.Lock()

    async def announce(self, member: Member) -> None:
        """Enter a node, or renew its entry."""
        await self._ask("SADD", f"{self._prefix}names", member.name)
        await self._ask("SET", self._node(member.name), f"{member.stands} {member.load:.3f}", "PX", _lease())

    async def withdraw(self, member: Member) -> None:
        """Take a node out: its rooms go elsewhere at once."""
        await self._ask("EVAL", _WITHDRAW, "1", self._node(member.name), member.stands)

    async def members(self) -> list[Member]:
        """All nodes whose lease has not ended."""
        names = sorted(name.decode() for name in await self._ask("SMEMBERS", f"{self._prefix}names"))
        if not names:
            return []
        entries = await self._ask("MGET", *map(self._node, names))
        if gone := [name for name, entry in zip(names, entries, strict=True) if entry is None]:
            await self._ask("SREM", f"{self._prefix}names", *gone)
        return [_member(entry.decode()) for entry in entries if entry]

    async def place(self, room: str, candidate: Member | None) -> str | None:
        """The life of the node that carries a room: the one that does, else the candidate's from now on."""
        stands = candidate.stands if candidate else ""
        found = await self._ask("EVAL", _PLACE, "1", self._room(room), self._node(""), stands, _lease())
        return found.decode().split()[1] if found else None

    async def hold(self, member: Member, rooms: Sequence[str]) -> list[str]:
        """Renew a node's rooms; those that another one carries by now."""
        if not rooms:
            return []
        lost = await self._ask("EVAL", _HOLD, str(len(rooms)), *map(self._room, rooms), member.stands, _lease())
        return [rooms[number - 1] for number in lost]

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
                self._line = await open_line(self._url, lambda _reply: None)
            return self._line

    def _node(self, name: str) -> str:
        return f"{self._prefix}node:{name}"

    def _room(self, room: str) -> str:
        return f"{self._prefix}room:{room}"


def _member(entry: str) -> Member:
    name, life, load = entry.split()
    return Member(name, life, float(load))


def _lease() -> str:
    return str(int(LEASE_S * 1_000))
