"""Cards are handed out to their owner, erased with them, and go along when two organisations become one."""

import pytest
from sqlalchemy import select

from booths.cards import own_data
from booths.cards.model import CardAssessment, CardNote
from directory.organisations import merging
from tests.booths.cards.scene import ABOUT, MAIL, Cards
from tests.booths.cards.test_telling import ONE


async def noted(there: Cards, by: str = "dev") -> None:
    """Somebody says what they think of the only card."""
    path = f"{there.path}/{await there.card()}"
    await there[by].post(f"{path}/assessment", data={"assessment": "soon"})
    await there[by].post(f"{path}/note", data={"note": "Ring him."})


async def merged(there: Cards, into: str) -> None:
    """Voltbus becomes part of another organisation."""
    carriers = there.fair.guests.app.state.organisations.carriers
    async with there.kernel.database.write() as uow:
        await merging.merge(uow, there.voltbus, into, carriers, by_id=there.ids["aylin"])


async def test_everybody_gets_what_they_gave_and_what_they_wrote(there: Cards) -> None:
    await there.leave(email="yes")
    await noted(there)
    async with there.kernel.database.read() as session:
        bernds, devs = [await own_data.collect(session, there.ids[one]) for one in ("bernd", "dev")]
    [card] = bernds["left"]
    assert (card["to"], card["name"], card["email"], card["about"]) == ("Voltbus", "Bernd Kowalski", MAIL, ABOUT)
    assert (bernds["assessed"], bernds["noted"], devs["left"]) == ([], [], [])
    assert [(each["organisation"], each["kind"]) for each in devs["assessed"]] == [("Voltbus", "soon")]
    assert [(each["organisation"], each["text"]) for each in devs["noted"]] == [("Voltbus", "Ring him.")]


async def test_whoever_is_erased_leaves_no_card_and_no_word(there: Cards) -> None:
    await there.leave()
    await noted(there)
    for _ in range(2):
        async with there.kernel.database.write() as uow:
            await own_data.erase(uow, there.ids["dev"])
    async with there.kernel.database.read() as session:
        [assessment] = await session.scalars(select(CardAssessment))
        assert (assessment.kind, assessment.by_id) == ("soon", None), "it is the organisation's"
        assert (await session.scalars(select(CardNote))).all() == []
    for _ in range(2):
        async with there.kernel.database.write() as uow:
            await own_data.erase(uow, there.ids["bernd"])
    assert await there.cards() == []
    async with there.kernel.database.read() as session:
        assert (await session.scalars(select(CardAssessment))).all() == []


async def test_cards_go_along_with_their_organisation(there: Cards) -> None:
    slug, hydro = await there.fair.organisation(name="Hydro Lumière", visibility="public")
    await there.leave()
    await noted(there)
    await merged(there, hydro)
    page = await there.text("dev", f"/o/{slug}/cards")
    assert ABOUT in page
    assert "Ring him." in page
    news = (await there["aylin"].get("/needs/news/export.json")).json()
    told = ["Voltbus has the stand “Hall 1” at Ruhr Energy Forum", ONE]
    assert [one["text"] for one in news] == [each.replace("Voltbus", "Hydro Lumière") for each in told]


@pytest.mark.parametrize("later", ["voltbus", "hydro"])
async def test_of_two_cards_of_one_person_the_later_one_is_left(there: Cards, later: str) -> None:
    slug, hydro = await there.fair.organisation(name="Hydro Lumière", visibility="public")
    order = [("voltbus", there.voltbus), ("hydro", hydro)]
    for name, organisation_id in order if later == "hydro" else reversed(order):
        await there.give_stand(organisation_id)
        there.kernel.clock.advance(minutes=1)  # type: ignore[attr-defined]  # the tests' clock is frozen
        await there.leave(about=f"To {name}")
    await there.leave("edda")
    await merged(there, hydro)
    assert [each.about for each in await there.cards() if each.person_id == there.ids["bernd"]] == [f"To {later}"]
    assert {each.organisation_id for each in await there.cards()} == {hydro}
    assert f"To {later}" in await there.text("aylin", f"/o/{slug}/cards")
