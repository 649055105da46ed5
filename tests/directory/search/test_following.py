"""The index follows the database: what is new, what changed, what is gone. It mends itself; one process writes it."""

import asyncio
import errno
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from directory.search.asking import Asked
from directory.search.changes import touched, touches
from directory.search.documents import Catalogue
from directory.search.folder import BrokenIndexError, IndexFolder, NoIndexError, State, Written, looking
from directory.search.following import OVERLAP, Following
from directory.search.parts import Search
from server.kernel.clock import FrozenClock
from tests.directory.search.conftest import ANYBODY, Place
from tests.directory.search.region import NOON, Asking, document, index_of
from tests.support.patience import PATIENCE_S
from tests.support.trouble import expects_trouble


async def test_what_is_new_is_found_and_what_changed_is_found_as_it_is(place: Place) -> None:
    place.organisations.put(document("a", "Windrad Nord"))
    assert await place.follow() == 1
    assert await place.ids("windrad") == ["a"]
    place.organisations.put(document("a", "Wasserrad Nord", updated_at=NOON + timedelta(seconds=1)))
    assert await place.follow() == 1
    assert await place.ids("windrad") == []
    assert await place.ids("wasserrad") == ["a"]


async def test_what_is_gone_is_found_no_more(place: Place) -> None:
    place.organisations.put(document("a", "Windrad Nord"))
    await place.follow()
    place.organisations.remove("a", NOON + timedelta(seconds=1))
    await place.follow()
    assert (await place.page("windrad")).results.total == 0


async def test_what_is_deleted_without_a_trace_is_told_in_its_transaction(place: Place) -> None:
    place.organisations.put(document("a", "Windrad Nord"), document("b", "Windrad Süd"))
    await place.follow()
    del place.organisations.documents_by_id["a"]
    async with place.kernel.database.write() as uow:
        await touched(uow, "organisation", ["a"])
    await place.follow()
    assert (await place.page("windrad")).results.total == 1


async def test_telling_twice_leaves_the_last_moment(place: Place) -> None:
    for _ in range(2):
        async with place.kernel.database.write() as uow:
            await touched(uow, "organisation", ["a", "a", "b"])
    async with place.kernel.database.read() as session:
        assert [mark.id for mark in await touches(session, "organisation", None, 10)] == ["a", "b"]
        assert await touches(session, "product", None, 10) == []


async def test_nothing_is_indexed_twice_when_nothing_happened(place: Place, looks_back: Callable[[], None]) -> None:
    place.organisations.put(document("a", "Windrad Nord"))
    await place.follow()
    looks_back()
    assert await place.follow() == 0


async def test_a_row_that_was_committed_late_is_found_all_the_same(
    place: Place, looks_back: Callable[[], None]
) -> None:
    place.organisations.put(document("a", "Windrad Nord", updated_at=NOON))
    await place.follow()
    place.organisations.put(document("late", "Windrad Spät", updated_at=NOON - OVERLAP + timedelta(seconds=1)))
    looks_back()
    await place.follow()
    assert set(await place.ids("windrad")) == {"a", "late"}


async def test_what_is_told_late_is_looked_at_among_however_many(
    place: Place, clock: FrozenClock, looks_back: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place.search.following, "_lot", 5)
    place.organisations.put(document("z", "Windrad Nord", updated_at=NOON - timedelta(hours=1)))
    await place.follow()
    for each in range(12):
        async with place.kernel.database.write() as uow:
            await touched(uow, "organisation", [f"{each:02}"])
    await place.follow()
    del place.organisations.documents_by_id["z"]
    clock.advance(seconds=-1)
    async with place.kernel.database.write() as uow:
        await touched(uow, "organisation", [f"y{each}" for each in range(6)] + ["z"])  # committed late: z the last
    looks_back()
    await place.follow()
    assert (await place.page("windrad")).results.total == 0


async def test_what_is_saved_after_a_clock_that_was_ahead_is_set_back_is_found(
    place: Place, clock: FrozenClock
) -> None:
    ahead = NOON + timedelta(hours=1)
    clock.advance(hours=1)
    place.organisations.put(document("a", "Windrad Nord", updated_at=ahead))
    await place.follow()
    clock.advance(hours=-1)
    place.organisations.put(document("b", "Windrad Süd", updated_at=NOON))
    async with place.kernel.database.write() as uow:
        await touched(uow, "organisation", ["b"])
    assert await place.follow() == 3  # both rows, and what was told
    assert set(await place.ids("windrad")) == {"a", "b"}
    assert await place.follow() == 0
    clock.advance(minutes=30)
    place.organisations.put(document("c", "Windrad West", updated_at=clock.now()))
    await place.follow()
    assert set(await place.ids("windrad")) == {"a", "b", "c"}


async def test_what_is_told_after_a_clock_that_was_ahead_is_set_back_is_looked_at(
    place: Place, clock: FrozenClock
) -> None:
    place.organisations.put(document("a", "Windrad Nord"), document("b", "Windrad Süd"))
    clock.advance(hours=1)
    for deleted in ("a", "b"):
        await place.follow()
        del place.organisations.documents_by_id[deleted]
        async with place.kernel.database.write() as uow:
            await touched(uow, "organisation", [deleted])
        await place.follow()
        clock.advance(minutes=-30)
    assert (await place.page("windrad")).results.total == 0


