"""A room on several nodes, all in the test's own process."""

import json
from collections.abc import Mapping
from typing import Any

from signaling.media import rtcp
from signaling.media.spread import Budget
from signaling.media.spreading import Spreading
from signaling.protocol import MediaError
from signaling.registry import Member
from tests.signaling.scene import Person, Stage, until

SENDS = ("microphone", "camera")
WATCHES = {"listen": True, "publish": []}
HEARS = {"a": "auto", "v": "anna.camera"}


class Others:
    """The other nodes, in the same process; what is said is said in JSON."""

    def __init__(self, hall: "Hall", life: str) -> None:
        self.hall = hall
        self.life = life
        self.load = 0.0

    async def members(self) -> list[Member]:
        return [Member(life, life, stage.others.load) for life, stage in self.hall.nodes.items()]

    async def ask(self, life: str, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        self.hall.asked.append((life, method))
        if life not in self.hall.nodes or life in self.hall.deaf:
            raise MediaError("unavailable", "it does not answer")
        answer = await self.hall.nodes[life].node.ask(method, json.loads(json.dumps(params)))
        return json.loads(json.dumps(answer))  # type: ignore[no-any-return]


class Spread(Stage):
    """A node among others."""

    others: Others


class Hall:
    """A room whose home is the node `home`; a node takes two people, then others help."""

    def __init__(self) -> None:
        self.nodes: dict[str, Spread] = {}
        self.asked: list[tuple[str, str]] = []
        self.deaf = set[str]()

    async def node(self, life: str, load: float = 0.0) -> Spread:
        made = Spread()
        made.others = Others(self, life)
        made.others.load = load
        made.node.spreading = Spreading(made.node, made.others, Budget(people=2))
        await made.node.start()
        self.nodes[life] = made
        return made

    async def kill(self, life: str) -> None:
        """A node dies without a word; its people's browsers still stand there."""
        dead = self.nodes.pop(life)
        dead.node.rooms.clear()
        await dead.close()
        for stage in self.nodes.values():  # the living need not wait for as long as they believe in one another
            assert stage.node.spreading
            if (link := stage.node.spreading.links.get(life)) and link.peer:
                link.peer.silence_s = 0.4

    @property
    def home(self) -> Spread:
        return self.nodes["home"]

    async def watch(self, name: str, hears: dict[str, str] | None = None, **more: Any) -> Person:
        return await self.home.join(name, hears=hears or HEARS, rights=WATCHES, **more)

    async def spread(self) -> tuple[Person, Person]:
        """Anna sends, one viewer is at home, and there is a branch to which the next ones go."""
        anna = await self.home.join("anna", SENDS)
        near = await self.watch("near")
        await self.make_room()
        return anna, near

    async def make_room(self) -> None:
        """One more comes, for whom a further node is got ready, and leaves."""
        await self.watch("between")
        room = self.home.node.rooms["stage"]
        await until(lambda: any(each.is_open for each in room.branches.values()))
        await self.home.node.ask("remove", {"room": "stage", "participant": "between"})

    def sits(self, life: str) -> list[str]:
        """Who is connected to a node."""
        room = self.nodes[life].node.rooms.get("stage")
        return sorted(room.participants) if room else []

    async def listed(self) -> list[str]:
        """Who is in the room, as everybody is told."""
        state = await self.home.node.ask("state", {"room": "stage"})
        return sorted(each["id"] for each in state["participants"] if each["ready"])


def key_frames_wanted(person: Person) -> int:
    return sum(isinstance(part, rtcp.KeyFrameWanted) for part in person.peer.control)


async def shown(anna: Person, *viewers: Person) -> None:
    """All get the picture: the presenter answers to the key frames that are asked for."""
    seen = 0

    def all_get_it() -> bool:
        nonlocal seen
        if key_frames_wanted(anna) > seen:
            seen = key_frames_wanted(anna)
            anna.send_frame(key=True)
        return all(each.pictures for each in viewers)

    await until(all_get_it)


def with_rid(packet: bytes, rid: str) -> bytes:
    """The packet with the header extension that names its encoding."""
    words = bytes((0xBE, 0xDE, 0, 1, 10 << 4, ord(rid), 0, 0))
    return bytes((packet[0] | 0x10,)) + packet[1:12] + words + packet[12:]
