"""What becomes of the rows of a file: tried, imported, imported again, cut off, undone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select, update

from directory.imports import actions, beside, duplicates, queries, worker
from directory.imports.actions import carry
from directory.imports.chunks import BEHIND
from directory.imports.duplicates import decide, open_proposals
from directory.imports.model import ImportDuplicate, ImportName, ImportRow, ImportRun
from directory.imports.running import Runner
from directory.imports.runs import MADE, SILENT, TRIAL, UNDO
from directory.organisations.merging import merge
from directory.organisations.model import Organisation, OwnField
from directory.products.model import Product
from people.model import Person
from people.text import UnacceptableError
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from tests.directory.imports.desk import Desk, counts
from tests.directory.imports.files import GERMAN
from tests.support.patience import PATIENCE_S

HEAD = "id,name,website,founded,teaser\n"
THREE = (
    HEAD + "1,Acme,acme.example,2015,We charge buses\n2,Bolt,bolt.example,2016,We rent bikes\n3,Curl,,2017,We draw\n"
)


@pytest.fixture
def desk(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Reading in this process: starting another one for each file would take most of the time."""
    monkeypatch.setattr(beside, "_asked", asked_here)
    return Desk(kernel)


@asynccontextmanager
async def asked_here(task: str, **question: Any) -> AsyncIterator[AsyncIterator[Any]]:
    async def frames() -> AsyncIterator[Any]:
        for answer in worker.TASKS[task](**question):
            yield answer

    yield frames()


async def test_a_trial_tells_the_same_numbers_as_the_import_and_changes_nothing(desk: Desk) -> None:
    content = (
        THREE + "4,,d.example,2018,x\n1,Again,again.example,2019,x\n5,ACME GmbH,acme.example,,x\n6,bad,row,1,2,3\n"
    )
    batch = await desk.bring(content)
    trial = await desk.do(batch, TRIAL)
    assert (counts(trial), await desk.names()) == ((3, 0, 0, 2, 2), [])
    done = await desk.do(batch)
    assert counts(done) == counts(trial)
    assert await desk.names() == ["Acme", "Bolt", "Curl"]
    told = {row.line: (row.outcome, bool(row.notes)) for row in await desk.rows(batch.id)}
    assert told == {
        2: ("made", False),
        3: ("made", False),
        4: ("made", False),
        5: ("refused", True),
        6: ("duplicate", True),
        7: ("duplicate", True),
        8: ("refused", True),
    }


async def test_the_same_file_again_changes_nothing_and_a_newer_one_only_what_it_says(desk: Desk) -> None:
    await desk.bring_and_do(THREE)
    again = await desk.bring_and_do(THREE)
    assert counts(again) == (0, 0, 3, 0, 0)
    newer = await desk.bring_and_do(THREE.replace("2016", "2006").replace("3,Curl,,2017,We draw", "3,Curl,,,"))
    assert counts(newer) == (0, 1, 2, 0, 0)
    assert (await desk.one("Bolt")).founded == 2006
    assert (await desk.one("Curl")).founded == 2017  # an empty cell says nothing


async def test_what_the_organisation_has_edited_stays(desk: Desk, kernel: Kernel) -> None:
    await desk.bring_and_do(THREE)
    acme = await desk.one("Acme")
    async with kernel.database.write() as uow:
        uow.session.add(OwnField(organisation_id=acme.id, field="founded", since=uow.clock.now(), by_id=None))
    run = await desk.bring_and_do(THREE.replace("2015", "1915").replace("2016", "1916"))
    assert (counts(run), run.kept) == ((0, 1, 2, 0, 0), 1)
    assert (await desk.one("Acme")).founded == 2015
    [note] = next(row for row in await desk.rows(run.batch_id) if row.name == "Acme").notes or []
    assert note["params"] == {"fields": "founded"}


async def test_an_undo_takes_back_what_was_made_and_changed_but_not_what_was_edited_since(
    desk: Desk, kernel: Kernel
) -> None:
    await desk.bring_and_do(THREE)
    second = await desk.bring(
        THREE.replace("2015", "1915").replace("2016", "1916") + "4,Dune,dune.example,,x\n5,Elm,,,x\n"
    )
    assert counts(await desk.do(second)) == (2, 2, 1, 0, 0)
    async with kernel.database.write() as uow:
        for name, field in (("Acme", "founded"), ("Dune", "name")):
            edited = (await uow.session.scalars(select(Organisation).where(Organisation.name == name))).one()
            uow.session.add(OwnField(organisation_id=edited.id, field=field, since=uow.clock.now(), by_id=None))
    undone = await desk.do(second, UNDO)
    assert (undone.made, undone.changed, undone.kept) == (1, 1, 2)
    assert await desk.names() == ["Acme", "Bolt", "Curl", "Dune"]
    assert ((await desk.one("Acme")).founded, (await desk.one("Bolt")).founded) == (1915, 2016)
    again = await desk.bring_and_do(THREE + "5,Elm,,,x\n")
    assert counts(again)[:1] == (1,)
    assert "Elm" in await desk.names()


