"""The load client in Python, for machines without a C compiler: the same options and answers as bench/native/client.c.

It is slower than the servers that it measures: figures per CPU-second of the server hold, deliveries per second and
latencies are then the client's own.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import selectors
import socket
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.figures import percentile
from bench.peers.frames import CLOSE, PING, PONG, TEXT, masked_frame, read_frames
from bench.processes import cpu_seconds

MARK = b"^^"
LEAST_MESSAGES = 100  # as in the client in C: a slow server's window is longer, up to four times
STAMP_END, NUMBER_END = 18, 26  # after the mark: 16 digits of time, 8 of the message's number
FILLER = " the pump maker from Linz asks who supplies sealed bearings"


class GiveUpError(Exception):
    """The load cannot go on; the text is printed as the error."""


class BusyError(Exception):
    """The server takes nobody in for the moment; `seconds` later it may."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"busy for {seconds} s")
        self.seconds = seconds


class Connection:
    """One WebSocket: upgrade, greeting, frames."""

    def __init__(self, index: int, options: argparse.Namespace, hello: str) -> None:
        self.index = index
        self.options = options
        self.hello = hello
        self.rest = b""
        self.upgraded = False
        self.ready = False
        self.socket = self._upgrade()

    def _upgrade(self) -> socket.socket:
        """Connect and ask for the upgrade; the answer comes with the first bytes."""
        line = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.bind((f"127.0.0.{1 + self.index % self.options.addresses}", 0))
        line.connect(("127.0.0.1", self.options.port))
        head = [
            f"GET {self.options.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.options.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {self.index:08x}bench01234567w==",
            "Sec-WebSocket-Version: 13",
            *self.options.header,
        ]
        line.sendall("".join(f"{field}\r\n" for field in [*head, ""]).encode())
        return line

    def send(self, payload: bytes, opcode: int = TEXT) -> None:
        """Send one frame."""
        self.socket.sendall(masked_frame(payload, opcode))

    def frames(self) -> list[tuple[int, bytes]]:
        """The frames that have arrived. Raises GiveUpError, BusyError."""
        chunk = self.socket.recv(1 << 18)
        if not chunk:
            raise GiveUpError(f"connection {self.index} was lost")
        data = self.rest + chunk
        if not self.upgraded:
            data = self._answered(data)
        found, self.rest = read_frames(data) if self.upgraded else ([], data)
        return found

    def _answered(self, data: bytes) -> bytes:
        head, end, rest = data.partition(b"\r\n\r\n")
        if not end:
            return data
        if head.startswith(b"HTTP/1.1 503"):
            raise BusyError(_retry_after(head))
        if not head.startswith(b"HTTP/1.1 101"):
            raise GiveUpError(f"the upgrade was answered with: {head.splitlines()[0].decode()}")
        self.upgraded = True
        if self.hello:
            self.send(self.hello.encode())
        self.ready = not self.options.ready
        return rest


def _retry_after(head: bytes) -> float:
    """The seconds of the header field; 1 without one."""
    found = re.search(rb"^retry-after:\s*(\d+)", head, re.IGNORECASE | re.MULTILINE)
    return float(found[1]) if found else 1.0


