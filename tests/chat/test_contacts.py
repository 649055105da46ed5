"""Who somebody's contacts are."""

from chat.contacts import contacts
from chat.introducing import Meeting, introduce
from tests.chat.scene import Scene


async def test_a_contact_is_with_whom_one_has_talked_whoever_began(lobby: Scene) -> None:
    channel = await lobby.converse(lobby.aylin, lobby.bernd)
    assert await _known(lobby, lobby.aylin) == set(), "nothing was said yet"
    await lobby.say(lobby.aylin, "a word?", channel)
    assert await _known(lobby, lobby.aylin) == {lobby.bernd}
    assert await _known(lobby, lobby.bernd) == {lobby.aylin}
    assert await _known(lobby, lobby.dev) == set()


async def test_a_contact_is_to_whom_one_was_introduced_also_without_a_word(lobby: Scene) -> None:
    await introduce(lobby.chat, Meeting("contact:1", lobby.aylin, lobby.dev, ""))
    assert await _known(lobby, lobby.aylin) == {lobby.dev}
    assert await _known(lobby, lobby.dev) == {lobby.aylin}


async def test_what_is_said_in_a_room_makes_nobody_a_contact(lobby: Scene) -> None:
    await lobby.say(lobby.aylin, "hello everybody")
    assert await _known(lobby, lobby.aylin) == set()


async def test_the_contacts_of_many_are_each_their_own(lobby: Scene) -> None:
    await lobby.say(lobby.aylin, "a word?", await lobby.converse(lobby.aylin, lobby.bernd))
    await lobby.say(lobby.dev, "a word?", await lobby.converse(lobby.dev, lobby.bernd))
    async with lobby.kernel.database.read() as session:
        found = await contacts(session, [lobby.aylin, lobby.bernd, lobby.chloe])
    assert found == {lobby.aylin: {lobby.bernd}, lobby.bernd: {lobby.aylin, lobby.dev}}


async def _known(lobby: Scene, person: str) -> set[str]:
    async with lobby.kernel.database.read() as session:
        return (await contacts(session, [person])).get(person, set())