async def test_only_the_latest_import_of_a_source_is_undone(desk: Desk) -> None:
    first = await desk.bring(THREE)
    await desk.do(first)
    await desk.bring_and_do(THREE.replace("2015", "1915"))
    with pytest.raises(UnacceptableError, match="imported later"):
        await desk.ask(first, UNDO)
    with pytest.raises(UnacceptableError, match="imported already"):
        await desk.ask(first)
    with pytest.raises(UnacceptableError, match="nothing to undo"):
        await desk.ask(await desk.bring(THREE), UNDO)


async def test_an_import_that_was_cut_off_goes_on_behind_its_last_chunk(
    desk: Desk, kernel: Kernel, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await desk.bring(many(1_200))
    run = await desk.ask(batch)
    monkeypatch.setattr(beside, "records", breaking_off(beside.records, after=1))
    runner = Runner(kernel.database, desk.data)
    with pytest.raises(ConnectionError):
        await runner.run(run.id)
    monkeypatch.undo()
    assert (await desk.run(run.id)).rows == await desk.count(Organisation) == 500
    assert not await runner.run(run.id)  # it may be at work somewhere else
    clock.advance(seconds=2 * SILENT.total_seconds())
    assert await runner.run(run.id)
    assert counts(await desk.run(run.id)) == (1_200, 0, 0, 0, 0)
    assert await desk.count(Organisation) == await desk.count(ImportRow) == 1_200


async def test_of_two_imports_at_once_the_second_waits(desk: Desk, kernel: Kernel) -> None:
    first, second = await desk.ask(await desk.bring(many(600))), await desk.ask(await desk.bring(many(700)))
    runner, refused = Runner(kernel.database, desk.data), asyncio.Event()

    async def told(_counted: dict[str, int]) -> None:
        """In the middle of its work: it is not over before the other one asked."""
        await asyncio.wait_for(refused.wait(), PATIENCE_S)

    async def asks(run: ImportRun) -> bool:
        if not (does := await runner.run(run.id, told)):
            refused.set()
        return does

    did = await asyncio.gather(asks(first), asks(second))
    assert sorted(did) == [False, True]
    assert await runner.run(second.id)
    assert await runner.run(first.id)
    assert await desk.count(Organisation) == 700


async def test_one_batch_has_one_run_at_a_time_and_stops_when_it_is_told_to(desk: Desk, kernel: Kernel) -> None:
    batch = await desk.bring(many(1_200))
    run = await desk.ask(batch)
    with pytest.raises(UnacceptableError, match="worked on"):
        await desk.ask(batch, TRIAL)

    async def told(counted: dict[str, int]) -> None:
        async with kernel.database.write() as uow:
            await actions.stop(uow, batch, by_id=None)

    assert await Runner(kernel.database, desk.data).run(run.id, told)
    ended = await desk.run(run.id)
    assert (ended.rows, ended.ended_at is not None) == (500, True)
    assert (await desk.do(batch, UNDO)).made == 500
    assert await desk.names() == []


async def test_a_file_that_breaks_off_ends_with_the_reason_and_keeps_what_was_read(desk: Desk) -> None:
    records = [f'{{"name": "Firm {n}", "id": {n}}}' for n in range(3)]
    run = await desk.bring_and_do(("[" + ",".join(records))[:-6])
    assert counts(run) == (2, 0, 0, 0, 1)


async def test_a_duplicate_is_decided_by_a_person_and_remembered(desk: Desk, kernel: Kernel, ada: Person) -> None:
    await Desk(kernel, "chamber").bring_and_do(HEAD + "77,Acme GmbH,acme.example,2015,x\n")
    await make_by_hand(kernel, "Bolt Bikes", "bolt.example")
    await make_by_hand(kernel, "Dune Draws AG", "")
    content = THREE + "4,Dune Draws,dune.example,,x\n5,Elm,elm.example,,x\n"
    batch = await desk.bring(content)
    assert counts(await desk.do(batch)) == (2, 0, 0, 3, 0)
    async with kernel.database.read() as session:
        asked = {each.fields["name"]: each for each in await open_proposals(session, batch.id)}
    assert asked.keys() == {"Acme", "Bolt", "Dune Draws"}
    said = {}
    for name, decision in (("Acme", "merged"), ("Bolt", "merged"), ("Dune Draws", "apart")):
        async with kernel.database.write() as uow:
            said[name] = await decide(uow, batch, asked[name].id, decision, by_id=ada.id)
    assert said == {"Acme": "changed", "Bolt": "changed", "Dune Draws": "made"}
    bolt = await desk.one("Bolt")
    assert (bolt.source, bolt.source_id, bolt.founded) == ("network", "2", 2016)
    async with kernel.database.write() as uow:
        assert await decide(uow, batch, asked["Bolt"].id, "apart", by_id=ada.id) is None
    again = await desk.bring_and_do(content)
    assert counts(again) == (0, 0, 5, 0, 0)
    [acme] = [row for row in await desk.rows(again.batch_id) if row.name == "Acme"]
    assert [note["text"] for note in acme.notes or []] == [BEHIND], "the chamber goes first"


async def test_what_was_left_out_stays_out(desk: Desk, kernel: Kernel, ada: Person) -> None:
    await make_by_hand(kernel, "Acme", "acme.example")
    batch = await desk.bring(THREE)
    await desk.do(batch)
    async with kernel.database.write() as uow:
        [asked] = await open_proposals(uow.session, batch.id)
        await decide(uow, batch, asked.id, duplicates.LEFT_OUT, by_id=ada.id)
    assert counts(await desk.bring_and_do(THREE)) == (0, 0, 2, 0, 1)


async def test_what_is_taken_back_asks_no_more_until_it_comes_again(desk: Desk, kernel: Kernel, ada: Person) -> None:
    await make_by_hand(kernel, "Acme", "acme.example")
    batch = await desk.bring(THREE)
    await desk.do(batch)
    async with kernel.database.read() as session:
        [asked] = await open_proposals(session, batch.id)
    await desk.do(batch, UNDO)
    async with kernel.database.write() as uow:
        assert await open_proposals(uow.session, batch.id) == []
        assert await queries.open_questions(uow.session, batch.id) == 0
        assert await decide(uow, batch, asked.id, duplicates.APART, by_id=ada.id) is None
    assert await desk.names() == ["Acme"], "nothing came back"
    again = await desk.bring(THREE)
    await desk.do(again)
    async with kernel.database.read() as session:
        assert len(await open_proposals(session, again.id)) == 1


async def test_what_is_decided_while_somebody_takes_the_batch_back_is_taken_back_as_well(
    desk: Desk, kernel: Kernel, ada: Person
) -> None:
    await make_by_hand(kernel, "Acme", "acme.example")
    batch = await desk.bring(THREE)
    await desk.do(batch)
    async with kernel.database.write() as uow:
        [asked] = await open_proposals(uow.session, batch.id)
        assert await decide(uow, batch, asked.id, duplicates.APART, by_id=ada.id) == MADE
        undoing = asyncio.create_task(desk.do(batch, UNDO))
        await asyncio.wait([undoing], timeout=0.5)
        assert not undoing.done(), "it would not see what is decided here"
    await undoing
    assert await desk.names() == ["Acme"]


async def test_an_open_question_is_asked_once_however_often_the_file_comes(desk: Desk, kernel: Kernel) -> None:
    await make_by_hand(kernel, "Acme", "acme.example")
    for _ in range(2):
        assert counts(await desk.bring_and_do(THREE))[3] == 1
    assert await desk.count(ImportDuplicate) == 1


async def test_products_come_to_their_organisations(desk: Desk, kernel: Kernel) -> None:
    await desk.bring_and_do(GERMAN, locale="de")
    content = (
        "Artikelnummer;Hersteller;Firmenwebsite;Produktname;Kategorie\n"
        "1;Müller Prüftechnik GmbH;;Prüfstand;Maschinen\n2;;ueberland.example;Trafo;Netztechnik\n3;Niemand;;Nichts;\n"
    )
    batch = await desk.bring(content, kind="products")
    assert counts(await desk.do(batch, TRIAL)) == counts(await desk.do(batch)) == (2, 0, 0, 0, 1)
    assert counts(await desk.bring_and_do(content, kind="products")) == (0, 0, 2, 0, 1)
    async with kernel.database.read() as session:
        found = await session.execute(
            select(Organisation.name)
            .join(Product, Product.organisation_id == Organisation.id)
            .order_by(Organisation.name)
        )
    assert [name for (name,) in found] == ["Müller Prüftechnik", "Überlandnetz"]
    [refused] = await desk.rows(batch.id, "refused")
    assert (refused.line, (refused.notes or [{}])[0]["value"]) == (4, "niemand")


async def test_a_trial_leaves_nothing_behind_but_its_report(desk: Desk) -> None:
    batch = await desk.bring(many(600))
    await desk.do(batch, TRIAL)
    async with desk.kernel.database.write() as uow:
        await actions.forget(uow, await uow.session.merge(batch))
    for table in (Organisation, ImportRow, ImportRun, ImportName):
        assert await desk.count(table) == 0


@pytest.mark.parametrize("silences", [2, -80])  # or the clock had been ahead by an hour
async def test_a_run_that_nobody_ended_does_not_hold_up_the_others_for_ever(
    desk: Desk, kernel: Kernel, clock: FrozenClock, silences: int
) -> None:
    stuck = await desk.ask(await desk.bring(THREE))
    async with kernel.database.write() as uow:
        at_work = update(ImportRun).where(ImportRun.id == stuck.id)
        await uow.session.execute(at_work.values(working=1, seen_at=clock.now()))
    run = await desk.ask(await desk.bring(THREE))
    runner = Runner(kernel.database, desk.data)
    assert not await runner.run(run.id)
    clock.advance(seconds=silences * SILENT.total_seconds())
    assert await runner.run(run.id)


def many(count: int) -> str:
    words = ["Aqua", "Berg", "Cyan", "Delta", "Eiche", "Funk", "Gelb", "Hanf", "Igel", "Jod"]
    names = (f"{words[n // 100 % 10]} {words[n // 10 % 10]} {words[n % 10]} {n}" for n in range(count))
    return HEAD + "".join(f"{n},{name},firm{n}.example,2015,x\n" for n, name in enumerate(names))


def breaking_off(records: Any, after: int) -> Any:
    """Records whose reading ends with an error behind so many chunks."""

    @asynccontextmanager
    async def broken(*asked: Any) -> AsyncIterator[Any]:
        async def few(chunks: Any) -> AsyncIterator[Any]:
            left = after
            async for chunk in chunks:
                if left == 0:
                    raise ConnectionError
                left -= 1
                yield chunk

        async with records(*asked) as chunks:
            yield few(chunks)

    return broken


async def make_by_hand(kernel: Kernel, name: str, domain: str) -> None:
    """An organisation that no source keeps."""
    from directory.organisations.bulk import OrganisationRow, upsert

    row = OrganisationRow(
        name, {"name": name, "kind": "company"} | ({"website": f"https://{domain}"} if domain else {})
    )
    async with kernel.database.write() as uow:
        await uow.run(lambda transaction: upsert(transaction, "hand", [row], at=uow.clock.now()))
        free = update(Organisation).where(Organisation.source == "hand").values(source=None, source_id=None)
        await uow.session.execute(free)


@pytest.fixture
async def ada(kernel: Kernel) -> Person:
    from people.operators import add_person

    async with kernel.database.write() as uow:
        return await add_person(uow, "Ada Lovelace", "ada@net.example", locale="en")


async def test_products_and_proposals_go_to_the_record_into_which_an_organisation_was_merged(
    desk: Desk, kernel: Kernel, ada: Person
) -> None:
    await desk.bring_and_do(THREE)
    acme, bolt = await desk.one("Acme"), await desk.one("Bolt")
    other = await Desk(kernel, "another").bring_and_do("id,name\n9,Acme\n")
    async with kernel.database.write() as uow:
        await merge(uow, acme.id, bolt.id, [carry], by_id=ada.id)
    async with kernel.database.read() as session:
        [proposal] = await open_proposals(session, other.batch_id)
    assert proposal.organisation.id == bolt.id
    await desk.bring_and_do("product,supplier id\nCharger,1\n", kind="products")
    async with kernel.database.read() as session:
        assert list(await session.scalars(select(Product.organisation_id))) == [bolt.id]
    run = await desk.bring_and_do(THREE)
    assert counts(run) == (0, 0, 3, 0, 0), "the row of the merged one is no refusal"
