"""Questions in addresses: read from anything, written so that they are read again as they were."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.search.asking import DEEPEST, SORTS, VALUES_MOST, Asked
from directory.search.documents import FACETS, KINDS

NAMES = st.sampled_from(["q", "kind", "near", "radius", "sort", "after", "unknown", *FACETS])


def again(asked: Asked) -> Asked:
    return Asked.read(parse_qsl(urlsplit(asked.path).query, keep_blank_values=True))


@given(st.lists(st.tuples(NAMES, st.text(max_size=300)), max_size=40))
def test_whatever_stands_in_an_address_is_a_question_with_bounds(given_: list[tuple[str, str]]) -> None:
    asked = Asked.read(given_)
    assert asked.kind in (None, *KINDS)
    assert asked.sort in SORTS
    assert len(asked.words) <= 200
    assert 0 <= asked.offset <= DEEPEST
    assert all(len(values) <= VALUES_MOST for values in asked.facets.values())
    assert again(asked) == asked
    assert Asked.from_json(asked.as_json()) == asked.but()


def test_a_question_is_read_as_it_was_written() -> None:
    asked = Asked(
        words="Ladesäule & Co.",
        kind="product",
        facets={"industry": ("energy", "water"), "country": ("de",)},
        near="Essen",
        radius_km=50,
        sort="nearest",
        offset=40,
    )
    assert again(asked) == asked


@pytest.mark.parametrize(
    "cursor", ["x", "AAAA", "W10", "WzEsIC01XQ", "WzEsICJ4Il0", "e30", "W1tbW1tbW1tb", "é", "=" * 99]
)
def test_a_cursor_of_somebody_elses_making_is_the_first_page(cursor: str) -> None:
    assert Asked.read([("after", cursor)]).offset == 0


def test_a_value_is_chosen_and_given_up() -> None:
    asked = Asked(words="x", offset=20).toggled("industry", "energy")
    assert asked.chosen("industry", "energy")
    assert asked.offset == 0
    assert asked.toggled("industry", "water").toggled("industry", "energy").facets == {"industry": ("water",)}
    assert asked.toggled("industry", "energy").facets == {}
    assert asked.without("industry").facets == {}
