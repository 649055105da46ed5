"""What is found by what was typed: a small region, German and English, asked in many ways."""

from datetime import timedelta

import pytest

from directory.search.documents import MEMBERS, Document
from directory.search.expanding import expand
from directory.search.finding import suggest
from directory.search.language import words_of
from tests.directory.search.region import NOON, Asking, document, index_of

REGION: list[Document] = [
    document("volt", "Voltbus GmbH", "Schnellladesäulen für Busse", "Wir bauen Ladepunkte mit 350 kW.", place="Essen"),
    document("werk", "Kranz & Söhne", "Werkzeugmaschinenhersteller seit 1921", place="Bochum"),
    document("stadt", "Stadtwerke Hagenow", "Strom, Gas und Wasser", place="Hamburg"),
    document("util", "North Grid", "A municipal utility in the north", place="London"),
    document("ki", "Denkwerk", "Prognosen mit künstlicher Intelligenz", place="Berlin"),
    document("ai", "Foresee", "AI for better forecasts", place="Boston"),
    document("muell", "Müller Recycling", "Kreislaufwirtschaft für Städte", place="Köln"),
    document("robust", "Robusta", "Robuste Gehäuse", place="Dortmund"),
    document("her", "Adler", "Hersteller von Werkzeugmaschinen", place="Duisburg"),
    document("speicher", "Zelle Eins", "Batteriespeicher für Betriebe", "Auch als Wärmespeicher.", place="Essen"),
    document("saeule", "Säulenbau Nord", "Ladesäule und Fundament", place="Lübeck"),
]
FINDS = [
    ("Ladesäule", {"volt", "saeule"}),  # a compound by its last part
    ("ladesaeulen", {"volt", "saeule"}),
    ("LADESÄULEN", {"volt", "saeule"}),
    ("Schnellladesäule", {"volt"}),
    ("maschinen", {"werk", "her"}),  # from within
    ("Maschine", {"werk", "her"}),
    ("Werkzeugmaschinen", {"werk", "her"}),
    ("Stadtwerke", {"stadt", "util"}),  # the same in the other language
    ("municipal utilities", {"stadt", "util"}),
    ("KI", {"ki", "ai"}),
    ("artificial intelligence", {"ki", "ai"}),
    ("künstliche Intelligenz", {"ki", "ai"}),
    ("Ladesuäle", {"volt", "saeule"}),  # two letters swapped
    ("Werkzeugmaschienen", {"werk", "her"}),  # one too many
    ("Sepicher", {"speicher"}),
    ("Muller", {"muell"}),  # without its dots
    ("Mueller", {"muell"}),
    ("recyling", {"muell"}),  # one missing
    ("Bus", {"volt"}),  # not "robust"
    ("prognose", {"ki"}),
    ("forecast", {"ai"}),
    ("Werkzeugmaschinenhersteller", {"werk", "her"}),  # both parts, apart from one another
    ("Speicher für Betriebe", {"speicher"}),  # small words need not stand there
    ("350 kW", {"volt"}),
]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Asking:
    return Asking(index_of(tmp_path_factory.mktemp("search") / "index", REGION))


@pytest.mark.parametrize(("typed", "wanted"), FINDS, ids=[typed for typed, _ in FINDS])
def test_what_was_meant_is_found(ask: Asking, typed: str, wanted: set[str]) -> None:
    found = ask.ids(typed)
    assert wanted <= set(found)
    assert set(found[: len(wanted)]) == wanted  # and nothing stands before it


def test_the_very_word_comes_before_what_holds_it(ask: Asking) -> None:
    assert ask.ids("Ladesäule")[0] == "saeule"
    assert ask.ids("AI")[0] == "ai"
    assert ask.ids("Werkzeugmaschinenhersteller")[0] == "werk"


def test_a_whole_name_comes_first(ask: Asking) -> None:
    assert ask.ids("robusta")[0] == "robust"
    assert ask.ids("müller recycling")[0] == "muell"


def test_every_word_counts(ask: Asking) -> None:
    assert ask.ids("Batteriespeicher Betriebe") == ["speicher"]
    assert ask("Batteriespeicher Betriebe").some_words is False


def test_where_nothing_has_all_words_some_are_enough(ask: Asking) -> None:
    found = ask("Batteriespeicher Zeppelin")
    assert [id_ for _, id_ in found.found] == ["speicher"]
    assert found.some_words is True


def test_nonsense_finds_nothing(ask: Asking) -> None:
    found = ask("xqzjvw")
    assert (found.total, found.found) == (0, [])


def test_the_same_question_has_the_same_answer(ask: Asking) -> None:
    assert len({tuple(ask.ids("maschinen")) for _ in range(5)}) == 1


def test_a_misspelt_word_is_known_to_be_one(ask: Asking) -> None:
    [wanted] = ask("Sepicher").wanted
    assert wanted.misspelt
    assert not ask("Batteriespeicher").wanted[0].misspelt


def test_a_name_is_found_while_it_is_typed(ask: Asking) -> None:
    look = ask.folder.look()
    for typed in ("V", "Vo", "volt", "voltb", "vlotb"):
        found, _ = suggest(look, typed, ask.audiences, limit=5)
        assert ("organisation", "volt") in found, typed
    assert suggest(look, "  ", ask.audiences, limit=5) == ((), ())


