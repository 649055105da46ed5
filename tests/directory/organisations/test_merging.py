"""Two records of one organisation become one, and nothing is lost."""

from typing import Any

from sqlalchemy import func, select

from directory.organisations import actions, bulk
from directory.organisations.bulk import OrganisationRow
from directory.organisations.fields import FIELDS
from directory.organisations.merging import merge
from directory.organisations.model import Claim, Document, Removal
from directory.organisations.together import together
from directory.products import queries as products
from directory.search import saved
from directory.search.asking import Asked
from tests.directory.organisations.test_uploads import files, picture
from tests.directory.scene import Scene


def known(**fields: Any) -> dict[str, Any]:
    """The fields of a record about which nothing else is known."""
    lists = {"industry", "technology", "market", "languages", "links", "locations"}
    numbers = {"founded", "latitude", "longitude", "confirmed_at"}
    blank = {name: () if name in lists else None if name in numbers else "" for name in FIELDS}
    return {name.replace("__", "."): value for name, value in (blank | fields).items()}


def test_what_the_remaining_record_says_stays_and_gaps_are_filled() -> None:
    into = known(name="Voltbus", place="İzmir", industry=("energy",))
    source = known(name="VOLTBUS", place="Ankara", founded=2019, industry=("it",), links=(("", "https://a.example"),))
    assert together(into, source) == {
        "founded": 2019,
        "industry": ("energy", "it"),
        "links": (("", "https://a.example"),),
    }


def test_a_position_is_taken_over_only_for_the_same_place() -> None:
    there = known(place="İzmir", latitude=38.4, longitude=27.1)
    assert "latitude" not in together(known(place="Ankara"), there)
    assert together(known(place="İzmir"), there) == {"latitude": 38.4, "longitude": 27.1}


async def test_everything_is_carried_over_and_the_old_address_leads_on(there: Scene) -> None:
    old, old_id = await there.organisation(name="Volt Bus", founded=2019)
    new, new_id = await there.organisation(by="chloe", name="Voltbus", place="")
    product = {"name.en": "Charger", "visibility": "public"}
    for slug, who in ((old, "aylin"), (new, "chloe")):
        await there[who].post(f"/o/{slug}/products", data=product)
    await there["aylin"].post(f"/o/{old}/documents", files=files("document", b"%PDF-1.7", "a.pdf"))
    await there["aylin"].post(f"/o/{old}/logo", files=files("logo", picture()))
    await there["ben"].post(f"/o/{old}/claim")

    answer = await there["ada"].post(f"/o/{old}/merge", data={"into": f"http://localhost:8000/o/{new}"})

    assert answer.headers["location"] == f"/o/{new}"
    moved = await there["gina"].get(f"/o/{old}")
    assert (moved.status_code, moved.headers["location"]) == (301, f"/o/{new}")
    assert (await there["gina"].get(f"/o/{old}/products/charger")).headers["location"] == f"/o/{new}/products"
    page = (await there["gina"].get(f"/o/{new}")).text
    assert "2019" in page
    assert "İzmir" in page
    assert "/pictures/" in page
    assert await there.roles(new_id) == {"aylin": "administrator", "chloe": "administrator"}
    assert await there.roles(old_id) == {}
    async with there.kernel.database.read() as session:
        assert await products.count_of(session, new_id, None) == 2
        assert await session.scalar(select(Document.organisation_id)) == new_id
        assert await session.scalar(select(Claim.organisation_id).where(Claim.decided_at.is_(None))) == new_id


async def test_a_chain_of_merges_leads_straight_to_its_end(there: Scene) -> None:
    slugs = [(await there.organisation(name=name))[0] for name in ("One", "Two", "Three")]
    await there["ada"].post(f"/o/{slugs[0]}/merge", data={"into": slugs[1]})
    await there["ada"].post(f"/o/{slugs[1]}/merge", data={"into": slugs[2]})
    assert (await there["gina"].get(f"/o/{slugs[0]}")).headers["location"] == f"/o/{slugs[2]}"


async def test_only_who_runs_the_platform_merges_and_never_into_nothing(there: Scene) -> None:
    one, _ = await there.organisation(name="One")
    other, _ = await there.organisation(name="Other")
    assert (await there["aylin"].get(f"/o/{one}/merge")).status_code == 404
    assert (await there["aylin"].post(f"/o/{one}/merge", data={"into": other})).status_code == 403
    for wrong in ("", one, "nobody", "%00", "/o/"):
        assert (await there["ada"].post(f"/o/{one}/merge", data={"into": wrong})).status_code == 422, wrong
    async with there.kernel.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Removal)) == 0


async def test_the_change_log_of_both_is_read_by_those_who_belong_to_the_one_that_remains(there: Scene) -> None:
    old, old_id = await there.organisation(name="Volt Bus")
    new, _ = await there.organisation(by="chloe", name="Voltbus")
    async with there.kernel.database.write() as uow:
        await actions.edit(uow, old_id, {"place": "Manisa"}, by_id=there.ids["aylin"])
    await there["ada"].post(f"/o/{old}/merge", data={"into": new})
    page = (await there["chloe"].get(f"/o/{new}/history")).text
    assert "<bdi>Volt Bus</bdi>: Town" in page
    assert "Manisa" in page
    rows = (await there["chloe"].get(f"/o/{new}/history/export.json")).json()
    assert {row["about"] for row in rows if row["after"] == "Manisa"} == {"Volt Bus"}
    assert {row["about"] for row in rows if row["field"] == "Made one with"} == {"Voltbus"}


async def test_who_kept_the_other_record_keeps_the_one_that_remains_where_nobody_else_does(there: Scene) -> None:
    def bring(**fields: Any) -> Any:
        rows = [OrganisationRow("1", {"name": "Volt Bus", "kind": "startup", **fields})]
        return lambda each: bulk.upsert(each, "chamber", rows, at=there.kernel.clock.now())

    _, into = await there.organisation(by="chloe", name="Voltbus", place="")
    [first] = await there.kernel.database.transact(bring())
    await merge_now(there, first.id, into)
    [later] = await there.kernel.database.transact(bring(founded=2019))
    assert (later.id, later.what) == (into, "changed")
    _, elsewhere = await there.organisation(name="Bolt")
    await merge_now(there, into, elsewhere)
    [later] = await there.kernel.database.transact(bring(founded=2020))
    assert (later.id, later.what) == (elsewhere, "changed")
    at = there.kernel.clock.now()
    assert await there.kernel.database.transact(lambda each: bulk.undo(each, [first], source="chamber", at=at)) == [
        first.id
    ], "what people have made one with a record of their own stays"


async def test_what_was_told_about_a_search_is_about_the_record_that_remains(there: Scene) -> None:
    (_, old), (_, new) = await there.organisation(name="One"), await there.organisation(name="Two")
    async with there.kernel.database.write() as uow:
        kept = [await saved.save(uow, there.ids["gina"], name, Asked(words=name), alerts=True, mails=False)
                for name in ("a", "b")]  # fmt: skip
        await uow.session.flush()
        now = uow.clock.now()
        await saved.note(uow, kept[0].id, [("organisation", old)], now)
        await saved.note(uow, kept[1].id, [("organisation", old), ("organisation", new)], now)
    await merge_now(there, old, new)
    async with there.kernel.database.read() as session:
        found = await saved.new_in(session, [each.id for each in kept])
    assert found == {each.id: [("organisation", new)] for each in kept}


async def merge_now(there: Scene, from_id: str, into_id: str) -> None:
    async with there.kernel.database.write() as uow:
        await merge(uow, from_id, into_id, there.app.state.organisations.carriers, by_id=there.ids["ada"])
