"""The listening socket of the Python peers."""

from __future__ import annotations

import socket


def listen() -> socket.socket:
    """Listen on a free loopback port and print it, for the bench to read.

    The protocol is given by name: asyncio switches Nagle's algorithm off only for sockets that say IPPROTO_TCP, and
    with it on a second small write waits up to 40 ms for the receiver's delayed acknowledgement.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(4096)
    print(listener.getsockname()[1], flush=True)
    return listener
