"""Mending a timetable after a cancellation or a late arrival: as little as possible changes for everybody else."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matching.plans.board import NOWHERE, Board
from matching.plans.compact import PRIORITY, UNITS, Compact, Edge, compact
from matching.plans.model import Meeting, Problem, Timetable
from matching.plans.moves import Moves, bits

# What it must be worth, in weight of wishes, to move one meeting that could stay.
PRICE = 2.0
# How deep a must, or somebody below the least number, may push others.
_DEPTH = 2
# So many pairs are tried along paths, the weightiest first; more would take long and move many for little.
_EFFORT = 60


@dataclass(frozen=True)
class Move:
    """A meeting that stays, at another time."""

    before: Meeting
    after: Meeting


@dataclass(frozen=True)
class Difference:
    """What a repair changes, to be shown before it is done. `after` is the whole timetable."""

    cancelled: Sequence[Meeting]
    moved: Sequence[Move]
    added: Sequence[Meeting]
    after: Timetable

    @property
    def size(self) -> int:
        """How many meetings change."""
        return len(self.cancelled) + len(self.moved) + len(self.added)


def _never() -> bool:
    return False


def repair(
    problem: Problem, before: Timetable, price: float = PRICE, enough: Callable[[], bool] = _never
) -> Difference:
    """The timetable for a problem that has changed since `before`: without the meetings that can no longer be, and with
    others for those who lost one or have none. A meeting that could stay moves only if that wins more than `price`
    for each one moved, or a must or a least number asks for it. Takes well below a second for 2,500 people; once
    `enough` says so, nobody more is moved, and what is there so far is the answer.
    """
    return _Repair(compact(problem), before, price).run(enough)


def difference(before: Timetable, after: Timetable) -> Difference:
    """What changes from one timetable to another."""
    old = {meeting.pair: meeting for meeting in before.meetings}
    new = {meeting.pair: meeting for meeting in after.meetings}
    return Difference(
        cancelled=[meeting for pair, meeting in old.items() if pair not in new],
        moved=[
            Move(old[pair], meeting) for pair, meeting in new.items() if pair in old and old[pair].slot != meeting.slot
        ],
        added=[meeting for pair, meeting in new.items() if pair not in old],
        after=after,
    )


class _Repair:
    def __init__(self, small: Compact, before: Timetable, price: float) -> None:
        self.small, self.before, self.price = small, before, round(price * UNITS)
        self.board = Board(small)
        self.moves = Moves(self.board, random.Random(1))  # noqa: S311 - the same repair each time
        self.placed = small.placed(before)

    def run(self, enough: Callable[[], bool]) -> Difference:
        self._keep()
        wanted = self._wanted()
        for edge in wanted:
            if mask := self.board.places(edge):  # moves nobody
                self.board.put(edge, min(bits(mask), key=lambda slot: -self.board.spare[slot]))
        for edge in self._worth_moving(wanted):
            if enough():
                break
            self._try(edge)
        return difference(self.before, self.small.timetable(self.board.at))

    def _keep(self) -> None:
        """What is pinned, then everything that still may be where it was, the weightiest first."""
        mine = sorted(self.placed.items(), key=lambda item: -self.small.priced[item[0]])
        for edge, slot in [*self.small.pinned.items(), *mine]:
            if self.board.at[edge] == NOWHERE and self.board.places(edge) >> slot & 1:
                self.board.put(edge, slot)

    def _wanted(self) -> list[Edge]:
        """Pairs of those to whom something happened, and musts, the weightiest first."""
        small, at = self.small, self.board.at
        concerned = self._concerned()
        edges = {edge for person in concerned for edge in small.edges_of[person]}
        edges |= {edge for edge, must in enumerate(small.must) if must}
        return sorted(
            (edge for edge in edges if at[edge] == NOWHERE and small.open[edge]), key=lambda e: -small.priced[e]
        )

    def _concerned(self) -> set[int]:
        """Who lost a meeting, had none before, or has fewer than the least number."""
        small, at = self.small, self.board.at
        had = {small.person_of[name] for m in self.before.meetings for name in m.pair if name in small.person_of}
        kept = {meeting.pair for meeting in small.timetable(at).meetings}
        lost = {
            small.person_of[name]
            for meeting in self.before.meetings
            if meeting.pair not in kept
            for name in meeting.pair
            if name in small.person_of
        }
        short = {person for person in range(len(small.people)) if self.board.short(person, held=False)}
        return (set(range(len(small.people))) - had) | lost | short

    def _worth_moving(self, wanted: list[Edge]) -> list[Edge]:
        """What is still without a place, and weighs more than one move costs; all musts, and the weightiest others."""
        left = [edge for edge in wanted if self.board.at[edge] == NOWHERE and self.moves.gain(edge) > self.price]
        hard = [edge for edge in left if self.moves.gain(edge) >= PRIORITY]
        return hard + [edge for edge in left if self.moves.gain(edge) < PRIORITY][:_EFFORT]

    def _try(self, edge: Edge) -> None:
        board = self.board
        mark = len(board.log)
        gain = self.moves.gain(edge)
        done = self.moves.insert(edge) or (gain >= PRIORITY and self.moves.push_in(edge, _DEPTH))
        if done and gain <= self.price * self._moved(mark):
            board.back_to(mark)

    def _moved(self, mark: int) -> int:
        """How many meetings that had a place at the mark have another one now."""
        touched = {edge for edge, slot in self.board.log[mark:] if slot != NOWHERE}
        return sum(self.board.at[edge] != self.placed.get(edge, self.board.at[edge]) for edge in touched)
