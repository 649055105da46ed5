"""What people write: made safe, taken apart, put together again. Pure; the browser has the same grammar.

A message is plain text with one kind of markup: `@[Name](person id)` calls somebody by name. Links are not marked up
but recognised when a message is shown. `tests/chat/texts.json` holds the cases that both sides are tested with.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from server.kernel.text import composed

# Code points of a message after trimming.
TEXT_MOST = 4_000
# Code points of what is looked at at all: letters with their marks apart, and the space around.
RAW_MOST = 4 * TEXT_MOST
# A message calls at most so many people; further ones are text.
MENTIONS_MOST = 20
# Stands where the name of a person stood whose account was erased.
NAMELESS = "…"

# Controls but tab and line feed; halves of surrogate pairs; non-characters; and what turns the direction of the text
# that follows, beyond the message's end (U+202A-202E, U+2066-2069).
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{4,}")
# Living scripts stack up to four marks upon a letter. What stacks dozens pours over its neighbours.
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILED_MARKS = re.compile(f"(?<={_MARK}{{4}}){_MARK}+")
# Something that one sees: more than space and characters without a shape.
_VISIBLE = re.compile(
    r"[^\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\uffa0]"
)

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_MENTION = re.compile(rf"@\[([^\[\]\n]{{1,80}})\]\(({_UUID})\)")
_BRACKETS = re.compile(r"[\[\]\n]")
_LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^\x00-\x20\x7f-\x9f\u202a-\u202e\u2066-\u2069]+", re.IGNORECASE)
_CLOSING = {")": "(", "]": "["}


@dataclass(frozen=True)
class Text:
    """Words as they are; line feeds are line breaks."""

    text: str


@dataclass(frozen=True)
class Link:
    """An address of the web, shown as it was typed."""

    url: str


@dataclass(frozen=True)
class Called:
    """Somebody called by name."""

    person_id: str
    name: str


Part = Text | Link | Called


def clean(raw: str) -> str:
    """The text as it is kept: composed (NFC), without control characters, trimmed. Empty when nothing can be seen."""
    text = raw
    if not (text.isascii() and text.isprintable()):
        text = _LINE_ENDS.sub("\n", composed(text))
        text = _PILED_MARKS.sub("", _UNWANTED.sub("", text))
        text = _BLANK_LINES.sub("\n\n\n", text)
    text = text.strip()
    return text if _VISIBLE.search(text) else ""


def called(text: str) -> list[str]:
    """The ids of the people whom a text calls, each once, in order; as many as count."""
    if "@[" not in text:
        return []
    return list(dict.fromkeys(match[2] for match in _MENTION.finditer(text)))[:MENTIONS_MOST]


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Write the people's true names into a text's mentions. Who is not in `names` is not called: the name is text."""

    def written(match: re.Match[str]) -> str:
        name = names.get(match[2])
        return f"@{match[1]}" if name is None else mention(match[2], name)

    return _MENTION.sub(written, text) if "@[" in text else text


def nameless(text: str, person_id: str) -> str:
    """The text with one person's name taken out of the mentions."""
    return _MENTION.sub(lambda match: mention(person_id, NAMELESS) if match[2] == person_id else match[0], text)


def mention(person_id: str, name: str) -> str:
    """The markup that calls somebody. Brackets, which the grammar needs itself, are left out of the name."""
    return f"@[{_BRACKETS.sub('', name)[:80] or '?'}]({person_id})"


def parts(text: str) -> Iterator[Part]:
    """Take a text apart for showing it."""
    at = 0
    for match in _MENTION.finditer(text):
        yield from _linked(text[at : match.start()])
        yield Called(match[2], match[1])
        at = match.end()
    yield from _linked(text[at:])


def plain(text: str) -> str:
    """The text on one line, for previews: mentions as names."""
    return " ".join(_MENTION.sub(lambda match: f"@{match[1]}", text).split())


def _linked(text: str) -> Iterator[Part]:
    at = 0
    for match in _LINK.finditer(text):
        url = _without_punctuation(match[0])
        if not _leads_somewhere(url):
            continue
        if match.start() > at:
            yield Text(text[at : match.start()])
        yield Link(url)
        at = match.start() + len(url)
    if at < len(text):
        yield Text(text[at:])


def _without_punctuation(url: str) -> str:
    """A sentence's end is not the address's, and neither is the bracket around it."""
    while url:
        last = url[-1]
        opening = _CLOSING.get(last)
        if last in ".,;:!?…" or (opening and url.count(last) > url.count(opening)):
            url = url[:-1]
        else:
            break
    return url


def _leads_somewhere(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False
