"""The fan-out benchmark: its peers in small, and that nobody is left out in silence."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from bench.__main__ import main
from bench.client import Target
from bench.fanout import compare
from bench.fanout.cases import CASES, Case, scaled
from bench.fanout.compare import rows
from bench.fanout.measure import measure
from bench.fanout.systems import PEERS, Peer
from bench.options import Options, UsageError
from bench.processes import ServerError
from bench.registry import BENCHMARKS
from bench.results import Result, Row

WINDOW, IDLE = CASES[1], CASES[-1]
# A machine that does something else for a moment spoils a figure; with so many rounds there is one that it does not.
ROUNDS = 5


def small(case: Case) -> Case:
    """Twenty members for a moment."""
    case = scaled(case, seconds=0.4, members=20)
    return replace(case, load=replace(case.load, warmup=0.1, settle=0.1, patience=10))


@pytest.fixture(params=PEERS, ids=lambda peer: peer.name)
def peer(request: pytest.FixtureRequest) -> Peer:
    found: Peer = request.param
    if reason := found.missing():
        pytest.skip(reason)
    return found


def test_each_peer_brings_every_message_to_all_members(peer: Peer):
    for _ in range(ROUNDS):
        found = measure(peer, small(WINDOW))
        assert found["p50_ms"] <= found["p99_ms"]
        if found["deliveries_per_cpu_second"] > 1000 and found["sent"] > 10:
            break
    assert found["deliveries_per_cpu_second"] > 1000
    assert found["sent"] > 10


def test_each_peer_holds_idle_connections(peer: Peer):
    for _ in range(ROUNDS):
        found = measure(peer, small(IDLE))
        if -200 < found["kib_per_connection"] < 2000 and found["connections_per_second"] > 20:
            break
    assert -200 < found["kib_per_connection"] < 2000
    assert found["connections_per_second"] > 20


@dataclass(frozen=True)
class Broken:
    """A system that is missing, or fails when it is started."""

    name: str
    reason: str = ""
    says: str = ""

    def missing(self) -> str:
        return self.reason

    @contextmanager
    def serve(self, case: Case) -> Iterator[Target]:
        raise ServerError("it did not start: no such room")
        yield


def test_a_peer_that_is_not_there_is_left_out_with_its_reason(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compare, "PEERS", (Broken("node-ws", "no Node.js on this machine"),))
    result = compare.run(Options("python -m bench fanout", only=WINDOW.name, systems=["node-ws"]))
    assert result.rows == []
    assert [(entry.system, entry.reason) for entry in result.left_out] == [("node-ws", "no Node.js on this machine")]


def test_a_peer_that_fails_is_left_out_of_that_case_with_its_reason(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compare, "PEERS", (Broken("node-ws"),))
    result = compare.run(Options("python -m bench fanout", only=WINDOW.name, systems=["node-ws"]))
    assert result.rows == []
    assert [(entry.case, entry.reason) for entry in result.left_out] == [
        (WINDOW.name, "it did not start: no such room")
    ]


def test_a_program_that_dies_at_once_is_reported_with_its_last_words():
    peer = Peer("websockets.broadcast", "", lambda: (sys.executable, "-c", "raise SystemExit('no port for me')"))
    with pytest.raises(ServerError, match="no port for me"):
        measure(peer, small(WINDOW))


def test_several_rounds_give_the_median_the_spread_and_the_share_of_the_limit():
    figures = [{"deliveries_per_cpu_second": value, "sent": 5.0} for value in (100.0, 300.0, 200.0)]
    limit = [{"deliveries_per_cpu_second": 400.0, "sent": 5.0}] * 3
    found = {
        row.metric: row.value
        for row in rows("one", {"fairmatch": figures, "c-epoll": limit})
        if row.system == "fairmatch"
    }
    assert found == {
        "deliveries_per_cpu_second": 200.0,
        "deliveries_per_cpu_second_min": 100.0,
        "deliveries_per_cpu_second_max": 300.0,
        "sent": 5.0,
        "share_of_c_epoll": 0.5,
    }


def test_what_there_is_not_is_refused_with_what_there_is():
    with pytest.raises(UsageError, match="one in flight, sixteen in flight, paced 50 per second, idle 5000"):
        compare.run(Options("", only="ten in flight"))
    with pytest.raises(UsageError, match="there are: fairmatch, c-epoll"):
        compare.run(Options("", systems=["nginx"]))


def test_the_command_prints_one_json_object(capsys: pytest.CaptureFixture[str]):
    small = ["--members=20", "--seconds=2.0", "--rounds=1", f"--only={WINDOW.name}"]
    assert main(["fanout", "--json", "--systems=websockets.broadcast", *small]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["benchmark"] == "fanout"
    assert data["command"].startswith("python -m bench fanout --json")
    metrics = {row["metric"]: row for row in data["rows"]}
    assert {"deliveries_per_cpu_second", "p50_ms", "p99_ms"} <= metrics.keys()
    assert {row["system"] for row in data["rows"]} == {"websockets.broadcast"}
    assert metrics["p50_ms"]["unit"] == "ms"


def test_what_is_logged_meanwhile_is_not_among_the_figures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def chatty(options: Options) -> Result:
        print("schema_upgraded")
        row = Row("case", "fairmatch", "p50_ms", 1.0, "ms")
        return Result("chatty", {}, options.command, "2026-11-25T12:00:00+00:00", [row])

    monkeypatch.setitem(BENCHMARKS, "fanout", chatty)
    assert main(["fanout", "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["benchmark"] == "chatty"
    assert "schema_upgraded" in printed.err


def test_without_figures_the_command_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(compare, "PEERS", (Broken("node-ws", "no Node.js on this machine"),))
    assert main(["fanout", "--systems=node-ws"]) == 1
    assert "left out: node-ws (no Node.js on this machine)" in capsys.readouterr().out
