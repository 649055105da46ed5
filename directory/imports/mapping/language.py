"""In which language a text is: German or English, by the small words that every sentence has."""

import re

_WORDS = re.compile(r"[a-zäöüß]+")
_ALL_WORDS = re.compile(r"\w+")
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
# Of French, Italian, Spanish and Dutch, also those that are words of ours: a text that has more of these is neither.
_OTHER_TEXT = """
les des une nous vous sont est dans sur pour avec qui que leur aux entre plus notre nos votre ses cette ces par pas
gli della delle dei del nel nella sono con per una che alla dalla nostra nostri come anche
los las para por como sus más nuestra nuestro empresa desde entre una con sobre
het een van voor met zijn wij ons onze worden naar ook door bij aan niet
"""
_OTHER = frozenset(_OTHER_TEXT.split())
# From so many words of a language on nobody looks whether it is another one.
_SURE = 4
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
    if max(german, english) < _SURE and _is_another(lower, max(german, english)):
        return ""
    if german == english and _GERMAN_LETTERS.search(lower):
        german += 1
    if german == english:
        return ""
    return "de" if german > english else "en"


def _is_another(text: str, ours: int) -> bool:
    """Whether a text has at least two words of a neighbour's language, and more of them than of ours."""
    return sum(map(_OTHER.__contains__, _ALL_WORDS.findall(text))) > max(ours, 1)
