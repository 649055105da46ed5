"""Searches that people keep: each new result is told once, whatever runs twice or dies in between."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from directory.news import newsroom, searches
from directory.search import saved
from directory.search.alerts import Alerts
from directory.search.asking import Asked
from directory.search.model import SavedSearch, SearchAlert
from people.model import Person
from server.kernel.clock import FrozenClock
from tests.directory.search.conftest import Place
from tests.directory.search.region import document
from tests.fairs.cast import person

WIND = Asked(words="Windrad")


async def keep(place: Place, asked: Asked = WIND, *, mails: bool = False) -> tuple[str, str]:
    """Somebody keeps a search; the ids of both."""
    async with place.kernel.database.write() as uow:
        who = await person(uow, "Aylin Demir")
        kept = await saved.save(uow, who, "Wind", asked, alerts=True, mails=mails)
    return who, kept.id


async def new(place: Place, search_id: str) -> list[str]:
    async with place.kernel.database.read() as session:
        return [id_ for _, id_ in (await saved.new_in(session, [search_id])).get(search_id, [])]


@pytest.fixture
def alerts(place: Place) -> Alerts:
    place.kernel.mail.render = lambda name, _locale, context: f"{name} {context['parts']}"
    return Alerts(place.kernel, place.search)


async def put(place: Place, id_: str, name: str) -> None:
    place.organisations.put(document(id_, name, updated_at=place.kernel.clock.now()))
    await place.follow()


async def test_what_comes_after_is_new_and_told_once(place: Place, alerts: Alerts, clock: FrozenClock) -> None:
    await put(place, "old", "Windrad Alt")
    clock.advance(minutes=10)
    _, kept = await keep(place)
    clock.advance(minutes=10)
    await put(place, "fresh", "Windrad Neu")
    await put(place, "other", "Wasserrad")
    assert await alerts.look() == 1
    assert await alerts.look() == 0
    assert await new(place, kept) == ["fresh"]


async def test_what_is_turned_off_tells_nothing_more(place: Place, alerts: Alerts, clock: FrozenClock) -> None:
    who, kept = await keep(place, mails=True)
    async with place.kernel.database.write() as uow:
        other = (await saved.save(uow, who, "New", Asked(words="Neu"), alerts=True, mails=False)).id
        assert await saved.change(uow, who, kept, alerts=False, mails=False)
    clock.advance(minutes=1)
    await put(place, "fresh", "Windrad Neu")
    assert (await alerts.look(), await alerts.mail()) == (1, 0)
    assert (await new(place, kept), await new(place, other)) == ([], ["fresh"])


async def test_a_look_that_died_before_its_end_does_no_harm(place: Place, alerts: Alerts, clock: FrozenClock) -> None:
    _, kept = await keep(place)
    clock.advance(minutes=1)
    await put(place, "fresh", "Windrad Neu")
    await alerts.look()
    async with place.kernel.database.write() as uow:  # as if another had looked before, and written nothing down
        (await uow.session.get_one(SavedSearch, kept)).looked_at -= timedelta(days=1)
    assert await alerts.look() == 0
    async with place.kernel.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(SearchAlert)) == 1


async def test_a_search_that_was_kept_while_the_clock_was_ahead_tells_what_comes_once_it_is_right(
    place: Place, alerts: Alerts, clock: FrozenClock
) -> None:
    clock.advance(hours=1)
    _, kept = await keep(place)
    await alerts.look()
    clock.advance(minutes=-50)
    await put(place, "fresh", "Windrad Neu")
    assert await alerts.look() == 1
    assert await new(place, kept) == ["fresh"]


async def test_what_was_edited_later_is_not_new(place: Place, alerts: Alerts, clock: FrozenClock) -> None:
    made = clock.now()
    await put(place, "old", "Windrad Alt")
    clock.advance(minutes=10)
    await keep(place)
    clock.advance(minutes=10)
    place.organisations.put(document("old", "Windrad Alt, jetzt höher", updated_at=clock.now(), created_at=made))
    await place.follow()
    assert await alerts.look() == 0


async def test_what_was_seen_is_new_no_more(place: Place, alerts: Alerts, clock: FrozenClock) -> None:
    who, kept = await keep(place)
    clock.advance(minutes=1)
    await put(place, "fresh", "Windrad Neu")
    await alerts.look()
    async with place.kernel.database.write() as uow:
        assert await saved.seen(uow, who, kept) is not None
        assert await saved.seen(uow, "somebody else", kept) is None
    assert await new(place, kept) == []


async def test_a_search_that_finds_much_leaves_room_for_the_others(
    place: Place, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved, "SHOWN", 2)
    who, much = await keep(place)
    async with place.kernel.database.write() as uow:
        little = (await saved.save(uow, who, "Sun", Asked(words="sun"), alerts=True, mails=False)).id
        await uow.session.flush()
        await saved.note(uow, little, [("organisation", "sun")], clock.now())
    for id_ in "abc":
        clock.advance(minutes=1)
        async with place.kernel.database.write() as uow:
            await saved.note(uow, much, [("organisation", id_)], clock.now())
    async with place.kernel.database.read() as session:
        found = await saved.new_in(session, [much, little])
    assert found == {much: [("organisation", "c"), ("organisation", "b")], little: [("organisation", "sun")]}


async def test_a_mail_comes_once_and_not_twice_a_day(place: Place, alerts: Alerts, clock: FrozenClock) -> None:
    await keep(place, mails=True)
    for step, mails in ((1, 1), (2, 0), (3, 0)):
        clock.advance(minutes=5)
        await put(place, f"fresh-{step}", f"Windrad {step}")
        await alerts.look()
        assert await alerts.mail() == mails
    clock.advance(days=1)
    assert await alerts.mail() == 1
    assert await alerts.mail() == 0


async def test_the_same_question_is_kept_once(place: Place) -> None:
    who, kept = await keep(place)
    async with place.kernel.database.write() as uow:
        again = await saved.save(uow, who, "Wind again", WIND.but(sort="name"), alerts=False, mails=True)
    assert (again.id, again.name, again.alerts, again.mails) == (kept, "Wind again", False, False)


async def test_nobody_keeps_more_than_a_page_of_them(place: Place) -> None:
    who, _ = await keep(place)
    async with place.kernel.database.write() as uow:
        for number in range(saved.MOST - 1):
            await saved.save(uow, who, "more", Asked(words=f"w{number}"), alerts=False, mails=False)
            await uow.session.flush()
        with pytest.raises(saved.TooManyError):
            await saved.save(uow, who, "one too many", Asked(words="last"), alerts=False, mails=False)


async def test_a_kept_search_belongs_to_one_person(place: Place) -> None:
    who, kept = await keep(place)
    async with place.kernel.database.write() as uow:
        other = await person(uow, "Bernd Kowalski")
        assert not await saved.change(uow, other, kept, alerts=False, mails=False)
        assert not await saved.remove(uow, other, kept)
        assert await saved.remove(uow, who, kept)


async def test_what_is_kept_is_handed_out_and_erased_with_the_person(
    place: Place, alerts: Alerts, clock: FrozenClock
) -> None:
    who, kept = await keep(place)
    clock.advance(minutes=1)
    await put(place, "fresh", "Windrad Neu")
    await alerts.look()
    async with place.kernel.database.read() as session:
        found = await saved.collect(session, who)
    assert found["saved_searches"][0]["address"] == "/discover?q=Windrad"
    assert found["alerts"][0]["id"] == "fresh"
    async with place.kernel.database.write() as uow:
        await saved.erase(uow, who)
    assert await new(place, kept) == []


async def test_that_something_is_new_is_told_among_ones_news_until_one_looks(place: Place, clock: FrozenClock) -> None:
    alerts = Alerts(place.kernel, place.search, searches.tell_found)
    searches.listen(place.kernel)
    who, kept = await keep(place)
    for step in (1, 2):
        clock.advance(minutes=1)
        await put(place, f"fresh-{step}", f"Windrad {step}")
        assert await alerts.look() == 1
    async with place.kernel.database.read() as session:
        [one] = await newsroom.kept(session, who, after=0, limit=10)
        reader = await session.get_one(Person, who)
        lines = await searches.put_into_words(session, reader, [(one.kind, one.subject), (one.kind, "gone")], "de")
    assert {(kind, line.text, line.path) for (kind, _), line in lines.items()} == {
        ("search.found", "Neu in Ihrer Suche „Wind“", "/discover/saved")
    }
    async with place.kernel.database.write() as uow:
        await saved.seen(uow, who, kept)
    async with place.kernel.database.read() as session:
        assert not await newsroom.has_unseen(session, who, kept)