class Traffic:
    """What is sent, and what has come back."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.run_id = uuid.uuid4().hex[:8]
        self.missing: dict[int, set[int]] = {}
        self.latencies: list[float] = []
        self.sent = self.sent_in_window = self.whole = self.frames = self.bytes = self.doubled = 0
        self.measuring = False

    def next_message(self, due: int) -> tuple[int, str]:
        """The next sender's index, and its frame."""
        number = self.sent
        self.sent += 1
        self.sent_in_window += self.measuring
        self.missing[number] = set(range(self.options.connections))
        text = f"^^{due:016x}{number:08x}" + FILLER * (self.options.size // len(FILLER) + 1)
        text = text[: self.options.size - 1] + "."
        cid = f"{self.run_id}-0000-4000-8000-{number:012x}"
        frame = self.options.message.replace("@TEXT@", text).replace("@CID@", cid).replace("@N@", str(number + 2))
        step = self.options.connections // self.options.senders
        return number % self.options.senders * step, frame

    def receive(self, index: int, payload: bytes, now: int) -> int:
        """Count what a frame brought; returns how many messages everybody has now."""
        self.frames += self.measuring
        self.bytes += len(payload) if self.measuring else 0
        return sum(self._delivered(index, part, now) for part in payload.split(MARK)[1:])

    def _delivered(self, index: int, part: bytes, now: int) -> bool:
        due, number = int(part[: STAMP_END - 2], 16), int(part[STAMP_END - 2 : NUMBER_END - 2], 16)
        left = self.missing.get(number, set())
        if index not in left:
            self.doubled += 1
            return False
        left.remove(index)
        if self.measuring:
            self.latencies.append(max(0, now - due) / 1e6)
        if not left:
            del self.missing[number]
            self.whole += self.measuring
        return not left

    def report(self, window_s: float, cpu_s: float) -> dict[str, Any]:
        """The figures, named as the client in C names them."""
        took = sorted(self.latencies)
        names = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99, "max_ms": 1.0}
        counts = {"sent": self.sent_in_window, "deliveries": len(took), "frames": self.frames, "reads": self.frames}
        counts |= {"bytes": self.bytes, "doubled": self.doubled, "incomplete": len(self.missing)}
        return (
            {"window_s": window_s, "cpu_s": cpu_s} | counts | {n: percentile(took, part) for n, part in names.items()}
        )


