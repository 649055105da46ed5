"""The pages of conversations, and keeping order."""

import asyncio
import re

from tests.fairs.guests import Guests


async def _open(there: Guests, one: str, other: str) -> str:
    answer = await there[one].post(f"/messages/to/{there.ids[other]}")
    assert answer.status_code == 303
    return answer.headers["location"]


async def test_two_people_write_to_each_other_and_see_what_is_new(there: Guests) -> None:
    path = await _open(there, "aylin", "bernd")
    sent = await there["aylin"].post(path, data={"text": "Guten Tag"})
    assert sent.headers["location"].startswith(f"{path}#message-")
    inbox = (await there["bernd"].get("/messages")).text
    assert "Aylin Demir" in inbox
    assert "Guten Tag" in inbox
    assert re.search(r'data-unread="chat:[^"]+">1<', inbox)
    assert "Guten Tag" in (await there["bernd"].get(path)).text


async def test_whoever_begins_it_is_one_conversation(there: Guests) -> None:
    assert await _open(there, "aylin", "bernd") == await _open(there, "bernd", "aylin")


async def test_a_conversation_is_nobody_elses(there: Guests) -> None:
    path = await _open(there, "aylin", "bernd")
    await there["aylin"].post(path, data={"text": "between us"})
    for name in ("dev", "edda", "chloe"):
        assert (await there[name].get(path)).status_code == 404
        assert (await there[name].post(path, data={"text": "me, too"})).status_code == 404
    assert (await there["aylin"].get("/messages/no-channel")).status_code == 404


async def test_one_writes_only_to_people_at_the_same_fair_and_not_to_oneself(there: Guests) -> None:
    for other in (there.ids["chloe"], there.ids["aylin"], "nobody"):
        assert (await there["aylin"].post(f"/messages/to/{other}")).status_code == 404


async def test_a_lobbys_channel_has_no_page_among_the_messages(there: Guests) -> None:
    text = (await there["aylin"].get("/fairs/ruhr")).text
    found = re.search(r'channel="chat:([^"]+)"', text)
    assert found
    assert (await there["aylin"].get(f"/messages/{found[1]}")).status_code == 404


async def test_a_closed_conversation_can_be_read_and_says_why_it_is_closed(there: Guests) -> None:
    path = await _open(there, "aylin", "bernd")
    await there["aylin"].post(path, data={"text": "hello"})
    await there.place.ban(there.fair, there.ids["bernd"], by=there.ids["dev"])
    text = (await there["aylin"].get(path)).text
    assert "hello" in text
    assert "You can write to each other while you are at the same fair." in text
    answer = await there["aylin"].post(path, data={"text": "are you there?"})
    assert (answer.status_code, "are you there?" in answer.text) == (422, True)


async def test_the_list_of_conversations_comes_page_by_page_the_latest_first(there: Guests) -> None:
    names = [f"Guest {number:02}" for number in range(32)]
    for name in names:
        other = await there.place.person(name)
        await there.place.join(there.fair, other)
        opened = await there["aylin"].post(f"/messages/to/{other}")
        there.place.clock.advance(minutes=1)
        await there["aylin"].post(opened.headers["location"], data={"text": f"hello {name}"})
    first = await there["aylin"].get("/messages")
    second = await there["aylin"].get(first.headers["link"].split(">")[0].removeprefix("<"))
    shown = re.findall(r"hello (Guest \d\d)", first.text + second.text)
    assert shown == names[::-1]


async def test_a_mute_set_on_the_page_holds_in_the_lobby_and_is_told(there: Guests) -> None:
    bernd = f"/fairs/ruhr/people/{there.ids['bernd']}"
    await there["bernd"].get("/fairs/ruhr")
    muted = await there["dev"].post(f"{bernd}/mute", data={"minutes": "15"})
    assert muted.status_code == 303
    refused = await there["bernd"].post("/fairs/ruhr/messages", data={"text": "but I"})
    assert (refused.status_code, "A moderator asked you to pause" in refused.text) == (422, True)
    assert "Let them write again" in (await there["dev"].get(bernd)).text
    await there["dev"].post(f"{bernd}/unmute")
    assert (await there["bernd"].post("/fairs/ruhr/messages", data={"text": "thanks"})).status_code == 303


async def test_a_ban_needs_a_reason_and_can_be_lifted(there: Guests) -> None:
    bernd = f"/fairs/ruhr/people/{there.ids['bernd']}"
    refused = await there["dev"].post(f"{bernd}/ban", data={"reason": " "})
    assert (refused.status_code, "Please say why" in refused.text) == (422, True)
    assert (await there["dev"].post(f"{bernd}/ban", data={"reason": "Spam"})).status_code == 303
    assert "Spam" in (await there["dev"].get("/fairs/ruhr/people")).text
    assert "Spam" not in (await there["aylin"].get("/fairs/ruhr/people")).text
    assert (await there["dev"].post(f"{bernd}/unban")).status_code == 303
    assert "Write to everybody" in (await there["bernd"].get("/fairs/ruhr")).text


async def test_moderators_act_upon_no_organiser_and_give_no_roles(there: Guests) -> None:
    edda, bernd = (f"/fairs/ruhr/people/{there.ids[name]}" for name in ("edda", "bernd"))
    await there["dev"].get("/fairs/ruhr")
    assert (await there["dev"].post(f"{edda}/ban", data={"reason": "Coup"})).status_code == 409
    assert (await there["dev"].post(f"{edda}/mute", data={"minutes": "15"})).status_code == 409
    assert (await there["dev"].post(f"{bernd}/roles", data={"roles": "organiser"})).status_code == 403


async def test_an_organiser_gives_roles_and_is_never_the_last_to_go(there: Guests) -> None:
    edda, bernd = (f"/fairs/ruhr/people/{there.ids[name]}" for name in ("edda", "bernd"))
    assert (await there["edda"].post(f"{bernd}/roles", data={"roles": ["speaker", "moderator"]})).status_code == 303
    assert (await there["bernd"].get(edda)).status_code == 200
    answer = await there["edda"].post(f"{edda}/roles", data={})
    assert (answer.status_code, "Somebody else must be organiser first" in answer.text) == (409, True)
    assert (await there["edda"].post(f"{bernd}/roles", data={"roles": "emperor"})).status_code == 409


async def test_attendees_keep_no_order(there: Guests) -> None:
    bernd = f"/fairs/ruhr/people/{there.ids['bernd']}"
    assert (await there["aylin"].get(bernd)).status_code == 404
    for verb in ("mute", "unmute", "ban", "unban", "roles"):
        assert (await there["aylin"].post(f"{bernd}/{verb}", data={"minutes": "15", "reason": "x"})).status_code == 403


async def test_there_is_no_page_about_somebody_who_is_not_at_the_fair(there: Guests) -> None:
    for id in (there.ids["chloe"], "nobody"):
        assert (await there["dev"].get(f"/fairs/ruhr/people/{id}")).status_code == 404


async def test_a_mute_of_a_length_that_is_not_offered_is_a_bad_request(there: Guests) -> None:
    await there["dev"].get("/fairs/ruhr")
    bernd = f"/fairs/ruhr/people/{there.ids['bernd']}"
    for minutes in ("7", "-1", "x", "", "000015" + "0" * 5_000):
        assert (await there["dev"].post(f"{bernd}/mute", data={"minutes": minutes})).status_code == 400


async def test_two_who_press_at_once_are_in_one_conversation(there: Guests) -> None:
    paths = await asyncio.gather(_open(there, "aylin", "bernd"), _open(there, "bernd", "aylin"))
    assert paths[0] == paths[1]