def test_only_so_many_words_answer_however_many_there_are(ask: Asking) -> None:
    [wanted] = expand(ask.folder.look().words, words_of("e"), typing=True)
    assert all(len(each.words) <= 60 for each in wanted.means)


def test_nearness_is_asked_by_place_and_radius(ask: Asking) -> None:
    assert set(ask.ids(near="Essen", radius_km=25)) == {"volt", "speicher", "werk", "her"}
    assert set(ask.ids(near="Essen", radius_km=50)) == {"volt", "speicher", "werk", "her", "robust"}
    assert ask.ids(near="Boston", radius_km=10) == ["ai"]
    assert ask.ids(near="Hamburg", sort="nearest")[:2] == ["stadt", "saeule"]
    assert ask("", near="Entenhausen").unplaced


def test_names_stand_in_the_order_of_the_alphabet(ask: Asking) -> None:
    assert ask.ids(sort="name")[:4] == ["her", "ki", "ai", "werk"]


def closed_region() -> list[Document]:
    return [
        document("open", "Windrad Eins"),
        document("members", "Windrad Zwei", audiences=(MEMBERS,)),
        document("fair", "Windrad Drei", kind="person", audiences=("fair:ruhr",)),
    ]


def test_what_is_closed_is_found_and_counted_only_by_its_audience(tmp_path_factory: pytest.TempPathFactory) -> None:
    ask = Asking(index_of(tmp_path_factory.mktemp("closed") / "index", closed_region()))
    assert ask.ids("Windrad") == ["open"]
    assert ask("Windrad").kinds == {"organisation": 1}
    assert set(ask.as_one_of(MEMBERS).ids("Windrad")) == {"open", "members"}
    assert set(ask.as_one_of(MEMBERS, "fair:ruhr").ids("Windrad")) == {"open", "members", "fair"}
    assert ask.as_one_of("fair:other").ids("Windrad") == ["open"]
    found, _ = suggest(ask.folder.look(), "windr", ask.audiences, limit=5)
    assert found == [("organisation", "open")]


def tagged() -> list[Document]:
    energy, water = {"industry": ["energy"]}, {"industry": ["water", "energy"]}
    return [
        document("a", "Pumpe Eins", tags=energy | {"country": ["de"]}, created_at=NOON - timedelta(days=1)),
        document("b", "Pumpe Zwei", tags=water | {"country": ["at"]}),
        document("c", "Pumpe Drei", tags={"country": ["de"]}, created_at=NOON - timedelta(days=2)),
        document("p", "Tauchpumpe", kind="product", owner="x", tags=energy),
        document("x", "Wasserwerke Ost"),
    ]


@pytest.fixture(scope="module")
def pumps(tmp_path_factory: pytest.TempPathFactory) -> Asking:
    return Asking(index_of(tmp_path_factory.mktemp("tagged") / "index", tagged()))


def test_facets_are_counted_and_narrow_down(pumps: Asking) -> None:
    found = pumps("Pumpe", kind="organisation")
    assert dict(found.facets["industry"]) == {"energy": 2, "water": 1}
    assert dict(found.facets["country"]) == {"de": 2, "at": 1}
    narrowed = pumps("Pumpe", kind="organisation", facets={"country": ("de",)})
    assert narrowed.total == 2
    assert dict(narrowed.facets["industry"]) == {"energy": 1}
    # What else there is of the facet itself stays to be chosen.
    assert dict(narrowed.facets["country"]) == {"de": 2, "at": 1}
    assert pumps("Pumpe", kind="organisation", facets={"country": ("de", "at")}).total == 3


def test_a_name_of_one_kind_alone_is_found_while_it_is_typed(pumps: Asking) -> None:
    look = pumps.folder.look()
    assert suggest(look, "tauch", pumps.audiences, limit=5)[0] == [("product", "p")]
    assert suggest(look, "tauch", pumps.audiences, limit=5, kind="product")[0] == [("product", "p")]
    assert suggest(look, "tauch", pumps.audiences, limit=5, kind="organisation")[0] == []


def test_an_organisation_is_found_through_its_product(pumps: Asking) -> None:
    found = pumps("Tauchpumpe", kind="organisation")
    assert ("organisation", "x") in found.found
    assert found.through == {"x": ("product", "p")}


def test_tabs_count_all_kinds_whichever_is_open(pumps: Asking) -> None:
    assert pumps("Pumpe").kinds == {"organisation": 3, "product": 1}
    assert pumps("Pumpe", kind="product").kinds == {"organisation": 3, "product": 1}
    assert pumps("Pumpe", kind="product").total == 1


def test_the_newest_come_first_when_asked_so(pumps: Asking) -> None:
    found = pumps.ids("Pumpe", kind="organisation", sort="newest")
    assert [each for each in found if each != "x"] == ["b", "a", "c"]


def test_a_list_is_leafed_through_without_gaps_or_repetition(tmp_path_factory: pytest.TempPathFactory) -> None:
    many = [document(f"{number:03}", f"Firma {number:03}") for number in range(50)]
    ask = Asking(index_of(tmp_path_factory.mktemp("many") / "index", many))
    for sort in ("best", "name", "newest"):
        pages = [ask.ids("Firma", sort=sort, offset=offset) for offset in (0, 20, 40)]
        assert [len(page) for page in pages] == [20, 20, 10]
        assert len({id_ for page in pages for id_ in page}) == 50
