"""The storm: everybody comes back to servers that were killed, and its figures say so."""

import json
from typing import Any

import pytest

from bench import storm
from bench.options import Options, UsageError
from bench.peers.frames import text_frame
from bench.storm.client import Client, Story

HALL = "chat:hall"


class Transport:
    """Takes what is written, and notes when it is cut."""

    def __init__(self) -> None:
        self.aborted = False

    def write(self, data: bytes) -> None:
        """Nobody reads it."""

    def abort(self) -> None:
        self.aborted = True


def _client() -> tuple[Client, Transport]:
    client, transport = Client(1, "127.0.0.1", {"resume": "r", "channels": {HALL: None}}, Story()), Transport()
    client.connection_made(transport)  # type: ignore[arg-type]
    return client, transport


def _welcome(state: dict[str, Any]) -> bytes:
    welcome = {"i": 1, "r": {"resume": "r2", "channels": {HALL: {"ok": True, "epoch": "e"} | state}}}
    return b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + _frame(welcome)


def _frame(message: object) -> bytes:
    return text_frame(json.dumps(message, separators=(",", ":")).encode())


def _event(number: int) -> dict[str, Any]:
    return {"c": HALL, "s": number, "k": "message.created", "d": {}}


def test_what_is_missing_or_comes_again_is_counted() -> None:
    client, _ = _client()
    client.data_received(_welcome({"recovered": False, "top": 5, "snapshot": {}}) + _frame([_event(6), _event(7)]))
    assert (client.positions[HALL][0], client.story.gaps, client.story.repeated) == (7, 0, 0)
    assert client.story.started_anew == 0  # nothing was held before
    client.data_received(_frame(_event(7)) + _frame(_event(9)))
    assert (client.positions[HALL][0], client.story.gaps, client.story.repeated) == (7, 1, 1)


def test_who_comes_back_counts_what_the_welcome_brings_or_does_not() -> None:
    client, _ = _client()
    client.positions[HALL] = (5, "e")
    client.data_received(_welcome({"recovered": True, "top": 7, "events": [_event(6), _event(7)]}))
    assert (client.story.resumed, client.story.missed, client.story.gaps) == (1, 2, 0)
    again, _ = _client()
    again.positions[HALL] = (5, "e")
    again.data_received(_welcome({"recovered": True, "top": 7, "events": [_event(6)]}))
    assert again.story.gaps == 1
    anew, _ = _client()
    anew.positions[HALL] = (5, "e")
    anew.data_received(_welcome({"recovered": False, "top": 7, "snapshot": {}}))
    assert (anew.story.started_anew, anew.positions[HALL][0]) == (1, 7)


@pytest.mark.parametrize(
    ("answer", "told", "bare"),
    [("503 Later\r\nRetry-After: 3", 1, 0), ("503 Later", 0, 1), ("500 Oh", 0, 1)],
)
def test_who_is_not_let_in_has_to_be_told_when_to_come_back(answer: str, told: int, bare: int) -> None:
    client, transport = _client()
    client.data_received(f"HTTP/1.1 {answer}\r\n\r\n".encode())
    assert (client.story.refused, client.story.refused_bare, transport.aborted) == (told, bare, True)


def test_a_small_storm_brings_everybody_back_with_one_read_and_no_gap() -> None:
    result = storm.run(Options("test", "sqlite", members=10))
    assert result.left_out == []
    figures = {row.metric: row.value for row in result.rows}
    assert (figures["clients"], figures["resumed_topics"]) == (10, 30)
    assert (figures["started_anew"], figures["gaps_or_repeats"], figures["refused_otherwise"]) == (0, 0, 0)
    assert figures["missed_events"] >= 2 * 40  # two had been asleep while 40 things were said
    assert figures["reads_of_events"] == figures["workers"] == 1
    assert 0 < figures["half_back_s"] <= figures["all_back_s"] < 60


def test_an_unknown_ground_is_said() -> None:
    with pytest.raises(UsageError, match="there are sqlite, postgres"):
        storm.run(Options("test", "mysql"))
