"""Relevance on real texts: what people would look for among some 2,500 start-ups, and what must be found then."""

import csv
from datetime import UTC, datetime

import pytest

from directory.search.documents import Document, Wording
from tests.directory.search.region import Asking, index_of
from tests.support.material import STARTUPS as FILE
from tests.support.material import needs_startups

pytestmark = needs_startups


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    return {str(number): row["Name"] for number, row in enumerate(_rows())}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Asking:
    documents = [
        Document(
            "organisation",
            str(number),
            f"/o/{number}",
            {"en": Wording(row["Name"], row["Teaser"], row["About"])},
            datetime(2026, 1, 1, tzinfo=UTC),
            words=[row["Sector"], row["Legal Entity"]],
            place=row["Headquarter"],
        )
        for number, row in enumerate(_rows())
    ]
    return Asking(index_of(tmp_path_factory.mktemp("startups") / "index", documents))


def _rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("typed", ["Vectoflow", "vectofloww", "vectflow", "VECTOFLOW GmbH"])
def test_a_name_comes_first_also_misspelt(ask: Asking, names: dict[str, str], typed: str) -> None:
    assert names[ask.ids(typed)[0]] == "Vectoflow GmbH"


@pytest.mark.parametrize(
    ("typed", "least"),
    [
        ("künstliche Intelligenz", 100),
        ("artificial inteligence", 30),
        ("Gesundheit", 100),
        ("charging station", 5),
        ("Ladesäule", 5),
        ("Maschinenbau", 5),
        ("fahrrad", 10),
        ("drone", 5),
    ],
)
def test_a_topic_is_found_in_both_languages(ask: Asking, typed: str, least: int) -> None:
    assert ask(typed).total >= least


def test_what_is_shown_first_has_the_word_in_its_name_or_line(ask: Asking) -> None:
    first = ask.ids("photographers")[:1]
    assert first == [number for number, row in enumerate_rows() if "photographers" in row["Teaser"].lower()][:1]


def enumerate_rows() -> list[tuple[str, dict[str, str]]]:
    return [(str(number), row) for number, row in enumerate(_rows())]


def test_nearness_works_with_towns_alone(ask: Asking) -> None:
    assert ask("software", near="Essen", radius_km=50).total > 3
