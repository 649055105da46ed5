"""RSS and Atom are read strictly: what is in them is somebody else's."""

from datetime import UTC, datetime
from time import process_time

import pytest

from directory.connectors.feed_reader import ENTRIES_MOST, TEXT_MOST, cleaned, read
from directory.connectors.interface import NothingUsableError
from tests.directory.connectors.feeds import ATOM, RSS, rss

URL = "https://voltbus.example/feed"
BOMB = b"""<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
<rss><channel><title>&b;</title></channel></rss>"""
# Two megabytes that would be gigabytes in memory, and a minute of work.
DECLARED = (
    b'<!DOCTYPE rss [<!ATTLIST a x CDATA "'
    + b"y" * 1_000_000
    + b'">]><rss><channel>'
    + b"<a/>" * 40_000
    + b"</channel></rss>"
)
NAMESPACES = b'<rss xmlns:q="' + b"y" * 1_000_000 + b'"><channel>' + b"<q:a/>" * 40_000 + b"</channel></rss>"
DEEP = b"<rss>" + b"<a>" * 100 + b"</a>" * 100 + b"</rss>"


def test_rss_is_read_in_its_encoding_with_links_made_whole() -> None:
    feed = read(RSS, URL)
    first, second = feed.entries
    assert feed.title == "Voltbus & friends"
    assert (first.title, first.link) == ("Neues Büro", "https://voltbus.example/blog/1")
    assert first.at == datetime(2026, 9, 1, 8, tzinfo=UTC)
    assert (second.title, second.link, second.at) == ("Only a text, no title", "https://voltbus.example/2", None)


def test_what_loads_or_runs_is_gone_from_texts() -> None:
    text = read(RSS, URL).entries[0].html
    assert "<p>Wir <b>ziehen</b> um.</p>" in text
    assert 'href="https://voltbus.example/a" rel="nofollow noopener ugc"' in text
    assert not any(word in text for word in ("alert", "onclick", "img", "script", "javascript"))


def test_atom_is_read_with_its_kinds_of_text_and_each_id_once() -> None:
    feed = read(ATOM, URL)
    assert feed.title == "Volt bus"
    again, second = feed.entries
    assert (again.title, second.title) == ("First, again", "Second")
    assert second.html == "<p>1 &lt; 2</p>"
    assert second.at == datetime(2026, 9, 1, 6, tzinfo=UTC)
    once = read(ATOM.replace(b"<entry><id>tag:a</id><title>First, again</title></entry>", b""), URL).entries[0]
    assert (once.link, once.key) == ("https://voltbus.example/first", again.key)
    assert "<em>you</em>" in once.html


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>No feed</body></html>",
        b"{}",
        RSS[:-40],
        BOMB,
        DECLARED,
        NAMESPACES,
        DEEP,
        b"\xff\xfe\x00",
        b"<rss/>x",
    ],
)
def test_what_is_no_feed_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(NothingUsableError, match="no_feed"):
        read(content, URL)


def test_there_are_limits_on_entries_and_texts() -> None:
    many = read(rss(*((str(number), f"News {number}") for number in range(200))), URL)
    assert len(many.entries) == ENTRIES_MOST
    assert cleaned("<b>word</b> " * TEXT_MOST).startswith("<p>word word")
    assert len(cleaned("<b>word</b> " * TEXT_MOST)) < 1_000


def test_tags_within_tags_in_every_part_take_no_time() -> None:
    deep = "&lt;div&gt;" * 150_000 + "News"
    item = f"<title>{deep}</title><description>{deep}</description>"
    begun = process_time()
    feed = read(f"<rss><channel><title>{deep}</title><item>{item}</item></channel></rss>".encode(), URL)
    assert process_time() - begun < 5
    assert (feed.title, feed.entries) == ("voltbus.example", ())


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://a.example", "https://u:p@a.example/", "http://["])
def test_a_link_that_is_no_web_address_is_none(link: str) -> None:
    content = f"<rss><channel><item><title>News</title><link>{link}</link></item></channel></rss>".encode()
    assert read(content, URL).entries[0].link == ""
