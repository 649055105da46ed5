"""Writing a need with forms: preview, nothing lost, limits, files; and how it is shown to people and engines."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from directory.needs import queries
from directory.needs.documents import NeedSource
from directory.needs.model import Need, NeedFile
from directory.search.documents import MEMBERS, PUBLIC, Viewer
from directory.speaking import viewer_of
from people import erasure
from server.kernel.db import UnitOfWork
from tests.directory.needs.network import HIDDEN, TEXT, TITLE, Network

FORM = {
    "kind": "seek",
    "category": "product",
    "visibility": "public",
    "title_en": TITLE,
    "text_en": TEXT,
    "title_de": "350 kW Ladeleistung für 24 Busse",
    "text_de": "Ab Herbst laden bei uns **24 Busse**.",
    "budget_from": "50.000",
    "budget_to": "100,000",
    "currency": "EUR",
    "country": "DE",
    "region": "NRW",
    "deadline": "2026-12-12",
    "industries": ["energy", "mobility", "nonsense"],
    "do": "publish",
}


async def only(there: Network) -> Need:
    async with there.kernel.database.read() as session:
        return (await session.scalars(select(Need))).one()


async def test_ones_own_needs_go_along_as_a_file_in_whatever_state(there: Network) -> None:
    await there.need()
    await there.need(publish=False, blind=True)
    rows = (await there["bernd"].get("/needs/mine/export.json")).json()
    assert sorted(row["state"] for row in rows) == ["Draft", "Taking answers"]
    assert {(row["title"], row["organisation"], row["answers"]) for row in rows} == {(TITLE, HIDDEN, 0)}
    assert (await there["aylin"].get("/needs/mine/export.json")).json() == []
    assert (await there["nobody"].get("/needs/mine/export.json")).status_code == 303
    assert "/needs/mine/export.csv" in await there.text("bernd", "/needs?tab=mine")


async def test_a_need_is_written_and_published_with_one_form(there: Network) -> None:
    data = FORM | {"organisation": there.organisations["utility"]}
    sent = await there["bernd"].post("/needs", data=data)
    assert sent.status_code == 303
    need = await only(there)
    assert (need.state, need.budget_from, need.budget_to) == ("open", 50_000, 100_000)

    english = await there.text("nobody", f"/needs/{need.id}")
    assert "NRW, Germany" in english
    assert "€50,000–€100,000" in english
    assert "until 12 December 2026" in english
    assert "<strong>24 buses</strong>" in english
    german = await there.text("nobody", f"/needs/{need.id}?lang=de")
    assert "350 kW Ladeleistung für 24 Busse" in german
    assert "bis 12. Dezember 2026" in german


async def test_a_preview_keeps_everything_and_saves_nothing(there: Network) -> None:
    data = FORM | {"organisation": there.organisations["utility"], "blind": "yes", "shown_as_en": "utility, NRW"}
    shown = await there["bernd"].post("/needs", data=data | {"do": "preview"})

    assert "This is how others see it" in shown.text
    preview = shown.text.partition('id="preview"')[2].partition("<form")[0]
    assert "utility, NRW" in preview
    assert HIDDEN not in preview
    assert 'value="50.000"' in shown.text  # as it was typed
    assert 'value="2026-12-12"' in shown.text
    async with there.kernel.database.read() as session:
        assert (await session.scalars(select(Need))).all() == []


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"title_en": "Short", "title_de": "Kurz"}, "title_en", "Please say in a line what it is about."),
        ({"text_en": "", "text_de": ""}, "text_en", "Please describe it in some sentences."),
        ({"title_en": "x" * 121}, "title_en", "at most 120 characters"),
        ({"text_en": "x" * 6_001}, "text_en", "at most 6000 characters"),
        ({"budget_from": "lots"}, "budget_from", "Please write a whole number."),
        ({"budget_from": "9" * 15}, "budget_from", "Please write a number from 1"),
        ({"budget_from": "200000"}, "budget_to", "The upper end is below the lower one."),
        ({"deadline": "2026-09-01"}, "deadline", "This day is over."),
        ({"deadline": "2036-09-01"}, "deadline", "at most two years"),
        ({"deadline": "soon"}, "deadline", "Please write a day"),
        ({"country": "Atlantis"}, "country", "Please choose one of these."),
        ({"kind": "wish"}, "kind", "Please choose one of these."),
        ({"radius_km": "0"}, "radius_km", "Please write a number from 1"),
        ({"blind": "yes"}, "shown_as_en", "Please say how you are shown"),
        ({"title_en": "Charging\u202eesrever for buses"}, "title_en", "There are characters in it that are not text."),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    there: Network, changes: dict[str, str], field: str, why: str
) -> None:
    answer = await there["bernd"].post("/needs", data=FORM | {"organisation": there.organisations["utility"]} | changes)

    assert answer.status_code == 422
    assert re.search(rf'href="#{field}"><span class="strong">[^<]+[:?]</span> [^<]*{re.escape(why)}', answer.text)
    assert "Ab Herbst laden bei uns" in answer.text or changes.get("text_de") == ""
    async with there.kernel.database.read() as session:
        assert (await session.scalars(select(Need))).all() == []


async def test_scripts_in_a_text_are_text(there: Network) -> None:
    evil = (
        "<script>alert(1)</script> [x](javascript:alert(1)) ![y](https://elsewhere.example/p.png) <img src=x onerror=y>"
    )
    data = FORM | {"organisation": there.organisations["utility"], "text_en": evil, "title_en": "<b>Bold</b> </title>"}
    await there["bernd"].post("/needs", data=data)
    page = await there.text("nobody", f"/needs/{(await only(there)).id}?lang=en")

    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<img src" not in page
    assert "<b>Bold" not in page


async def test_how_a_need_stood_by_whom_and_when_is_for_its_own_people(there: Network) -> None:
    need_id = await there.need()
    there.kernel.clock.advance(hours=1)  # type: ignore[attr-defined]  # the tests' clock is frozen
    await there.turn(need_id, "pause")
    async with there.kernel.database.read() as session:
        own = await queries.history(session, await viewer_of(session, there.people["bernd"]), need_id)
        assert await queries.history(session, await viewer_of(session, there.people["aylin"]), need_id) == []
    assert [(one.deed, one.state, one.by) for one in own] == [
        ("pause", "paused", "Bernd Kowalski"),
        ("publish", "open", "Bernd Kowalski"),
        ("write", "draft", "Bernd Kowalski"),
    ]
    page = await there.text("bernd", f"/needs/{need_id}")
    assert "Stopped for a while" in page
    assert "How it stood" not in await there.text("aylin", f"/needs/{await there.need()}")


async def test_only_who_speaks_for_the_organisation_changes_its_need(there: Network) -> None:
    need_id = await there.need()
    for name in ("aylin", "edda"):
        assert (await there[name].get(f"/needs/{need_id}/edit")).status_code == 404
        assert (await there[name].post(f"/needs/{need_id}/edit", data=FORM)).status_code == 404
        assert (await there[name].post(f"/needs/{need_id}/turn", data={"do": "pause"})).status_code == 404
        assert (await there[name].get(f"/needs/{need_id}/answers")).status_code == 404
    other = await there["aylin"].post("/needs", data=FORM | {"organisation": there.organisations["utility"]})
    assert other.status_code == 422

    assert (await only(there)).state == "open"


async def test_who_speaks_for_nobody_is_told_where_to_begin(there: Network) -> None:
    assert "You do not speak for an organisation yet" in await there.text("edda", "/needs/new")
    assert "/organisations/mine" in await there.text("dev", "/needs/new")


async def test_an_old_title_in_an_address_leads_to_the_present_one(there: Network) -> None:
    need_id = await there.need()
    moved = await there["nobody"].get(f"/needs/{need_id}-something-else")

    assert (moved.status_code, moved.headers["location"]) == (301, f"/needs/{need_id}-350-kw-charging-for-24-buses")


async def test_engines_read_a_public_need_and_not_whose_a_blind_one_is(there: Network) -> None:
    public, blind = await there.need(), await there.need(blind=True)
    data = re.search(r'ld\+json"[^>]*>(.*?)</script>', await there.text("nobody", f"/needs/{public}"), re.S)
    assert data
    read = json.loads(data[1])
    assert (read["@type"], read["name"], read["seeks"]["@type"]) == ("Organization", HIDDEN, "Demand")
    assert read["seeks"]["priceSpecification"]["maxPrice"] == 100_000

    hidden = re.search(r'ld\+json"[^>]*>(.*?)</script>', await there.text("nobody", f"/needs/{blind}"), re.S)
    assert hidden
    assert json.loads(hidden[1])["@type"] == "Demand"
    files = (await there["nobody"].get("/sitemap.xml")).text
    assert "/sitemaps/needs-1.xml" in files
    assert f"/needs/{public}-350-kw" in (await there["nobody"].get("/sitemaps/needs-1.xml")).text


async def test_a_need_for_members_is_not_there_for_others(there: Network) -> None:
    need_id = await there.need(visibility="members")

    assert (await there["nobody"].get(f"/needs/{need_id}")).status_code == 404
    assert TITLE not in await there.text("nobody", "/needs")
    assert TITLE in await there.text("edda", "/needs")


async def test_the_list_is_narrowed_by_words_industry_country_and_day(there: Network) -> None:
    await there.need(deadline=(there.kernel.clock.now() + timedelta(days=5)).date())
    for query in ("q=CHARGING+buses", "industry=mobility", "country=DE", "within=7", "within=oops&industry=oops"):
        assert TITLE in await there.text("aylin", f"/needs?{query}"), query
    await there.need(texts={"en": _wording("ÜBERWACHUNG von Ölkesseln")})
    for query in ("q=überwachung", "q=Überwachung", "q=ölkessel+ÜBER"):
        assert "ÜBERWACHUNG von Ölkesseln" in await there.text("aylin", f"/needs?{query}"), query
    for query in (
        "q=абвгдежзийклмнопрстуфхцчшщъыьэюяαβγδεζηθικλμνξοπρστυφχψω",
        "q=hydrogen",
        "q=100%25",
        "industry=health",
        "country=FR",
        "tab=offer",
    ):
        assert TITLE not in await there.text("aylin", f"/needs?{query}"), query
    assert (await there["aylin"].get("/needs?tab=nothing")).status_code == 404
    assert (await there["aylin"].get("/needs?after=x")).status_code == 404


async def test_a_long_list_comes_page_by_page(there: Network) -> None:
    for number in range(23):
        await there.need(texts={"en": _wording(f"Need number {number:02}")})
        there.kernel.clock.advance(seconds=1)  # type: ignore[attr-defined]  # the tests' clock is frozen
    first = await there["aylin"].get("/needs")
    onward = first.headers["link"].partition(">")[0].removeprefix("<")
    second = await there["aylin"].get(onward)

    assert "Need number 22" in first.text
    assert "Need number 03" in first.text
    assert "Need number 02" in second.text
    assert "Need number 00" in second.text
    assert "Need number 03" not in second.text


async def test_the_id_of_a_need_is_no_cursor_so_nothing_is_told_of_hidden_ones(there: Network) -> None:
    draft, shown = await there.need(publish=False), await there.need()
    for need_id in (draft, shown):
        assert (await there["aylin"].get(f"/needs?after={need_id}")).status_code == 404


@pytest.mark.parametrize("cursor", ["1.x", ".", "-1.{id}", "99999999999999999.{id}", "1_0.{id}", "٣.{id}", "1.5.{id}"])
async def test_what_is_no_cursor_is_not_found(there: Network, cursor: str) -> None:
    need_id = await there.need()
    assert (await there["aylin"].get("/needs", params={"after": cursor.format(id=need_id)})).status_code == 404


async def test_needs_published_in_one_moment_come_once_each(there: Network) -> None:
    made = {await there.need(texts={"en": _wording(f"Need number {number:02}")}) for number in range(23)}
    first = await there["aylin"].get("/needs")
    second = await there["aylin"].get(first.headers["link"].partition(">")[0].removeprefix("<"))
    assert sorted(made) == sorted(each for each in made for page in (first, second) if f"/needs/{each}" in page.text)


def _wording(title: str) -> object:
    from directory.needs.seen import Wording

    return Wording(title, "Words enough.", "", "")


def office(*names: str) -> bytes:
    """An office document with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("plan.exe", b"MZ", "can be attached"),
        ("plan.pdf", b"<html>", "not what its name says"),
        ("plan.svg", b"<svg/>", "can be attached"),
        ("plan.docx", b"PK broken", "not what its name says"),
        ("plan.docx", office("word/document.xml", "word/vbaProject.bin"), "not what its name says"),
        ("plan.pdf", b"", "Please choose a file first."),
    ],
)
async def test_files_that_are_not_what_they_say_are_not_taken(
    there: Network, name: str, content: bytes, why: str
) -> None:
    need_id = await there.need()
    answer = await there["bernd"].post(f"/needs/{need_id}/files", files={"file": (name, content)})

    assert answer.status_code == 422
    assert why in answer.text


