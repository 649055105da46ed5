"""More pictures than a viewer has places: who is seen, who is not, and how that changes."""

import asyncio

from signaling.media.outgoing import Outgoing
from tests.signaling.scene import Person, Stage, settled, until
from tests.support.patience import PATIENCE_S

PLACES = 12
NAMES = [f"guest{at:02}" for at in range(PLACES + 2)]


class Group:
    """A room in which more people send than a viewer sees."""

    def __init__(self, stage: Stage, people: list[Person], viewer: Person) -> None:
        self.stage = stage
        self.people = people
        self.viewer = viewer

    @property
    def places(self) -> dict[str, Outgoing]:
        return self.stage.node.rooms["stage"].participants["viewer"].slots

    @property
    def seen(self) -> dict[str, str]:
        """Whose picture a place carries, by its mid."""
        return {mid: place.track.owner for mid, place in self.places.items() if place.track}

    async def sends(self, speaker: str = "") -> None:
        """A picture and some sound of everybody."""
        for person in self.people:
            person.send_sound(120 if person.name == speaker else 10)
            person.send_frame(key=True)
        await settled()

    async def speaks(self, speaker: str) -> None:
        """Somebody speaks until the room has noticed, and is seen as all are who are seen."""
        room = self.stage.node.rooms["stage"]
        async with asyncio.timeout(PATIENCE_S):
            while room.speakers[:1] != [speaker]:
                await self.sends(speaker)
        await self.is_seen()

    async def is_seen(self) -> None:
        """Pictures come in every place."""
        self.viewer.peer.packets.clear()
        ssrcs = {place.ssrc for place in self.places.values()}
        async with asyncio.timeout(PATIENCE_S):
            while ssrcs - {packet.ssrc for packet in self.viewer.pictures}:
                await self.sends()


async def grouped(stage: Stage) -> Group:
    people = [await stage.join(name, ("microphone", "camera")) for name in NAMES]
    viewer = await stage.join("viewer", hears={f"v{at}": "auto" for at in range(PLACES)})
    group = Group(stage, people, viewer)
    await group.sends()
    return group


async def test_of_more_pictures_than_places_those_of_who_spoke_last_are_seen_and_the_others_do_not_jump(
    stage: Stage,
) -> None:
    group = await grouped(stage)
    await group.is_seen()
    first = group.seen
    assert sorted(first.values()) == NAMES[:PLACES]

    *_, left, speaks = NAMES
    await group.speaks(speaks)
    then = group.seen
    assert sorted(then.values()) == sorted([*NAMES[: PLACES - 1], speaks])
    assert [mid for mid in first if then[mid] != first[mid]] == [mid for mid in first if then[mid] == speaks]

    # Who speaks next takes the place of who was silent longest; who spoke before stays, and who is seen stays.
    await group.speaks(left)
    assert sorted(group.seen.values()) == sorted([*NAMES[: PLACES - 2], left, speaks])
    before = group.seen
    await group.speaks(NAMES[3])
    assert group.seen == before


async def test_a_place_that_somebody_leaves_is_taken_by_who_had_none(stage: Stage) -> None:
    group = await grouped(stage)
    mute = {"room": "stage", "participant": NAMES[0], "sources": ["camera"], "muted": True, "moderator": False}
    await stage.node.ask("mute", mute)
    await until(lambda: sorted(group.seen.values()) == NAMES[1 : PLACES + 1])
    await stage.node.ask("remove", {"room": "stage", "participant": NAMES[1]})
    group.people.pop(1)
    await until(lambda: sorted(group.seen.values()) == NAMES[2:])
    group.people.pop(0)
    await group.is_seen()
