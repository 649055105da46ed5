"""The storm on both grounds: all servers killed and started again, everybody back, and what it took."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.figures import percentile
from bench.ground import GROUNDS, cpu_of, ground, serving, settings_of
from bench.machine import machine
from bench.options import Options, UsageError
from bench.places import ROOT, VAR
from bench.processes import ServerError
from bench.results import LeftOut, Result, Row
from bench.seed import fill, hellos
from server.kernel.clock import SystemClock
from server.live import topics
from tests.support.server_process import ServerProcess

NAME = "storm"
CLIENTS = 5_000
CROWDS = 2  # processes of clients
ASLEEP = 0.2  # share of the clients that was away already before the servers are killed
SAID = 40  # events that these have missed
SYSTEM = "fairmatch"
READS = re.compile(r'^fairmatch_live_log_reads_total\{what="events"\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True)
class Measured:
    """What one storm came to."""

    clients: int
    workers: int
    ready_s: float  # from the kill until all workers were ready again
    times: Sequence[float]  # from the kill until a client's welcome was applied, in order
    story: Counter[str]
    behind: int  # clients that lacked the last event in the end
    event_reads: int  # times that a worker read events from the database
    cpu: float  # seconds of all workers, without their starts

    def rows(self, case: str) -> list[Row]:
        """The figures."""
        figures: list[tuple[str, float, str]] = [
            ("all_back_s", self.times[-1] if len(self.times) == self.clients else float("inf"), "s"),
            ("half_back_s", percentile(self.times, 0.5), "s"),
            ("servers_ready_s", self.ready_s, "s"),
            ("clients", self.clients, "1"),
            ("resumed_topics", self.story["resumed"], "1"),
            ("started_anew", self.story["started_anew"], "1"),
            ("missed_events", self.story["missed"], "1"),
            ("gaps_or_repeats", self.story["gaps"] + self.story["repeated"] + self.behind, "1"),
            ("told_to_wait", self.story["refused"], "1"),
            ("refused_otherwise", self.story["refused_bare"] + self.story["not_heard"] + self.story["lost_again"], "1"),
            ("reads_of_events", self.event_reads, "1"),
            ("workers", self.workers, "1"),
            ("cpu_ms_per_client", self.cpu * 1000 / self.clients, "ms"),
        ]
        return [Row(case, SYSTEM, metric, round(value, 2), unit) for metric, value, unit in figures]


class Crowd:
    """A process of clients, and what it answers."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def tell(self, line: str) -> None:
        """Have it do something."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What came of it. Raises ServerError."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ServerError("a process of clients ended at once")
        answer: dict[str, Any] = json.loads(line)
        return answer


def run(options: Options) -> Result:
    """Measure both grounds, or the one that was asked for. Raises UsageError."""
    if options.only and options.only not in GROUNDS:
        raise UsageError(f"there is no case {options.only}; there are {', '.join(GROUNDS)}")
    clients = options.members or max(2 * CROWDS, round(CLIENTS * options.scale))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    result = Result(NAME, machine(), options.command, now)
    for case in GROUNDS:
        if options.only in ("", case):
            try:
                result.rows += _measure(case, clients).rows(case)
            except ServerError as error:
                result.left_out.append(LeftOut(SYSTEM, str(error), case))
    return result


def _measure(case: str, clients: int) -> Measured:
    with ground(case) as (settings, workers):
        channel, frames = _people(settings, clients)
        with serving(settings, workers, VAR / "bench-storm") as servers:
            started = cpu_of(servers)  # what a start costs, to be taken off
            ports = [servers[number % workers].port for number in range(CROWDS)]
            with _crowds(ports, frames, channel, settings["data"]) as crowds:
                return _storm(servers, crowds, started, clients)


def _people(settings: dict[str, Any], count: int) -> tuple[str, list[str]]:
    """Fill the database; the topic that all of them hear, and everybody's first frame."""
    known = settings_of(settings)
    place, everybody = asyncio.run(fill(known, count))
    return topics.chat(place.channel), hellos(known, place, everybody, SystemClock().now())


@contextmanager
def _crowds(ports: list[int], frames: list[str], channel: str, folder: Path) -> Iterator[list[Crowd]]:
    processes = []
    try:
        for number, port in enumerate(ports):
            file = folder / f"hellos-{number}"
            file.write_text("\n".join(frames[number :: len(ports)]) + "\n")
            command = [sys.executable, "-m", "bench.storm.crowd", "--port", str(port), "--hellos", str(file)]
            processes.append(
                subprocess.Popen(
                    [*command, "--channel", channel], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
        yield [Crowd(process) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _storm(servers: list[ServerProcess], crowds: list[Crowd], started: float, clients: int) -> Measured:
    ready = [crowd.answer()["ready"] for crowd in crowds]
    if sum(ready) != clients:
        raise ServerError(f"only {sum(ready)} of {clients} clients could connect in the first place")
    _all(crowds, f"sleep {round(ASLEEP * clients / len(crowds))}")
    _all(crowds[:1], f"say {SAID}")
    at = time.monotonic()
    for server in servers:
        server.kill()
    for crowd in crowds:
        crowd.tell(f"storm {at}")
    with ThreadPoolExecutor() as threads:
        list(threads.map(ServerProcess.start, servers))
    ready_s = time.monotonic() - at
    back = [crowd.answer() for crowd in crowds]
    cpu = cpu_of(servers) - started
    last = _all(crowds[:1], "say 1")[0]["said"]
    ended = _all(crowds, f"until {last}")
    story: Counter[str] = Counter()
    for each in ended:
        story.update({name: count for name, count in each["story"].items() if isinstance(count, int)})
        if each["story"]["closes"]:
            print(f"closed by the server: {each['story']['closes']}", file=sys.stderr)
    times = sorted(time for each in back for time in each["times"])
    reads = sum(_event_reads(server) for server in servers)
    return Measured(
        clients, len(servers), ready_s, times, story, sum(each["behind"] for each in ended), reads, max(0.0, cpu)
    )


def _all(crowds: list[Crowd], line: str) -> list[dict[str, Any]]:
    for crowd in crowds:
        crowd.tell(line)
    return [crowd.answer() for crowd in crowds]


def _event_reads(server: ServerProcess) -> int:
    """How often this worker has read events from its log since its start."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("GET", "/metrics", headers={"Host": f"localhost:{server.port}"})
        found = READS.search(connection.getresponse().read().decode())
    finally:
        connection.close()
    if not found:
        raise ServerError("the server does not say how often it has read events")
    return int(float(found[1]))
