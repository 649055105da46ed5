"""Another server's public directory comes in by its API, and stays fresh: what people here get of it."""

import copy
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from directory.connectors import queries, servers
from directory.connectors.interface import NothingUsableError
from directory.connectors.servers import Servers
from directory.imports.model import ImportBatch, ImportRun
from directory.organisations.model import Organisation
from server.kernel.fetch import Fetched
from tests.directory.scene import Scene

URL = "https://other.example"


class Neighbour:
    """Another server, which answers in pages of two."""

    def __init__(self, like: dict[str, Any]) -> None:
        self.like = like
        self.items: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.answer: bytes | None = None

    def has(self, name: str, minute: int, **values: Any) -> None:
        """An organisation there, changed at this minute; in the place of one with the same name."""
        at = datetime(2026, 9, 1, 8, minute, tzinfo=UTC).isoformat()
        slug = name.lower().replace(" ", "-")
        told = {"id": f"there-{slug}", "name": name, "website": f"https://{slug}.example", "updated_at": at}
        self.items = [each for each in self.items if each["name"] != name]
        self.items.append(copy.deepcopy(self.like) | told | values)

    async def fetch(self, url: str, *, accept: str, most_bytes: int) -> Fetched:
        """A page, as the API gives it."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.asked.append(asked)
        since, start = asked.get("updated_since", ""), int(asked.get("after", 0))
        listed = sorted((each for each in self.items if each["updated_at"] >= since), key=lambda one: one["updated_at"])
        onward = str(start + 2) if len(listed) > start + 2 else None
        content = self.answer or json.dumps({"items": listed[start : start + 2], "next": onward}).encode()
        return Fetched(url, 200, content, "application/json", "", "")


@pytest.fixture
async def neighbour(there: Scene, monkeypatch: pytest.MonkeyPatch) -> Neighbour:
    """Its answers have the shape that our own API gives."""
    texts: dict[str, Any] = {"description.en": "**Fast** & green", "links": (("Shop", "https://shop.example"),)}
    slug, _ = await there.organisation(founded=2019, languages=("en", "tr"), size="1-10", **texts)
    listed = (await there["aylin"].get("/api/v1/organisations")).json()["items"]
    made = Neighbour(next(each for each in listed if each["slug"] == slug))
    monkeypatch.setattr(there.kernel.fetcher, "fetch", made.fetch)
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
        b'{"items": [{"id": "1", "updated_at": "2026-01-01T00:00:00", "source": null}], "next": null}',
        b'{"items": [{"id": "1", "updated_at": "2026-01-01T00:00:00Z", "source": null, "links": [1]}], "next": null}',
    ],
)  # fmt: skip
async def test_an_answer_of_another_shape_is_no_directory(answer: bytes, tmp_path: Any) -> None:
    neighbour = Neighbour({})
    neighbour.answer = answer
    connector = Servers(neighbour, tmp_path)  # type: ignore[arg-type]
    with pytest.raises(NothingUsableError, match="no_directory"):
        await connector.read(URL, {})
    assert not [each for each in tmp_path.rglob("*") if each.is_file()]


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
    assert (await there["ada"].post("/servers", data={"url": URL})).status_code == 303
    for wrong in ("", "ftp://a.example", "http://localhost:8000/", "https://u:p@a.example"):
        assert (await there["ada"].post("/servers", data={"url": wrong})).status_code == 422
    assert (await there["ada"].post(f"/servers/{server.id}/remove")).status_code == 303
    async with there.kernel.database.read() as session:
        assert await queries.servers(session) == []
