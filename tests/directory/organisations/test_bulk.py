"""Many organisations from a source: made, changed, left alone, and taken back."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from directory.organisations import bulk
from directory.organisations.bulk import OrganisationRow, Outcome
from directory.organisations.model import Change, Organisation, Removal, Tag, Text
from directory.organisations.record import ORGANISATIONS
from directory.packing import packed, unpacked
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel

VOLTBUS: dict[str, Any] = {
    "kind": "startup",
    "name": "Voltbus",
    "website": "https://www.voltbus.example/en",
    "founded": 2019,
    "place": "İzmir",
    "country": "TR",
    "pitch.en": "Depots charge overnight",
    "industry": ("energy", "mobility"),
    "languages": ("de", "en", "tr"),
    "links": (("", "https://social.example/voltbus"), ("Blog", "https://blog.voltbus.example")),
    "locations": (("Works", "Manisa", "45000", "TR", 38.6, 27.4),),
}


async def bring(kernel: Kernel, rows: Mapping[str, Mapping[str, Any]], **more: Any) -> dict[str, Outcome]:
    given = [OrganisationRow(id_, fields) for id_, fields in rows.items()]
    at = kernel.clock.now()
    found = await kernel.database.transact(lambda each: bulk.upsert(each, "chamber", given, at=at, **more))
    return {one.source_id: one for one in found}


async def take_back(kernel: Kernel, outcomes: Sequence[Outcome]) -> list[str]:
    at = kernel.clock.now()
    return await kernel.database.transact(lambda each: bulk.undo(each, outcomes, source="chamber", at=at))


async def edit(kernel: Kernel, id_: str, *names: str) -> None:
    at = kernel.clock.now()
    await kernel.database.transact(lambda each: ORGANISATIONS.own(each, id_, names, at, None))


async def stored(kernel: Kernel, id_: str) -> dict[str, Any]:
    names = ORGANISATIONS.shape.lists
    return (await kernel.database.transact(lambda each: ORGANISATIONS.current(each, [id_], names)))[id_]


async def test_a_new_row_becomes_an_organisation_with_everything_in_it(kernel: Kernel) -> None:
    outcome = (await bring(kernel, {"1": VOLTBUS}))["1"]
    assert outcome.what == "made"
    values = await stored(kernel, outcome.id)
    assert {name: values[name] for name in VOLTBUS} == VOLTBUS
    assert values["pitch.de"] == ""
    async with kernel.database.read() as session:
        made = await session.get_one(Organisation, outcome.id)
    assert (made.slug, made.domain, made.source, made.source_id) == ("voltbus", "voltbus.example", "chamber", "1")
    assert made.updated_at == made.created_at == kernel.clock.now()


async def test_rows_of_one_name_get_addresses_of_their_own(kernel: Kernel) -> None:
    outcomes = await bring(kernel, {str(number): VOLTBUS for number in range(3)})
    outcomes |= await bring(kernel, {"later": VOLTBUS, "kanji": VOLTBUS | {"name": "電気"}})
    async with kernel.database.read() as session:
        slugs = set(await session.scalars(select(Organisation.slug)))
    assert len(slugs) == len(outcomes) == 5
    assert "voltbus" in slugs
    assert all(slug for slug in slugs)


async def test_the_same_rows_again_change_nothing(kernel: Kernel, clock: FrozenClock) -> None:
    await bring(kernel, {"1": VOLTBUS})
    clock.advance(hours=1)
    assert (await bring(kernel, {"1": VOLTBUS}))["1"].what == "same"
    async with kernel.database.read() as session:
        assert await session.scalar(select(Organisation.updated_at)) < clock.now()
        assert await session.scalar(select(func.count()).select_from(Change)) == 0


async def test_only_what_a_source_speaks_about_is_changed_and_noted(kernel: Kernel, clock: FrozenClock) -> None:
    id_ = (await bring(kernel, {"1": VOLTBUS}))["1"].id
    clock.advance(hours=1)
    outcome = (await bring(kernel, {"1": {"place": "Ankara", "industry": (), "pitch.de": "Laden im Depot"}}))["1"]
    assert outcome == Outcome(
        "1", id_, "changed", {"place": "İzmir", "industry": ("energy", "mobility"), "pitch.de": ""}
    )
    values = await stored(kernel, id_)
    assert (values["place"], values["industry"], values["name"]) == ("Ankara", (), "Voltbus")
    assert (values["pitch.de"], values["pitch.en"]) == ("Laden im Depot", "Depots charge overnight")
    assert values["links"] == VOLTBUS["links"]
    async with kernel.database.read() as session:
        noted = {one.field: one for one in await session.scalars(select(Change))}
        assert await session.scalar(select(Organisation.updated_at)) == clock.now()
    assert noted.keys() == {"place", "industry", "pitch.de"}
    assert (noted["place"].before, noted["place"].after, noted["place"].source) == ("İzmir", "Ankara", "chamber")


async def test_what_the_organisation_has_edited_is_left_alone(kernel: Kernel) -> None:
    id_ = (await bring(kernel, {"1": VOLTBUS}))["1"].id
    await edit(kernel, id_, "name", "industry")
    outcome = (await bring(kernel, {"1": {"name": "VOLTBUS A.Ş.", "industry": ("it",), "place": "Ankara"}}))["1"]
    assert (outcome.what, outcome.kept) == ("changed", ("industry", "name"))
    values = await stored(kernel, id_)
    assert (values["name"], values["industry"], values["place"]) == ("Voltbus", ("energy", "mobility"), "Ankara")


async def test_a_dry_run_tells_everything_and_writes_nothing(kernel: Kernel) -> None:
    id_ = (await bring(kernel, {"1": VOLTBUS}))["1"].id
    told = await bring(kernel, {"1": {"place": "Ankara"}, "2": VOLTBUS}, dry=True)
    assert (told["1"].what, told["2"].what) == ("changed", "made")
    assert told["1"].before == {"place": "İzmir"}
    assert (await stored(kernel, id_))["place"] == "İzmir"
    async with kernel.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Organisation)) == 1
        assert await session.scalar(select(func.count()).select_from(Change)) == 0


async def test_an_undone_batch_leaves_things_as_they_were(kernel: Kernel, clock: FrozenClock) -> None:
    first = await bring(kernel, {"1": VOLTBUS})
    before = await stored(kernel, first["1"].id)
    second = await bring(kernel, {"1": VOLTBUS | {"place": "Ankara", "links": (), "pitch.en": ""}, "2": VOLTBUS})
    clock.advance(hours=1)
    assert await take_back(kernel, list(second.values())) == []
    assert await stored(kernel, first["1"].id) == before
    async with kernel.database.read() as session:
        [removal] = await session.scalars(select(Removal))
        touched = await session.get_one(Organisation, removal.organisation_id)
    assert (removal.organisation_id, removal.reason) == (second["2"].id, "undone")
    assert touched.updated_at == clock.now(), "the search hears of it"


async def test_values_from_before_survive_the_way_through_json(kernel: Kernel) -> None:
    confirmed = VOLTBUS | {"confirmed_at": kernel.clock.now()}
    assert unpacked(json.loads(json.dumps(packed(confirmed)))) == confirmed


async def test_what_was_undone_comes_back_with_the_next_batch(kernel: Kernel) -> None:
    first = await bring(kernel, {"1": VOLTBUS})
    await take_back(kernel, list(first.values()))
    again = (await bring(kernel, {"1": VOLTBUS | {"place": "Ankara"}}))["1"]
    assert (again.what, again.id) == ("made", first["1"].id)
    assert (await stored(kernel, again.id))["place"] == "Ankara"
    async with kernel.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Removal)) == 0


async def test_what_was_removed_on_purpose_stays_so(kernel: Kernel) -> None:
    id_ = (await bring(kernel, {"1": VOLTBUS}))["1"].id
    at = kernel.clock.now()
    await kernel.database.transact(lambda each: ORGANISATIONS.remove(each, [id_], "removed", at, None))
    assert (await bring(kernel, {"1": VOLTBUS | {"place": "Ankara"}}))["1"].what == "gone"
    assert (await stored(kernel, id_))["place"] == "İzmir"


async def test_undoing_leaves_alone_what_people_have_edited_since(kernel: Kernel) -> None:
    made = await bring(kernel, {"1": VOLTBUS, "2": VOLTBUS})
    await edit(kernel, made["1"].id, "place")
    assert await take_back(kernel, list(made.values())) == [made["1"].id]
    async with kernel.database.read() as session:
        assert list(await session.scalars(select(Removal.organisation_id))) == [made["2"].id]


async def test_a_batch_is_taken_whole_or_not_at_all(kernel: Kernel) -> None:
    rows = {"1": VOLTBUS, "2": VOLTBUS | {"industry": ("energy", "energy")}}
    with pytest.raises(Exception, match=r"(?i)unique"):
        await bring(kernel, rows)
    async with kernel.database.read() as session:
        for table in (Organisation, Text, Tag):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


async def test_too_many_rows_and_ids_that_come_twice_are_refused(kernel: Kernel) -> None:
    with pytest.raises(ValueError, match="at most"):
        await bring(kernel, {str(number): VOLTBUS for number in range(bulk.ROWS_MOST + 1)})
    twice = [OrganisationRow("1", VOLTBUS)] * 2
    with pytest.raises(ValueError, match="twice"):
        await kernel.database.transact(lambda each: bulk.upsert(each, "chamber", twice, at=kernel.clock.now()))


async def test_undoing_leaves_alone_what_another_record_has_become_a_part_of(kernel: Kernel) -> None:
    made = await bring(kernel, {"1": VOLTBUS, "2": VOLTBUS})
    at = kernel.clock.now()
    async with kernel.database.write() as uow:
        values = {"reason": "merged", "merged_into_id": made["1"].id, "at": at}
        uow.session.add(Removal(organisation_id=made["2"].id, **values))
    assert await take_back(kernel, list(made.values())) == sorted(one.id for one in made.values())
