"""uvicorn's HTTP protocol, with bounds on requests: how large the head may be and what surrounds a body, and how long
either may take. How large a body may be is asked in `server.kernel.body`, which knows the route."""

from asyncio import BaseTransport, TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Addresses, cookies and all other headers of one request together.
HEAD_BYTES = 32 * 1024
# From the connection, or the end of the request before, until the head is whole. Idle keep-alive is uvicorn's affair.
HEAD_S = 15.0
# From the head to the end of the body: the largest photo over a poor mobile line. A longer one goes on for as long as
# each such while has brought what a slow line does, 256 kbit/s: an import of a gigabyte.
BODY_S = 300.0
BODY_BYTES_PER_S = 32 * 1024
# A body in chunks carries their sizes, extensions and trailers: no more of it than a head may have, beyond what the
# smallest chunks need for each byte.
FRAMING_PER_BYTE = 8

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedHttp(HttpToolsProtocol):
    """Cuts off who sends an endless head or endless trailers, and who sends one byte by byte."""

    _in_head = True
    _in_body = False
    _head_bytes = 0
    _framing_bytes = 0
    _body_bytes = 0  # of this while
    _timer: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """A client has come."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._timer = self.loop.call_later(HEAD_S, self._cut, _TOO_SLOW)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Something came: let uvicorn read it, then see whether it is still more of the same."""
        if self._in_head:
            self._head_bytes += len(data)
        else:
            self._framing_bytes += len(data)
        super().data_received(data)
        if (self._in_head and self._head_bytes > HEAD_BYTES) or self._framing_bytes > HEAD_BYTES:
            self._cut(_TOO_LARGE)
        elif self._in_body and self._timer is None and self.transport.get_protocol() is self:
            self._await_body()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._in_head = True
        self._framing_bytes = 0
        if self._timer is None:
            self._head_bytes = 0
            self._timer = self.loop.call_later(HEAD_S, self._cut, _TOO_SLOW)
        super().on_message_begin()

    def on_headers_complete(self) -> Any:
        """The head is whole."""
        self._in_head, self._in_body = False, True
        self._head_bytes = 0
        self._stop_timer()
        return super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._framing_bytes = max(0, self._framing_bytes - FRAMING_PER_BYTE * len(body))
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._in_body = False
        self._stop_timer()
        super().on_message_complete()

    def _await_body(self) -> None:
        self._body_bytes = 0
        self._timer = self.loop.call_later(BODY_S, self._look_at_body)

    def _look_at_body(self) -> None:
        # What was answered already is read by nobody, and need not come to an end.
        is_read = self.cycle is not None and not self.cycle.response_started
        if not is_read or self._body_bytes < BODY_S * BODY_BYTES_PER_S:
            self._cut(_TOO_SLOW)
        else:
            self._await_body()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _cut(self, answer: bytes) -> None:
        self._stop_timer()
        if self.transport.is_closing():
            return
        if self._in_head or self.cycle is None or not self.cycle.response_started:
            self.transport.write(answer)
        self.transport.close()
