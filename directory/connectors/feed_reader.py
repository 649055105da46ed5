"""RSS and Atom, read strictly: well-formed XML of bounded size, without entities of its own, or no feed at all.

The formats: RSS 2.0 (RSS Advisory Board), RSS 1.0 (RDF Site Summary) and Atom (RFC 4287). What is in them is somebody
else's: titles become plain text, texts are cleaned to a few tags, links are web addresses or nothing.
"""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element, TreeBuilder, tostring
from xml.parsers import expat

import nh3

from directory.connectors.interface import NothingUsableError
from directory.organisations.fields import LINE_MOST, URL_MOST
from server.kernel.text import composed

# Of one feed: the latest are at the top by habit, and no organisation has more to say at a time.
ENTRIES_MOST = 50
ELEMENTS_MOST, DEPTH_MOST = 50_000, 60
# Characters of a namespace's name: expat says it again with every element.
NAMESPACE_MOST = 200
# Characters of a text before it is cleaned; of a longer one the first words are taken, as plain text. What cleans HTML
# takes time by the square of how deep it is nested, so nothing longer gets there.
TEXT_MOST, TEASER_MOST = 20_000, 600
TITLE_MOST = 200

_TAGS = {"p", "br", "strong", "b", "em", "i", "ul", "ol", "li", "blockquote", "code", "pre", "a"}
_DROPPED = {"script", "style", "iframe", "object", "svg", "math", "template", "noscript", "title"}
# By namespace: what stands before the names of its elements here.
_PREFIXES = {
    "": "",
    "http://purl.org/rss/1.0/": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf:",
    "http://www.w3.org/2005/Atom": "atom:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://www.w3.org/1999/xhtml": "",
}
_ENTRIES = {"rss": "channel/item", "rdf:RDF": "item", "atom:feed": "atom:entry"}
_HEADS = {"rss": "channel/title", "rdf:RDF": "channel/title", "atom:feed": "atom:title"}
_DATES = ("atom:published", "pubDate", "dc:date", "atom:updated")
_TEXTS = ("content:encoded", "atom:content", "description", "atom:summary")
_IDS = ("atom:id", "guid")


@dataclass(frozen=True)
class Entry:
    """A piece of news. `key` is the same in every reading; `at` is None where the feed does not say it."""

    key: str
    title: str
    link: str
    html: str
    at: datetime | None


@dataclass(frozen=True)
class Feed:
    """What a feed calls itself, and what stands in it."""

    title: str
    entries: tuple[Entry, ...]


def read(content: bytes, url: str) -> Feed:
    """The feed in these bytes, which came from this address. Raises NothingUsableError "no_feed"."""
    root = _parsed(content)
    if root.tag not in _ENTRIES:
        raise NothingUsableError("no_feed")
    head = _plain(root.findtext(_HEADS[root.tag]), LINE_MOST) or (urlsplit(url).hostname or "")
    found = (_entry(each, url) for each in root.findall(_ENTRIES[root.tag])[:ENTRIES_MOST])
    return Feed(head, tuple({each.key: each for each in found if each.title}.values()))


def _entry(element: Element, url: str) -> Entry:
    text = _text(element)
    title = _plain(_first(element, ("title", "atom:title")), TITLE_MOST)
    link = _web_address(_link(element), url)
    known = _first(element, _IDS) or link or title
    title = title or _plain(text, TITLE_MOST)
    return Entry(sha256(known.encode()).hexdigest()[:40], title, link, cleaned(text), _date(element))


def cleaned(text: str) -> str:
    """HTML with nothing left that loads, runs, or looks like ours; of a very long text its first words."""
    if len(text) > TEXT_MOST:
        return f"<p>{html.escape(_plain(text, TEASER_MOST))}</p>"
    safe = nh3.clean(
        text,
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel="nofollow noopener ugc",
    )
    return composed(safe).strip()


def _parsed(content: bytes) -> Element:
    """The tree of elements, their names with our prefixes."""
    try:
        return _Tree().read(content)
    except (expat.ExpatError, ValueError, LookupError, RecursionError):
        raise NothingUsableError("no_feed") from None


class _Tree:
    """Builds a tree, and refuses what no feed needs."""

    def __init__(self) -> None:
        self._builder = TreeBuilder()
        self._depth = self._count = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._builder.data
        self._parser.StartNamespaceDeclHandler = self._check_namespace
        # Entities grow when they are used, and so do attributes that every element has by declaration.
        self._parser.EntityDeclHandler = self._parser.AttlistDeclHandler = self._refuse

    def read(self, content: bytes) -> Element:
        """The root. Raises ExpatError, and NothingUsableError for what is refused."""
        self._parser.Parse(content, True)
        return self._builder.close()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > DEPTH_MOST or self._count > ELEMENTS_MOST:
            self._refuse()
        self._builder.start(_named(name), attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(_named(name))

    def _check_namespace(self, _prefix: str | None, name: str | None) -> None:
        if len(name or "") > NAMESPACE_MOST:
            self._refuse()

    def _refuse(self, *_declared: object) -> None:
        raise NothingUsableError("no_feed")


def _named(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    return _PREFIXES.get(namespace, "other:") + local


def _first(element: Element, names: Iterable[str]) -> str:
    """The text of the first of these children that says something."""
    return next((text for name in names if (text := (element.findtext(name) or "").strip())), "")


def _text(element: Element) -> str:
    """The longest telling of an entry as HTML; Atom may write it as elements, or as plain text."""
    for name in _TEXTS:
        child = element.find(name)
        if child is None:
            continue
        if child.get("type") == "xhtml":
            return "".join(tostring(each, encoding="unicode", method="html") for each in child)
        text = (child.text or "").strip()
        if text:
            is_plain = name.startswith("atom:") and child.get("type", "text") == "text"
            return f"<p>{html.escape(text)}</p>" if is_plain else text
    return ""


def _link(element: Element) -> str:
    atom = [each for each in element.findall("atom:link") if each.get("rel", "alternate") == "alternate"]
    return atom[0].get("href", "") if atom else _first(element, ("link", "guid"))


def _web_address(link: str, url: str) -> str:
    """An http(s) address, also where it was written in relation to the feed's; else nothing."""
    try:
        whole = urljoin(url, link.strip())
        parts = urlsplit(whole)
    except ValueError:
        return ""
    good = bool(link) and parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    return whole if good and len(whole) <= URL_MOST and whole.isprintable() and " " not in whole else ""


def _plain(text: str | None, most: int) -> str:
    """The words of a text that may have tags in it, on one line of at most so many characters."""
    words = html.unescape(nh3.clean((text or "")[:TEXT_MOST], tags=set(), clean_content_tags=_DROPPED))
    printable = "".join(letter if letter.isprintable() else " " for letter in composed(words))
    line = " ".join(printable.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _date(element: Element) -> datetime | None:
    said = _first(element, _DATES)
    try:
        found = parsedate_to_datetime(said) if "," in said or said[:1].isalpha() else datetime.fromisoformat(said)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return aware.astimezone(UTC) if 1990 < aware.year < 9000 else None