async def test_a_file_hangs_on_a_need_until_it_is_taken_away(there: Network) -> None:
    need_id = await there.need()
    path = f"/needs/{need_id}/files"
    for name, content in (("Plan.pdf", b"%PDF-1.7"), ("Plan.docx", office("word/document.xml"))):
        assert (await there["bernd"].post(path, files={"file": (name, content)})).status_code == 303
    async with there.kernel.database.read() as session:
        file = (await session.scalars(select(NeedFile).where(NeedFile.name == "Plan.pdf"))).one()
    given = await there["nobody"].get(f"{path}/{file.id}")
    assert given.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in given.headers["content-security-policy"]
    assert (await there["aylin"].post(f"{path}/{file.id}/remove")).status_code == 404

    await there["bernd"].post(f"{path}/{file.id}/remove")
    await there.kernel.jobs.run_due()
    assert (await there["nobody"].get(f"{path}/{file.id}")).status_code == 404
    assert not there.kernel.files.path(file.file).exists()


async def test_no_more_than_six_files_and_ten_megabytes_are_taken(there: Network) -> None:
    need_id = await there.need()
    path = f"/needs/{need_id}/files"
    for number in range(6):
        await there["bernd"].post(path, files={"file": ("a.pdf", b"%PDF-" + bytes([number]))})
    seventh = await there["bernd"].post(path, files={"file": ("a.pdf", b"%PDF-7")})
    large = await there["bernd"].post(path, files={"file": ("a.pdf", b"%PDF-" + bytes(10 * 1024 * 1024 + 70_000))})

    assert (seventh.status_code, large.status_code) == (422, 413)


