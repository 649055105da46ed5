"""German and English words as the index sees them: folded, stemmed, with what means the same. No I/O.

Folding comes first and is the same for documents and for what people type: lower case, ä ö ü ß as ae oe ue ss, other
marks left out. A word is a run of letters and digits.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

# Characters of a word that are kept; longer runs are keys and addresses, which nobody types.
WORD_MOST = 40
# Words of one query that are looked at; more are not typed by people.
WORDS_ASKED_MOST = 12

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "a", "ł": "l"})
_RUN = re.compile(r"[^\W_]+")
# The marks that decomposition leaves behind (Unicode's block of combining diacritical marks).
_MARKS = re.compile("[\u0300-\u036f]+")

# Words that carry the sentence, not the meaning: left out of a query that has others.
_STOP_WORDS = (
    "a an and are at by for from in is it of on or our that the their this to we with "
    "aber als am an auch auf aus bei das dem den der des die durch ein eine einem einen einer eines fuer im in ist "
    "mit nach oder sich sie sind ueber um und unser unsere uns vom von wir zu zum zur"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())

# What means the same in the halls of a fair. Each line is one meaning; a phrase is found where all its words are.
_SYNONYMS = (
    "ki | ai | kuenstliche intelligenz | artificial intelligence",
    "ml | maschinelles lernen | machine learning",
    "stadtwerk | stadtwerke | municipal utility | public utility | versorger | energieversorger | utility",
    "ladesaeule | ladestation | ladepunkt | charging station | charge point | charger | wallbox",
    "e mobilitaet | elektromobilitaet | emobility | electromobility | electric mobility",
    "wasserstoff | hydrogen | h2",
    "photovoltaik | pv | photovoltaic | solarstrom | solar power",
    "windkraft | windenergie | wind power | wind energy",
    "waermepumpe | heat pump",
    "fernwaerme | district heating",
    "batterie | akku | battery | accumulator",
    "speicher | storage",
    "maschinenbau | mechanical engineering | machinery",
    "werkzeugmaschine | machine tool",
    "roboter | robotik | robot | robotics",
    "gesundheit | health | healthcare | medizin | medical",
    "bildung | education | edtech",
    "landwirtschaft | agriculture | agrar | agtech | farming",
    "bau | bauwesen | construction | contech",
    "immobilie | immobilien | real estate | proptech",
    "versicherung | insurance | insurtech",
    "finanzen | finance | fintech",
    "handel | einzelhandel | retail",
    "verpackung | packaging",
    "wasser | water",
    "abfall | muell | waste",
    "kreislaufwirtschaft | circular economy",
    "recycling | wiederverwertung",
    "nachhaltigkeit | nachhaltig | sustainability | sustainable",
    "software | anwendung | application",
    "datenschutz | privacy | data protection | dsgvo | gdpr",
    "it sicherheit | cybersicherheit | cybersecurity | cyber security",
    "stadt | kommune | gemeinde | municipality | city",
    "logistik | logistics",
    "lieferkette | supply chain",
    "bus | omnibus | coach",
    "fahrrad | rad | bike | bicycle",
    "lkw | lastwagen | truck",
    "gruenderin | gruender | founder",
    "start up | startup | jungunternehmen",
    "forschung | research",
    "beratung | consulting",
    "personal | hr | human resources",
    "drohne | drone | uav",
    "3d druck | 3d printing | additive fertigung | additive manufacturing",
    "sensor | sensorik | sensors",
    "halbleiter | semiconductor",
    "kunststoff | plastic | plastics",
    "stahl | steel",
    "holz | wood | timber",
    "lebensmittel | food | nahrungsmittel",
    "reise | reisen | tourismus | travel | tourism",
)


def fold(text: str) -> str:
    """A text in the spelling of the index. The result may be longer than the text; whitespace and marks stay."""
    lowered = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    return lowered if lowered.isascii() else _MARKS.sub("", unicodedata.normalize("NFKD", lowered))


def words_of(text: str) -> list[str]:
    """The words of a text, folded, in order, each cut to `WORD_MOST`."""
    return [run[:WORD_MOST] for run in _RUN.findall(fold(text))]


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the words of a text stand in it (start, end), and how each is folded: for marking what was found."""
    for run in _RUN.finditer(text):
        yield run.start(), run.end(), fold(run.group())[:WORD_MOST]


