"""An organiser's timetable for sixty people, in the browser: from wishes to published, and mended."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from fairs.actions import join
from fairs.model import Fair
from meetings import plans
from meetings.grid import Hours
from meetings.plans import Wish
from server.kernel.db import UnitOfWork
from tests.e2e.conftest import Come
from tests.e2e.stage import SLUG, Stage, set_up, writing_fair
from tests.fairs.cast import person
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.server_process import Serve, Servers

PATH = f"/fairs/{SLUG}/meetings/timetable"
AYLIN = "aylin@example.org"
# The optimiser may take a minute, and its process starts beside a browser.
MADE_WITHIN_MS = 180_000


@pytest.fixture
async def stage(backend: Backend) -> Stage:
    """The fair with sixty people more, and times for meetings tomorrow."""
    made = await set_up(backend)
    async with writing_fair(backend) as (uow, fair):
        await _fill(uow, fair, made["olga"].id)
    return made


async def _fill(uow: UnitOfWork, fair: Fair, by_id: str) -> None:
    for number in range(60):
        id = await person(uow, f"Guest {number}")
        await join(uow, fair.id, id)
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    await plans.arrange(uow, fair, Wish("organiser", 20, 5, 6, 6, 3, 48, [Hours(tomorrow, 600, 840)]), by_id=by_id)


@pytest.fixture
async def servers(stage: Stage, serve: Serve) -> Servers:
    """The running product with the fair in it."""
    assert stage.guests
    return await serve(dev=True)


async def test_sixty_people_get_their_timetable_and_it_is_mended(come: Come, stage: Stage) -> None:
    olga, aylin = (await come(stage["olga"])).page, (await come(stage["aylin"])).page
    deutsch = (await come(stage["olga"], locale="de")).page
    # Aylin looks somebody up and wishes to meet them
    await aylin.goto(f"/fairs/{SLUG}/meetings/wishes?q=Guest 59")
    await aylin.get_by_role("button", name="I must meet them").click()
    await expect(aylin.get_by_text("Your wish is noted.")).to_be_visible()
    await assert_accessible(aylin)
    # Olga brings everybody else's, and keeps two apart
    await olga.goto(PATH)
    await olga.get_by_label("CSV file").set_input_files(
        {"name": "wishes.csv", "mimeType": "text/csv", "buffer": wishes().encode()}
    )
    await olga.get_by_role("button", name="Take the wishes").click()
    await expect(olga.get_by_text("Wishes taken: 120")).to_be_visible()
    await olga.goto(f"{PATH}/rules")
    await olga.get_by_label("Name or mail address of one").fill("Guest 0")
    await olga.get_by_label("Name or mail address of the other").fill(mail(1))
    await olga.get_by_role("button", name="Decide it").click()
    await expect(olga.get_by_text(re.compile("Guest [01] – Guest [01]"))).to_be_visible()
    await both_accessible(olga, deutsch, f"{PATH}/rules")
    # It is made, and published
    await olga.goto(PATH)
    await olga.get_by_role("button", name="Make the timetable").click()
    await expect(olga.get_by_text("Provisional result")).to_be_visible(timeout=MADE_WITHIN_MS)
    await both_accessible(olga, deutsch, PATH)
    await olga.get_by_role("button", name="Book these meetings").click()
    await expect(olga.get_by_role("heading", name="Published")).to_be_visible()
    mend = olga.get_by_role("link", name="Mend it after changes")
    await expect(mend).to_be_visible(timeout=MADE_WITHIN_MS)  # the page follows the booking to its end
    # Aylin is not free after all: Olga sees first what falls away, and then does it
    await aylin.goto("/meetings")
    await expect(aylin.get_by_role("link", name="Guest 59").first).to_be_visible()
    await aylin.goto(f"/fairs/{SLUG}/meetings/availability")
    async with aylin.expect_response(lambda answer: answer.request.method == "POST"):
        await aylin.get_by_role("button", name="Not free").click()
    await mend.click()
    await olga.get_by_role("button", name="Look for the smallest change").click()
    await expect(olga.get_by_role("heading", name="would change")).to_be_visible(timeout=MADE_WITHIN_MS)
    await expect(olga.get_by_role("table", name="Fall away")).to_contain_text("Aylin Demir")
    await both_accessible(olga, deutsch, f"{PATH}/repair")
    await olga.get_by_role("button", name="Change it and tell them").click()
    await expect(olga.get_by_role("heading", name="This was changed")).to_be_visible()
    # Whoever looks at it elsewhere is told within moments, and sees it where they are
    await deutsch.get_by_role("button", name="Änderungen zeigen").click()
    await expect(deutsch.get_by_role("heading", name="Das wurde geändert")).to_be_visible()
    await aylin.goto("/meetings")
    await expect(aylin.get_by_role("heading", name="Called off")).to_be_visible()


async def both_accessible(english: Page, german: Page, path: str) -> None:
    """Nothing that axe finds, in either language."""
    await german.goto(path)
    await assert_accessible(english)
    await assert_accessible(german)


def mail(number: int) -> str:
    """The address of a guest."""
    return f"{abs(hash(f'Guest {number}')) % 10**12}@example.org"


def wishes() -> str:
    """Each guest wishes to meet the next one and the seventh."""
    rows = [f"{mail(n)},{mail((n + d) % 60)},like,{d}" for n in range(60) for d in (1, 7)]
    return "\n".join(["of,whom,kind,weight", *rows])
