"""What the search hears of organisations, and what each viewer is shown of them."""

import directory.needs.documents
from directory.organisations.documents import OrganisationSource, name_facets
from directory.search.documents import Catalogue, Mark, Viewer
from directory.search.index import entry
from tests.directory.scene import Scene

SOURCE = OrganisationSource()


async def test_an_organisation_is_found_by_what_it_says_in_both_languages(there: Scene) -> None:
    _, id_ = await there.organisation(
        **{"pitch.de": "Laden über Nacht", "description.en": "**Fast** [chargers](https://a.example)"},
        languages=("tr",),
    )
    async with there.kernel.database.read() as session:
        [document] = await SOURCE.documents(session, [id_])
    assert document.path == "/o/voltbus"
    assert document.wordings["de"].line == "Laden über Nacht"
    _values, words = entry(document)
    assert {"fast", "chargers"} <= words
    assert "https" not in words
    assert {"Energie", "Energy", "voltbus.example", "Start-up"} <= set(document.words)
    assert document.tags["country"] == ["tr"]
    assert document.tags["language"] == ["tr"]
    assert document.tags["stage"] == []
    assert document.audiences == ("public",)


async def test_changes_are_told_in_order_and_removals_too(there: Scene) -> None:
    slug, first = await there.organisation()
    there.kernel.clock.advance(hours=1)  # type: ignore[attr-defined]  # the tests' clock is frozen
    _, second = await there.organisation(name="Other")
    async with there.kernel.database.read() as session:
        marks = await SOURCE.changed(session, None, 10)
        assert [mark.id for mark in marks] == [first, second]
        assert [mark.id for mark in await SOURCE.changed(session, marks[0], 10)] == [second]
        assert await SOURCE.changed(session, marks[1], 10) == []
    there.kernel.clock.advance(hours=1)  # type: ignore[attr-defined]
    await there["aylin"].post(f"/o/{slug}/remove")
    async with there.kernel.database.read() as session:
        assert await SOURCE.changed(session, marks[1], 10) == [Mark(there.kernel.clock.now(), first)]
        assert await SOURCE.documents(session, [first]) == []
        assert await SOURCE.cards(session, Viewer(there.ids["aylin"], "en"), [first]) == {}


async def test_cards_are_for_who_may_see_them_in_their_language(there: Scene) -> None:
    _, open_ = await there.organisation(**{"pitch.de": "Laden über Nacht"})
    _, hidden = await there.organisation(name="Hidden", visibility="members")
    async with there.kernel.database.read() as session:
        stranger = await SOURCE.cards(session, Viewer(None, "de"), [open_, hidden])
        member = await SOURCE.cards(session, Viewer(there.ids["chloe"], "en"), [open_, hidden])
    assert set(stranger) == {open_}
    assert stranger[open_].line == "Laden über Nacht"
    assert stranger[open_].facts == ["Start-up", "Energie", "İzmir, TR"]
    assert set(member) == {open_, hidden}


def test_facets_are_called_as_people_call_them() -> None:
    catalogue = Catalogue()
    name_facets(catalogue)
    assert catalogue.value_name("industry", "energy", "de") == "Energie"
    assert catalogue.value_name("country", "tr", "en") == "Türkiye"
    assert catalogue.value_name("language", "tr", "de") == "Türkisch"
    assert catalogue.value_name("type", "startup", "en") == "Start-up"


def test_each_part_names_its_own_values_of_a_facet() -> None:
    catalogue = Catalogue()
    name_facets(catalogue)
    directory.needs.documents.name_facets(catalogue)
    assert catalogue.value_name("type", "startup", "de") == "Start-up"
    assert catalogue.value_name("type", "seek", "de") == "Gesuch"
    assert catalogue.value_name("type", "what nobody names", "de") == "what nobody names"


async def test_what_does_not_stand_on_a_card_is_there_to_say_why_it_was_found(there: Scene) -> None:
    _, id_ = await there.organisation(**{"description.de": "Wir laden **Busse**", "pitch.de": "Über Nacht"})
    async with there.kernel.database.read() as session:
        behind = (await SOURCE.behind(session, Viewer(None, "en"), [id_]))[id_]
    assert set(behind.texts) == {"Depots charge overnight", "Über Nacht", "Wir laden **Busse**"}
    assert {"Energie", "voltbus.example", "İzmir"} <= set(behind.words)