def meaningful(words: Sequence[str]) -> list[str]:
    """The words of a query that are looked for, each once: those that mean something, or all when none does."""
    wanted = [word for word in words if word not in STOP_WORDS] or list(words)
    return list(dict.fromkeys(wanted))[:WORDS_ASKED_MOST]


def stem_analyser(language: str) -> TextAnalyzer:
    """The stemmer of a language ("german", "english") for one folded word; the index uses the same."""
    return TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stemmer(language)).build()


# How German and English words end when they bend; taken off once.
_ENDING = re.compile("(?:ern|en|em|er|es|e|n|s)$")
# The shortest part of a compound that is taken for a word of its own.
PART_LEAST = 4

_ANALYSERS: dict[str, Any] = {language: stem_analyser(language) for language in ("german", "english")}


@lru_cache(50_000)
def stems(word: str) -> tuple[str, str]:
    """The German and the English stem of a folded word."""
    german, english = (_ANALYSERS[language].analyze(word)[0] for language in ("german", "english"))
    return german, english


def core(word: str) -> str:
    """What of a word is looked for inside longer ones: the word without its ending ("ladesaeul", "maschin").

    Other than a stem it is always the beginning of the word itself.
    """
    found = _ENDING.sub("", word)
    return found if len(found) >= PART_LEAST else word


def ends_with(word: str, inner: str) -> bool:
    """Whether a word ends with another one, however that bends: "Tauchpumpen" with "pump"."""
    at = word.rfind(inner)
    return at > 0 and (word[at:] == inner or core(word[at:]) == inner)


def typos_allowed(word: str) -> int:
    """How many slips of the finger a word may have (letters wrong, missing, doubled or swapped), by its length.

    None below four letters, where every word is next to another; none with digits in it: 22 kW is not 11 kW.
    """
    if len(word) < 4 or any(each.isdigit() for each in word):
        return 0
    return 1 if len(word) < 8 else 2


@dataclass(frozen=True)
class Synonym:
    """Words that mean the same as a part of a query: `words` stand together for it."""

    words: tuple[str, ...]


def _read_synonyms() -> Mapping[tuple[str, ...], tuple[Synonym, ...]]:
    """By each phrase and by its stems: the other phrases of its line."""
    found: dict[tuple[str, ...], tuple[Synonym, ...]] = {}
    for line in _SYNONYMS:
        phrases = [tuple(phrase.split()) for phrase in line.split(" | ")]
        for phrase in phrases:
            others = tuple(Synonym(other) for other in phrases if other != phrase)
            for key in _keys(phrase):
                found[key] = tuple(dict.fromkeys((*found.get(key, ()), *others)))
    return found


def _keys(phrase: Sequence[str]) -> set[tuple[str, ...]]:
    both = [stems(word) for word in phrase]
    return {tuple(phrase), tuple(german for german, _ in both), tuple(english for _, english in both)}


_BY_STEMS = _read_synonyms()
# Words of the longest phrase that has synonyms.
PHRASE_MOST = max(len(key) for key in _BY_STEMS)


def synonyms(words: Sequence[str]) -> tuple[Synonym, ...]:
    """What means the same as these words together; nothing for most."""
    found = [_BY_STEMS[key] for key in _keys(words) if key in _BY_STEMS]
    return tuple(dict.fromkeys(one for some in found for one in some if one.words != tuple(words)))


# Letters that join the parts of a German compound, and endings that follow its last part; empty ones, too.
JOINTS = ("", "s", "es", "n", "en", "er", "e")


def cuts(word: str) -> Iterator[tuple[str, str]]:
    """The ways to cut a word in two parts, with the joint between them taken off the first."""
    for at in range(PART_LEAST, len(word) - PART_LEAST + 1):
        first, last = word[:at], word[at:]
        for joint in JOINTS:
            if first.endswith(joint) and len(first) - len(joint) >= PART_LEAST:
                yield first[: len(first) - len(joint)] if joint else first, last