async def test_many_rows_ahead_of_the_clock_are_gone_through_once(
    place: Place, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place.search.following, "_lot", 5)
    ahead = NOON + timedelta(hours=1)
    place.organisations.put(*(document(f"{each:02}", "Windrad", updated_at=ahead) for each in range(23)))
    assert await place.follow() == 23
    before = len(place.organisations.asked)
    assert await place.follow() == 0
    assert len(place.organisations.asked) - before <= 2  # those nearest the clock, and behind all that is known
    place.organisations.put(document("a", "Windrad Nord", updated_at=NOON))
    assert await place.follow() == 1
    clock.advance(hours=1)
    assert await place.follow() == 23
    assert (await place.page("windrad")).results.total == 24


async def test_what_a_commit_that_failed_had_put_is_put_again(
    place: Place, looks_back: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    following = place.search.following
    place.organisations.put(document("a", "Windrad Nord", updated_at=NOON))
    await place.follow()
    place.organisations.put(document("late", "Windrad Spät", updated_at=NOON - timedelta(seconds=1)))
    place.organisations.put(document("ahead", "Windrad Früh", updated_at=NOON + timedelta(hours=1)))

    def no_room(_written: Written) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Written, "commit", no_room)
        looks_back()
        with pytest.raises(OSError, match="No space left"):
            await place.follow()
    place.written.close()
    swept = asyncio.Event()

    async def wait() -> None:
        swept.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(following, "_wait", wait)
    looks_back()
    going_on = asyncio.create_task(following._follow())
    async with asyncio.timeout(PATIENCE_S):
        await swept.wait()
    assert set(await place.ids("windrad")) == {"a", "late", "ahead"}
    going_on.cancel()
    await asyncio.wait([going_on])
    place.written = await following.opened()


async def test_a_new_index_has_what_lies_ahead_of_the_clock(place: Place) -> None:
    place.organisations.put(document("ahead", "Windrad Früh", updated_at=NOON + timedelta(hours=1)))
    await place.follow()
    assert place.search.following._ahead["rows"]
    await asyncio.to_thread(place.written.close)
    began = place.search.folder.begin_new
    known: list[object] = []

    def begin_new() -> Written:
        known.append([dict(each) for each in place.search.following._ahead.values()])
        return began()

    place.search.folder.begin_new = begin_new  # type: ignore[method-assign]
    place.written = await place.search.following.rebuild()
    assert known == [[{}, {}]]
    assert await place.ids("windrad") == ["ahead"]


async def test_it_looks_back_only_for_as_long_as_something_may_be_late(
    place: Place, looks_back: Callable[[], None]
) -> None:
    place.organisations.put(document("a", "Windrad Nord", updated_at=NOON))
    asked = place.organisations.asked
    for _ in range(2):
        looks_back()
        await place.follow()
    standing = place.search.following._standing
    assert standing
    standing.update({key: (mark, float("-inf"), looked) for key, (mark, _since, looked) in standing.items()})
    before = len(asked)
    looks_back()
    assert await place.follow() == 0
    assert len(asked) == before + 1  # on from the last mark, and not back from it
    place.organisations.put(
        document("late", "Windrad Spät", updated_at=NOON - timedelta(seconds=1)),
        document("b", "Windrad Süd", updated_at=NOON + timedelta(seconds=1)),
    )
    looks_back()
    await place.follow()
    assert set(await place.ids("windrad")) == {"a", "late", "b"}


async def test_more_rows_than_a_lot_come_in_order(place: Place) -> None:
    place.organisations.put(*(document(f"{number:04}", f"Firma {number}") for number in range(1234)))
    await place.follow()
    assert (await place.page()).results.total == 1234


async def test_whoever_may_not_see_it_does_not_whatever_the_index_has(place: Place) -> None:
    place.organisations.put(document("a", "Windrad Nord"), document("b", "Windrad Süd"))
    await place.follow()
    place.organisations.hidden.add("a")
    assert await place.ids("windrad") == ["b"]


async def test_a_new_index_answers_when_it_is_whole(place: Place) -> None:
    place.organisations.put(document("a", "Windrad Nord"))
    await place.follow()
    place.organisations.put(document("b", "Windrad Süd"))  # of the same moment: no sweep would see it
    folder = place.search.folder
    told: list[tuple[str, int]] = []
    await asyncio.to_thread(place.written.close)
    place.written = await place.search.following.rebuild(lambda kind, rows: told.append((kind, rows)))
    assert set(await place.ids("windrad")) == {"a", "b"}
    assert ("organisation", 2) in told
    assert [path.name for path in folder.folder.iterdir() if path.is_dir()] == [folder.name]


