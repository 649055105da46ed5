"""Reading what clients send: every frame is a list of requests or refused, whatever it holds."""

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.live.wire.parse import BadFrame, Request, requests


def test_a_request_has_a_number_a_method_and_parameters() -> None:
    assert requests('{"i":17,"m":"chat.send","p":{"text":"Grüß Gott"}}') == [
        Request(17, "chat.send", {"text": "Grüß Gott"})
    ]


def test_parameters_may_be_left_out_and_unknown_fields_are_ignored() -> None:
    assert requests('{"i":0,"m":"echo","later":"added"}') == [Request(0, "echo", {})]


def test_a_frame_may_hold_an_array_of_up_to_64_requests() -> None:
    one = '{"i":1,"m":"echo"}'
    assert len(requests("[" + ",".join([one] * 64) + "]")) == 64
    with pytest.raises(BadFrame):
        requests("[" + ",".join([one] * 65) + "]")
    with pytest.raises(BadFrame):
        requests("[]")


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "null",
        "17",
        '"hello"',
        "{",
        "{}",
        '{"i":1}',
        '{"m":"echo"}',
        '{"i":-1,"m":"echo"}',
        '{"i":true,"m":"echo"}',
        '{"i":1.0,"m":"echo"}',
        '{"i":"1","m":"echo"}',
        '{"i":1,"m":7}',
        '{"i":1,"m":""}',
        '{"i":1,"m":"Echo"}',
        '{"i":1,"m":"échö"}',
        '{"i":1,"m":"' + "a" * 65 + '"}',
        '{"i":1,"m":"echo","p":[]}',
        '{"i":1,"m":"echo","p":null}',
        '[{"i":1,"m":"echo"},7]',
        '[[{"i":1,"m":"echo"}]]',
        '{"i":1,"m":"echo","m":"chat.send"}',
        '{"i":1,"m":"echo","p":{"a":1,"a":2}}',
        '{"i":1,"m":"echo","p":{"a":NaN}}',
        '{"i":1,"m":"echo","p":{"a":-Infinity}}',
        '{"i":1,"m":"echo","p":{"a":1e999}}',
        '{"i":1,"m":"echo","p":{"a":1' + "0" * 400 + "}}",
        '{"i":1,"m":"echo","p":{"a":9007199254740992}}',
        '{"i":9007199254740992,"m":"echo"}',
        '{"i":1,"m":"echo","p":{"a":"\\ud800"}}',
        '{"i":1,"m":"echo","p":{"\\udfff":1}}',
        '{"i":1,"m":"echo","p":{"a":["\\u0000"]}}',
        '{"i":1,"m":"echo","p":{"a":"\x00"}}',
        '{"i":1,"m":"echo","p":{"a":"tab\there"}}',
        '{"i":1,"m":"echo"} {"i":2,"m":"echo"}',
        '\ufeff{"i":1,"m":"echo"}',
        "[" * 13 + "]" * 13,
        "[" * 60000,
        '{"a":' * 5000 + "1" + "}" * 5000,
        '"' + '\\"' * 30000,
        "[" * 20 + '"' + '\\"' * 20000,
    ],
)
@pytest.mark.usefixtures("uncollected")
def test_what_is_no_request_is_refused_quickly_and_without_a_traceback(frame: str) -> None:
    began = time.thread_time()
    with pytest.raises(BadFrame) as refused:
        requests(frame)
    assert time.thread_time() - began < 0.05
    assert len(str(refused.value)) < 60


def test_brackets_in_texts_are_not_depth() -> None:
    text = "[{" * 40
    assert requests(json.dumps({"i": 1, "m": "echo", "p": {"text": text}}))[0].params == {"text": text}


def test_twelve_levels_are_read_and_thirteen_are_not() -> None:
    def nested(levels: int) -> str:
        return '{"i":1,"m":"echo","p":' + '{"a":' * (levels - 1) + "1" + "}" * (levels - 1) + "}"

    assert requests(nested(12))
    with pytest.raises(BadFrame, match="deep"):
        requests(nested(13))


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert requests('{"i":1,"m":"echo","p":{"a":"\\ud83d\\ude00"}}')[0].params == {"a": "😀"}


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(BadFrame):
        assert all(isinstance(each, Request) for each in requests(text))


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
_numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
_values = st.recursive(
    st.none() | st.booleans() | _numbers | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(alphabet="abc"), _values, max_size=3), st.booleans())
def test_what_json_can_say_arrives_as_it_was_meant(params: dict[str, object], ascii_only: bool) -> None:
    frame = json.dumps({"i": 1, "m": "echo", "p": params}, ensure_ascii=ascii_only)
    try:
        read = requests(frame)[0].params
    except BadFrame as refused:
        assert str(refused) == "too deep"  # noqa: PT017 (either answer is right, and this says when)
    else:
        assert read == params
