"""The measurement of calls: that it counts what it says it counts."""

import socket

import pytest

from bench.media import chat, joining
from bench.media.cases import CASES, scaled
from bench.media.compare import run
from bench.media.counting import Counter
from bench.media.peer import opus, vp8
from bench.options import Options, UsageError
from bench.results import LeftOut
from bin import system_parts

# Several processes start one after another, each of which may take minutes on a busy machine.
pytestmark = pytest.mark.timeout(600)


def test_packets_of_video_are_counted_and_nothing_else() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as ear, socket.socket(type=socket.SOCK_DGRAM) as mouth:
        ear.bind(("127.0.0.1", 0))
        for number in range(70):
            mouth.sendto(vp8(number, 0, 1, key=False, marker=number % 2 == 0), ear.getsockname())
        for other in (opus(1, 1, 1), b"\x80\xc8" + bytes(26), b"\x00\x01" + bytes(18)):
            mouth.sendto(other, ear.getsockname())
        assert Counter().count([ear]) == 70
        assert Counter().count([ear]) == 0


def test_what_is_expected_is_what_the_case_says() -> None:
    expected = {case.name: case.expected for case in CASES}
    assert expected["stage 50 bursts"] == expected["stage 50 even"] == 50_000
    assert expected["stage 200"] == 54_000
    assert expected["booth 8"] == 8 * 7 * 90
    assert scaled(CASES[0], 1.0, 5).expected == 5_000


def test_a_short_run_has_every_figure() -> None:
    """Bounds are wide: this is about figures being there, and the machine may be busy."""
    case = "stage 50 bursts"
    result = run(Options("test", case, ["fairmatch"], 3.0, 1, 5))
    assert result.left_out == []
    figures = {row.metric: row.value for row in result.rows}
    assert figures["packets_per_cpu_second"] > 1_000
    assert 0 < figures["core_share"] <= 100
    assert figures["arrived"] > 10
    assert 0 < figures["join_p95_ms"] < 60_000


def test_a_stage_on_two_nodes_has_its_figures() -> None:
    """Each node has its part of the viewers, or there would be no figure."""
    result = run(Options("test", "stage 50 on two nodes", [], 2.0, 1, 8))
    assert [(each.system, each.reason) for each in result.left_out if each.system != "janus"] == []
    assert {row.system for row in result.rows} == {"fairmatch"}
    assert {row.metric: row.value for row in result.rows}["packets_per_cpu_second"] > 1_000


def test_chat_is_measured_alone_and_beside_a_node_that_has_too_much_to_do() -> None:
    result = run(Options("test", chat.NAME, [], 2.0, 1, 5))
    assert [each for each in result.left_out if each.system != "janus"] == []
    figures = {row.metric: row.value for row in result.rows}
    assert figures.keys() == {"chat_p99_ms", "chat_p99_alone_ms", "chat_times_alone", "core_share"}
    assert figures["chat_p99_ms"] > 0
    assert figures["chat_times_alone"] == figures["chat_p99_ms"] / figures["chat_p99_alone_ms"]
    assert figures["core_share"] > 0


def test_a_join_in_a_browser_takes_as_long_as_its_steps() -> None:
    result = run(Options("test", joining.NAME, [], None, 1, 2))
    assert [each for each in result.left_out if each.system != "janus"] == []
    assert {(row.case, row.system, row.unit) for row in result.rows} == {(joining.NAME, "fairmatch", "ms")}
    figures = {row.metric: row.value for row in result.rows}
    steps = [figures[f"click_to_{step}_ms"] for step in ("offered", "answered", "connected", "frame")]
    assert 0 < steps[0] <= steps[1] <= steps[2] <= steps[3] <= figures["click_to_frame_p95_ms"]


def test_without_a_browser_the_join_is_left_out_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_parts, "find", lambda _part: None)
    result = run(Options("test", joining.NAME, ["fairmatch"], None, 1, 2))
    assert result.rows == []
    assert result.left_out == [LeftOut("fairmatch", "there is no Chromium here", joining.NAME)]


def test_unknown_names_are_said() -> None:
    with pytest.raises(UsageError, match="there are: stage 50 bursts"):
        run(Options("test", "nothing"))
    with pytest.raises(UsageError, match="there are: fairmatch, janus"):
        run(Options("test", "booth 8", ["mediasoup"]))
