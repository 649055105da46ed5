"""Reading what clients send: bounded work, one spelling of every refusal, never a traceback."""

import json
import re
from typing import Any, NamedTuple

from server.live.limits import EVENTS_PER_FRAME, JSON_DEPTH

# Browsers count exactly up to here, and so do we.
MAX_INTEGER = 2**53 - 1
_MAX_DIGITS = len(str(MAX_INTEGER))
_METHOD = re.compile(r"[a-z][a-z0-9_.]{0,63}", re.ASCII)
# Escapes that make text which UTF-8 or PostgreSQL cannot hold: half a surrogate pair, and NUL.
_SUSPECT_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
# A string of JSON, or the rest of the text when it is never closed: so each character is looked at once.
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)


class BadFrame(Exception):  # noqa: N818 (it is what it says)
    """A frame that is not a message of this protocol: the connection is closed with 4500 and this reason."""


class Request(NamedTuple):
    """A call: its number within the connection, the method's name, and the parameters as sent."""

    number: int
    method: str
    params: dict[str, Any]


def requests(frame: str) -> list[Request]:
    """The requests in a text frame (one, or an array of up to 64). Raises BadFrame."""
    value = value_of(frame)
    if not isinstance(value, list):
        return [_request(value)]
    if not 0 < len(value) <= EVENTS_PER_FRAME:
        raise BadFrame("an array holds 1 to 64 requests")
    return [_request(each) for each in value]


def value_of(text: str) -> Any:
    """Decode JSON: at most 12 deep, no NaN or Infinity, no key twice, whole numbers below 2^53, sound Unicode."""
    if _may_be_deep(text) and _is_deep(text):
        raise BadFrame("too deep")
    try:
        value = _decoder.decode(text)
    except (ValueError, RecursionError):
        raise BadFrame("not JSON") from None
    if _SUSPECT_ESCAPE.search(text):
        _refuse_unsound(value)
    return value


def _request(value: Any) -> Request:
    if not isinstance(value, dict):
        raise BadFrame("a request is an object")
    number, method, params = value.get("i"), value.get("m"), value.get("p", {})
    if type(number) is not int or number < 0:
        raise BadFrame("i is an unsigned integer")
    if not isinstance(method, str) or not _METHOD.fullmatch(method):
        raise BadFrame("m is the name of a method")
    if not isinstance(params, dict):
        raise BadFrame("p is an object")
    return Request(number, method, params)


def _may_be_deep(text: str) -> bool:
    """Counting brackets is a scan in C; nearly every frame ends here."""
    return text.count("{") + text.count("[") > JSON_DEPTH


def _is_deep(text: str) -> bool:
    depth = 0
    for character in _STRING.sub("", text):
        if character in "{[":
            depth += 1
            if depth > JSON_DEPTH:
                return True
        elif character in "}]":
            depth -= 1
    return False


def _refuse_unsound(value: Any) -> None:
    """Raise when any text in the value holds half a surrogate pair or NUL. The depth is already bounded."""
    if isinstance(value, str):
        if "\0" in value or not _is_unicode(value):
            raise BadFrame("text that is not sound Unicode")
    elif isinstance(value, dict):
        for key, each in value.items():
            _refuse_unsound(key)
            _refuse_unsound(each)
    elif isinstance(value, list):
        for each in value:
            _refuse_unsound(each)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key twice")
    return made


def _integer(digits: str) -> int:
    # The length first: converting 60,000 digits would cost more than the whole frame may.
    if len(digits) > _MAX_DIGITS + 1 or abs(number := int(digits)) > MAX_INTEGER:
        raise ValueError("an integer beyond 2^53")
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number beyond all measure")
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_finite, parse_constant=_no_constant
)
