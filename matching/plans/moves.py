"""How a pair comes into a timetable that seems full: by a free slot, by changing slots along a path, or by pushing out.

Two slots and a person who is busy in one of them lie on one path of meetings that alternate between the two; changing
the slots of all of them keeps everybody's day valid but at the path's ends. This is how D. König (1916) and V. G.
Vizing (1964) colour the edges of graphs, and what A. Kempe (1879) did on maps. Pushing a lighter meeting out, and
finding it another place in turn, is an ejection chain (F. Glover, "Ejection chains, reference structures and
alternating path methods for traveling salesman problems", Discrete Applied Mathematics 65, 1996).
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from matching.plans.board import NOWHERE, Board
from matching.plans.compact import PRIORITY, Edge, Mask

# A path longer than this is seldom valid at its end, and costs as much as many short ones.
_LONGEST_PATH = 60
# How many pairs of slots are tried for one meeting, chosen by chance among all.
_TRIES = 12


class Moves:
    """Steps on a board; each either succeeds or leaves the board as it was."""

    def __init__(self, board: Board, chance: random.Random) -> None:
        self.board = board
        self.small = board.small
        self.chance = chance
        self._floor = any(self.small.least)

    def insert(self, edge: Edge) -> bool:
        """Let a pair meet without taking a meeting from anybody."""
        board = self.board
        if mask := board.places(edge):
            board.put(edge, self._roomiest(mask))
            return True
        return board.room(edge) and board.tables_left > 0 and (self._by_path(edge) or self._by_table(edge))

    def _roomiest(self, mask: Mask) -> int:
        """The slot with the most spare tables: what is even stays easy."""
        spare = self.board.spare
        return max(bits(mask), key=lambda slot: spare[slot])

    def _by_path(self, edge: Edge) -> bool:
        """One is free in slot s and the other in slot t: after a path through the other has changed, both are in s."""
        one, other = self.small.ends[edge]
        board, wanted = self.board, self.small.open[edge]
        for here, there in ((one, other), (other, one)):
            mine = [slot for slot in bits(board.free[here] & wanted) if board.cell[there][slot] != NOWHERE]
            theirs = list(bits(board.free[there] & ~board.free[here]))
            for _ in range(min(_TRIES, len(mine) * len(theirs))):
                s, t = self.chance.choice(mine), self.chance.choice(theirs)
                if self._change(there, s, t) and self._finish(edge, s):
                    return True
        return False

    def _finish(self, edge: Edge, slot: int) -> bool:
        """Put the pair where the path made room, or undo the path."""
        if self.board.places(edge) >> slot & 1:
            self.board.put(edge, slot)
            return True
        self.board.back_to(self._mark)
        return False

    def _change(self, person: int, s: int, t: int) -> bool:
        """Exchange slots s and t along the path that begins with this person's meeting in s (they are free in t)."""
        board = self.board
        self._mark = len(board.log)
        path = self._path(person, s, t)
        if path is None or not self._ends_bear(person, path, s, t) or not self._tables_bear(path, s, t):
            return False
        before = [board.at[edge] for edge in path]
        for edge in path:
            board.take(edge)
        for edge, slot in zip(path, before, strict=True):
            board.put(edge, t if slot == s else s)
        return True

    def _path(self, person: int, s: int, t: int) -> list[Edge] | None:
        """The meetings of the path in their order; None when one of them cannot change."""
        cell, ends, openings = self.board.cell, self.small.ends, self.small.open
        path: list[Edge] = []
        now, then = s, t
        while (edge := cell[person][now]) != NOWHERE:
            if not openings[edge] >> then & 1 or len(path) == _LONGEST_PATH:
                return None
            path.append(edge)
            one, other = ends[edge]
            person = other if person == one else one
            now, then = then, now
        self._last = person
        return path

    def _ends_bear(self, first: int, path: list[Edge], s: int, t: int) -> bool:
        """Those at the two ends get a slot that they did not have: is it theirs to give?"""
        board = self.board
        last, now, then = self._last, *((s, t) if len(path) % 2 else (t, s))
        at_last = board.free[last] >> then & 1 and board.bears_move(last, now, then)
        return bool(at_last and board.free[first] >> t & 1 and board.bears_move(first, s, t))

    def _tables_bear(self, path: list[Edge], s: int, t: int) -> bool:
        """An even path takes as many tables as it leaves."""
        return len(path) % 2 == 0 or self.board.spare[t] > 0

    def _by_table(self, edge: Edge) -> bool:
        """Both are free in a slot without a table: one meeting of that slot goes where there is one."""
        board, small = self.board, self.small
        one, other = small.ends[edge]
        full = small.open[edge] & board.free[one] & board.free[other] & ~board.with_spare
        for slot in bits(full):
            if not (board.bears(one, slot) and board.bears(other, slot)):
                continue
            if self._clear_table(slot) and self._finish(edge, slot):
                return True
        return False

    def _clear_table(self, slot: int) -> bool:
        """Move some meeting out of a full slot, alone or along a path."""
        board, chance = self.board, self.chance
        for person in chance.sample(range(len(board.cell)), min(_TRIES * 4, len(board.cell))):
            targets = list(bits(board.with_spare & board.free[person])) if board.cell[person][slot] != NOWHERE else []
            for target in chance.sample(targets, min(2, len(targets))):
                if self._change(person, slot, target):
                    if board.spare[slot] > 0:
                        return True
                    board.back_to(self._mark)
        return False

    # Pushing out

    def push_in(self, edge: Edge, depth: int) -> bool:
        """Let a pair meet at the cost of lighter ones, if what is lost in the end weighs less than what is won."""
        return self._push(edge, self.gain(edge), depth)

    def gain(self, edge: Edge) -> int:
        """What a meeting is worth now, with the priority of a must and of somebody below the least number."""
        value = self.small.priced[edge]
        if not self._floor:
            return value
        held = self.board.at[edge] != NOWHERE
        return value + PRIORITY * sum(self.board.short(person, held) for person in self.small.ends[edge])

    def _push(self, edge: Edge, budget: int, depth: int) -> bool:
        """Succeed when less than `budget` is lost, and else leave everything as it was."""
        board = self.board
        mark = len(board.log)
        for slot, victims in self._candidates(edge)[: 2 + 2 * depth]:
            for victim in victims:
                board.take(victim)
            if board.places(edge) >> slot & 1:
                board.put(edge, slot)
                if self._settle(victims, budget, depth):
                    return True
            board.back_to(mark)
        return False

    def _settle(self, victims: list[Edge], budget: int, depth: int) -> bool:
        """Find those who were pushed out another place, or let one of them push in turn."""
        out = [victim for victim in sorted(victims, key=self.gain, reverse=True) if not self.insert(victim)]
        lost = sum(map(self.gain, out))
        if lost < budget:
            return True
        budgets = ((victim, budget - lost + self.gain(victim)) for victim in out)
        return depth > 0 and any(self._push(victim, rest, depth - 1) for victim, rest in budgets if rest > 0)

    def _candidates(self, edge: Edge) -> list[tuple[int, list[Edge]]]:
        """For each slot of the pair, whom it would push out; the least loss first."""
        one, other = self.small.ends[edge]
        slots = list(bits(self.small.open[edge]))
        self.chance.shuffle(slots)
        found = [(slot, victims) for slot in slots if (victims := self._victims(one, other, slot)) is not None]
        return sorted(found, key=lambda item: sum(map(self.gain, item[1])))

    def _victims(self, one: int, other: int, slot: int) -> list[Edge] | None:
        """Who is in the way in this slot, and, where somebody has as many meetings as they may, their lightest."""
        board, pinned = self.board, self.small.pinned
        victims = list({edge for person in (one, other) if (edge := board.cell[person][slot]) != NOWHERE})
        for person in (one, other):
            if board.left[person] <= 0 and not any(person in self.small.ends[edge] for edge in victims):
                mine = [edge for edge in board.cell[person] if edge != NOWHERE and edge not in pinned]
                if not mine:
                    return None
                victims.append(min(mine, key=self.gain))
        if board.spare[slot] <= 0 and not any(board.at[edge] == slot for edge in victims):
            victims += self._lightest(slot)
        return None if any(edge in pinned for edge in victims) else victims

    def _lightest(self, slot: int) -> list[Edge]:
        """The lightest of some meetings of a full slot, chosen by chance."""
        row = [cells[slot] for cells in self.chance.sample(self.board.cell, min(_TRIES * 2, len(self.board.cell)))]
        here = [edge for edge in row if edge != NOWHERE]
        return [min(here, key=self.gain)] if here else []


def bits(mask: Mask) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
