"""A room: the rule of numbers, and the bytes that each member gets."""

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from server.live.limits import DROP_EVENTS_BYTES, EVENTS_PER_FRAME, TAIL_EVENTS
from server.live.room import Room
from server.live.wire import envelope
from tests.server.live.fakes import FakeMember, said


def _room(top: int = 0) -> Room:
    room = Room("chat:hall", lambda _: None)
    room.begin(top, "e1")
    return room


def _state(version: int) -> bytes:
    return envelope.state("chat:hall", version, "stage", f'{{"n":{version}}}')


def test_events_are_written_to_all_as_the_same_bytes() -> None:
    room, members = _room(), [FakeMember() for _ in range(3)]
    for member in members:
        room.warm(member)
    room.offer(said(1))
    assert room.flush() == (1, 3)
    assert len({member.frames[0] for member in members}) == 1
    assert members[0].frames[0] is members[2].frames[0]


def test_what_is_due_is_gathered_into_one_frame_of_at_most_64() -> None:
    room, member = _room(), FakeMember()
    room.warm(member)
    for seq in range(1, 101):
        room.offer(said(seq))
    room.flush()
    assert member.numbers == list(range(1, 101))
    assert len(member.frames) == -(-100 // EVENTS_PER_FRAME)


def test_an_old_event_is_dropped_and_a_later_one_held() -> None:
    room, member = _room(top=5), FakeMember()
    room.warm(member)
    assert room.offer(said(5))
    assert not room.offer(said(8))
    assert not room.offer(said(7))
    assert room.has_gap
    assert room.offer(said(6))
    assert not room.has_gap
    room.flush()
    assert member.numbers == [6, 7, 8]


def test_before_a_room_has_begun_it_holds_and_then_gives_only_what_is_above_the_top() -> None:
    room, member = Room("chat:hall", lambda _: None), FakeMember()
    for seq in (3, 4, 5):
        assert not room.offer(said(seq))
    room.begin(3, "e1")
    room.warm(member)
    room.flush()
    assert member.numbers == [4, 5]


def test_what_is_held_is_bounded() -> None:
    room = _room()
    for seq in range(2, 2 + 3 * TAIL_EVENTS):
        room.offer(said(seq))
    room.offer(said(1))
    assert room.top == 1 + TAIL_EVENTS


@given(st.lists(st.integers(1, 40), max_size=120), st.integers(0, 39))
def test_in_whatever_order_events_come_members_get_them_once_without_a_hole(order: list[int], top: int) -> None:
    room, member = _room(top), FakeMember()
    room.warm(member)
    for seq in order:
        room.offer(said(seq))
        if seq % 3 == 0:
            room.flush()
    room.flush()
    assert member.numbers == list(range(top + 1, room.top + 1))
    assert room.top == next(seq for seq in itertools.count(top) if seq + 1 not in order)


def test_of_a_state_only_the_latest_is_written_and_an_older_one_never() -> None:
    room, member = _room(), FakeMember()
    room.warm(member)
    for version in (1, 3, 2):
        room.state("stage", version, _state(version))
    room.flush()
    assert [each["v"] for each in member.messages] == [3]
    room.state("stage", 2, _state(2))
    room.flush()
    assert len(member.frames) == 1


def test_the_room_says_once_that_something_is_due() -> None:
    calls: list[Room] = []
    room = Room("chat:hall", calls.append)
    room.begin(0, "e1")
    room.offer(said(1))
    room.offer(said(2))
    assert calls == [room]
    room.flush()
    room.offer(said(3))
    assert len(calls) == 2


def test_a_member_that_leaves_while_it_is_written_to_spoils_nothing() -> None:
    room, stays = _room(), FakeMember()

    class Leaver(FakeMember):
        def write(self, frame: bytes) -> None:
            super().write(frame)
            room.leave(self)
            room.cool(stays).fed = True  # as pause_writing of another connection does

    leaver = Leaver()
    room.warm(leaver)
    room.warm(stays)
    room.offer(said(1))
    room.flush()
    assert leaver.numbers == stays.numbers == [1]
    room.offer(said(2))
    room.flush()
    assert leaver.numbers == [1]
    assert stays.numbers == [1, 2]


def test_a_slow_member_gets_durable_events_and_the_last_state_but_nothing_passing() -> None:
    room, slow, quick = _room(), FakeMember(), FakeMember()
    room.warm(slow)
    room.warm(quick)
    behind = room.cool(slow)
    behind.fed = True
    room.passing(envelope.passing("chat:hall", "typing", "{}"))
    room.state("stage", 1, _state(1))
    room.offer(said(1))
    room.flush()
    room.state("stage", 2, _state(2))
    room.flush()
    assert slow.numbers == [1]
    assert len(slow.messages) == 1
    assert list(behind.states.values()) == [_state(2)]
    assert len(quick.messages) == 4


def test_a_very_slow_member_gets_nothing_and_keeps_its_position() -> None:
    room, slow = _room(), FakeMember()
    room.warm(slow)
    behind = room.cool(slow)
    behind.fed = True
    slow.waiting = DROP_EVENTS_BYTES
    for seq in (1, 2, 3):
        room.offer(said(seq))
        room.flush()
        slow.waiting = 0  # it drains, but what was left out has to come first
    assert slow.numbers == []
    assert behind.position == 0
    assert [each.seq for each in room.missed(0) or []] == [1, 2, 3]


def test_memory_reaches_back_256_events_and_says_where_it_ends() -> None:
    room = _room()
    for seq in range(1, TAIL_EVENTS + 11):
        room.offer(said(seq))
    room.flush()
    assert room.missed(room.top) == []
    assert len(room.missed(10) or []) == TAIL_EVENTS
    assert room.missed(9) is None


def test_memory_shows_only_what_members_were_given() -> None:
    room = _room()
    room.offer(said(1))
    room.flush()
    room.offer(said(2))
    assert [each.seq for each in room.missed(0) or []] == [1]


def test_memory_is_lengthened_backwards_only_by_what_fits() -> None:
    room = _room(top=10)
    room.remember([said(seq) for seq in range(3, 9)])  # 9 and 10 are missing
    assert room.missed(5) is None
    room.offer(said(11))
    room.flush()
    room.remember([said(seq) for seq in range(3, 12)])
    assert [each.seq for each in room.missed(2) or []] == list(range(3, 12))


def test_what_was_redacted_is_not_remembered() -> None:
    room = _room()
    room.offer(said(1))
    room.flush()
    room.forget()
    assert room.missed(0) is None


def test_thousand_members_come_and_go_and_the_hot_set_is_right() -> None:
    chance = random.Random(7)
    room, members = _room(), [FakeMember() for _ in range(50)]
    inside: dict[FakeMember, int] = {}
    for seq in range(1, 300):
        member = chance.choice(members)
        if member in inside:
            room.leave(member)
            assert member.numbers == list(range(inside.pop(member) + 1, room.top + 1))
        else:
            member.frames.clear()
            inside[member] = room.top
            room.warm(member)
        room.offer(said(seq))
        room.flush()
    assert room.size == len(inside)
