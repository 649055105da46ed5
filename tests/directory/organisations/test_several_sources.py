"""What several sources keep, once people have made one organisation of it: found, updated and taken back by each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from alembic import command
from sqlalchemy import Connection, func, select, text

from directory.organisations import actions, bulk
from directory.organisations.bulk import OrganisationRow, Outcome
from directory.organisations.model import Change, Organisation, Removal, Saying
from directory.organisations.record import ORGANISATIONS
from server.kernel.migrate import _config
from tests.directory.organisations.test_merging import merge_now
from tests.directory.scene import Scene

CHAMBER: dict[str, Any] = {"name": "Volt Bus GmbH", "kind": "company", "place": "Bochum", "industry": ("energy",)}
AGENCY: dict[str, Any] = {"name": "Voltbus", "kind": "startup", "place": "Essen", "founded": 2019, "industry": ("it",)}


async def bring(there: Scene, source: str, rows: Mapping[str, Mapping[str, Any]], **more: Any) -> list[Outcome]:
    at = there.kernel.clock.now()
    given = [OrganisationRow(id_, fields) for id_, fields in rows.items()]
    return await there.kernel.database.transact(lambda each: bulk.upsert(each, source, given, at=at, **more))


async def take_back(there: Scene, source: str, outcomes: Sequence[Outcome]) -> list[str]:
    at = there.kernel.clock.now()
    return await there.kernel.database.transact(lambda each: bulk.undo(each, outcomes, source=source, at=at))


async def stored(there: Scene, id_: str) -> dict[str, Any]:
    names = ORGANISATIONS.shape.lists
    return (await there.kernel.database.transact(lambda each: ORGANISATIONS.current(each, [id_], names)))[id_]


async def of_both(there: Scene) -> tuple[str, Outcome, Outcome]:
    """One organisation of what a chamber and an agency have brought, and the outcomes of both."""
    [ours], [theirs] = await bring(there, "chamber", {"1": CHAMBER}), await bring(there, "agency", {"a": AGENCY})
    await merge_now(there, theirs.id, ours.id)
    return ours.id, ours, theirs


async def test_the_next_import_of_either_source_finds_it_and_the_same_files_change_nothing(there: Scene) -> None:
    id_, _, _ = await of_both(there)
    whole = await stored(there, id_)
    assert (whole["name"], whole["place"], whole["founded"]) == ("Volt Bus GmbH", "Bochum", 2019)
    assert whole["industry"] == ("energy", "it")
    for source, rows in (("chamber", {"1": CHAMBER}), ("agency", {"a": AGENCY})):
        assert [(one.id, one.what) for one in await bring(there, source, rows)] == [(id_, "same")]
    assert await stored(there, id_) == whole
    async with there.kernel.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Organisation)) == 2
        assert await session.scalar(select(func.count()).select_from(Change).where(Change.source.is_not(None))) == 0


async def test_the_source_of_the_one_that_remained_goes_first_and_the_other_one_fills_in(there: Scene) -> None:
    id_, _, _ = await of_both(there)
    [told] = await bring(there, "agency", {"a": AGENCY | {"place": "Dortmund", "founded": 2020, "size": "1-10"}})
    assert (told.id, told.what, told.behind) == (id_, "changed", ("kind", "name", "place"))
    [told] = await bring(there, "chamber", {"1": CHAMBER | {"founded": 2018, "industry": ("energy", "water")}})
    assert (told.id, told.what, told.behind) == (id_, "changed", ())
    now = await stored(there, id_)
    assert (now["place"], now["founded"], now["size"]) == ("Bochum", 2018, "1-10")
    assert now["industry"] == ("energy", "it", "water")
    await bring(there, "chamber", {"1": CHAMBER | {"founded": None, "place": ""}})
    now = await stored(there, id_)
    assert (now["place"], now["founded"]) == ("Dortmund", 2020), "what the first one says no longer, the other one does"
    async with there.kernel.database.read() as session:
        noted = await session.execute(select(Change.source, Change.field, Change.after).order_by(Change.id))
        founded = [(row.source, row.after) for row in noted if row.field == "founded"]
    assert founded == [("agency", "2020"), ("chamber", "2018"), ("chamber", "2020")]


async def test_what_the_organisation_has_edited_is_left_alone_by_all_of_them(there: Scene) -> None:
    id_, _, _ = await of_both(there)
    async with there.kernel.database.write() as uow:
        await actions.edit(uow, id_, {"place": "Herne", "founded": 2017}, by_id=there.ids["ada"])
    [told] = await bring(there, "agency", {"a": AGENCY | {"founded": 2021}})
    assert (told.what, told.kept) == ("changed", ("founded", "place"))
    [told] = await bring(there, "chamber", {"1": CHAMBER})
    assert (told.what, told.kept) == ("same", ("place",))
    now = await stored(there, id_)
    assert (now["place"], now["founded"]) == ("Herne", 2017)


async def test_a_dry_run_tells_the_same_and_writes_nothing(there: Scene) -> None:
    id_, _, _ = await of_both(there)
    whole, more = await stored(there, id_), {"a": AGENCY | {"founded": 2020}}
    tried = await bring(there, "agency", more, dry=True)
    assert await stored(there, id_) == whole
    assert await bring(there, "agency", more) == tried


async def test_an_undone_import_takes_back_what_its_source_said_and_nothing_else(there: Scene) -> None:
    id_, _, theirs = await of_both(there)
    changed = await bring(there, "agency", {"a": AGENCY | {"founded": 2020}})
    await bring(there, "chamber", {"1": CHAMBER | {"founded": 2018}})
    assert await take_back(there, "agency", changed) == []
    assert (await stored(there, id_))["founded"] == 2018, "the other one says so"
    assert await take_back(there, "agency", [theirs]) == []
    left = await stored(there, id_)
    assert left == left | CHAMBER | {"founded": 2018}
    async with there.kernel.database.read() as session:
        assert await session.get(Removal, id_) is None
    [told] = await bring(there, "agency", {"a": AGENCY | {"size": "1-10"}})
    assert (told.id, told.what) == (id_, "changed"), "it is known, and comes back"
    assert (await stored(there, id_))["size"] == "1-10"
    assert await take_back(there, "agency", [told]) == []
    assert await stored(there, id_) == left


async def test_where_the_first_source_is_taken_back_the_other_one_has_its_say_and_the_last_one_stays(
    there: Scene,
) -> None:
    id_, ours, theirs = await of_both(there)
    assert await take_back(there, "chamber", [ours]) == []
    left = await stored(there, id_)
    assert (left["name"], left["place"], left["industry"]) == ("Voltbus", "Essen", ("it",))
    assert await take_back(there, "agency", [theirs]) == [theirs.id], "people have made it what it is"
    assert await stored(there, id_) == left
    [told] = await bring(there, "chamber", {"1": CHAMBER})
    assert (told.id, told.what) == (id_, "changed")
    assert (await stored(there, id_))["name"] == "Volt Bus GmbH", "and goes first again"


async def test_who_was_taken_back_keeps_it_no_longer_and_who_is_told_that_it_is_the_same_keeps_it_last(
    there: Scene,
) -> None:
    id_, ours, _ = await of_both(there)
    await take_back(there, "chamber", [ours])

    async def keepers() -> list[str | None]:
        found = await there.kernel.database.transact(lambda each: bulk.sources_of(each, [id_]))
        return [source for source, _ in found[id_]]

    assert await keepers() == ["agency"]
    for _ in range(2):  # it is known by then, and nothing happens
        await there.kernel.database.transact(lambda each: bulk.adopt(each, id_, "fair", "f"))
    [told] = await bring(there, "fair", {"f": {"name": "VB", "size": "1-10", "founded": 1999}})
    assert (told.id, told.behind) == (id_, ("founded", "name"))
    await bring(there, "chamber", {"1": CHAMBER})
    assert await keepers() == ["chamber", "agency", "fair"]
    now = await stored(there, id_)
    assert (now["name"], now["founded"], now["size"]) == ("Volt Bus GmbH", 2019, "1-10")


async def test_whom_people_have_joined_keeps_what_its_sources_said(there: Scene) -> None:
    id_, ours, theirs = await of_both(there)
    whole = await stored(there, id_)
    async with there.kernel.database.write() as uow:
        await actions.edit(uow, id_, {"place": "Herne"}, by_id=there.ids["ada"])
    assert await take_back(there, "chamber", [ours]) == [id_]
    assert await take_back(there, "agency", [theirs]) == [theirs.id]
    assert await stored(there, id_) == whole | {"place": "Herne"}


async def test_a_merge_of_merges_keeps_every_source_in_its_order(there: Scene) -> None:
    first, _, _ = await of_both(there)
    [third] = await bring(there, "register", {"9": AGENCY | {"name": "Voltbus AG", "legal_name": "Voltbus AG"}})
    [fourth] = await bring(there, "fair", {"f": {"name": "VOLTBUS", "kind": "startup", "size": "1-10"}})
    await merge_now(there, fourth.id, third.id)
    await merge_now(there, first, third.id)
    async with there.kernel.database.read() as session:
        kept = await session.execute(select(Saying.source, Saying.organisation_id).order_by(Saying.position))
        own = await session.get_one(Organisation, third.id)
        assert [tuple(row) for row in kept] == [(name, third.id) for name in ("register", "fair", "chamber", "agency")]
        assert (own.source, own.source_id) == ("register", "9")
    for source, id_ in (("chamber", "1"), ("agency", "a"), ("register", "9"), ("fair", "f")):
        [told] = await bring(there, source, {id_: {"name": "Another name"}})
        assert told.id == third.id, source
    assert (await stored(there, third.id))["name"] == "Another name"
    assert (await stored(there, third.id))["size"] == "1-10"


async def test_one_that_a_source_has_twice_is_one_for_both_of_its_numbers(there: Scene) -> None:
    twice = {"1": CHAMBER, "2": AGENCY}
    one, two = await bring(there, "chamber", twice)
    await merge_now(there, two.id, one.id)
    whole = await stored(there, one.id)
    assert [(each.id, each.what) for each in await bring(there, "chamber", twice)] == [(one.id, "same")] * 2
    assert await stored(there, one.id) == whole
    told = await bring(
        there, "chamber", {"1": CHAMBER | {"size": "1-10"}, "2": AGENCY | {"size": "50-249", "founded": 2020}}
    )
    assert [each.what for each in told] == ["changed", "changed"]
    now = await stored(there, one.id)
    assert (now["size"], now["founded"]) == ("1-10", 2020)
    assert await take_back(there, "chamber", told) == []
    assert await stored(there, one.id) == whole
    assert await take_back(there, "chamber", [one, two]) == [two.id]


async def test_a_record_made_here_is_kept_by_the_sources_of_what_becomes_a_part_of_it(there: Scene) -> None:
    merged, _, _ = await of_both(there)
    _, here = await there.organisation(name="Voltbus here", place="")
    await merge_now(there, merged, here)
    for source, id_, fields in (("chamber", "1", CHAMBER), ("agency", "a", AGENCY)):
        [told] = await bring(there, source, {id_: fields})
        assert (told.id, told.what) == (here, "same")
    now = await stored(there, here)
    assert (now["name"], now["place"], now["founded"]) == ("Voltbus here", "Bochum", 2019)


async def test_its_page_the_api_and_the_file_name_all_of_its_sources_until_one_is_taken_back(there: Scene) -> None:
    id_, _, theirs = await of_both(there)
    async with there.kernel.database.write() as uow:
        await actions.set_licence(uow, "agency", "cc-by", by_id=None)
        slug = (await uow.session.get_one(Organisation, id_)).slug
    await there["gina"].post(f"/o/{slug}/bookmark", data={"on": "yes"})
    page = (await there["gina"].get(f"/o/{slug}")).text
    assert page.index("Source: chamber") < page.index("Source: agency · ") < page.index("CC BY 4.0 (name the source)")
    told = (await there["gina"].get(f"/api/v1/organisations/{id_}")).json()
    kept = [{"name": "chamber", "id": "1", "licence": ""}, {"name": "agency", "id": "a", "licence": "cc-by"}]
    assert (told["source"], told["sources"]) == (kept[0], kept)
    [listed] = (await there["gina"].get("/api/v1/organisations")).json()["items"]
    assert listed == told
    [row] = (await there["gina"].get("/lists/bookmarks/export.json")).json()
    assert row["source"] == ["chamber", "agency"]
    there.kernel.clock.advance(hours=1)  # type: ignore[attr-defined]
    await take_back(there, "agency", [theirs])
    assert "agency" not in (await there["gina"].get(f"/o/{slug}")).text
    now = (await there["gina"].get(f"/api/v1/organisations/{id_}")).json()
    assert now["sources"] == kept[:1]
    assert now["updated_at"] > told["updated_at"], "whoever keeps a copy hears of it"


async def test_what_was_made_one_by_an_earlier_version_has_all_its_sources_again(there: Scene) -> None:
    """There, what became a part of another record kept its source for itself."""
    id_, _, theirs = await of_both(there)
    _, here = await there.organisation(name="Hydro", place="")
    [third] = await bring(there, "fair", {"f": {"name": "Hydro GmbH", "kind": "company", "pitch.en": "Green & fast"}})
    await merge_now(there, third.id, here)
    whole = await stored(there, id_)
    await step(there, lambda plain: command.downgrade(_config(plain, None), "0035"))
    assert await sources(there) == {id_: "chamber", theirs.id: "agency", here: "fair", third.id: None}
    async with there.kernel.database.write() as uow:  # the first versions left the source there always
        set_to = text("UPDATE organisations SET source = :source, source_id = :number WHERE id = :id")
        await uow.session.execute(set_to, {"source": None, "number": None, "id": here})
        await uow.session.execute(set_to, {"source": "fair", "number": "f", "id": third.id})
    await step(there, lambda plain: command.upgrade(_config(plain, None), "head"))
    assert await sources(there) == {id_: "chamber", theirs.id: None, here: "fair", third.id: None}
    assert await stored(there, id_) == whole
    for source, number, fields in (("chamber", "1", CHAMBER), ("agency", "a", AGENCY)):
        [told] = await bring(there, source, {number: fields})
        assert (told.id, told.what) == (id_, "same")
    await bring(there, "agency", {"a": AGENCY | {"size": "1-10"}})
    assert await stored(there, id_) == whole | {"size": "1-10"}
    assert (await bring(there, "fair", {"f": {"name": "Hydro GmbH", "size": "1-10"}}))[0].id == here


async def sources(there: Scene) -> dict[str, str | None]:
    async with there.kernel.database.read() as session:
        return {row.id: row.source for row in await session.execute(text("SELECT id, source FROM organisations"))}


async def step(there: Scene, taken: Callable[[Connection], None]) -> None:
    async with there.kernel.database.write() as uow:
        await (await uow.session.connection()).run_sync(taken)
