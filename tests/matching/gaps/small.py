"""Small agreed fairs by chance, and their optimum by trying everything."""

from collections.abc import Iterator

from hypothesis import strategies as st

from matching.gaps.instance import Cap, Instance, Meeting, Session
from matching.gaps.rules import breaks, faults


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    people, slots = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    morning = draw(st.integers(0, slots))
    pairs = [(one, other) for one in range(people) for other in range(one + 1, people)]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=5))
    meetings = []
    closed = st.frozensets(st.integers(0, slots - 1), max_size=1)
    for number, (one, other) in enumerate(chosen):
        session = draw(st.sampled_from(Session))
        fixed = draw(st.one_of(st.none(), st.none(), st.integers(0, slots - 1)))
        after = draw(st.frozensets(st.integers(0, number - 1), max_size=1)) if number else frozenset()
        meetings.append(Meeting(one, other, session, fixed, after, draw(closed)))
    windows = st.builds(range, st.integers(0, slots - 1), st.integers(1, slots))
    caps = st.lists(st.builds(Cap, windows, st.integers(0, 3)), max_size=2)
    return Instance(
        people=people,
        slots=slots,
        morning=morning,
        tables=draw(st.integers(1, 3)),
        meetings=meetings,
        forbidden=[draw(closed) for _ in range(people)],
        fairness=draw(st.integers(0, 2)),
        caps=draw(st.one_of(st.just(()), st.lists(caps, min_size=people, max_size=people))),
        nights=draw(st.frozensets(st.integers(1, slots - 1), max_size=2)),
    )


def optimum(instance: Instance) -> int | None:
    """The fewest breaks, None when there is no timetable."""
    return min((sum(breaks(instance, timetable)) for timetable in _valid(instance, [])), default=None)


def _valid(instance: Instance, begun: list[int]) -> Iterator[list[int]]:
    if len(begun) == len(instance.meetings):
        if not faults(instance, begun):
            yield begun
        return
    for slot in range(instance.slots):
        yield from _valid(instance, [*begun, slot])
