"""Every result says why it was found."""

import pytest

from directory.search import why
from directory.search.documents import Behind, Card
from directory.search.expanding import Means, Wanted
from directory.search.shown import marked
from directory.search.why import AROUND, TRIED_BEHIND, TRIED_ON_CARD, Marker, Piece
from web.markdown import plain

WANTED = (
    Wanted(("ladesaeule",), (Means("exact", ("ladesaeule",)), Means("inside", ("schnellladesaeulen",)))),
    Wanted(("sepicher",), (Means("near", ("speicher",)),)),
)


def shown(pieces: list[Piece]) -> str:
    return "".join(f"[{each.text}]" if each.marked else each.text for each in pieces)


def test_words_are_marked_as_they_are_written() -> None:
    marker = Marker(WANTED)
    assert shown(marker.pieces("Schnellladesäulen: die LADESÄULE, anders")) == (
        "[Schnellladesäulen]: die [LADESÄULE], anders"
    )
    assert shown(marker.pieces("nichts davon")) == "nichts davon"
    assert marker.pieces("") == []


def test_the_part_of_a_long_text_that_answers_is_shown() -> None:
    text = "Vorher. " * 50 + "Unsere Ladesäule lädt schnell. " + "Nachher. " * 50
    snippet = shown(list(Marker(WANTED).why(Card("product", "p", "/p", "Name", text=text)).snippet))
    assert "[Ladesäule]" in snippet
    assert snippet.startswith("… ")
    assert snippet.endswith(" …")
    assert len(snippet) < 220


def test_a_similar_word_is_named_with_what_was_typed() -> None:
    why = Marker(WANTED).why(Card("product", "p", "/p", "Speicher Nord"))
    assert why.similar == [("sepicher", "Speicher")]


def test_what_answers_without_being_shown_is_named() -> None:
    card = Card("organisation", "o", "/o", "Voltbus", words=("Ladesäule", "Elektronik"))
    assert Marker(WANTED).why(card).words == ["Ladesäule"]
    assert Marker(()).why(card).words == ()


def test_marks_let_nothing_through_that_people_wrote() -> None:
    pieces = Marker(WANTED).pieces("<script>Ladesäule</script>")
    assert str(marked(pieces)) == "&lt;script&gt;<mark>Ladesäule</mark>&lt;/script&gt;"


def test_a_text_behind_the_card_says_why_and_else_the_words_do() -> None:
    marker, card = Marker(WANTED), Card("organisation", "o", "/o", "Voltbus")
    long = "[Vorher](https://ladesaeule.example). " * 30 + "Unsere **Ladesäule** lädt. " + "Nachher. " * 300
    behind = Behind(["Nichts davon.", long], ["Ladesäule"])
    why = marker.with_behind(marker.why(card), behind)
    assert "Unsere [Ladesäule] lädt." in shown(list(why.snippet))
    assert why.said
    only_words = marker.with_behind(marker.why(card), Behind(["Nichts davon."], ["Ladesäule", "Elektronik"]))
    assert (only_words.words, only_words.snippet) == (["Ladesäule"], [])
    assert not marker.with_behind(marker.why(card), Behind()).said


def test_of_a_long_text_on_a_card_only_what_is_around_the_word_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    monkeypatch.setattr(why, "plain", lambda text: read.append(len(text)) or plain(text))
    hidden = "[x](https://ladesaeule.example) " * 200
    long = "**Vorher.** " * 50 + "Unsere **Ladesäule** lädt schnell. " + hidden
    found = Marker(WANTED).why(Card("need", "n", "/n", "Name", markdown=long))
    assert "Unsere [Ladesäule] lädt schnell." in shown(list(found.snippet))
    assert (len(read), read[0] <= 2 * AROUND) == (1, True)
    assert not Marker(WANTED).why(Card("need", "n", "/n", "Name", markdown=hidden)).snippet
    assert len(read) == 1 + TRIED_ON_CARD
    card = Card("need", "n", "/n", "Name")
    assert not Marker(WANTED).with_behind(Marker(WANTED).why(card), Behind([hidden])).snippet
    assert len(read) == 1 + TRIED_ON_CARD + TRIED_BEHIND
