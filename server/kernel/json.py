"""JSON from outside: bounded in depth and in numbers, sound in its text, and no key twice."""

import json
import re
from typing import Any

from starlette.requests import Request

from server.kernel.http import ProblemError

# realtime.md: what nests deeper is no message of ours.
MAX_DEPTH = 12
# Browsers count exactly up to here, and so do we.
MAX_INTEGER = 2**53 - 1
_MAX_DIGITS = len(str(MAX_INTEGER))
# Escapes that make text which UTF-8 or PostgreSQL cannot hold: half a surrogate pair, and NUL.
_SUSPECT_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
# A string of JSON, or the rest of the text when it is never closed: so each character is looked at once.
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)


class JsonError(ValueError):
    """No JSON, or none that we read; the text says why, without quoting."""


def parse_json(text: str) -> Any:
    """Decode JSON: at most 12 deep, no NaN or Infinity, no key twice, whole numbers below 2^53, sound Unicode.

    Raises JsonError.
    """
    if _may_be_deep(text) and _is_deep(text):
        raise JsonError("too deep")
    try:
        value = _decoder.decode(text)
    except (ValueError, RecursionError):
        raise JsonError("not JSON") from None
    if _SUSPECT_ESCAPE.search(text):
        _refuse_unsound(value)
    return value


async def read_json(request: Request) -> Any:
    """The body of a request as JSON. Raises ProblemError 400."""
    try:
        return parse_json((await request.body()).decode())
    except ValueError:
        raise ProblemError(400, "bad_request", "The body is not the JSON that was expected.") from None


def _may_be_deep(text: str) -> bool:
    """Counting brackets is a scan in C; nearly every text ends here."""
    return text.count("{") + text.count("[") > MAX_DEPTH


def _is_deep(text: str) -> bool:
    depth = 0
    for character in _STRING.sub("", text):
        if character in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif character in "}]":
            depth -= 1
    return False


def _refuse_unsound(value: Any) -> None:
    """Raise when any text in the value holds half a surrogate pair or NUL. The depth is already bounded."""
    if isinstance(value, str):
        if "\0" in value or not _is_unicode(value):
            raise JsonError("text that is not sound Unicode")
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
        raise JsonError("a key twice")
    return made


def _integer(digits: str) -> int:
    # The length first: converting 60,000 digits would cost more than a whole message may.
    if len(digits) > _MAX_DIGITS + 1 or abs(number := int(digits)) > MAX_INTEGER:
        raise JsonError("an integer beyond 2^53")
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise JsonError("a number beyond all measure")
    return number


def _no_constant(name: str) -> Any:
    raise JsonError(f"{name} is not JSON")


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_finite, parse_constant=_no_constant
)
