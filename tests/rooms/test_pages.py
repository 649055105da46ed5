"""The lobby's page and the start page."""

import json
import re

from tests.fairs.guests import Guests


def _state(text: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" data-chat>(.*?)</script>', text, re.DOTALL)
    assert found
    state: dict[str, object] = json.loads(found[1])
    return state


async def test_what_is_posted_in_the_lobby_is_on_its_page_for_everybody(there: Guests) -> None:
    answer = await there["aylin"].post("/fairs/ruhr/messages", data={"text": "Hello\nthere"})
    assert answer.status_code == 303
    anchor = answer.headers["location"].partition("#")[2]
    text = (await there["bernd"].get("/fairs/ruhr")).text
    assert f'id="{anchor}"' in text
    assert "Hello\nthere" in text


async def test_pressing_twice_says_it_once(there: Guests) -> None:
    page = (await there["aylin"].get("/fairs/ruhr")).text
    found = re.search(r'action="(/fairs/ruhr/messages\?cid=[0-9a-f-]+)"', page)
    assert found
    first, second = [await there["aylin"].post(found[1], data={"text": "Once"}) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert len(_state((await there["aylin"].get("/fairs/ruhr")).text)["messages"]) == 1  # type: ignore[arg-type]


async def test_an_empty_message_comes_back_with_the_reason_and_a_long_one_with_its_text(there: Guests) -> None:
    empty = await there["aylin"].post("/fairs/ruhr/messages", data={"text": "   "})
    assert (empty.status_code, "There is nothing to send yet." in empty.text) == (422, True)
    long = await there["aylin"].post("/fairs/ruhr/messages", data={"text": "x" * 4001})
    assert long.status_code == 422
    assert "x" * 4001 in long.text


async def test_the_page_brings_along_what_the_browser_takes_over(there: Guests) -> None:
    await there["bernd"].post("/fairs/ruhr/messages", data={"text": "</script><b>"})
    text = (await there["aylin"].get("/fairs/ruhr")).text
    state = _state(text)
    assert state["pos"] == {"s": 1, "epoch": state["pos"]["epoch"]}  # type: ignore[index]
    assert state["messages"][0]["text"] == "</script><b>"  # type: ignore[index]
    assert (state["kind"], state["read"]) == ("room", 0)
    assert "&lt;/script&gt;&lt;b&gt;" in text


async def test_older_messages_have_a_page_of_their_own(there: Guests) -> None:
    for number in range(55):
        await there["aylin" if number % 2 else "bernd"].post(
            "/fairs/ruhr/messages", data={"text": f"number {number:02}"}
        )
    newest = (await there["dev"].get("/fairs/ruhr")).text
    assert "number 04" not in newest
    found = re.search(r'rel="prev" href="([^"]+)"', newest)
    assert found
    older = (await there["dev"].get(found[1])).text
    assert "number 04" in older
    assert "number 05" not in older
    assert "<fm-chat" not in older
    assert (await there["dev"].get("/fairs/ruhr?before=x")).status_code == 404


async def test_the_lobby_of_a_fair_that_is_over_says_so(there: Guests) -> None:
    assert not re.search(r'<p class="talk-line">.*Over', (await there["dev"].get("/fairs/ruhr")).text)
    there.place.clock.advance(hours=24 * 30)
    assert re.search(r'<p class="talk-line">.*Over</span> · Lobby', (await there["dev"].get("/fairs/ruhr")).text)


async def test_the_lobby_of_a_fair_that_has_not_begun_says_so_and_when_it_is(there: Guests) -> None:
    there.place.clock.advance(hours=-24 * 30)
    line = r'<p class="talk-line">.*Still to come</span> · Lobby<span> · [^<]+ 20\d\d</span>'
    assert re.search(line, (await there["dev"].get("/fairs/ruhr")).text)


async def test_nobody_outside_reads_or_writes_in_the_lobby(there: Guests) -> None:
    await there["aylin"].post("/fairs/ruhr/messages", data={"text": "a secret of the lobby"})
    assert "secret" not in (await there["chloe"].get("/fairs/ruhr")).text
    answer = await there["chloe"].post("/fairs/ruhr/messages", data={"text": "spam"})
    assert answer.status_code == 403
    assert "spam" not in (await there["aylin"].get("/fairs/ruhr")).text


async def test_who_is_banned_reads_why_and_nothing_else(there: Guests) -> None:
    await there["aylin"].post("/fairs/ruhr/messages", data={"text": "a secret of the lobby"})
    await there.place.ban(there.fair, there.ids["bernd"], by=there.ids["dev"])
    text = (await there["bernd"].get("/fairs/ruhr")).text
    assert "Advertising in every channel" in text
    assert "secret" not in text
    assert "Join the fair" not in text
    assert (await there["bernd"].post("/fairs/ruhr/join")).status_code == 303
    assert (await there["bernd"].get("/fairs/ruhr/people")).status_code == 404
    there["bernd"].cookies.set("fairmatch_locale", "de")
    assert "ausgeschlossen: „Advertising in every channel“" in (await there["bernd"].get("/fairs/ruhr")).text
    for path in ("/", "/fairs", "/fairs/export.csv"):
        assert "Ruhr Energy Forum" not in (await there["bernd"].get(path)).text, path


async def test_the_start_page_says_what_waits_and_where_one_can_go(there: Guests) -> None:
    await there["aylin"].get("/fairs/ruhr")
    opened = await there["aylin"].post(f"/messages/to/{there.ids['bernd']}")
    await there["aylin"].post(opened.headers["location"], data={"text": "hello"})
    mention = f"@[Bernd]({there.ids['bernd']})"
    await there["aylin"].post("/fairs/ruhr/messages", data={"text": f"{mention} and again {mention}"})
    text = (await there["bernd"].get("/")).text
    assert "1 new message" in text
    assert "Somebody called you by name" in text
    assert "Enter the lobby" in text
    assert re.search(r'data-count="unread"><span data-number>2<', text)


async def test_who_is_in_no_fair_is_led_into_one(there: Guests) -> None:
    text = (await there["chloe"].get("/")).text
    assert 'action="/fairs/ruhr/join"' in text
    assert "Enter the lobby" not in text


async def test_the_start_page_greets_by_the_hour_of_the_reader(there: Guests) -> None:
    assert "Hello, Aylin" in (await there["aylin"].get("/")).text
    there.place.clock.advance(hours=8)
    assert "Good evening, Aylin" in (await there["aylin"].get("/")).text
    there.place.clock.advance(hours=10)
    assert "Good morning, Aylin" in (await there["aylin"].get("/")).text
