"""Text from outside in its composed form, in time that grows with its length alone."""

import re
import unicodedata
from functools import cache

# What stacks more marks upon one letter is no text of any script (Unicode's Stream-Safe Text Format, UAX 15). Composing
# sorts the marks of a letter, which takes time by the square of their number: half a megabyte would take minutes.
MARKS_MOST = 30

_PLANES_WITH_MARKS = range(0x20000)  # the planes above hold none
_MARK = "[" + "".join(chr(code) for code in _PLANES_WITH_MARKS if unicodedata.combining(chr(code))) + "]"
_PILED_MARKS = re.compile(f"({_MARK}{{{MARKS_MOST}}}){_MARK}+")

# The commonest letters, accents and punctuation: in any order they are composed, and none of them is a mark.
_COMMON = re.compile("[ -\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*")


def is_common(text: str) -> bool:
    """Whether a text on one line is composed and printable for sure: most are, and imports look at millions.

    Printable is Python's word: no controls, formats, separators but the blank, surrogates, or what is not assigned.
    """
    return text.isprintable() and (text.isascii() or _COMMON.fullmatch(text) is not None)


def composed(text: str) -> str:
    """The text in NFC, in which the same letters are the same characters; marks beyond `MARKS_MOST` are left out."""
    return text if text.isascii() else unicodedata.normalize("NFC", _PILED_MARKS.sub(r"\1", text))


# Letters for which people type two who have no key for them; and such as have one of ASCII below their strokes.
_PAIRS = {"ss": "ßẞ", "ae": "æÆ", "oe": "œŒ"}
_STROKES = dict(zip("øØłŁđĐðÐħĦı", "oollddddhhi", strict=True))
_LATIN = [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]
_MARKED = {chr(code): unicodedata.normalize("NFKD", chr(code))[0].lower() for code in _LATIN}
# Each letter beyond ASCII with the one that is left of it without its accents.
BARE = {letter: base for letter, base in (_MARKED | _STROKES).items() if base.isascii() and base.isalpha()}
_UMLAUT = re.compile("[aou]e")
_PAIR = re.compile("|".join(_PAIRS))


def plain(text: str) -> str:
    """A text in small letters without accents: "Hydro Lumière" is "hydro lumiere", and "Strauß" "strauss"."""
    for pair, letters in _PAIRS.items():
        text = re.sub(f"[{letters}]", pair, text)
    return "".join(BARE.get(letter, letter) for letter in text).lower()


def in_any_spelling(word: str) -> str:
    """A regular expression, for PostgreSQL as for Python, that finds the word in any case, with or without accents, and
    with umlauts where somebody typed two letters for them.

    Whatever the text, it is looked through in time that grows with its length alone: what stands for two letters stands
    for a single one only at an end of the word, so there are never several ways through the middle of a text, of which
    each would be tried after each.
    """
    typed, found, at = plain(word), "", 0
    while at < len(typed):
        both, first = typed[at : at + 2], _letter(typed[at], _halves(typed, at))
        ways = [first] if _UMLAUT.fullmatch(both) else []
        ways += [f"[{_PAIRS[both]}]"] if _PAIR.fullmatch(both) else []
        found += f"(?:{'|'.join([first + _letter(both[1], _halves(typed, at + 1)), *ways])})" if ways else first
        at += 2 if ways else 1
    return found


def _halves(typed: str, at: int) -> str:
    """The letters of whose pair only the second one was typed, at the beginning, or only the first one, at the end."""
    begins = [letters for pair, letters in _PAIRS.items() if at == 0 and pair[1] == typed[at]]
    ends = [letters for pair, letters in _PAIRS.items() if at == len(typed) - 1 and pair[0] == typed[at]]
    return "".join(begins + ends)


@cache
def _letter(one: str, halves: str) -> str:
    """What stands for a letter of a plain word."""
    spellings = {one, one.upper(), *(letter for letter, base in BARE.items() if base == one), *halves}
    spellings = {each for each in spellings if len(each) == 1}
    return f"[{''.join(sorted(spellings))}]" if len(spellings) > 1 else re.escape(one)
