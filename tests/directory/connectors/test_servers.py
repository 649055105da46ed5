"""Another server's public directory comes in by its API, and stays fresh: what people here get of it."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from directory.connectors import queries, servers
from directory.connectors.copying import OVERLAP, Changed, flat_product
from directory.connectors.interface import NothingUsableError
from directory.connectors.servers import Servers
from directory.imports import beside
from directory.imports.model import ImportBatch, ImportRun
from directory.organisations import bulk
from directory.organisations.bulk import OrganisationRow
from directory.organisations.merging import merge
from directory.organisations.model import Organisation
from directory.products import actions
from server.kernel.clock import FrozenClock
from tests.directory.connectors.neighbour import Neighbour
from tests.directory.imports.test_runs import asked_here
from tests.directory.scene import Scene

URL = "https://other.example"
NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)


@pytest.fixture
async def neighbour(there: Scene, monkeypatch: pytest.MonkeyPatch) -> Neighbour:
    """Its answers have the shape that our own API gives."""
    texts: dict[str, Any] = {"description.en": "**Fast** & green", "links": (("Shop", "https://shop.example"),)}
    slug, _ = await there.organisation(founded=2019, languages=("en", "tr"), size="1-10", **texts)
    listed = (await there["aylin"].get("/api/v1/organisations")).json()["items"]
    made = Neighbour(next(each for each in listed if each["slug"] == slug))
    monkeypatch.setattr(there.kernel.fetcher, "fetch", made.fetch)
    monkeypatch.setattr(beside, "_asked", asked_here)  # a process for each file would take most of the time
    return made


async def read(there: Scene) -> None:
    """Connect it the first time, else let the time of the next reading come."""
    async with there.kernel.database.read() as session:
        known = await queries.servers(session)
    if known:
        there.kernel.clock.advance(hours=6, minutes=1)  # type: ignore[attr-defined]
    else:
        assert (await there["ada"].post("/servers", data={"url": "other.example/discover"})).status_code == 303
    await there.kernel.jobs.run_due()


async def copies(there: Scene) -> dict[str, Organisation]:
    """What came from there, by name."""
    async with there.kernel.database.read() as session:
        found = await session.scalars(select(Organisation).where(Organisation.source == "fairmatch:other.example"))
        return {each.name: each for each in found}


async def test_a_directory_comes_in_whole_with_its_source_and_day(there: Scene, neighbour: Neighbour) -> None:
    for minute, name in enumerate(("Alpha Hydrogen", "Beta Sensors", "Gamma Pumps", "Delta Grid", "Epsilon Rail")):
        neighbour.has(name, minute)
    neighbour.has("From a third one", 9, source={"name": "fairmatch:third.example", "id": "1"})
    await read(there)
    found = await copies(there)
    assert set(found) == {"Alpha Hydrogen", "Beta Sensors", "Gamma Pumps", "Delta Grid", "Epsilon Rail"}
    beta = found["Beta Sensors"]
    assert (beta.source_id, beta.kind, beta.founded, beta.country) == ("there-beta-sensors", "startup", 2019, "TR")
    assert (beta.size, beta.place) == (neighbour.like["size"], "İzmir")
    page = (await there["chloe"].get(f"/o/{beta.slug}")).text
    assert "From the directory of other.example, as of" in page
    assert "<strong>Fast</strong> &amp; green" in page
    assert "https://shop.example" in page


async def test_each_record_keeps_the_licence_that_it_has_there(there: Scene, neighbour: Neighbour) -> None:
    def given(licence: object) -> dict[str, object]:
        return {"name": "chamber", "id": "7", "licence": licence}

    for minute, (name, licence) in enumerate({"Alpha": "cc-by", "Beta": "odbl", "Gamma": "made-up"}.items()):
        neighbour.has(name, minute, source=given(licence))
    await read(there)
    found = await copies(there)
    pages = {name: (await there["chloe"].get(f"/o/{one.slug}")).text for name, one in found.items()}
    assert "CC BY 4.0" in pages["Alpha"]
    assert "ODbL 1.0" in pages["Beta"]
    assert not [word for word in ("CC BY", "ODbL", "made-up") if word in pages["Gamma"]]
    listed = (await there["chloe"].get("/api/v1/organisations")).json()["items"]
    told = {one["name"]: one["source"]["licence"] for one in listed if one["source"]}
    assert told == {"Alpha": "cc-by", "Beta": "odbl", "Gamma": ""}
    neighbour.has("Alpha", 30, source=given(None))
    await read(there)
    assert "CC BY 4.0" not in (await there["chloe"].get(f"/o/{found['Alpha'].slug}")).text


async def test_only_what_changed_comes_again_and_edits_made_here_stay(there: Scene, neighbour: Neighbour) -> None:
    neighbour.has("Alpha Hydrogen", 1)
    neighbour.has("Beta Sensors", 5)
    await read(there)
    alpha = (await copies(there))["Alpha Hydrogen"]
    edit = {"name": "Alpha Hydrogen", "kind": "startup", "visibility": "public", "place": "Bochum", "founded": "2019"}
    assert (await there["ada"].post(f"/o/{alpha.slug}/edit", data=edit)).status_code == 303
    neighbour.has("Alpha Hydrogen", 7, place="Ankara", founded=2021)
    await read(there)
    await read(there)
    assert neighbour.asked[-1]["updated_since"] == "2026-09-01T08:06:00+00:00"
    alpha = (await copies(there))["Alpha Hydrogen"]
    assert (alpha.place, alpha.founded) == ("Bochum", 2021)
    async with there.kernel.database.read() as session:
        runs = (await session.scalars(select(ImportRun).order_by(ImportRun.asked_at))).all()
        batches = (await session.scalars(select(ImportBatch).order_by(ImportBatch.created_at))).all()
    assert [(run.rows, run.made, run.changed) for run in runs] == [(2, 2, 0), (1, 0, 1)]
    assert (await there["ada"].post(f"/imports/{batches[-1].id}/undo")).status_code == 303
    await there.kernel.jobs.run_due()
    assert (await copies(there))["Alpha Hydrogen"].founded == 2019


async def as_told(there: Scene, organisation_id: str) -> dict[str, Any]:
    """A product of ours, as our API tells it."""
    values = {"name.de": "Pumpe", "name.en": "Pump", "line.en": "**Quiet** & small", "description.de": "Eine Pumpe."}
    values |= {"category": "storage", "maturity": "market", "currency": "EUR", "price_from": 1, "price_to": 1_000_000}
    values |= {"url": "https://pump.example/p", "certificates": ("CE", "ISO 9001")}
    async with there.kernel.database.write() as uow:
        await actions.create(uow, organisation_id, values, by_id=there.ids["aylin"])
    (found,) = (await there["aylin"].get(f"/api/v1/products?organisation={organisation_id}")).json()["items"]
    return dict(found)


async def products_of(there: Scene, organisation: Organisation) -> list[dict[str, Any]]:
    listed = await there["chloe"].get(f"/api/v1/products?organisation={organisation.id}")
    found: list[dict[str, Any]] = listed.json()["items"]
    return found


async def test_products_follow_their_organisations_and_go_and_come_back_with_them(
    there: Scene, neighbour: Neighbour
) -> None:
    neighbour.has("Alpha Hydrogen", 1)
    like = await as_told(there, neighbour.like["id"])
    own = {"organisation": "there-alpha-hydrogen", "updated_at": "2026-09-01T08:00:00+00:00", "price_from": 123_450}
    pump, orphan = like | {"id": "there-pump"} | own, like | {"id": "lost", "organisation": "unknown"}
    third = like | own | {"id": "third", "source": {"name": "fairmatch:third.example", "id": "1"}}
    later = like | own | {"id": "later", "updated_at": "9999-01-01T00:00:00+00:00"}
    neighbour.products = [pump, third, orphan | {"updated_at": own["updated_at"]}, later]
    await read(there)
    alpha = (await copies(there))["Alpha Hydrogen"]
    assert await products_of(there, alpha) == []  # whose they are is known first
    await read(there)
    (copied,) = await products_of(there, alpha)
    same = ("texts", "category", "maturity", "currency", "url", "certificates", "price_to")
    assert {name: copied[name] for name in same} == {name: pump[name] for name in same}
    assert (copied["price_from"], copied["source"]["name"]) == (123_450, "fairmatch:other.example")
    page = (await there["chloe"].get(urlsplit(copied["page"]).path)).text
    assert "Source: fairmatch:other.example" in page
    assert copied["confirmed_at"] == pump["confirmed_at"]
    neighbour.products.remove(pump)
    neighbour.products_gone = [{"id": "there-pump", "removed_at": "2026-09-01T09:00:00+00:00", "reason": "removed"}]
    await read(there)
    assert await products_of(there, alpha) == []
    neighbour.products_gone = []
    neighbour.products.append(pump)  # as when its organisation is shown again: it has not changed
    await read(there)
    assert await products_of(there, alpha) == []
    there.kernel.clock.advance(days=7)  # type: ignore[attr-defined]
    await read(there)
    assert [one["id"] for one in await products_of(there, alpha)] == [copied["id"]]


@pytest.mark.parametrize("cents", ["1", 10**400, -5, [1], None])
def test_a_price_of_another_shape_is_none(cents: object) -> None:
    item = {"id": "1", "organisation": "2", "price_from": cents, "price_to": 150}
    assert flat_product(item)["price"] is None
    assert flat_product(item)["price_to"] == "1.50"


async def test_a_large_directory_comes_in_several_readings(
    there: Scene, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "PAGES_MOST", 1)
    for minute, name in enumerate(("Alpha Hydrogen", "Beta Sensors", "Gamma Pumps")):
        neighbour.has(name, minute)
    await read(there)
    assert len(await copies(there)) == 2
    await read(there)
    assert len(await copies(there)) == 3


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>", b"[]", b'{"items": [{}], "next": null}', b'{"items": 1, "next": null}',
        b'{"items": {"0": 1}, "next": null}', b'{"items": [], "next": 1}',
        b'{"items": [], "next": "' + b"9" * 600 + b'"}',
        b'{"items": [' + b"0," * 200 + b'0], "next": null}',
        b'{"items": [{"id": "1", "updated_at": "2026-01-01T00:00:00", "source": null}], "next": null}',
        b'{"items": [{"id": "1", "updated_at": "2026-01-01T00:00:00Z", "source": null, "links": [1]}], "next": null}',
    ],
)  # fmt: skip
async def test_an_answer_of_another_shape_is_no_directory(answer: bytes, tmp_path: Any) -> None:
    neighbour = Neighbour({})
    neighbour.answer = answer
    connector = Servers(neighbour, tmp_path, FrozenClock(NOW))  # type: ignore[arg-type]
    with pytest.raises(NothingUsableError, match="no_directory"):
        await connector.read(URL, {})
    assert not [each for each in tmp_path.rglob("*") if each.is_file()]


def pages(*given: list[tuple[str, str]]) -> Changed:
    """A reading of pages that lead on from each to the next, each with pairs of an id and a moment."""
    reading = Changed({}, NOW)
    for number, pairs in enumerate(given):
        items = [{"id": id_, "updated_at": at, "source": None} for id_, at in pairs]
        onward = str(number) if number < len(given) - 1 else None
        reading.take(json.dumps({"items": items, "next": onward}).encode())
    return reading


FIRST, LATER, SECOND = (f"2026-09-01T08:{minute}+00:00" for minute in ("00:00", "00:10", "30:00"))


@pytest.mark.parametrize(
    "given",
    [
        [[("a", FIRST)], [("b", SECOND)], [("a", FIRST)], [("b", SECOND)]],
        [[("a", FIRST)], [("a", FIRST)]],
        [[("a", FIRST)], [("b", FIRST)], [("a", FIRST), ("b", FIRST)]],
    ],
)
def test_cursors_that_lead_in_a_circle_are_not_followed(given: list[list[tuple[str, str]]]) -> None:
    with pytest.raises(NothingUsableError, match="no_directory"):
        pages(*given)


def test_a_clock_that_goes_wrong_there_neither_ends_the_reading_nor_hides_what_comes_after() -> None:
    mark = pages([("a", "0001-01-01T00:00:00+14:00"), ("b", FIRST), ("c", "9999-12-31T23:59:59-14:00")]).mark()
    assert mark["since"] == (NOW - OVERLAP).isoformat()
    assert "c" in mark["seen"]
    assert pages([("a", "0001-01-01T00:00:00+00:00")]).mark()["since"] < "2000-01-02"


def test_what_changed_in_one_minute_is_known_again_however_much_it_was() -> None:
    many = [(f"{number:04}", FIRST if number < 1_100 else LATER) for number in range(2_000)]
    chunks = [many[at : at + 100] for at in range(0, 2_000, 100)]
    mark = pages(*chunks).mark()
    again = [pair for pair in many if pair[1] >= mark["since"]]
    reading = Changed(mark, NOW)
    for at in range(0, len(again), 100):
        items = [{"id": id_, "updated_at": moment, "source": None} for id_, moment in again[at : at + 100]]
        reading.take(json.dumps({"items": items, "next": str(at) if at + 100 < len(again) else None}).encode())
    assert (len(again), reading.fresh) == (900, 0)


async def test_a_server_that_answers_slowly_comes_in_several_readings(
    there: Scene, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "READING_S", -1.0)
    for minute, name in enumerate(("Alpha Hydrogen", "Beta Sensors", "Gamma Pumps")):
        neighbour.has(name, minute)
    await read(there)
    assert len(await copies(there)) == 2
    await read(there)
    assert len(await copies(there)) == 3


async def test_what_is_removed_there_is_shown_here_no_longer_and_comes_back_when_it_does(
    there: Scene, neighbour: Neighbour
) -> None:
    for minute, name in enumerate(("Alpha Hydrogen", "Beta Sensors", "Gamma Pumps")):
        neighbour.has(name, minute)
    await read(there)
    known = await copies(there)
    edit = {"name": "Beta Sensors", "kind": "startup", "visibility": "public", "place": "Bochum"}
    assert (await there["ada"].post(f"/o/{known['Beta Sensors'].slug}/edit", data=edit)).status_code == 303
    neighbour.removes("Alpha Hydrogen", 10)
    neighbour.removes("Beta Sensors", 11)
    await read(there)
    assert (await there["chloe"].get(f"/o/{known['Alpha Hydrogen'].slug}")).status_code == 404
    edited_here = await there["chloe"].get(f"/o/{known['Beta Sensors'].slug}")
    assert "Bochum" in edited_here.text
    neighbour.gone.pop(0)
    neighbour.has("Alpha Hydrogen", 12)
    await read(there)
    assert (await there["chloe"].get(f"/o/{known['Alpha Hydrogen'].slug}")).status_code == 200


async def test_a_record_that_another_source_keeps_too_stays_without_what_was_said_there(
    there: Scene, neighbour: Neighbour
) -> None:
    neighbour.has("Beta Sensors", 1, founded=2019)
    await read(there)
    theirs = (await copies(there))["Beta Sensors"]
    row = OrganisationRow("1", {"name": "Beta Sensors GmbH", "kind": "company", "place": "Bochum"})
    async with there.kernel.database.write() as uow:
        [ours] = await uow.run(lambda each: bulk.upsert(each, "chamber", [row], at=uow.clock.now()))
        await merge(uow, theirs.id, ours.id, there.app.state.organisations.carriers, by_id=there.ids["ada"])

    async def page() -> str:
        answer = await there["chloe"].get("/o/beta-sensors-gmbh")
        assert answer.status_code == 200
        return answer.text

    neighbour.has("Beta Sensors", 10, founded=2020, place="Berlin")
    await read(there)
    whole = await page()
    assert all(said in whole for said in ("2020", "Bochum", "Source: chamber", "From the directory of other.example"))
    neighbour.removes("Beta Sensors", 11)
    await read(there)
    left = await page()
    assert "Bochum" in left
    assert not any(said in left for said in ("2020", "other.example"))
    neighbour.gone.clear()
    neighbour.has("Beta Sensors", 12, founded=2021)
    await read(there)
    assert "2021" in await page()
    assert list(await copies(there)) == [], "no second one was made"


async def test_scripts_in_every_field_come_to_nobody(there: Scene, neighbour: Neighbour) -> None:
    evil = "<script>alert(7)</script><img src=x onerror=alert(7)>javascript:alert(7)"
    kept = ("id", "name", "updated_at")
    values = {name: evil for name, value in neighbour.like.items() if isinstance(value, str) and name not in kept}
    texts = {locale: {"pitch": evil, "description": evil} for locale in ("de", "en")}
    values |= {"texts": texts, "links": [{"label": evil, "url": "javascript:alert(7)"}], "languages": [evil]}
    neighbour.has(f"Alpha {evil}", 1, **values)
    neighbour.has("Beta Sensors", 2)
    await read(there)
    found = await copies(there)
    assert len(found) == 2
    page = (await there["chloe"].get(f"/o/{next(one for name, one in found.items() if 'Alpha' in name).slug}")).text
    assert not [each for each in ("<script>alert", "<img src=x", 'href="javascript') if each in page]


async def test_who_runs_the_platform_connects_sees_what_is_wrong_and_lets_go(
    there: Scene, neighbour: Neighbour
) -> None:
    neighbour.answer = b"no"
    await read(there)
    shown = (await there["ada"].get("/servers")).text
    assert "There is no public directory of a Fairmatch server at this address." in shown
    async with there.kernel.database.read() as session:
        (server,) = await queries.servers(session)
    assert server.failures == 1
    for same in (URL, "http://other.example", "OTHER.example/x"):
        assert (await there["ada"].post("/servers", data={"url": same})).status_code == 303
    for wrong in ("", "ftp://a.example", "http://localhost:8000/", "https://u:p@a.example"):
        assert (await there["ada"].post("/servers", data={"url": wrong})).status_code == 422
    assert (await there["ada"].post(f"/servers/{server.id}/remove")).status_code == 303
    async with there.kernel.database.read() as session:
        assert await queries.servers(session) == []
