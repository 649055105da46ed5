"""Made-up fairs with what makes timetables hard: popular people, hours that are missing, few tables, many wishes."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from matching.plans.model import Kind, Person, Problem, Rules, Slot, Wish

_FIRST_DAY = datetime(2027, 3, 1, 8, tzinfo=UTC)
_LENGTH = timedelta(minutes=25)
_EVERY = timedelta(minutes=30)


def sample(people: int, days: int, slots_per_day: int, meetings: int, seed: int = 1) -> Problem:
    """A fair with room for about so many meetings in all, and wishes for about three times as many.

    Of ten people six are there all the time, two miss up to a quarter of the slots and two half of them. Two in five
    are buyers, who are wished for more often, the better known the more; wishes weigh 1 to 5, and buyers' ones half as
    much again. Nobody has more than nine in ten of their slots.
    """
    chance = random.Random(seed)  # noqa: S311 - a sample, the same each time
    slots = _slots(days, slots_per_day)
    ids = [f"p{number}" for number in range(people)]
    buyers = people * 2 // 5
    present = [_free(chance, slots) for _ in ids]
    cast = [
        Person(name, "buyer" if number < buyers else "supplier", free, most=len(free) * 9 // 10)
        for number, (name, free) in enumerate(zip(ids, present, strict=True))
    ]
    wishes = _wishes(chance, ids, buyers, 3 * meetings)
    rules = Rules(tables=-(-meetings // len(slots)))
    return Problem(cast, slots, wishes, rules, groups={"buyer": 1.5})


def _slots(days: int, per_day: int) -> list[Slot]:
    found = []
    for day in range(days):
        for number in range(per_day):
            starts = _FIRST_DAY + timedelta(days=day) + number * _EVERY
            found.append(Slot(f"{day + 1}-{number + 1:02}", starts, starts + _LENGTH, str(starts.date())))
    return found


def _free(chance: random.Random, slots: list[Slot]) -> frozenset[str]:
    ids = [slot.id for slot in slots]
    missing = chance.choice((0, 0, 0, 0, 0, 0, 1, 1, 2, 2))
    if missing == 2:
        return frozenset(chance.sample(ids, len(ids) // 2))
    return (
        frozenset(chance.sample(ids, len(ids) - chance.randint(1, max(1, len(ids) // 4))))
        if missing
        else frozenset(ids)
    )


def _wishes(chance: random.Random, ids: list[str], buyers: int, pairs: int) -> list[Wish]:
    known = [1.0 / (1 + number % 97) ** 0.5 for number in range(len(ids))]
    seen: dict[tuple[int, int], Wish] = {}
    numbers = list(range(len(ids)))
    while len(seen) < pairs:
        several = chance.choices(numbers, k=1000), chance.choices(numbers[:buyers], known[:buyers], k=1000)
        for one, buyer in zip(*several, strict=True):
            of, whom = (one, buyer) if one >= buyers and chance.random() < 0.7 else (one, chance.choice(numbers))
            if of != whom and len(seen) < pairs:
                seen.setdefault((of, whom), Wish(ids[of], ids[whom], Kind.LIKE, chance.choice((1, 2, 3, 4, 5))))
    return list(seen.values())