async def test_the_search_is_handed_open_needs_without_whose_a_blind_one_is(there: Network) -> None:
    open_, blind = await there.need(), await there.need(blind=True)
    members, draft = await there.need(visibility="members"), await there.need(publish=False)
    source = NeedSource(there.kernel.clock)
    async with there.kernel.database.read() as session:
        marks = await source.changed(session, None, 10)
        assert {mark.id for mark in marks} == {open_, blind, members, draft}
        assert len(await source.changed(session, marks[1], 10)) == 2
        found = {one.id: one for one in await source.documents(session, [mark.id for mark in marks])}
        cards = await source.cards(session, Viewer(None, "en"), [mark.id for mark in marks])

    assert found.keys() == {open_, blind, members}
    assert found[open_].owner == there.organisations["utility"]
    assert tuple(found[members].audiences) == (MEMBERS,)
    assert PUBLIC in found[blind].audiences
    for told in (repr(found[blind]), repr(cards[blind])):
        assert HIDDEN not in told
        assert "Hagenfeld" not in told
        assert there.organisations["utility"] not in told
    assert cards.keys() == {open_, blind}
    assert {str(one.created_at)[11:] for one in found.values()} == {"00:00:00+00:00"}  # a day, not a moment


async def test_what_somebody_wrote_is_handed_out_and_erased_with_them(there: Network) -> None:
    answer = await there.answer(await there.need())
    await there.step(answer.id, "asked", text="How loud is it?")
    archive = await there["bernd"].post("/me/data/export")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as packed:
        data = json.loads(packed.read("needs.json"))
    assert [row["kind"] for row in data["answered"]] == ["asked"]
    assert data["written"][0]["title"] == TITLE

    async with there.kernel.database.write() as uow:
        await erase(uow, there)
    await there.kernel.jobs.run_due()
    page = await there.text("aylin", f"/answers/{answer.id}")
    assert "How loud is it?" not in page
    assert TITLE in await there.text("aylin", "/needs")  # the need is the organisation's


async def erase(uow: UnitOfWork, there: Network) -> None:
    await erasure.erase(uow, there.kernel, there.people["bernd"])
