"""Imports look at millions of texts, so the commonest go a short way, with the same outcome as the long."""

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from directory import terms
from directory.imports.mapping import names, values
from directory.organisations import cores, domains
from directory.organisations.fields import web_address
from people import text as people_text
from people.text import UnacceptableError, one_line, paragraphs
from server.kernel import text as kernel_text

# Anything, and what lies at the edges of the short way: letters, marks, formats, blanks, markup, words of languages.
EDGES = "aäÄßéx\u00a0\u00ad\u02ff\u0300\u0301\u0308\u034f\u0340\u0374\u1100\u1161\u11a8\u2000\u200b\u2010\u2027\u2028"
EDGES += "\u202e\u2030\u205e\u205f\u20a0\u20bf\u20c0\u2126\u212b\ufb01\ufeff\ufffd\x00\x1f\x7f \n\r\t.,;&<>/\"'-"
PARTS = [
    "<p>",
    "</p>",
    "<br>",
    "<script>x</script>",
    "&amp;",
    "&#228;",
    "& ",
    "und ",
    "the ",
    "GmbH",
    " in ",
    "\u1e9b\u0323",
]
TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=EDGES, max_size=40),
    st.lists(st.one_of(st.sampled_from(PARTS), st.text(alphabet=EDGES, max_size=4)), max_size=12).map("".join),
)

# Addresses, most of them nearly common: what comes before the host, its labels, and what comes behind it.
SCHEMES = ["https://", "http://", "https://", "HTTPS://", "ftp://", "//", "https://u@", "https:///", ""]
LABELS = [
    "www.",
    "acme.",
    "www.",
    "a-b.",
    "xn--mller-kva.",
    "a" * 63 + ".",
    "a" * 64 + ".",
    "1.",
    "-a.",
    "A.",
    "\u00fc.",
]
ENDS = ["example", "de", "c", "1", "example.", "xn--p1ai", ""]
TAILS = ["/", "?", "#", "@", ":80", ":", "[", "]", "\\", "%20", "a.de", ".", "-", "//", "\u00fc"]
ADDRESSES = st.builds(
    lambda scheme, labels, end, tail: "".join((scheme, *labels, end, *tail)),
    st.sampled_from(SCHEMES),
    st.lists(st.sampled_from(LABELS), max_size=5),
    st.sampled_from(ENDS),
    st.lists(st.one_of(st.sampled_from(TAILS), st.text(alphabet=EDGES, max_size=2)), max_size=3),
)


@contextmanager
def long_way() -> Iterator[None]:
    """No text is common."""
    with (
        patch.object(values, "is_common", return_value=False),
        patch.object(people_text, "is_common", return_value=False),
        patch.object(domains, "_plain_host", return_value=""),
    ):
        yield


def outcome(do: Callable[[], object]) -> object:
    """What comes out, a refusal included."""
    try:
        return do()
    except UnacceptableError as refused:
        return refused.text, refused.params


@settings(max_examples=100, deadline=None, database=None)
@given(TEXTS)
def test_a_text_is_the_same_by_the_short_way(text: str) -> None:
    rules: list[Callable[[str], object]] = [values.plain, one_line(30), one_line(120), paragraphs(30)]
    for rule in rules:
        short = outcome(partial(rule, text))
        with long_way():
            assert outcome(partial(rule, text)) == short


@settings(max_examples=100, deadline=None, database=None)
@given(TEXTS)
def test_so_are_folded_words_keys_and_composed_letters(text: str) -> None:
    spelt = unicodedata.normalize("NFKD", text.casefold().translate(terms._SPELT))
    letters = "".join(letter for letter in spelt if not unicodedata.combining(letter))
    assert terms.folded(text) == " ".join(terms._WORDS.findall(letters))
    core = cores.core_of(text)
    assert names.keys_of(core, "a.example") == names.keys_of.__wrapped__(core, "a.example")
    assert core == cores.core_of.__wrapped__(text)
    if kernel_text.is_common(text):
        assert text == unicodedata.normalize("NFC", text)


@settings(max_examples=300, deadline=None, database=None)
@given(ADDRESSES)
@example("https://www.www.acme.example")
@example("https://acme.example/a b")
@example("https://" + "a23456789." * 25 + "example")  # longer than a host may be
def test_so_are_addresses_and_their_hosts(address: str) -> None:
    for rule in (domains.domain_of, web_address):
        short = outcome(partial(rule, address))
        with long_way():
            assert outcome(partial(rule, address)) == short


def test_the_commonest_addresses_go_the_short_way() -> None:
    for address in ("https://acme.example", "http://www.acme.example/en/?q=1#top"):
        assert domains.is_plain_address(address)
    for address in ("acme.example", "https://acme.example:8080", "https://u@acme.example", "https://10.0.0.1/"):
        assert not domains.is_plain_address(address)
