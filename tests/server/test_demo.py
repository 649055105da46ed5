"""The demo fair: there at once, once, and around today."""

from datetime import timedelta

from sqlalchemy import func, select
from starlette.applications import Starlette

from chat.model import Message, Reaction
from chat.queries import page
from chat.unread import total, unread
from fairs import queries as fair_queries
from people import erasure
from people import queries as people_queries
from people.links import look
from people.model import Person
from server.demo import DemoLink, fill
from server.demo.cast import CAST, EDITION
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from server.kernel.tables import metadata
from tests.kernel_fixtures import browser_of
from tests.people.scene import follow, is_signed_in


async def test_the_demo_fair_is_made_once_its_links_work_for_a_week_and_it_stays_around_today(
    kernel: Kernel, app: Starlette, clock: FrozenClock
) -> None:
    links = await fill(kernel)
    await in_full_swing(kernel)
    await lead_in(kernel, links)

    there = await counted(kernel)
    again = await fill(kernel)
    assert await counted(kernel) == there
    assert {link.url for link in links}.isdisjoint(link.url for link in again)
    await lead_in(kernel, again)

    path = links[0].url.removeprefix(kernel.settings.public_url)
    await works_as_often_as_somebody_opens_it(app, path)
    clock.advance(days=8)
    await has_ended(app, path)

    clock.advance(days=22)
    await fill(kernel)
    async with kernel.database.read() as session:
        fair = await fair_queries.by_slug(session, EDITION)
    assert fair is not None
    assert fair.starts_on == (clock.now() - timedelta(days=1)).date()


async def test_that_people_are_erased_once_more_an_hour_later_changes_nothing_that_any_feature_keeps(
    kernel: Kernel, app: Starlette, clock: FrozenClock
) -> None:
    assert app, "with all its features"
    await fill(kernel)
    for role in CAST[:3]:
        async with kernel.database.write() as uow:
            found = await uow.session.scalar(select(Person).where(Person.name == role.name))
            assert found is not None
            await erasure.erase(uow, kernel, found.id)
    await work_off(kernel)
    before = await rows(kernel)
    clock.advance(hours=1)
    await work_off(kernel)
    after = await rows(kernel)
    # The log says it once more in each channel, and what is due within that hour is noted.
    assert {name for name, many in after.items() if many > before[name]} <= {"live_events", "meeting_reminders"}


async def work_off(kernel: Kernel) -> None:
    """Do what is due, and what comes of it."""
    while await kernel.jobs.run_due():
        pass


async def rows(kernel: Kernel) -> dict[str, int]:
    """How many rows each table has."""
    async with kernel.database.read() as session:
        counted = {each.name: select(func.count()).select_from(each) for each in metadata.sorted_tables}
        return {name: await session.scalar(query) or 0 for name, query in counted.items()}


async def lead_in(kernel: Kernel, links: list[DemoLink]) -> None:
    """Five people of five roles get links that work."""
    assert [link.name for link in links] == [role.name for role in CAST if role.link]
    assert len(links) == 5
    async with kernel.database.read() as session:
        for link in links:
            found = await look(session, link.url.partition("token=")[2])
            assert found is not None


async def counted(kernel: Kernel) -> tuple[int | None, int | None]:
    """How many messages and reactions there are."""
    async with kernel.database.read() as session:
        messages = await session.scalar(select(func.count()).select_from(Message))
        return messages, await session.scalar(select(func.count()).select_from(Reaction))


async def in_full_swing(kernel: Kernel) -> None:
    """It is the fair's middle day, everybody is there, and something waits for Bernd."""
    now = kernel.clock.now()
    async with kernel.database.read() as session:
        fair = await fair_queries.by_slug(session, EDITION)
        assert fair is not None
        assert fair.starts_on < now.date() < fair.ends_on
        assert await fair_queries.member_count(session, fair.id) == len(CAST)
        bernd = await people_queries.by_email(session, "b.kowalski@stadtwerke-hagenfeld.example")
        assert bernd is not None
        waiting = (await unread(session, [bernd.id]))[bernd.id]
        lobby = next(each for each in waiting if each.kind == "room")
        said = (await page(session, lobby.channel_id)).messages
    assert total(waiting) > lobby.mentions > 0
    assert any(message.edited_at for message in said)
    assert any(message.reactions for message in said)
    assert [message.sent_at for message in said] == sorted(message.sent_at for message in said)
    assert said[-1].sent_at < now


async def works_as_often_as_somebody_opens_it(app: Starlette, path: str) -> None:
    """A link of the demo is no link of a mail, which works once."""
    for _ in range(2):
        async with browser_of(app) as browser:
            await follow(browser, path)
            assert await is_signed_in(browser)


async def has_ended(app: Starlette, path: str) -> None:
    """Whoever opens the link is not signed in any more."""
    async with browser_of(app) as browser:
        await browser.get(path)
        await browser.post("/sign-in/link")
        assert not await is_signed_in(browser)
