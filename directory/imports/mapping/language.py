"""In which language a text is: German or English, by the small words that every sentence has."""

import re

_WORDS = re.compile(r"[a-zäöüß]+")
# The commonest words of each language that are no word of the other one: "in" and "so" are words of both.
_GERMAN_TEXT = """
der die das und ist nicht von mit für den dem des ein eine einer einem einen eines auf im zu zum zur wir uns unser
unsere unseren unserer ihr ihre ihren sie sich auch als bei aus durch werden wird wurde über nach oder sowie sind haben
hat kann können mehr einfach damit dass wie vom alle allen bis nur noch sein seine ihrem ihres deine dein du dich
mittels bieten bietet entwickelt entwickeln hilft macht ermöglicht ermöglichen zwischen ohne unter neue neuen lösung
lösungen unternehmen kunden
"""
_ENGLISH_TEXT = """
the and of to for with is are on by our we that this from your you it its their they as be can has have which who an
at or into more through where how what when all not will making makes make use using helps help based provides provide
offers offer enables enable develops develop builds build new between within without about allows them company companies
customers people solution solutions platform services
"""
_GERMAN, _ENGLISH = frozenset(_GERMAN_TEXT.split()), frozenset(_ENGLISH_TEXT.split())
# Letters that only one of both has.
_GERMAN_LETTERS = re.compile(r"[äöüß]")
# Characters that are enough to decide.
_LOOKED_AT = 600


def language_of(text: str) -> str:
    """ "de", "en", or "" where neither shows."""
    lower = text[:_LOOKED_AT].lower()
    words = _WORDS.findall(lower)
    german = sum(map(_GERMAN.__contains__, words))
    english = sum(map(_ENGLISH.__contains__, words))
    if german == english and _GERMAN_LETTERS.search(lower):
        german += 1
    if german == english:
        return ""
    return "de" if german > english else "en"
