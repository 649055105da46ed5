"""Janus with its videoroom, as Debian packages it, driven by its HTTP interface."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import httpx2

from bench.media.peer import Media, RawPeer
from bench.processes import START_SECONDS, ServerError, cores, last_words, pinned

ROOM = 1
CONNECT_S = 20.0
_PLUGINS = "/usr/lib/*/janus"
# What differs from the package's own settings: where it listens, and that parts which are not used stay out.
_MAIN = """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{libraries}/plugins"
  transports_folder = "{libraries}/transports"
  events_folder = "{libraries}/events"
  loggers_folder = "{libraries}/loggers"
  debug_level = 3
}}
plugins: {{
  disable = "libjanus_voicemail.so,libjanus_recordplay.so,libjanus_streaming.so,libjanus_sip.so,libjanus_nosip.so,\
libjanus_audiobridge.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_echotest.so,libjanus_lua.so,libjanus_duktape.so"
}}
transports: {{
  disable = "libjanus_websockets.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_rabbitmq.so,libjanus_pfunix.so"
}}
"""
_HTTP = """
general: {{
  json = "compact"
  base_path = "/janus"
  http = true
  port = {port}
  ip = "127.0.0.1"
}}
"""


class Janus:
    """The peer."""

    name = "janus"
    says = (
        "Janus 1 with its videoroom, written in C, as Debian packages it; its threads are held to one core like the "
        "others' processes"
    )

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path()
        self._url = ""
        self._client: httpx2.AsyncClient | None = None
        self._session = 0
        self._feeds: dict[str, int] = {}
        self._polling: asyncio.Task[None] | None = None
        self._events: dict[int, asyncio.Queue[dict[str, Any]]] = {}

    def missing(self) -> str:
        """Whether it is installed."""
        return "" if shutil.which("janus") and self._libraries() else "the system's package janus is not installed"

    @staticmethod
    def _libraries() -> Path | None:
        return next(iter(sorted(Path("/").glob(_PLUGINS[1:]))), None)

    async def start(self) -> None:
        """Start it, on the server's core, with a session and a room."""
        self._folder = Path(tempfile.mkdtemp(prefix="fairmatch-janus-"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        main = self._folder / "janus.jcfg"
        main.write_text(_MAIN.format(folder=self._folder, libraries=self._libraries()))
        (self._folder / "janus.transport.http.jcfg").write_text(_HTTP.format(port=port))
        (self._folder / "janus.plugin.videoroom.jcfg").write_text("general: {}\n")
        log = self._folder / "log"
        with log.open("wb") as out, pinned(cores()[0]):
            command = ["janus", "-C", str(main), "-F", str(self._folder)]
            self._process = subprocess.Popen(command, stdout=out, stderr=out)  # noqa: ASYNC220 - it forks, no more
        self._url = f"http://127.0.0.1:{port}/janus"
        self._client = httpx2.AsyncClient(timeout=60.0, limits=httpx2.Limits(max_connections=None))
        await self._wait(log)
        self._session = (await self._post("", janus="create"))["data"]["id"]
        self._polling = asyncio.create_task(self._poll())
        handle = await self._attach()
        await self._ask(handle, request="create", room=ROOM, publishers=100, bitrate=20_000_000, fir_freq=0)

    async def _wait(self, log: Path) -> None:
        assert self._client
        for _ in range(START_SECONDS * 10):
            with contextlib.suppress(httpx2.TransportError):
                if (await self._client.get(f"{self._url}/info")).status_code == 200:
                    return
            await asyncio.sleep(0.1)
        raise ServerError(f"it did not start: {last_words(log)}")

    async def stop(self) -> None:
        """End it."""
        if self._polling:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)
        if self._client:
            await self._client.aclose()
        if self._process:
            self._process.terminate()
            try:
                await asyncio.to_thread(self._process.wait, 10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._feeds.clear()
        self._events.clear()

    def pids(self) -> list[int]:
        """The process, with all its threads."""
        return [self._process.pid] if self._process else []

    async def publish(self, name: str) -> RawPeer:
        """Somebody who sends video."""
        handle = await self._attach()
        joined = await self._message(handle, {"request": "join", "ptype": "publisher", "room": ROOM, "display": name})
        self._feeds[name] = joined["plugindata"]["data"]["id"]
        peer = RawPeer([Media("0", "video", True)])
        offer = {"type": "offer", "sdp": peer.offer()}
        event = await self._message(handle, {"request": "publish", "videocodec": "vp8", "bitrate": 20_000_000}, offer)
        await self._connect(peer, event["jsep"]["sdp"])
        return peer

    async def watch(self, name: str, of: list[str]) -> RawPeer:
        """Somebody who gets the video of these: one connection, as many streams."""
        handle = await self._attach()
        streams = [{"feed": self._feeds[each]} for each in of]
        event = await self._message(
            handle, {"request": "join", "ptype": "subscriber", "room": ROOM, "streams": streams}
        )
        peer, answer = RawPeer.answering(event["jsep"]["sdp"])
        peer.connect(event["jsep"]["sdp"])
        await self._message(handle, {"request": "start"}, {"type": "answer", "sdp": answer})
        await self._connect(peer)
        return peer

    async def _connect(self, peer: RawPeer, sdp: str = "") -> None:
        if sdp:
            peer.connect(sdp)
        await asyncio.wait_for(peer.connected.wait(), CONNECT_S)

    # -- its HTTP interface ----------------------------------------------------------------------------------------

    async def _post(self, path: str, **what: Any) -> dict[str, Any]:
        assert self._client
        body = what | {"transaction": secrets.token_hex(8)}
        answer: dict[str, Any] = (await self._client.post(f"{self._url}{path}", json=body)).json()
        if answer.get("janus") == "error":
            raise ServerError(json.dumps(answer["error"]))
        return answer

    async def _attach(self) -> int:
        path = f"/{self._session}"
        handle: int = (await self._post(path, janus="attach", plugin="janus.plugin.videoroom"))["data"]["id"]
        self._events[handle] = asyncio.Queue()
        return handle

    async def _ask(self, handle: int, **body: Any) -> dict[str, Any]:
        return await self._post(f"/{self._session}/{handle}", janus="message", body=body)

    async def _message(self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None) -> dict[str, Any]:
        """A request that is answered by an event."""
        more = {"jsep": jsep} if jsep else {}
        await self._post(f"/{self._session}/{handle}", janus="message", body=body, **more)
        async with asyncio.timeout(CONNECT_S):
            while True:
                event = await self._events[handle].get()
                data = event.get("plugindata", {}).get("data", {})
                if "error" in data:
                    raise ServerError(data["error"])
                if data.get("videoroom") in ("joined", "attached") or "jsep" in event or data.get("started") == "ok":
                    return event

    async def _poll(self) -> None:
        """Janus hands out its events to who asks for them."""
        assert self._client
        while True:
            found = (await self._client.get(f"{self._url}/{self._session}?maxev=10")).json()
            for event in found if isinstance(found, list) else [found]:
                if event.get("sender") in self._events:
                    self._events[event["sender"]].put_nowait(event)
