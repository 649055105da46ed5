"""A fair is planned: a new one by who runs the platform, and what is said of one by its organisers."""

import re
from datetime import date

import pytest

from fairs import queries
from fairs.events import FairRevised
from fairs.model import Fair
from people.admins import grant_admin
from tests.fairs.guests import Guests

TYPED = {
    "name": "Wasserstofftage 🔋 Köln",
    "tagline": "Elektrolyse, Leitungen, Stahl",
    "starts_on": "2027-03-02",
    "ends_on": "2027-03-04",
    "time_zone": "Europe/Berlin",
    "slug": "",
}


@pytest.fixture
async def with_admin(there: Guests) -> Guests:
    """Chloé runs the platform."""
    async with there.kernel.database.write() as uow:
        await grant_admin(uow, there.ids["chloe"], by=None)
    return there


async def fair_of(there: Guests, slug: str) -> Fair | None:
    async with there.kernel.database.read() as session:
        return await queries.by_slug(session, slug)


async def test_a_new_fair_is_open_at_once_and_its_maker_runs_it(with_admin: Guests) -> None:
    assert "/fairs/new" in (await with_admin["chloe"].get("/fairs")).text
    assert (await with_admin["chloe"].get("/fairs/new")).status_code == 200
    made = await with_admin["chloe"].post("/fairs/new", data=TYPED)
    assert (made.status_code, made.headers["location"]) == (303, "/fairs/wasserstofftage-koeln/desk")
    lobby = (await with_admin["chloe"].get("/fairs/wasserstofftage-koeln")).text
    assert "Write to everybody in the lobby" in lobby
    assert "Wasserstofftage 🔋 Köln" in lobby
    assert "/fairs/wasserstofftage-koeln/plan" in lobby
    assert (await with_admin["aylin"].post("/fairs/wasserstofftage-koeln/join")).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "  "}, "Please give the fair a name."),
        ({"name": "!?"}, "Please give the fair a name."),
        ({"name": "x" * 81}, "80"),
        ({"tagline": "x" * 121}, "120"),
        ({"starts_on": "2027-02-30"}, "Please choose a day."),
        ({"ends_on": ""}, "Please choose a day."),
        # Beyond are the ends of the calendar, where moments can't be told in other zones.
        ({"starts_on": "0001-01-01", "ends_on": "0001-01-03"}, "Please choose a day."),
        ({"starts_on": "9999-12-30", "ends_on": "9999-12-31"}, "Please choose a day."),
        ({"ends_on": "2027-03-01"}, "The last day cannot be before the first."),
        ({"ends_on": "2027-05-01"}, "A fair lasts 60 days at most."),
        ({"time_zone": "Europe/Atlantis"}, "We do not know this time zone."),
        ({"slug": "Große Messe"}, "Please write small letters"),
        ({"slug": "new"}, "Please write small letters"),
        ({"name": "能源展"}, "Please write small letters"),
        ({"slug": "ruhr"}, "Another fair has this address."),
    ],
)
async def test_what_cannot_be_is_said_and_what_was_typed_stays(
    with_admin: Guests, wrong: dict[str, str], said: str
) -> None:
    answer = await with_admin["chloe"].post("/fairs/new", data=TYPED | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert "2027-03-02" in answer.text or "starts_on" in wrong
    assert await fair_of(with_admin, "wasserstofftage-koeln") is None


async def test_what_is_wrong_is_told_from_the_top_of_the_page(with_admin: Guests) -> None:
    wrong = {"ends_on": "2027-03-01", "slug": "Große Messe"}
    text = (await with_admin["chloe"].post("/fairs/new", data=TYPED | wrong)).text
    assert text.index("cannot be before the first") < text.index("Please write small letters")
    assert re.findall(r'id="([a-z_]+)"[^>]* autofocus', text) == ["ends_on"]
    nameless = (await with_admin["chloe"].post("/fairs/new", data=TYPED | {"name": "", "slug": ""})).text
    assert "Please write small letters" not in nameless, "nobody typed an address"


async def test_an_organiser_changes_what_is_said_of_the_fair_and_its_address_stays(there: Guests) -> None:
    heard: list[FairRevised] = []

    async def note(happened: FairRevised) -> None:
        heard.append(happened)

    there.kernel.events.on(FairRevised, note)
    assert "Ruhr Energy Forum" in (await there["edda"].get("/fairs/ruhr/plan")).text
    answer = await there["edda"].post("/fairs/ruhr/plan", data=TYPED | {"slug": "elsewhere"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/fairs/ruhr")
    fair = await fair_of(there, "ruhr")
    assert fair is not None
    assert (fair.name, fair.starts_on, fair.ends_on) == (TYPED["name"], date(2027, 3, 2), date(2027, 3, 4))
    assert [(each.fair_id, each.by_id) for each in heard] == [(there.fair.id, there.ids["edda"])]


async def test_a_change_that_cannot_be_changes_nothing(there: Guests) -> None:
    answer = await there["edda"].post("/fairs/ruhr/plan", data=TYPED | {"ends_on": "2027-03-01"})
    assert answer.status_code == 422
    assert TYPED["tagline"] in answer.text
    fair = await fair_of(there, "ruhr")
    assert fair is not None
    assert fair.name == "Ruhr Energy Forum"


async def test_only_who_may_finds_the_way_there(there: Guests) -> None:
    assert "/fairs/new" not in (await there["aylin"].get("/fairs")).text
    assert "/fairs/ruhr/plan" not in (await there["aylin"].get("/fairs/ruhr")).text
    assert "/fairs/ruhr/plan" in (await there["edda"].get("/fairs/ruhr")).text
