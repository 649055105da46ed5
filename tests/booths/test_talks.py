"""A talk by itself: its page, for people and search engines, in a calendar, found by the search, and for programs."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from booths import own_data
from booths.documents import EventSource
from booths.model import Talk, TalkRemoval
from directory.search.changes import touches
from directory.search.documents import Viewer
from server.kernel.ids import new_id
from tests.booths.stage import PATH, Programme
from tests.booths.test_programme import talks
from tests.meetings.reader import read
from web import markdown

V1 = "/api/v1/fairs"


async def address(there: Programme, **said: str) -> str:
    """A talk was entered; its page."""
    await there.enter(**said)
    entered = {each.title: each.id for each in await talks(there)}
    return f"/fairs/ruhr/talks/{entered[said.get('title', 'Depots')]}"


async def test_a_talk_has_a_page_for_everybody_that_programme_and_organisation_lead_to(there: Programme) -> None:
    path = await address(there, title="Depots </script> at night")
    for before in (PATH, f"/o/{there.voltbus}"):
        assert f'href="{path}"' in (await there.stranger.get(before)).text
    page = (await there.stranger.get(path)).text
    assert f'href="/o/{there.voltbus}"' in page
    assert f'hreflang="de" href="http://localhost:8000{path}?lang=de"' in page
    [data] = re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page)
    event = json.loads(data)
    assert (event["@type"], event["name"]) == ("Event", "Depots </script> at night")
    assert (event["startDate"], event["performer"]["name"]) == ("2026-09-15T10:00:00+00:00", "Voltbus")
    assert "Wer spricht" in (await there.stranger.get(f"{path}?lang=de")).text
    assert (await there.stranger.get(f"{path}?lang=fr")).status_code == 404
    assert "/rooms/main-stage" not in page
    assert "/rooms/main-stage" in (await there["edda"].get(path)).text
    assert path in (await there.stranger.get("/sitemaps/talks-1.xml")).text
    programme = (await there.stranger.get(f"{PATH}?lang=de")).text
    assert '<html lang="de"' in programme
    [data] = re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', programme)
    assert [each["@id"] for each in json.loads(data)["subEvent"]] == [f"http://localhost:8000{path}"]
    for public in (PATH, "/fairs/ruhr", "/partners", f"/o/{there.voltbus}/products"):
        head = (await there.stranger.get(public)).text
        assert f'hreflang="de" href="http://localhost:8000{public}?lang=de"' in head
        assert f'og:url" content="http://localhost:8000{public}"' in head
        assert (await there.stranger.get(f"{public}?lang=fr")).status_code == 404


async def test_what_talks_say_is_read_once_however_often_calendars_look(
    there: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    await address(there, **ABOUT | {"text.en": f"What *{new_id()}* did"})
    rendered: list[str] = []
    render = markdown._markdown.render
    monkeypatch.setattr(markdown._markdown, "render", lambda text: rendered.append(text) or render(text))
    first = (await there.stranger.get(f"{PATH}.ics")).text
    assert [each for each in rendered if "What *" in each]
    rendered.clear()
    again = (await there.stranger.get(f"{PATH}.ics")).text
    assert (rendered, len(read(again).events)) == ([], len(read(first).events))


async def test_the_programme_goes_along_as_a_file(there: Programme) -> None:
    path = await address(there)
    assert f"{PATH}/export.csv" in (await there["bernd"].get(PATH)).text
    [row] = (await there["bernd"].get(f"{PATH}/export.json")).json()
    assert (row["title"], row["organisation"], row["page"]) == ("Depots", "Voltbus", f"http://localhost:8000{path}")
    assert "export" not in (await there.stranger.get(PATH)).text
    await there["edda"].post(f"{PATH}/stands/{there.stand}", data={f"stand-{there.stand}": there.voltbus})
    [row] = (await there["bernd"].get(f"{PATH}/stands/export.json")).json()
    assert row == {"organisation": "Voltbus", "stand": "Hall 1", "page": f"http://localhost:8000/o/{there.voltbus}"}


async def test_a_talk_goes_into_a_calendar(there: Programme) -> None:
    path = await address(there, title="Depots, at night")
    file = await there.stranger.get(f"{path}/talk.ics")
    assert file.headers["content-type"].startswith("text/calendar")
    [talk] = read(file.text).events
    ten = datetime(2026, 9, 15, 10, tzinfo=UTC)
    assert (talk.summary, talk.start, talk.end) == ("Depots, at night", ten, ten + timedelta(minutes=30))
    assert str(talk.url) == f"http://localhost:8000{path}"


async def test_whose_a_talk_is_stays_with_those_who_may_know(there: Programme) -> None:
    slug, _ = await there.organisation(name="Secret Grid", visibility="members")
    path = await address(there, organisation=f"/o/{slug}")
    for ending in ("", "/talk.ics"):
        assert "Secret Grid" not in (await there.stranger.get(path + ending)).text
        assert "Secret Grid" in (await there["bernd"].get(path + ending)).text
    told = (await there.stranger.get(f"{V1}/{there.guests.fair.id}/talks")).json()["items"]
    assert [each["organisation"] for each in told] == [None]


async def test_there_is_no_page_of_what_is_in_no_programme(there: Programme) -> None:
    path = await address(there)
    talk_id = path.rpartition("/")[2]
    for wrong in (f"/fairs/ruhr/talks/{new_id()}", "/fairs/ruhr/talks/none", f"/fairs/none/talks/{talk_id}"):
        assert (await there.stranger.get(wrong)).status_code == 404
    async with there.guests.kernel.database.write() as uow:
        (await uow.session.get_one(Talk, talk_id)).day = 30  # as if the fair had become shorter
    assert (await there.stranger.get(path)).status_code == 404
    assert (await there.stranger.get(f"{path}/talk.ics")).status_code == 404
    await there["edda"].post(f"{PATH}/talks/{talk_id}/remove")
    assert (await there.stranger.get(path)).status_code == 404


async def test_talks_are_found_among_events_and_the_index_hears_of_every_change(there: Programme) -> None:
    path = await address(there)
    talk_id, kernel, fair = path.rpartition("/")[2], there.guests.kernel, there.guests.fair
    source = EventSource(kernel.clock)
    async with kernel.database.read() as session:
        marks = await source.changed(session, None, 10)
        assert [mark.id for mark in marks] == [fair.id, talk_id]
        assert [mark.id for mark in await source.changed(session, marks[0], 10)] == [talk_id]
        assert {one.path for one in await source.documents(session, [fair.id, talk_id])} == {"/fairs/ruhr", path}
        card = (await source.cards(session, Viewer(None, "en"), [talk_id]))[talk_id]
    assert (card.name, card.line, card.by, card.facts[1]) == ("Depots", fair.name, "Voltbus", "Main stage")
    await there.enter("edda", f"{PATH}/talks/{talk_id}", title="Grids")
    async with kernel.database.read() as session:
        [told] = await touches(session, "event", None, 10)
        assert told.id == talk_id
    kernel.clock.advance(minutes=1)  # type: ignore[attr-defined]  # the tests' clock is frozen
    await there["edda"].post(f"{PATH}/talks/{talk_id}/remove")
    async with kernel.database.read() as session:
        assert [mark.id for mark in await touches(session, "event", told, 10)] == [talk_id]
        assert await source.documents(session, [talk_id]) == []


async def test_programs_read_fairs_their_talks_and_their_stands(there: Programme) -> None:
    path = await address(there)
    fair_id = there.guests.fair.id
    await there["edda"].post(f"{PATH}/stands/{there.stand}", data={f"stand-{there.stand}": there.voltbus})
    assert [each["id"] for each in (await there.stranger.get(V1)).json()["items"]] == [fair_id]
    fair = (await there.stranger.get(f"{V1}/{fair_id}")).json()
    assert (fair["page"], fair["time_zone"]) == ("http://localhost:8000/fairs/ruhr", "Europe/Berlin")
    [talk] = (await there.stranger.get(f"{V1}/{fair_id}/talks")).json()["items"]
    assert (talk["page"], talk["starts_at"]) == (f"http://localhost:8000{path}", "2026-09-15T10:00:00Z")
    [stand] = (await there.stranger.get(f"{V1}/{fair_id}/stands")).json()["items"]
    assert (stand["name"], stand["organisation"]["name"], talk["organisation"]["name"]) == (
        "Hall 1",
        "Voltbus",
        "Voltbus",
    )
    for rest in ("", "/talks", "/stands"):
        assert (await there.stranger.get(f"{V1}/{new_id()}{rest}")).status_code == 404


ABOUT = {
    "text.en": "What **four depots** did <script>alert(1)</script>",
    "text.de": "Was [vier Depots](javascript:alert(1)) taten",
    "speakers": "Aylin Demir, head of charging\n\n Deniz Aksoy \nAylin Demir, head of charging at Voltbus",
}


async def test_a_talk_says_what_it_is_about_and_who_speaks_wherever_it_is_told(there: Programme) -> None:
    path = await address(there, **ABOUT)
    page = (await there.stranger.get(path)).text
    assert "What <strong>four depots</strong> did &lt;script&gt;" in page
    assert 'href="javascript' not in (german := (await there.stranger.get(f"{path}?lang=de")).text)
    assert "Was " in german
    [data] = re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page)
    event = json.loads(data)
    assert event["description"] == "What four depots did <script>alert(1)</script>"
    people = [(one["@type"], one["name"], one.get("description")) for one in event["performer"]]
    assert people == [
        ("Person", "Aylin Demir", "head of charging at Voltbus"),
        ("Person", "Deniz Aksoy", None),
        ("Organization", "Voltbus", None),
    ]
    assert "Aylin Demir, Deniz Aksoy, Voltbus" in (await there.stranger.get(PATH)).text
    [row] = (await there["bernd"].get(f"{PATH}/export.json")).json()
    assert (row["speakers"], row["text"]) == (["Aylin Demir", "Deniz Aksoy"], ABOUT["text.en"])
    [told] = (await there.stranger.get(f"{V1}/{there.guests.fair.id}/talks")).json()["items"]
    assert (told["texts"]["de"]["text"], told["speakers"][1]) == (ABOUT["text.de"], {"name": "Deniz Aksoy", "line": ""})
    [talk] = read((await there.stranger.get(f"{path}/talk.ics")).text).events
    assert talk.description.startswith("Aylin Demir, Deniz Aksoy, Voltbus · Ruhr Energy Forum · Main stage\nWhat four")
    form = (await there["edda"].get(f"{PATH}/talks/{path.rpartition('/')[2]}")).text
    assert "Aylin Demir, head of charging at Voltbus\nDeniz Aksoy</textarea>" in form


async def test_a_talk_that_says_nothing_in_a_language_is_read_in_the_other_one(there: Programme) -> None:
    path = await address(there, **{"text.de": "Nur auf Deutsch"})
    assert '<div class="prose measure" lang="de"><p>Nur auf Deutsch' in (await there.stranger.get(path)).text
    wrong = await there.enter(begins="15:00", speakers="\n".join(f"Somebody {letter}" for letter in "abcdefghijklm"))
    assert (wrong.status_code, "At most 12 people" in wrong.text) == (422, True)
    assert "no web or mail address" in (await there.enter(begins="15:00", speakers="a@b.example")).text


async def test_talks_are_found_by_what_they_are_about_and_by_who_speaks(there: Programme) -> None:
    path = await address(there, **ABOUT)
    talk_id, source = path.rpartition("/")[2], EventSource(there.guests.kernel.clock)
    async with there.guests.kernel.database.read() as session:
        [document] = await source.documents(session, [talk_id])
        card = (await source.cards(session, Viewer(None, "en"), [talk_id]))[talk_id]
        behind = (await source.behind(session, Viewer(None, "en"), [talk_id]))[talk_id]
    assert document.wordings["en"].markdown == ABOUT["text.en"]
    assert set(document.words) == set(behind.words) == {"Aylin Demir", "head of charging at Voltbus", "Deniz Aksoy"}
    assert set(behind.texts) == {ABOUT["text.de"], ABOUT["text.en"]}
    assert card.starts_at == datetime(2026, 9, 15, 10, tzinfo=UTC)


async def test_a_calendar_that_follows_hears_of_every_change_and_of_the_end(there: Programme) -> None:
    path = await address(there)
    talk_id = path.rpartition("/")[2]
    assert f"webcal://localhost:8000{PATH}.ics" in (await there.stranger.get(PATH)).text
    assert f"webcal://localhost:8000{path}/talk.ics" in (await there.stranger.get(path)).text

    async def told(address: str) -> tuple[int | None, str, str]:
        [talk] = read((await there.stranger.get(address)).text).events
        return talk.sequence, f"{talk.start:%d %H:%M}", talk.status.value if talk.status else ""

    assert await told(f"{PATH}.ics") == (0, "15 10:00", "CONFIRMED")
    await there.enter("edda", f"{PATH}/talks/{talk_id}", begins="13:00")
    assert await told(f"{path}/talk.ics") == await told(f"{PATH}.ics") == (1, "15 11:00", "CONFIRMED")
    plan = {"name": "Ruhr", "time_zone": "Europe/Berlin", "starts_on": "2026-09-21", "ends_on": "2026-09-23"}
    await there["edda"].post("/fairs/ruhr/plan", data=plan)
    assert await told(f"{PATH}.ics") == (2, "22 11:00", "CONFIRMED")
    await there["edda"].post(f"{PATH}/talks/{talk_id}/remove")
    assert await told(f"{path}/talk.ics") == await told(f"{PATH}.ics") == (3, "22 11:00", "CANCELLED")
    assert (await there.stranger.get(path)).status_code == 404
    async with there.guests.kernel.database.write() as uow:
        edda = there.guests.ids["edda"]
        assert [each["title"] for each in (await own_data.collect(uow.session, edda))["talks_removed"]] == ["Depots"]
        await own_data.erase(uow, edda)
        assert list(await uow.session.scalars(select(TalkRemoval.by_id))) == [None]


async def test_fairs_and_their_programmes_are_in_the_sitemap(there: Programme) -> None:
    for kind, path in (("fairs", "/fairs/ruhr"), ("programmes", PATH)):
        assert f"<loc>http://localhost:8000{path}</loc>" in (await there.stranger.get(f"/sitemaps/{kind}-1.xml")).text
