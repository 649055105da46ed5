"""uvicorn's HTTP protocol, with bounds on the head of a request: how large it may be, and how long it may take."""

from asyncio import BaseTransport, TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Addresses, cookies and all other headers of one request together.
HEAD_BYTES = 32 * 1024
# From the connection, or the end of the request before, until the head is whole. Idle keep-alive is uvicorn's affair.
HEAD_S = 15.0

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedHttp(HttpToolsProtocol):
    """Cuts off who sends an endless head, and who sends one byte by byte."""

    _in_head = True
    _head_bytes = 0
    _head_timer: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """A client has come."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._head_timer = self.loop.call_later(HEAD_S, self._cut, _TOO_SLOW)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Something came: let uvicorn read it, then see whether the head is still not whole."""
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES:
            self._cut(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._in_head = True
        if self._head_timer is None:
            self._head_bytes = 0
            self._head_timer = self.loop.call_later(HEAD_S, self._cut, _TOO_SLOW)
        super().on_message_begin()

    def on_headers_complete(self) -> Any:
        """The head is whole."""
        self._in_head = False
        self._head_bytes = 0
        self._stop_timer()
        return super().on_headers_complete()

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _cut(self, answer: bytes) -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
