"""Whose mailbox proves that one belongs to an organisation: the exact host, and no other."""

import pytest

from directory.organisations.domains import domain_of, host_of, is_claimable, proves
from people.addresses import normalise


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.Voltbus.example/en?x=1#y", "voltbus.example"),
        ("voltbus.example", "voltbus.example"),
        ("http://voltbus.example:8080", "voltbus.example"),
        ("https://voltbus.example.", "voltbus.example"),
        ("https://müller.example", "xn--mller-kva.example"),
        ("https://Straße.example", "xn--strae-oqa.example"),
        ("https://strasse.example", "strasse.example"),
        ("https://192.168.0.1/", ""),
        ("https://[::1]/", ""),
        ("localhost", ""),
        ("https://a..b", ""),
        ("", ""),
        ("https://" + "a" * 64 + ".example", ""),
        ("http://[", ""),
    ],
)
def test_a_website_has_one_domain_however_it_is_written(website: str, domain: str) -> None:
    assert domain_of(website) == domain


@pytest.mark.parametrize(
    ("email", "domain", "good"),
    [
        ("aylin@voltbus.example", "voltbus.example", True),
        ("info@xn--mller-kva.example", "xn--mller-kva.example", True),
        ("aylin@mail.voltbus.example", "voltbus.example", False),
        ("aylin@voltbus.example", "shop.voltbus.example", False),
        ("aylin@voltbus.example.evil.example", "voltbus.example", False),
        ("aylin@evilvoltbus.example", "voltbus.example", False),
        ("aylin@v\u043eltbus.example", "voltbus.example", False),  # a Cyrillic o
        ("aylin@xn--vltbus-3ve.example", "voltbus.example", False),
        ("aylin@strasse.example", domain_of("https://straße.example"), False),  # two names, two owners
        (normalise("aylin@straße.example"), domain_of("https://straße.example"), True),
        ("aylin@gmail.com", "gmail.com", False),
        ("aylin@t-online.de", "t-online.de", False),
        ("aylin@hotmail.ch", "hotmail.ch", False),
        ("acme@acme.github.io", "acme.github.io", False),
        ("aylin@", "", False),
        ("", "", False),
    ],
)
def test_only_an_address_at_the_very_domain_proves_anything(email: str, domain: str, good: bool) -> None:
    assert proves(email, domain) is good


def test_hosts_of_everybody_are_nobodys() -> None:
    assert not is_claimable("")
    assert not is_claimable("linkedin.com")
    assert not is_claimable("acme.wixsite.com")
    assert is_claimable("notgmail.com")


def test_a_trailing_dot_and_capitals_name_the_same_host() -> None:
    assert host_of("VoltBus.Example.") == "voltbus.example"
