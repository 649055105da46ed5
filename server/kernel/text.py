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
