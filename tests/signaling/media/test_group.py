"""What is noted once for viewers who get the same, and when each of them has it for themselves."""

import socket
from collections.abc import Callable, Iterator

import pytest

from signaling.media.group import RING, Group, cut_round, put_round
from signaling.media.layer import Layer
from signaling.media.outgoing import Outgoing
from signaling.media.rtcp import SenderReport
from tests.signaling.media.test_together import PADDING, Scene, Sent, written


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Everybody gets the first encoding, and has got a key frame of it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        made = Scene("sendto", alone=False, sock=sock)
        for viewer in made.viewers:
            viewer.want(made.layers[0])
        picture(made, key=True)
        picture(made)
        yield made


def picture(scene: Scene, *, key: bool = False, step: int = 1) -> None:
    """A picture of three packets goes out."""
    for at in range(3):
        written(scene, Sent(0, step if not at else 1, 300, picture=not at, key=key and not at), {0: 9_000})
    scene.now += 0.03
    scene.serve()


def groups(scene: Scene) -> list[Group]:
    """In the order of the viewers; each viewer is in one."""
    found = [viewer.group for viewer in scene.layers[0].viewers]
    assert all(found)
    return [each for each in dict.fromkeys(found) if each]


def test_groups_go_on_from_picture_to_picture_and_hold_who_stands_together(scene: Scene) -> None:
    before = groups(scene)
    picture(scene)
    assert groups(scene) == before
    assert [viewer for group in before for viewer in group.viewers] == scene.layers[0].viewers


def leaves_layers_out(viewer: Outgoing, scene: Scene) -> None:
    viewer.temporal = 1


def is_gone(viewer: Outgoing, scene: Scene) -> None:
    viewer.peer.closed = True


def leaves(viewer: Outgoing, scene: Scene) -> None:
    viewer.leave()


def misses_a_packet(viewer: Outgoing, scene: Scene) -> None:
    written(scene, Sent(0, 2, 300, picture=True, key=False), {0: 9_000})


@pytest.mark.parametrize("happens", [leaves_layers_out, is_gone, leaves, misses_a_packet])
def test_whatever_happens_to_a_viewer_ends_their_group_and_the_others_go_on_in_another(
    scene: Scene, happens: Callable[[Outgoing, Scene], None]
) -> None:
    viewer = scene.layers[0].viewers[2]
    before = viewer.group
    assert before
    others = [each for each in before.viewers if each is not viewer]
    happens(viewer, scene)
    picture(scene)
    assert all(each.group and each.group is not before for each in others)
    for each in others:
        each.settle()
    assert len({each.packets for each in others}) == 1
    assert len({each.octets for each in others}) == 1


def number_of(data: bytes) -> int:
    return int.from_bytes(data[2:4])


@pytest.mark.parametrize("repairs", [True, False])
def test_what_the_group_has_got_is_sent_again_and_what_lies_too_far_back_is_not(scene: Scene, repairs: bool) -> None:
    viewer = scene.viewers[0]
    if not repairs:
        viewer.section.codecs = [each for each in viewer.section.codecs if each.name != "rtx"]
    assert viewer.group
    begun = viewer.group.begin
    for _ in range(200):
        picture(scene)
    assert viewer.group
    assert viewer.group.begin == begun
    sent = [number_of(data) for data in scene.wire.datagrams[viewer.peer.address]]
    assert len(viewer.again(sent[-RING:], scene.now)) == RING
    assert viewer.again(sent[:-RING], scene.now + 1) == []


def test_a_number_of_the_round_before_is_not_mistaken_for_one_of_this(scene: Scene) -> None:
    viewer = scene.viewers[0]
    first = number_of(scene.wire.datagrams[viewer.peer.address][0])
    assert viewer.group
    viewer.group.next += (1 << 16) + 600  # as if so many had gone out
    assert viewer.again([first], scene.now) == []


def test_whose_packets_cannot_be_noted_gets_nothing_any_more_and_the_others_lose_nothing(scene: Scene) -> None:
    broken, *others = scene.layers[0].viewers[:3]
    broken.ring = None  # type: ignore[assignment]
    others[0].settle()
    assert (broken.group, broken.closed) == (None, True)
    assert [(each.packets, each.closed) for each in others] == [(6, False), (6, False)]
    before = len(scene.wire.datagrams[broken.peer.address])
    picture(scene)
    assert len(scene.wire.datagrams[broken.peer.address]) == before
    assert all(len(scene.wire.datagrams[each.peer.address]) == 9 for each in others)


def test_small_pictures_do_not_end_a_group(scene: Scene) -> None:
    few = scene.layers[0].viewers[5:]
    for viewer in few:
        viewer.leave()
    picture(scene)
    before = groups(scene)
    written(scene, Sent(0, 1, 300, picture=True, key=False), {0: 9_000})
    scene.serve()
    assert groups(scene) == before


def test_padding_says_nothing_about_which_picture_was_the_last(scene: Scene) -> None:
    written(scene, Sent(0, 1, 300, picture=True, key=False), {0: 90_000 * 40})
    scene.serve()
    written(scene, Sent(0, 1, PADDING, picture=False, key=False), {0: 90_000 * 40})
    scene.serve()
    for viewer in scene.layers[0].viewers:
        viewer.settle()
        assert viewer.last_picture == (90_000 * 40 + 3_000) // 3_000 & 0x7FFF


def test_nobody_stands_twice_among_the_viewers_of_an_encoding_whose_sender_began_anew(scene: Scene) -> None:
    viewer = scene.layers[0].viewers[0]
    viewer.want(scene.layers[1])
    fresh = [Layer(3, viewers=scene.layers[0].viewers), Layer(4, viewers=scene.layers[1].viewers)]
    for old, new in zip(scene.layers, fresh, strict=True):
        for each in list(new.viewers):
            each.follow(old, new)
    viewer.want(fresh[1])
    assert [layer.viewers.count(viewer) for layer in fresh] == [0, 1]


def test_a_report_counts_what_was_sent_to_the_group(scene: Scene) -> None:
    scene.layers[0].report = SenderReport(scene.layers[0].ssrc, 1, 2)
    viewer = scene.layers[0].viewers[0]
    got = scene.wire.datagrams[viewer.peer.address]
    report = viewer.report()
    assert report
    assert int.from_bytes(report[20:24]) == len(got) == 6


@pytest.mark.parametrize(("at", "count"), [(0, 512), (510, 2), (510, 5), (511, 512), (7, 0)])
def test_what_is_put_round_goes_on_at_the_beginning(at: int, count: int) -> None:
    ring = [-1] * 512
    put_round(ring, at, list(range(count)))
    assert [ring[(at + number) % 512] for number in range(count)] == list(range(count))
    assert ring.count(-1) == 512 - count
    assert cut_round(ring, at, count) == list(range(count))
