"""Reading what clients send: bounded work, one spelling of every refusal, never a traceback."""

import re
from typing import Any, NamedTuple

from server.kernel.json import JsonError, parse_json
from server.live.limits import EVENTS_PER_FRAME

_METHOD = re.compile(r"[a-z][a-z0-9_.]{0,63}", re.ASCII)


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
    """Decode JSON as `server.kernel.json` bounds it. Raises BadFrame."""
    try:
        return parse_json(text)
    except JsonError as error:
        raise BadFrame(str(error)) from None


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
