"""Why something was found: the words that answer, marked in the text, or said in a sentence. No I/O.

Marks are set where the page is made, by the same words with which the index was asked, so that they need no second
way of finding them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from directory.search.documents import TEXT_MOST, Behind, Card
from directory.search.expanding import Wanted, Way
from directory.search.language import spans
from web.markdown import plain

# Characters of the part of a text that is shown, and of what stands before the first mark in it.
SNIPPET = 180
BEFORE = 60
# Characters of Markdown on each side of a word that answers: what is cut out of them is shorter.
AROUND = 400
# How many such parts of a text are read, to find one that shows the word: of a card's, and of what stands behind one.
TRIED_ON_CARD, TRIED_BEHIND = 2, 6


@dataclass(frozen=True)
class Piece:
    """A part of a text; marked when it is why the text was found."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Why:
    """How a card shows why it was found."""

    name: Sequence[Piece]
    line: Sequence[Piece]
    snippet: Sequence[Piece]  # empty: nothing in the text says more than name and line
    similar: Sequence[tuple[str, str]] = ()  # typed, found instead
    words: Sequence[str] = ()  # of the card's further words those that answered, when nothing that is shown does

    @property
    def said(self) -> bool:
        """Whether something that is shown is a reason."""
        return bool(self.words) or any(piece.marked for piece in (*self.name, *self.line, *self.snippet))


class Marker:
    """Knows the words that answer a question, and the best way in which each does."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        self._ways: dict[str, tuple[Way, str]] = {}
        for each in wanted:
            for means in sorted(each.means, key=lambda one: -one.weight):
                for word in means.words:
                    self._ways.setdefault(word, (means.way, " ".join(each.typed)))

    def why(self, card: Card) -> Why:
        """The reasons for one card."""
        name, line = self.pieces(card.name), self.pieces(card.line)
        snippet = self._snippet(card.text) or self._out_of(card.markdown[:TEXT_MOST], TRIED_ON_CARD)
        shown = _marked((*name, *line, *snippet))
        return Why(
            name=name,
            line=line,
            snippet=snippet,
            similar=self._similar(shown),
            words=() if shown or not self._ways else self._other_words(card.words),
        )

    def with_behind(self, why: Why, behind: Behind) -> Why:
        """The reasons for a card on which none is shown: out of a text that answers, else the words that do."""
        for text in behind.texts:
            if snippet := self._out_of(text[:TEXT_MOST], TRIED_BEHIND):
                return replace(why, snippet=snippet, similar=self._similar(_marked(snippet)))
        return replace(why, words=self._other_words(behind.words))

    def pieces(self, text: str) -> list[Piece]:
        """A text in parts, those words marked that answer."""
        found, at = list[Piece](), 0
        for start, end, word in spans(text):
            if word in self._ways:
                found += [Piece(text[at:start]), Piece(text[start:end], marked=True)]
                at = end
        found.append(Piece(text[at:]))
        return [each for each in found if each.text]

    def _snippet(self, text: str) -> list[Piece]:
        """The part of a longer text around its first word that answers; nothing when none does."""
        first = next((start for start, _, word in spans(text) if word in self._ways), None)
        if first is None:
            return []
        start = _word_start(text, first - BEFORE)
        end = _word_end(text, start + SNIPPET)
        cut = " ".join(text[start:end].split())
        return self.pieces(("… " if start else "") + cut + (" …" if end < len(text) else ""))

    def _out_of(self, text: str, tries: int) -> list[Piece]:
        """The same of Markdown, of which only what is around the word is read, at most so many times."""
        read = 0
        for start, _, word in spans(text):
            if start >= read and word in self._ways:
                if not tries:
                    break
                tries -= 1
                read = start + AROUND
                part = text[_word_start(text, start - AROUND) : _word_end(text, read)]  # no half of a link
                if snippet := self._snippet(plain(part)):
                    return snippet  # else it stood in what is not shown, such as the address of a link
        return []

    def _similar(self, shown: Iterable[str]) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        for text in shown:
            for _, _, word in spans(text):
                way, typed = self._ways.get(word, ("exact", ""))
                if way == "near":
                    found.setdefault(typed, text)
        return list(found.items())

    def _other_words(self, words: Sequence[str]) -> list[str]:
        return [each for each in words if any(word in self._ways for _, _, word in spans(each))][:3]


def _marked(pieces: Iterable[Piece]) -> list[str]:
    return [each.text for each in pieces if each.marked]


def _word_start(text: str, at: int) -> int:
    """The beginning of the next word from a place on; 0 when the text begins soon before."""
    if at <= BEFORE // 3:
        return 0
    blank = text.find(" ", at)
    return blank + 1 if blank >= 0 else at


def _word_end(text: str, at: int) -> int:
    """The end of the last word before a place; the end of the text when it comes soon after."""
    if len(text) - at <= BEFORE // 3:
        return len(text)
    blank = text.rfind(" ", 0, at)
    return blank if blank > 0 else at
