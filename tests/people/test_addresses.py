"""Mail addresses: one spelling each, no look-alikes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.addresses import mailbox, normalise, readable
from people.text import UnacceptableError


def test_an_address_has_one_spelling():
    assert normalise(" Aylin.Yildiz@Example.ORG ") == "aylin.yildiz@example.org"


def test_a_domain_of_umlauts_is_the_same_in_both_its_spellings():
    assert normalise("aylin@Müller.example.org") == normalise("aylin@xn--mller-kva.example.org")
    assert readable(normalise("aylin@müller.example.org")) == "aylin@müller.example.org"


def test_a_domain_of_look_alike_letters_is_another_address_and_shows_it():
    # The Cyrillic letters that read "apple" to a hurried eye.
    look_alike = normalise("aylin@\u0430\u0440\u0440\u04cf\u0435.com")
    assert look_alike != "aylin@apple.com"
    assert readable(look_alike) == look_alike == "aylin@xn--80ak6aa92e.com"


def test_what_is_added_to_an_address_leads_into_the_same_mailbox():
    assert mailbox("aylin+fair+2@example.org") == mailbox("aylin@example.org") == "aylin@example.org"
    assert mailbox("+aylin@example.org") == "+aylin@example.org"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "aylin",
        "aylin@",
        "@example.org",
        "aylin@localhost",
        "aylin@[127.0.0.1]",
        '"a b"@example.org',
        "Aylin <aylin@example.org>",
        "aylin@example.org, ben@example.org",
        "aylin@example.org\r\nBcc: ben@example.org",
        "aylin@example.org\n",
        "ayl\u0131n@example.org",
        "a\u212a@example.org",
        "a\u0430@example.org",
        "aylin\x00@example.org",
        "aylin\ud800@example.org",
        "a" * 65 + "@example.org",
        "a@" + "b" * 250 + ".org",
        "a" + "\u0315\u0300" * 250_000 + "@example.org",
    ],
)
def test_what_is_no_address_is_refused(typed: str):
    with pytest.raises(UnacceptableError):
        normalise(typed)


@given(st.text(max_size=300))
def test_whatever_is_typed_is_one_plain_address_or_refused(typed: str):
    try:
        address = normalise(typed)
    except UnacceptableError:
        return
    assert address == normalise(address)
    assert address.isascii()
    assert address.isprintable()
    assert " " not in address
