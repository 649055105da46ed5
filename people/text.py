"""What people type, made safe to show and to send: pure rules, each of which answers with the text or says why not."""

import unicodedata
from collections.abc import Callable
from typing import Any, TypeVar

from server.kernel.text import composed, is_common
from web.i18n import N_

T = TypeVar("T")
Rule = Callable[[str], T]

# Characters. Long enough for the longest names that registers know, short enough for a card.
NAME_MOST = 80
LINE_MOST = 120
PARAGRAPH_MOST = 1_000
# Marks upon one letter. Living scripts stack up to four; text that pours over its neighbours stacks dozens.
MARKS_MOST = 4
# Letters with their marks apart take up to so many characters: what is longer is too long in any form, and not read.
DECOMPOSED = 4

# Letters and marks that show nothing, and so can make two texts look the same, or a name look empty.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Controls, invisible formats (also those that turn the direction of the text around them, Unicode TR 9), line and
# paragraph separators, surrogates, private use, and what no version of Unicode has assigned.
_NOT_TEXT = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"})
# Formats that scripts and emoji are written with: the joiners.
_JOINERS = frozenset("\u200c\u200d")


class UnacceptableError(ValueError):
    """Why a value is not taken: a message id with its parameters, translated where it is shown."""

    def __init__(self, text: str, **params: Any) -> None:
        super().__init__(text % params if params else text)
        self.text = text
        self.params = params


def too_long(most: int) -> UnacceptableError:
    """Why a text of more than so many characters is not taken."""
    return UnacceptableError(N_("That is too long: at most %(most)s characters, please."), most=most)


def name(text: str) -> str:
    """A person's name on one line. Raises UnacceptableError."""
    clean = one_line(NAME_MOST)(text)
    if not any(character.isalpha() for character in clean):
        raise UnacceptableError(N_("Please tell us your name."))
    if "://" in clean or "@" in clean or "www." in clean.lower():
        raise UnacceptableError(N_("A name has no web or mail address in it."))
    return clean


def one_line(most: int) -> Rule[str]:
    """The rule for one line of at most so many characters; empty is fine."""

    def rule(text: str) -> str:
        if len(text) <= most and is_common(text):  # nearly all; the rest looks at every character
            return " ".join(text.split())
        clean = " ".join(_normal(text, most).split(" ")).strip()
        _check(clean, most, breaks=False)
        return " ".join(clean.split())

    return rule


def paragraphs(most: int) -> Rule[str]:
    """The rule for text of several lines, of at most so many characters; empty is fine."""

    def rule(text: str) -> str:
        if len(text) <= most and is_common(text.replace("\n", "")):
            return text.strip()
        clean = _normal(text, most).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip()
        _check(clean, most, breaks=True)
        return clean

    return rule


def _normal(text: str, most: int) -> str:
    """The composed form (NFC): the same letters are the same characters."""
    if len(text) > DECOMPOSED * most:
        raise too_long(most)
    if is_common(text):
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnacceptableError(N_("There are characters in it that are not text.")) from None
    return composed(text)


def _check(text: str, most: int, *, breaks: bool) -> None:
    if len(text) > most:
        raise too_long(most)
    if is_common(text.replace("\n", "") if breaks else text):
        return
    marks = 0
    for character in text:
        if _is_no_text(character) and not (breaks and character == "\n"):
            raise UnacceptableError(N_("There are characters in it that are not text."))
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks > MARKS_MOST:
            raise UnacceptableError(N_("There are characters in it that are not text."))


def _is_no_text(character: str) -> bool:
    if character in _JOINERS:
        return False
    return character in _BLANK or unicodedata.category(character) in _NOT_TEXT
