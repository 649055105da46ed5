"""Markdown that people type, as HTML that is safe to show; and as plain text."""

import html
import re

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

# Headings begin below those of the page.
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6"}
_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "s",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "a",
    "hr",
    "h3",
    "h4",
    "h5",
    "h6",
}
_SCHEMES = {"http", "https", "mailto"}
_HEADING = re.compile(r"<(/?)(h[1-5])>")
_WITHIN_WORDS = re.compile(r"</?(?:a|abbr|b|code|del|em|i|ins|mark|s|small|span|strong|sub|sup|u)\b[^>]*>")
_GAPS = re.compile(r"<br\b[^>]*>|(?<=</a>)(?=<a\b)")  # links beside each other are words of their own
_ANY_TAG = re.compile(r"<[^>]*>")
# Characters of Markdown that are read for each one of words: addresses of links take some.
READ_FOR_EACH = 2
_BLANKS = re.compile(r"\s+")
_SENTENCE_ENDS = (".", "!", "?", ":", ";", ",", "…")

# Raw HTML is text, and pictures are left out: they would be loaded from elsewhere.
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable("strikethrough")
_markdown.disable("image")


def rendered(text: str) -> Markup:
    """The text as HTML: paragraphs, lists, emphasis, headings and links, nothing else, whatever it tries."""
    shown = _HEADING.sub(lambda found: f"<{found[1]}{_HEADINGS[found[2]]}>", _markdown.render(text))
    safe = nh3.clean(
        shown, tags=_TAGS, attributes={"a": {"href"}}, url_schemes=_SCHEMES, link_rel="nofollow noopener ugc"
    )
    return Markup(safe)  # noqa: S704 - cleaned a line above


def plain(text: str) -> str:
    """The words of the text on one line."""
    return words_of(_markdown.render(text))


def beginning(text: str, most: int) -> str:
    """The words with which the text begins, on one line of at most so many characters.

    No more of it is read than that takes: a page with many long texts has no time for all of each.
    """
    if len(text) > (read := most * READ_FOR_EACH):
        text = text[:read].rsplit(maxsplit=1)[0]
    return plain(text)[:most]


def words_of(shown: str) -> str:
    """The words of HTML on one line. Emphasis leaves no gap behind; items of a list, headings and paragraphs that end
    without a full stop are set apart, else they would run into one sentence."""
    pieces = _ANY_TAG.split(_WITHIN_WORDS.sub("", _GAPS.sub(" ", shown)))
    said: list[str] = []
    for piece in pieces:
        if words := _BLANKS.sub(" ", html.unescape(piece)).strip():
            if said:
                said.append(" " if said[-1].endswith(_SENTENCE_ENDS) else " · ")
            said.append(words)
    return "".join(said)
