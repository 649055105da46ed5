"""Names as they are compared: by their cores (see organisations.cores), and keys under which the same names meet."""

import re
from dataclasses import dataclass
from functools import lru_cache

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
