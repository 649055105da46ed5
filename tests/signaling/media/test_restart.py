"""ICE anew on a connection that stands: after a change of network, the same person offers another fragment."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest

from signaling.media.peer import HANDSHAKE_S
from signaling.protocol import MediaError
from tests.signaling.scene import Person, Stage, until
from tests.support.patience import PATIENCE_S
from tests.support.udp_proxy import UdpProxy

HEARS = {"a": "anna.microphone"}


@pytest.fixture
async def networks(stage: Stage) -> AsyncIterator[tuple[UdpProxy, UdpProxy]]:
    """The network in which somebody is, and the one into which they go."""
    made = UdpProxy(("127.0.0.1", stage.node.port)), UdpProxy(("127.0.0.1", stage.node.port))
    yield made
    for each in made:
        each.stop()


async def offer_anew(stage: Stage, person: Person, *, sends: tuple[str, ...]) -> str:
    """The answer to another offer on the same connection, with another fragment."""
    person.peer.fragment, person.peer.password = secrets.token_hex(4), secrets.token_hex(12)
    params = {
        "room": stage.room,
        "participant": person.name,
        "person": person.name,
        "rights": {"listen": True, "publish": [source for source in sends if source in person.mids]},
        "sdp": person.peer.offer(),
        "publish": [{"mid": person.mids["microphone"].mid, "source": source} for source in sends],
        "listen": HEARS,
    }
    answer: str = (await stage.node.ask("join", params))["sdp"]
    return answer


async def hear_each_other(*people: Person) -> None:
    """What each of them says reaches the other, once."""
    before = [len(each.sound) for each in people]
    for each in people:
        each.send_sound()
    await until(lambda: [len(each.sound) for each in people] == [heard + 1 for heard in before])


async def test_the_keys_stay_and_the_path_as_well_until_another_one_is_checked(
    stage: Stage, networks: tuple[UdpProxy, UdpProxy]
) -> None:
    former, new = networks
    anna = await stage.join("anna", ("microphone",), {"a": "ben.microphone"})
    ben = await stage.join("ben", ("microphone",), HEARS, through=await former.start())
    await hear_each_other(anna, ben)
    part, keys = stage.node.rooms["stage"].participants["ben"], ben.peer.receiving
    assert part.peer
    peer, slots, path = part.peer, dict(part.slots), part.peer.address
    answer = await offer_anew(stage, ben, sends=("microphone",))
    await hear_each_other(anna, ben)
    assert peer.address == path
    ben.peer.connect(answer, await new.start())
    former.silent = True
    ben.peer.check()
    await until(lambda: peer.address != path)
    await hear_each_other(anna, ben)
    assert stage.node.rooms["stage"].participants["ben"].peer is peer
    assert (part.slots, ben.peer.receiving) == (slots, keys)
    assert list(stage.node.mux.peers.values()).count(peer) == 1
    assert len(stage.node.mux.ice.sides) == 2
    assert not [kind for kind, _ in stage.events if kind == "gone"]


async def test_where_the_offer_is_refused_what_stood_goes_on_and_is_checked_as_before(
    stage: Stage, networks: tuple[UdpProxy, UdpProxy]
) -> None:
    """Else a browser would be told no, and a few seconds later, when its checks stay unanswered, lose the call."""
    anna = await stage.join("anna", ("microphone",), {"a": "ben.microphone"})
    ben = await stage.join("ben", ("microphone",), HEARS, through=await networks[0].start())
    part = stage.node.rooms["stage"].participants["ben"]
    assert part.peer
    peer, rights = part.peer, part.rights
    known, path = (ben.peer.fragment, ben.peer.password), peer.address
    with pytest.raises(MediaError, match="screen_sound"):
        await offer_anew(stage, ben, sends=("screen_sound",))
    assert part.rights == rights
    ben.peer.fragment, ben.peer.password = known
    networks[0].change_port()
    ben.peer.check()
    await until(lambda: peer.address != path)
    await hear_each_other(anna, ben)


async def test_checks_with_the_former_credentials_are_answered_until_the_new_ones_are_known(
    stage: Stage, networks: tuple[UdpProxy, UdpProxy]
) -> None:
    """The answer may take its time, or be lost with the line; meanwhile the browser keeps its path alive as it can."""
    anna = await stage.join("anna", ("microphone",), {"a": "ben.microphone"})
    ben = await stage.join("ben", ("microphone",), HEARS, through=await networks[0].start())
    part, mux = stage.node.rooms["stage"].participants["ben"], stage.node.mux
    assert part.peer
    assert ben.peer._checking
    ben.peer._checking.cancel()  # what is checked from here on, and how, is said below
    peer, known = part.peer, (ben.peer.fragment, ben.peer.password)
    answers = [await offer_anew(stage, ben, sends=("microphone",)) for _ in range(4)]
    assert len(mux.ice.sides) == len(("anna", "used", "last but one", "last"))
    new, (ben.peer.fragment, ben.peer.password) = (ben.peer.fragment, ben.peer.password), known

    path = peer.address
    networks[0].change_port()
    refused = mux.refused
    ben.peer.check(password=b"another")
    await until(lambda: mux.refused > refused)
    assert peer.address == path
    ben.peer.check()
    await until(lambda: peer.address != path)
    await hear_each_other(anna, ben)

    former = ben.peer._remote
    ben.peer.fragment, ben.peer.password = new
    ben.peer.connect(answers[-1], await networks[1].start())
    ben.peer.check()
    await until(lambda: not peer.former)
    assert len(mux.ice.sides) == len(("anna", "ben"))
    path, refused = peer.address, mux.refused
    (ben.peer.fragment, ben.peer.password), ben.peer._remote = known, former
    ben.peer.check()
    await until(lambda: mux.refused > refused)
    assert peer.address == path
    await stage.node.ask("remove", {"room": "stage", "participant": "ben"})
    assert (len(mux.ice.sides), list(mux._former)) == (1, [])


async def test_who_offers_again_before_they_are_connected_has_all_the_time_for_it_once_more(stage: Stage) -> None:
    """The first answer may have been lost with the line: the second one would else be worth a few seconds."""
    ben = await stage.join("ben", ("microphone",), HEARS, connect=False)
    peer = stage.node.rooms["stage"].participants["ben"].peer
    assert peer
    peer.opened_at -= HANDSHAKE_S - 2
    answer = await offer_anew(stage, ben, sends=("microphone",))
    now = stage.node.mux.clock()
    assert (peer.expired(now + HANDSHAKE_S - 2), peer.expired(now + HANDSHAKE_S + 1)) == ("", "handshake")
    ben.peer.connect(answer)
    await asyncio.wait_for(ben.peer.connected.wait(), PATIENCE_S)