class Client:
    """All connections of one load, on one selector."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.selector = selectors.DefaultSelector()
        self.traffic = Traffic(options)
        self.connections: dict[int, Connection] = {}
        self.closed: list[tuple[float, int]] = []  # when to open it, and which one
        self.hellos: list[str] = []
        self.ready = 0
        self.sending = False
        self.last = "none"
        self.progress = time.monotonic()

    def open_all(self) -> float:
        """Open and greet, so many at a time; returns the seconds that it took."""
        start = time.monotonic()
        hellos = Path(self.options.hello).read_text().splitlines() if self.options.hello else []
        self.hellos = hellos or [""] * self.options.connections
        self.closed = [(0.0, index) for index in range(self.options.connections)]
        while self.ready < self.options.connections:
            self._open_some()
            self.turn()
        return time.monotonic() - start

    def _open_some(self) -> None:
        now = time.monotonic()
        free = self.options.opening - (self.options.connections - len(self.closed) - self.ready)
        due = [entry for entry in self.closed if entry[0] <= now][:free]
        for entry in due:
            self.closed.remove(entry)
            connection = Connection(entry[1], self.options, self.hellos[entry[1]])
            self.connections[entry[1]] = connection
            self.selector.register(connection.socket, selectors.EVENT_READ, connection)

    def turn(self, wait: float = 0.01) -> None:
        """Read what has come. Raises GiveUpError when nothing has for too long."""
        for key, _ in self.selector.select(wait):
            self._read(key.data)
        idle = time.monotonic() - self.progress
        waiting = self.traffic.missing or self.ready < self.options.connections
        if waiting and idle > self.options.patience:
            raise GiveUpError(f"nothing arrived for {idle:.0f} s; the last other frame was: {self.last}")

    def _read(self, connection: Connection) -> None:
        was_ready = connection.ready
        try:
            frames = connection.frames()
        except BusyError as busy:
            self._postpone(connection, busy.seconds)
            return
        for opcode, payload in frames:
            self._frame(connection, opcode, payload)
        self.ready += connection.ready and not was_ready
        self.progress = time.monotonic()

    def _postpone(self, connection: Connection, seconds: float) -> None:
        self.selector.unregister(connection.socket)
        connection.socket.close()
        self.closed.append((time.monotonic() + seconds, connection.index))

    def _frame(self, connection: Connection, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            connection.send(payload, PONG)
        elif opcode == CLOSE:
            code = int.from_bytes(payload[:2], "big") if payload else 1005
            raise GiveUpError(
                f"connection {connection.index} was closed with {code}; the last other frame was: {self.last}"
            )
        elif self.sending and MARK in payload:
            self._completed(self.traffic.receive(connection.index, payload, time.monotonic_ns()))
        elif opcode == TEXT:
            self._other(connection, payload.decode())

    def _other(self, connection: Connection, text: str) -> None:
        for rule in self.options.answer:
            prefix, _, answer = rule.partition("=>")
            if text.startswith(prefix):
                connection.send(answer.encode())
        connection.ready = connection.ready or self.options.ready in text
        self.last = text[:200]

    def _completed(self, count: int) -> None:
        for _ in range(count if self.options.window and self.sending else 0):
            self.send(time.monotonic_ns())

    def send(self, due: int) -> None:
        """The next sender says the next message."""
        index, frame = self.traffic.next_message(due)
        self.connections[index].send(frame.encode())

    def run_traffic(self) -> dict[str, Any]:
        """Warm up, measure, wait for the rest."""
        self.sending = True
        self.progress = time.monotonic()
        self.first_due = time.monotonic_ns()
        for _ in range(int(self.options.window)):
            self.send(time.monotonic_ns())
        self._flow(self.options.warmup)
        self.traffic.measuring = True
        start, cpu = time.monotonic(), cpu_seconds(self.options.pid)
        self._flow(self.options.seconds)
        while (
            self.options.window
            and self.traffic.whole < LEAST_MESSAGES
            and time.monotonic() - start < 4 * self.options.seconds
        ):
            self.turn()
        report = self.traffic.report(time.monotonic() - start, cpu_seconds(self.options.pid) - cpu)
        self.traffic.measuring = False
        self._drain()
        return report | {"doubled": self.traffic.doubled, "incomplete": len(self.traffic.missing)}

    def _flow(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._send_due()
            self.turn(0.001 if self.options.rate else 0.01)
        self._send_due()  # this part lasted longer by as much as we were late, so what fell due meanwhile is sent in it

    def _send_due(self) -> None:
        if not self.options.rate:
            return
        interval = int(1e9 / self.options.rate)
        while (due := self.first_due + (self.traffic.sent + 1) * interval) <= time.monotonic_ns():
            self.send(due)

    def _drain(self) -> None:
        self.options.window = 0
        until = time.monotonic() + self.options.patience
        while self.traffic.missing and time.monotonic() < until:
            self.turn()

    def hold(self) -> None:
        """Keep the connections until the standard input is closed."""
        self.selector.register(sys.stdin, selectors.EVENT_READ, None)
        while True:
            for key, _ in self.selector.select(0.05):
                if key.data is None and not os.read(0, 64):
                    return
                if key.data is not None:
                    self._read(key.data)


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options; see bench/native/options.c."""
    parser = argparse.ArgumentParser()
    numbers = {
        "port": 0,
        "connections": 1,
        "addresses": 1,
        "opening": 64,
        "senders": 1,
        "core": -1,
        "window": 0,
        "size": 200,
    }
    seconds = {"rate": 0.0, "warmup": 1.0, "seconds": 3.0, "settle": 0.5, "patience": 10.0}
    texts = {"path": "/", "hello": "", "ready": "", "message": "@TEXT@"}
    for kind, defaults in ((int, numbers), (float, seconds), (str, texts)):
        for name, default in defaults.items():
            parser.add_argument(f"--{name}", type=kind, default=default)
    parser.add_argument("--pid", type=int, action="append", default=[])
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--answer", action="append", default=[])
    options = parser.parse_args(arguments)
    options.senders = min(options.senders, options.connections)
    options.addresses = min(options.addresses, 250)
    return options


def main() -> int:
    """Run the load; 1 when it failed."""
    options = parsed()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    if options.core >= 0:
        os.sched_setaffinity(0, {options.core})
    client = Client(options)
    try:
        opening_s = client.open_all()
        settled = time.monotonic() + options.settle
        while time.monotonic() < settled:
            client.turn()
        print(json.dumps({"ready": client.ready, "opening_s": opening_s}), flush=True)
        if options.window or options.rate:
            print(json.dumps({"opening_s": opening_s} | client.run_traffic()), flush=True)
        else:
            client.hold()
    except (GiveUpError, OSError) as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
