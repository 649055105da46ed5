"""Names as they are compared: the core without the legal form, and keys under which the same names meet."""

import re
from dataclasses import dataclass
from functools import lru_cache

from directory.terms import folded

# Forms of companies, folded, the longer ones first: "gmbh and co kg" is one form.
_FORMS = (
    "gmbh and co kgaa", "ag and co kgaa", "gmbh and co kg", "ug haftungsbeschraenkt and co kg", "ug and co kg",
    "ag and co kg", "se and co kgaa", "se and co kg", "gmbh and co ohg", "ug haftungsbeschraenkt", "ggmbh", "gug",
    "mbh", "gmbh", "ag", "ug", "kgaa", "kg", "ohg", "gbr", "e v", "ev", "eg", "e g", "e k", "ek", "se", "partg mbb",
    "partgmbb", "partg", "stiftung", "aoer", "limited", "ltd", "llc", "l l c", "inc", "incorporated", "corp",
    "corporation", "co ltd", "plc", "llp", "s a s", "sas", "sarl", "s a r l", "s a", "sa", "srl", "s r l", "spa",
    "s p a", "b v", "bv", "n v", "nv", "vof", "oy", "oyj", "ab", "aps", "a s", "as", "sp z o o", "sp zoo", "s r o",
    "sro", "kft", "zrt", "d o o", "doo", "ou", "uab", "sia", "pty ltd", "holding gmbh", "in gruendung", "i g",
)  # fmt: skip
_FORM_AT_END = re.compile(rf"(?:\s(?:{'|'.join(sorted(map(re.escape, _FORMS), key=len, reverse=True))}))+$")
# Of 100: how alike two cores must be for a person to be asked, and how alike two at one domain are at least.
ALIKE, ALIKE_AT_ONE_DOMAIN = 87, 60
# Letters of a core that is too short to be misspelt: it is the same, or another one.
TOO_SHORT = 5

# Kölner Phonetik (H. J. Postel, 1969), without the rules that look at two neighbours: enough for names that meet.
_SOUNDS = str.maketrans(
    {"b": "1", "p": "1", "d": "2", "t": "2", "f": "3", "v": "3", "w": "3", "g": "4", "k": "4", "q": "4", "c": "4",
     "x": "48", "l": "5", "m": "6", "n": "6", "r": "7", "s": "8", "z": "8", "a": "", "e": "", "i": "", "o": "",
     "u": "", "y": "", "j": "", "h": "", " ": "", "_": ""}
)  # fmt: skip
_TWICE = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Known:
    """What is compared of an organisation."""

    core: str
    domain: str


@lru_cache(maxsize=8192)
def core_of(name: str) -> str:
    """A name without its legal form, folded. "Vectoflow GmbH GmbH" and "vectoflow" have the same core."""
    plain = folded(name)
    return _FORM_AT_END.sub("", plain) or plain


@lru_cache(maxsize=8192)  # a chunk asks for the same ones again and again
def keys_of(core: str, domain: str) -> tuple[str, ...]:
    """The keys under which an organisation is found by its likes: by sound, by its first words, by its domain."""
    if not core:
        return (f"d:{domain}",) if domain else ()
    words = core.split()
    found = [f"n:{_sound(core)}"]
    if len(words) > 2:
        found.append(f"n:{_sound(' '.join(words[:2]))}")
    if domain:
        found.append(f"d:{domain}")
    return tuple(dict.fromkeys(found))


def alike(one: Known, other: Known) -> int:
    """How sure it is that two are the same, of 100; 0: nobody needs to be asked."""
    same_domain = bool(one.domain) and one.domain == other.domain
    if one.core == other.core:
        if same_domain:
            return 100
        return 75 if one.domain and other.domain else 90
    from rapidfuzz import fuzz  # not before somebody compares: starting a server shall not load it

    score = fuzz.token_sort_ratio(one.core, other.core)
    joined = one.core.replace(" ", ""), other.core.replace(" ", "")
    score = max(score, fuzz.ratio(*joined) if min(map(len, joined)) >= TOO_SHORT else 0)
    if same_domain:
        return max(int(score), ALIKE_AT_ONE_DOMAIN)  # perhaps renamed, perhaps a part of it: a person knows
    different = bool(one.domain and other.domain)
    return int(score) - 10 if score >= ALIKE and min(map(len, joined)) >= TOO_SHORT and not different else 0


def _sound(core: str) -> str:
    """How a name sounds, roughly; short names and those of digits stay as they are."""
    compact = core.replace(" ", "").replace("ph", "f")
    sound = _TWICE.sub(r"\1", compact.translate(_SOUNDS))
    return f"{compact[:1]}{sound}" if len(sound) >= 3 else compact
