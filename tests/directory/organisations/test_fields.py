"""What the fields of an organisation may say, and what is refused."""

from typing import Any

import pytest

from directory.organisations.fields import FIELDS, RULES
from directory.organisations.rules import (
    REMOVALS,
    SLUG_MOST,
    free_slug,
    in_locale,
    keeps_an_administrator,
    logged,
    may_administer,
    may_edit,
    slug_of,
)
from people.text import UnacceptableError


@pytest.mark.parametrize(
    ("field", "typed", "clean"),
    [
        ("name", "  Voltbus\u00a0GmbH ", "Voltbus GmbH"),
        ("name", "شركة الطاقة", "شركة الطاقة"),
        ("name", "⚡ Voltbus 🚌", "⚡ Voltbus 🚌"),
        ("name", "<script>alert(1)</script> AG", "<script>alert(1)</script> AG"),  # text, escaped where it is shown
        ("website", "voltbus.example", "https://voltbus.example"),
        ("website", "HTTP://voltbus.example/a?b=c", "HTTP://voltbus.example/a?b=c"),
        ("website", "voltbus.example:8443/x", "https://voltbus.example:8443/x"),
        ("founded", " 1898 ", 1898),
        ("founded", "", None),
        ("latitude", "51,4556", 51.4556),
        ("country", "de", "DE"),
        ("industry", ["it", "energy", "it", ""], ("energy", "it")),
        ("languages", ["tr", "de"], ("de", "tr")),
        ("links", [("", ""), ("Blog", "blog.example")], (("Blog", "https://blog.example"),)),
        ("locations", [("Works", "Manisa", "45030", "tr")], (("Works", "Manisa", "45030", "TR", None, None),)),
        ("locations", [("Works", "", "", "")], ()),
        ("description.de", "a\r\nb\tc", "a\nb c"),
    ],
)
def test_good_values_come_out_clean(field: str, typed: Any, clean: Any) -> None:
    assert RULES[field](typed) == clean


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "…"),
        ("name", "x" * 201),
        ("name", "Volt\u202ebus"),  # turns the direction of what follows
        ("name", "Z" + "\u0300" * 40),
        ("website", "javascript:alert(1)"),
        ("website", "JaVaScRiPt:alert(1)"),
        ("website", "data:text/html,x"),
        ("website", "https://user:secret@voltbus.example"),
        ("website", "https://voltbus.example:99999"),
        ("website", "https://nodot"),
        ("website", "https://volt bus.example"),
        ("video_url", "ftp://voltbus.example"),
        ("founded", "20199"),
        ("founded", "٢٠١٩"),
        ("founded", "soon"),
        ("latitude", "91"),
        ("latitude", "nan"),
        ("longitude", "1e999"),
        ("kind", ""),
        ("kind", "bank"),
        ("stage", "huge"),
        ("country", "XX"),
        ("industry", ["no-such"]),
        ("industry", [f"x{number}" for number in range(20)]),
        ("links", [("", f"https://l{number}.example") for number in range(13)]),
        ("links", [("", "javascript:alert(1)")]),
        ("locations", [("", f"Town {number}", "", "DE") for number in range(31)]),
        ("visibility", "secret"),
        ("pitch.en", "x" * 281),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(field: str, typed: Any) -> None:
    with pytest.raises(UnacceptableError) as refused:
        RULES[field](typed)
    assert refused.value.text


def test_every_field_but_the_confirmation_has_a_rule() -> None:
    assert set(FIELDS) - RULES.keys() == {"confirmed_at"}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Voltbus", "voltbus"),
        ("Spedition Vogt & Töchter", "spedition-vogt-toechter"),
        ("Hydrolumière", "hydrolumiere"),
        ("../../etc/passwd", "etc-passwd"),
        ("電気", ""),
        ("new", ""),
    ],
)
def test_names_become_addresses(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_long_names_are_cut_between_words() -> None:
    slug = slug_of("Gesellschaft für " + "Wasserwirtschaft " * 20)
    assert len(slug) <= SLUG_MOST
    assert slug.startswith("gesellschaft-fuer-wasserwirtschaft")
    assert not slug.endswith("-")
    assert len(slug_of("x" * 200)) <= SLUG_MOST


def test_a_taken_address_gets_something_added() -> None:
    assert free_slug("voltbus", {"other"}, "ab12") == "voltbus"
    assert free_slug("voltbus", {"voltbus"}, "ab12") == "voltbus-ab12"
    assert free_slug("", set(), "ab12") == "ab12"


def test_editors_edit_and_administrators_also_decide_who_belongs() -> None:
    assert [may_edit(role) for role in (None, "member", "editor", "administrator")] == [False, False, True, True]
    assert [may_administer(role) for role in (None, "editor", "administrator")] == [False, False, True]


def test_the_last_administrator_stays() -> None:
    roles = {"a": "administrator", "b": "editor"}
    assert not keeps_an_administrator(roles, "a", None)
    assert not keeps_an_administrator(roles, "a", "editor")
    assert keeps_an_administrator(roles, "b", None)
    assert keeps_an_administrator(roles | {"b": "administrator"}, "a", None)
    assert keeps_an_administrator({"b": "editor"}, "b", None), "there was none to lose"


def test_a_reader_gets_the_other_language_where_their_own_is_missing() -> None:
    assert in_locale({"de": "Hallo", "en": "Hello"}, "en") == ("Hello", "en")
    assert in_locale({"de": "Hallo", "en": ""}, "en") == ("Hallo", "de")
    assert in_locale({}, "de") == ("", "de")


def test_the_log_shows_values_as_text_and_shortens_long_ones() -> None:
    assert logged(None) == ""
    assert logged(("ai", "iot")) == "ai, iot"
    assert (
        logged((("Blog", "https://b.example"), ("", "https://c.example")))
        == "Blog https://b.example, https://c.example"
    )
    assert len(logged("x" * 1000)) == 300


def test_an_undone_import_is_told_apart_from_a_removal() -> None:
    assert set(REMOVALS) == {"removed", "merged", "undone"}
