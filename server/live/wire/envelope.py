"""Writing what goes to clients. Each event is encoded here once, whatever the number of receivers."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from server.live.limits import EVENTS_PER_FRAME, FRAME_OUT_BYTES
from server.live.wire.codes import LiveError

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class JsonText(str):
    """A value that is JSON text already."""

    __slots__ = ()


def to_json(value: Any) -> str:
    """Compact JSON text without line breaks. Raises ValueError or TypeError on what is not JSON."""
    return _encode(value)


def as_text(value: Any) -> str:
    """Compact JSON text of a value that may be it already. Raises as `to_json`."""
    return value if isinstance(value, JsonText) else to_json(value)


def event(topic: str, seq: int, kind: str, data: str, cid: str | None) -> bytes:
    """A durable event. `data` is JSON text; topic, kind and cid need no escaping (they are checked on entering)."""
    if cid is None:
        return f'{{"c":"{topic}","s":{seq},"k":"{kind}","d":{data}}}'.encode()
    return f'{{"c":"{topic}","s":{seq},"k":"{kind}","d":{data},"cid":"{cid}"}}'.encode()


def merged(*objects: str) -> str:
    """One JSON object of several that have no key in common, as text."""
    return "{" + ",".join([each[1:-1] for each in objects if len(each) > len("{}")]) + "}"


def state(topic: str, version: int, kind: str, data: str) -> bytes:
    """A state: only the one with the highest version counts."""
    return f'{{"c":"{topic}","v":{version},"k":"{kind}","d":{data}}}'.encode()


def passing(topic: str, kind: str, data: str) -> bytes:
    """A passing event: nothing is lost when it is."""
    return f'{{"c":"{topic}","k":"{kind}","d":{data}}}'.encode()


def reply(number: int, result: str) -> bytes:
    """The answer to a request; `result` is JSON text."""
    return f'{{"i":{number},"r":{result}}}'.encode()


def refusal(number: int, error: LiveError) -> bytes:
    """The refusal of a request."""
    return f'{{"i":{number},"e":{to_json(error.as_dict())}}}'.encode()


def batches(messages: Sequence[bytes]) -> Iterator[bytes]:
    """Gather encoded messages into as few frame payloads as the limits allow; a single one stays bare."""
    if len(messages) == 1:
        yield messages[0]
        return
    for group in _groups(messages):
        yield group[0] if len(group) == 1 else b"[" + b",".join(group) + b"]"


def _groups(messages: Iterable[bytes]) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    size = 0
    for message in messages:
        if group and (len(group) == EVENTS_PER_FRAME or size + len(message) > FRAME_OUT_BYTES):
            yield group
            group, size = [], 0
        group.append(message)
        size += len(message)
    if group:
        yield group