@pytest.mark.parametrize("harm", ["documents/meta.json", "state.json", "words/meta.json", "every file"])
async def test_a_broken_index_is_made_anew_and_nobody_sees_an_error(place: Place, harm: str) -> None:
    place.organisations.put(document("a", "Windrad Nord"))
    await place.follow()
    await asyncio.to_thread(place.written.close)
    current = place.search.folder.folder / place.search.folder.name
    for path in [each for each in current.rglob("*") if each.is_file()] if harm == "every file" else [current / harm]:
        path.write_bytes(b"\0not what it was")
    again = Search.build(place.kernel, place.search.catalogue)
    page = await again.page(ANYBODY, Asked(words="windrad"))
    assert page.making or [hit.card.id for hit in page.hits] == ["a"]
    place.written = await again.following.opened()
    assert [hit.card.id for hit in (await again.page(ANYBODY, Asked(words="windrad"))).hits] == ["a"]
    await again.stop()


async def test_without_an_index_the_page_says_that_it_is_being_made(place: Place) -> None:
    other = Search.build(place.kernel, Catalogue())
    other.folder.folder = place.kernel.settings.data / "elsewhere"
    page = await other.page(ANYBODY, Asked(words="windrad"))
    assert page.making
    assert await other.suggestions(ANYBODY, "windr") == []
    await other.stop()


async def test_an_index_of_another_version_is_made_anew(place: Place) -> None:
    with pytest.raises(BrokenIndexError):
        State.from_json('{"version": -1, "rows": {}, "touches": {}}')
    with pytest.raises(BrokenIndexError):
        State.from_json("[]")


async def test_one_process_writes_and_the_next_takes_over(place: Place) -> None:
    folder = IndexFolder(place.kernel.settings.data / "lock-test")
    with folder.locked() as first, folder.locked() as second:
        assert (first, second) == (True, False)
    with folder.locked() as third:
        assert third


async def test_a_running_search_follows_by_itself_and_hears_the_bell(place: Place) -> None:
    place.written.close()
    running = Search.build(place.kernel, place.search.catalogue)
    await running.start()
    place.organisations.put(document("a", "Windrad Nord"))
    running.following.ring()
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        page = await running.page(ANYBODY, Asked(words="windrad"))
        if page.hits:
            break
        await asyncio.sleep(0.05)
    await running.stop()
    assert [hit.card.id for hit in page.hits] == ["a"]
    place.written = await place.search.following.opened()


@pytest.mark.parametrize("closes", [True, False])
@expects_trouble
async def test_a_search_that_is_told_to_end_while_it_gives_up_after_a_fault_ends_at_once(
    place: Place, monkeypatch: pytest.MonkeyPatch, closes: bool
) -> None:
    closing, on = asyncio.Event(), threading.Event()
    loop, close = asyncio.get_running_loop(), Written.close

    async def broken(_following: Following, _written: Written) -> int:
        raise RuntimeError

    def slowly(written: Written) -> None:
        loop.call_soon_threadsafe(closing.set)
        on.wait()
        close(written)
        if not closes:
            raise OSError("no space left")

    place.written.close()
    monkeypatch.setattr(Following, "sweep", broken)
    monkeypatch.setattr(Written, "close", slowly)
    monkeypatch.setattr("directory.search.following.FAILURE_PAUSE_S", 20 * PATIENCE_S)
    running = Search.build(place.kernel, place.search.catalogue)
    await running.start()
    await closing.wait()
    loop.call_later(0.05, on.set)
    async with asyncio.timeout(PATIENCE_S):
        await running.stop()
    monkeypatch.undo()
    place.written = await place.search.following.opened()


async def test_a_disk_that_has_no_room_for_the_index_is_said_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, sweep = asyncio.Semaphore(0), Following.sweep
    full = ValueError("An IO error occurred: 'No space left on device (os error 28)'")  # as the index says it

    async def no_room(_following: Following, _written: Written) -> int:
        tried.release()
        raise full

    place.written.close()
    monkeypatch.setattr("server.kernel.away.STEADY_S", 0.0)
    monkeypatch.setattr("directory.search.following.FAILURE_PAUSE_S", 0.01)
    monkeypatch.setattr(Following, "sweep", no_room)
    running = Search.build(place.kernel, place.search.catalogue)
    with capture_logs() as logged:
        await running.start()
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(5):
                await tried.acquire()
            monkeypatch.setattr(Following, "sweep", sweep)
            while logged[-1]["event"] != "service_back":  # noqa: ASYNC110 - nobody announces it
                await asyncio.sleep(0.01)
    await running.stop()
    said = [(each["event"], each["service"]) for each in logged if each["log_level"] != "debug"]
    assert said == [(event, "room for the search index") for event in ("service_away", "service_back")]
    place.written = await place.search.following.opened()


def test_words_come_and_stay_beside_what_was_there(tmp_path: Path) -> None:
    folder = index_of(tmp_path / "index", [document("a", "Windrad Nord")])
    written = folder.go_on()
    written.put([document("b", "Drehstromgenerator")])
    written.commit()
    written.close()
    assert Asking(folder).ids("generator") == ["b"]
    assert Asking(folder).ids("windrad") == ["a"]


def test_looking_where_there_is_nothing_is_said(tmp_path: Path) -> None:
    folder = IndexFolder(tmp_path / "none")
    with pytest.raises(NoIndexError):
        looking(folder, lambda look: look)
    assert not folder.rebuild_asked
