"""What belongs to a person is handed out whole, and goes whole."""

import json
import uuid

from chat import own_data, sending
from chat.texts import mention
from people.model import Person
from tests.chat.scene import Scene


async def _erase(lobby: Scene, person_id: str) -> None:
    """As people does it: the name goes first, every feature's part follows."""
    async with lobby.kernel.database.write() as uow:
        person = await uow.session.get_one(Person, person_id)
        person.name, person.email, person.erased_at = "", None, uow.clock.now()
    for _attempt in range(2):  # a job may run twice
        async with lobby.kernel.database.write() as uow:
            await own_data.erase(uow, lobby.live.log, person_id)


async def test_the_export_holds_everything_that_somebody_said_and_where(lobby: Scene) -> None:
    channel = await lobby.converse(lobby.aylin, lobby.bernd)
    said = await lobby.say(lobby.aylin, "in the lobby")
    await lobby.say(lobby.aylin, "between us", channel)
    await lobby.say(lobby.bernd, "not hers", channel)
    me = await lobby.standing(lobby.aylin)
    await lobby.do(sending.react(me, str(uuid.uuid4()), said.data["id"], "👍", on=True))
    async with lobby.kernel.database.read() as session:
        exported = await own_data.collect(session, lobby.aylin)
    assert [(each["fair"], each["conversation_with"], each["text"]) for each in exported["messages"]] == [
        ("Ruhr Energy Forum", None, "in the lobby"),
        (None, "Bernd Kowalski", "between us"),
    ]
    assert [each["emoji"] for each in exported["reactions"]] == ["👍"]
    json.dumps(exported, default=str)


async def test_of_an_erased_person_no_text_and_no_name_is_left_anywhere(lobby: Scene) -> None:
    channel = await lobby.converse(lobby.aylin, lobby.bernd)
    me = await lobby.standing(lobby.aylin)
    said = await lobby.say(lobby.aylin, "secret one")
    await lobby.do(sending.edit(me, str(uuid.uuid4()), said.data["id"], "secret two"))
    await lobby.say(lobby.aylin, "secret three", channel)
    answer = await lobby.say(lobby.bernd, f"{mention(lobby.aylin, 'Aylin')} agreed")
    await lobby.do(sending.react(me, str(uuid.uuid4()), answer.data["id"], "👍", on=True))
    await _erase(lobby, lobby.aylin)
    hers, his = await lobby.shown()
    assert (hers.author.id, hers.author.name, hers.text, hers.deleted) == ("", "", "", True)
    assert (his.author.name, his.text, his.reactions) == (
        "Bernd Kowalski",
        f"{mention(lobby.aylin, '…')} agreed",
        (),
    )
    everything = "".join(event.json for event in [*await lobby.events(), *await lobby.events(channel)])
    assert "secret" not in everything
    assert "Aylin" not in everything
    assert "agreed" in everything


async def test_everybody_who_listens_is_told_of_an_erasure(lobby: Scene) -> None:
    await lobby.say(lobby.aylin, "hello")
    await _erase(lobby, lobby.aylin)
    events = await lobby.events()
    assert [event.kind for event in events[:2]] == ["message.created", "person.erased"]
    assert json.loads(events[1].json) == {"person": lobby.aylin}
