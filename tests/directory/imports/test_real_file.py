"""The start-ups of a real network, whole: 2,576 rows in German and English. The file is no part of the project."""

from collections import Counter

from sqlalchemy import select

from directory.imports import beside
from directory.imports.runs import TRIAL
from directory.organisations.model import Organisation, Tag, Text
from server.kernel.parts import Kernel
from tests.directory.imports.desk import Desk, counts
from tests.support.material import STARTUPS as FILE
from tests.support.material import needs_startups

pytestmark = needs_startups


async def test_the_real_file_comes_in_whole_and_its_numbers_add_up(kernel: Kernel) -> None:
    desk = Desk(kernel, "Startups")
    look = await beside.look(FILE, kind="organisations")
    assert look.mapping.columns == {
        "Name": "name",
        "Legal Entity": "legal_name",
        "Teaser": "pitch",
        "About": "description",
        "Sector": "industry",
        "Company Stage": "stage",
        "Business Model": "business_model",
        "Customer Focus": "customer_focus",
        "Founding Year": "founded",
        "Team Size": "size",
        "Headquarter": "location",
        "Official Website": "website",
    }
    content = FILE.read_bytes()
    batch = await desk.bring(content)
    trial, done = await desk.do(batch, TRIAL), await desk.do(batch)
    assert counts(trial) == counts(done) == (2_563, 0, 0, 13, 0)
    assert done.noted <= 10
    again = await desk.bring_and_do(content)
    assert counts(again) == (0, 0, 2_563, 13, 0)


async def test_the_real_file_makes_facets_that_one_can_use(kernel: Kernel) -> None:
    desk = Desk(kernel, "Startups")
    await desk.bring_and_do(FILE.read_bytes())
    async with kernel.database.read() as session:
        columns = Organisation.stage, Organisation.size, Organisation.country, Organisation.place, Organisation.kind
        found = (await session.execute(select(*columns))).all()
        industries = Counter(await session.scalars(select(Tag.code).where(Tag.kind == "industry")))
        texts = Counter(await session.scalars(select(Text.locale)))
    stages, sizes, countries, places, kinds = (Counter(column) for column in zip(*found, strict=True))
    assert set(kinds) == {"startup"}
    assert stages[""] <= 25
    assert {"seed", "growth"} <= stages.keys()
    assert (sizes["1-10"], sizes["10001+"]) > (1_400, 1)
    assert countries["DE"] > 2_400
    assert places.most_common(1)[0][0] == "Berlin"
    assert not any(", DE" in place for place in places)
    assert industries["it"] > 700
    assert industries.total() >= 2_550
    assert min(texts["de"], texts["en"]) > 200
