"""What people write, made safe and taken apart."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import texts
from chat.texts import Called, Link, Part, Text

AYLIN = "00000000-0000-7000-8000-000000000001"
BERND = "00000000-0000-7000-8000-000000000002"
CASES = json.loads((Path(__file__).parent / "texts.json").read_text())["cases"]


def _as_list(part: Part) -> list[str]:
    match part:
        case Text(text):
            return ["text", text]
        case Link(url):
            return ["link", url]
        case Called(person_id, name):
            return ["mention", person_id, name]


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:30] for case in CASES])
def test_a_text_is_taken_apart_as_the_browser_does_it(case: dict[str, Any]) -> None:
    assert [_as_list(part) for part in texts.parts(case["text"])] == case["parts"]


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  hello \n", "hello"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("tab\tstays", "tab\tstays"),
        ("n\u0308", "n̈"),
        ("u\u0308", "ü"),
        ("nul\x00 bell\x07 escape\x1b[31m", "nul bell escape[31m"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("half a pair \ud83d", "half a pair"),
        ("👩\u200d🚒 stays together", "👩\u200d🚒 stays together"),
        ("a\n\n\n\n\n\n\n\nb", "a\n\n\nb"),
        ("Z" + "\u0300\u0301\u0302\u0303\u0304" * 9, "Z" + "\u0300\u0301\u0302\u0303"),
        ("\u200b\u2060 \u00ad", ""),
        (" \n\t ", ""),
    ],
)
def test_what_is_kept_is_composed_trimmed_and_without_tricks(raw: str, kept: str) -> None:
    assert texts.clean(raw) == unicodedata.normalize("NFC", kept)


@given(st.text(alphabet=st.characters(), max_size=200))
def test_cleaning_twice_changes_nothing_and_the_result_can_be_encoded(raw: str) -> None:
    once = texts.clean(raw)
    assert texts.clean(once) == once
    assert once.encode().decode() == once


@given(st.text(alphabet="ab@[]()https:/. \n" + AYLIN[:3], max_size=120))
def test_taking_apart_loses_nothing(text: str) -> None:
    def written(part: Part) -> str:
        match part:
            case Text(words):
                return words
            case Link(url):
                return url
            case Called(person_id, name):
                return texts.mention(person_id, name)

    assert "".join(map(written, texts.parts(text))) == text


def test_a_mention_gets_the_true_name() -> None:
    text = f"ask @[The Boss]({AYLIN})"
    assert texts.with_names(text, {AYLIN: "Aylin Demir"}) == f"ask @[Aylin Demir]({AYLIN})"


def test_who_is_not_there_is_not_called_but_named() -> None:
    text = f"ask @[Bernd]({BERND})"
    assert texts.with_names(text, {AYLIN: "Aylin Demir"}) == "ask @Bernd"


def test_a_name_with_brackets_cannot_break_out_of_its_mention() -> None:
    text = texts.mention(AYLIN, "A](javascript:) [x\n")
    assert list(texts.parts(text)) == [Called(AYLIN, "A(javascript:) x")]


def test_everybody_is_called_once_and_not_too_many() -> None:
    crowd = [f"00000000-0000-7000-8000-{number:012d}" for number in range(texts.MENTIONS_MOST + 5)]
    text = " ".join(texts.mention(each, "Somebody") for each in [*crowd, *crowd])
    assert texts.called(text) == crowd[: texts.MENTIONS_MOST]


def test_a_preview_is_one_line_with_names() -> None:
    assert texts.plain(f"hello @[Aylin]({AYLIN})\n  again") == "hello @Aylin again"


def test_an_erased_person_loses_the_name_and_nobody_else_does() -> None:
    text = f"@[Aylin]({AYLIN}) and @[Bernd]({BERND})"
    assert texts.nameless(text, AYLIN) == f"@[…]({AYLIN}) and @[Bernd]({BERND})"
