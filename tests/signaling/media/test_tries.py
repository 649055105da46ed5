"""Who tries whether their network lets calls through gets a connection to the node's port, and leaves nothing there."""

import asyncio

import pytest

from bench.media.peer import Media, RawPeer
from signaling.media import tries
from signaling.protocol import MediaError
from tests.signaling.scene import Stage, until
from tests.support.patience import PATIENCE_S


def nothing_is_left(stage: Stage) -> bool:
    mux = stage.node.mux
    return not (len(stage.node.tries) or mux.peers or mux.ice.sides or mux._by_address or stage.node.rooms)


def says_good_bye(peer: RawPeer) -> None:
    """As a browser does when its page closes the connection."""
    assert peer._handshake
    assert peer._remote
    peer._handshake._connection.shutdown()
    for datagram in peer._handshake._datagrams():
        peer.socket.sendto(datagram, peer._remote[0])


async def answered(stage: Stage, peer: RawPeer) -> str:
    return str((await stage.node.ask("try", {"sdp": peer.offer()}))["sdp"])


async def test_whoever_gets_through_is_connected_in_no_room_and_nothing_is_left_of_it(stage: Stage) -> None:
    peer = RawPeer([Media("0", "audio", False)])
    answer = await answered(stage, peer)
    assert "a=inactive" in answer
    peer.connect(answer)
    await asyncio.wait_for(peer.connected.wait(), PATIENCE_S)
    await until(lambda: next(iter(stage.node.mux.peers.values())).ready)
    assert len(stage.node.tries) == 1
    assert (stage.node.rooms, stage.events) == ({}, [])
    says_good_bye(peer)
    await until(lambda: nothing_is_left(stage))
    await peer.close()


async def test_whoever_does_not_get_through_or_does_not_leave_is_forgotten(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, blocked = RawPeer([Media("0", "audio", False)]), RawPeer([Media("0", "audio", False)])
    await answered(stage, blocked)
    stays.connect(await answered(stage, stays))
    await asyncio.wait_for(stays.connected.wait(), PATIENCE_S)
    assert len(stage.node.mux.peers) == 2
    monkeypatch.setattr(tries, "LASTS_S", 0.0)
    await until(lambda: nothing_is_left(stage))
    await stays.close()
    blocked.socket.close()


async def test_there_are_only_so_many_at_once_and_no_offer_that_is_none(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "MOST", 2)
    peers = [RawPeer([Media("0", "audio", False)]) for _ in range(3)]
    for peer in peers[:2]:
        await answered(stage, peer)
    with pytest.raises(MediaError, match="too many"):
        await answered(stage, peers[2])
    with pytest.raises(MediaError, match="bad_request"):
        await stage.node.ask("try", {"sdp": "v=0\r\nnonsense"})
    assert len(stage.node.mux.peers) == 2
    for peer in peers:
        peer.socket.close()
