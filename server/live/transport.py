"""The seam to uvicorn: a line whose frames are written to the transport as they are.

The one file that knows uvicorn's insides (0.54). Until the endpoint takes the line over, everything is uvicorn's;
afterwards messages go straight to the listener, without a queue, and the endpoint's task may end.
"""

import socket
from typing import Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from server.live.framing import PING, close_frame
from server.live.limits import DROP_PASSING_BYTES, FRAME_BYTES
from server.live.line import EXTENSION, Listener, Pipe

# A peer that does not answer our close gets this long to read what waits; then it is cut off.
CLOSE_PATIENCE_S = 5.0
KERNEL_BUFFER_BYTES = 128 * 1024  # of one connection; enough for 1 MB/s to the other side of the world

SERVER_OPTIONS: dict[str, Any] = {
    "ws": "server.live.transport:LiveProtocol",
    "ws_max_size": FRAME_BYTES,
    "ws_per_message_deflate": False,  # four times the memory, half the speed
    "ws_ping_interval": None,  # we ping ourselves, without a timer per connection
}


class LiveProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, with a frame writer in the scope's extensions."""

    write: Pipe
    heard: float
    _listener: Listener | None = None
    _slow = False  # the listener was told that too much waits

    # -- before the hand-over ------------------------------------------------------------------------------------

    def handle_connect(self, event: Request) -> None:
        """Put the line into the scope that uvicorn is about to pass on."""
        self.write = Pipe(self._wait)
        super().handle_connect(event)
        if hasattr(self, "scope"):  # not after a refused handshake
            cast(dict[str, Any], self.scope)["extensions"][EXTENSION] = self

    def listen(self, listener: Listener) -> None:
        """Take over after the endpoint accepted: the next message goes to the listener, the queue is no more."""
        self.transport.set_write_buffer_limits(high=0)  # so that we are told when anything waits, and when nothing does
        plug = self.transport.get_extra_info("socket")
        # Else a second small frame waits for the acknowledgement of the first one, 40 ms (asyncio sees to it only
        # where the listening socket was made in a certain way).
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Else the kernel takes megabytes for a peer that reads nothing, and hides it from us.
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES)
        self._listener = listener
        self.write.descriptor = plug.fileno()
        self._free_write()
        if self.disconnected or self.close_sent or self.transport.is_closing():
            self._lose()

    def hang_up(self) -> None:
        """End the connection without an answer to the upgrade, as a worker does that is gone. A proxy then asks another
        one and leaves this one alone for a while; a refusal it would pass on, and lead whoever tries again back here,
        where the fewest people are."""
        self.transport.close()

    async def run_asgi(self) -> None:
        """Run the endpoint. When it took the line over, its end is not the end of the line, and what only it
        needed is let go: an idle connection keeps little more than its socket."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            self.transport.close()
        except Exception:
            self.logger.exception("Exception in ASGI application")
            self.send_500_response()
            self.transport.close()
        else:
            if self._listener is None:
                self._end_unclaimed()
            else:
                self._let_go()

    def _end_unclaimed(self) -> None:
        if not self.handshake_complete and not self.transport.is_closing():
            self.send_500_response()
        if self.close_timer is None:
            self.transport.close()

    def _let_go(self) -> None:
        while not self.queue.empty():  # what came between the accept and the hand-over
            message = cast(dict[str, Any], self.queue.get_nowait())
            if self._listener and message["type"] == "websocket.receive":
                self._deliver(message.get("text"))
        if self.read_paused:
            self.resume_reading()
        del self.scope, self.request, self.response, self.queue

    # -- after it ------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Anything that comes proves that the peer lives."""
        self.heard = self.loop.time()
        super().data_received(data)

    def send_receive_event_to_app(self) -> None:
        """A whole message came."""
        if self._listener is None or hasattr(self, "queue"):
            super().send_receive_event_to_app()
            return
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if self.close_sent:
            return
        if self.curr_msg_data_type == "bytes":
            self._deliver(None)
            return
        try:
            text = bytes(data).decode()
        except UnicodeDecodeError:
            self.close(1007, "not UTF-8")
            return
        self._deliver(text)

    def _deliver(self, text: str | None) -> None:
        if self._listener is None:
            return
        if text is None:
            self._listener.on_breach("a binary message")
        else:
            self._listener.on_text(text)

    def handle_close(self, event: Frame) -> None:
        """The peer closes, or answers our close."""
        if self._unclaimed():
            super().handle_close(event)
            return
        self._lose()
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = None
        if not self.transport.is_closing():
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.transport.close()

    def handle_parser_exception(self) -> None:
        """The peer broke the rules of WebSocket itself: it is told 1002, 1007 or 1009."""
        if self._unclaimed():
            super().handle_parser_exception()
            return
        self._lose()
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
        self._cut_off_later()

    def handle_ping(self) -> None:
        """Answer, unless the peer pings without reading: its pongs would fill our memory."""
        pong = b"".join(self.conn.data_to_send())
        if not self.close_sent and self.buffered() < DROP_PASSING_BYTES:
            self.transport.write(pong)

    def pause_writing(self) -> None:
        """Something waits. Called from within the transport's `write`."""
        super().pause_writing()
        if self._listener:
            self.write.set_free(False)

    def resume_writing(self) -> None:
        """Nothing waits any more."""
        super().resume_writing()
        if self._listener:
            self._free_write()
            if self._slow:
                self._slow = False
                self._listener.on_resume()

    def _wait(self, data: bytes) -> None:
        self.transport.write(data)
        if self._listener and not self._slow and self.buffered() > DROP_PASSING_BYTES:
            self._slow = True
            self._listener.on_pause()

    def _free_write(self) -> None:
        encrypted = self.transport.get_extra_info("ssl_object") is not None
        self.write.set_free(not encrypted and not self.buffered())

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self._lose()
        if hasattr(self, "queue"):
            super().connection_lost(exc)
            return
        self.connections.discard(self)
        self.disconnected = True
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = None

    def shutdown(self) -> None:
        """uvicorn stops. Whoever was not sent away in order by then is cut off."""
        if hasattr(self, "queue"):
            super().shutdown()
            return
        self.close(4001, "draining")
        self.transport.close()

    def buffered(self) -> int:
        """Bytes that the transport holds back."""
        return self.transport.get_write_buffer_size()

    def ping(self) -> None:
        """Ask for a sign of life."""
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(PING)

    def close(self, code: int, reason: str) -> None:
        """Send a close frame, and cut off a peer that does not answer it."""
        self._lose()
        if self.close_sent or self.transport.is_closing():
            return
        self.conn.send_close(code, reason)
        self.conn.data_to_send()  # the same frame, made by the state machine that now expects the answer
        self.transport.write(close_frame(code, reason))
        self.close_sent = True
        self._cut_off_later()

    def pause_reading(self) -> None:
        """Let the peer's messages wait in the kernel."""
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        self.read_paused = False
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def _unclaimed(self) -> bool:
        return self._listener is None and hasattr(self, "queue")

    def _lose(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            self.write.set_free(False)
            listener.on_lost()

    def _cut_off_later(self) -> None:
        if self.close_timer is None:
            self.close_timer = self.loop.call_later(CLOSE_PATIENCE_S, self.transport.abort)


def line_of(scope: Any) -> LiveProtocol | None:
    """The line of an accepted WebSocket, where the server offers one."""
    line = scope.get("extensions", {}).get(EXTENSION)
    return line if isinstance(line, LiveProtocol) else None
