"""Text from outside in its composed form, in time that grows with its length alone."""

import re
import unicodedata

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


# What people type who have no key for a letter: two letters for some, and one for each of the others.
PAIRS = {"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe"}
_STROKES = dict(zip("øØłŁđĐðÐħĦı", "oollddddhhi", strict=True))
_LATIN = [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]
_MARKED = {chr(code): unicodedata.normalize("NFKD", chr(code))[0].lower() for code in _LATIN}
BARE = {letter: base for letter, base in (_MARKED | _STROKES).items() if base.isascii() and letter not in PAIRS}
_PLAIN = str.maketrans(BARE | PAIRS)
_UMLAUTS = re.compile("([aou])e")


def plain(text: str) -> str:
    """A text in small letters without accents, by which names are found: "Hydro Lumière" is "hydro lumiere"."""
    return (text if text.isascii() else text.translate(_PLAIN)).lower()


def spellings(word: str) -> list[str]:
    """How a word may stand in a plain text: as it is, and with the umlauts for which somebody typed two letters."""
    as_it_is = plain(word)
    return list(dict.fromkeys((as_it_is, _UMLAUTS.sub(r"\1", as_it_is))))
