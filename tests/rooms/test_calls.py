"""Who may publish, listen, share, speak, mute and remove: by the kind of room, and by what somebody is at the fair."""

import pytest

from rooms.calls import call_rights
from rooms.model import BOOTH, LOBBY, LOUNGE, MEETING, STAGE, Room
from signaling.protocol import SOURCES

EVERYTHING, NOTHING = list(SOURCES), list[str]()
# What an attendee with this role sends, and whether they mute and remove others.
TABLE = {
    STAGE: {
        "": (NOTHING, False),
        "exhibitor": (NOTHING, False),
        "speaker": (EVERYTHING, False),
        "moderator": (EVERYTHING, True),
        "organiser": (EVERYTHING, True),
    },
    BOOTH: {
        "": (EVERYTHING, False),
        "exhibitor": (EVERYTHING, True),
        "speaker": (EVERYTHING, False),
        "moderator": (EVERYTHING, True),
        "organiser": (EVERYTHING, True),
    },
}
TABLE[MEETING] = TABLE[LOUNGE] = TABLE[BOOTH] | {"exhibitor": (EVERYTHING, False)}


@pytest.mark.parametrize("kind", TABLE)
def test_what_people_may_do_in_a_call_is_decided_by_the_kind_of_its_room(kind: str) -> None:
    room = Room(id="room", fair_id="fair", kind=kind, slug="room", name="Room")
    found = {}
    for role in TABLE[kind]:
        rights = call_rights(room, {"attendee", role})
        assert rights
        assert rights.listen
        found[role] = rights.node.publish, rights.moderate
    assert found == TABLE[kind]


def test_a_lobby_has_no_call() -> None:
    room = Room(id="room", fair_id="fair", kind=LOBBY, slug="lobby", name="")
    assert call_rights(room, {"attendee", "organiser"}) is None
