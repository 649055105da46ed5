"""`make run`: set up, then serve the demo fair."""

import errno
import os
import socket
from pathlib import Path

from bin.console import ChoreError, say
from bin.places import ROOT, VENV_BIN, environment
from bin.setup import setup

HIGHEST_PORT = 65_535


def start(port: str, data: str) -> None:
    """Replace this process by the server, on this port, with its data in this folder. Raises ChoreError."""
    number, folder = _port(port), Path(data).expanduser()
    setup()
    _check_port(number)
    _check_folder(folder)
    say("-> Fairmatch starts")
    os.chdir(ROOT)
    server = str(VENV_BIN / "fairmatch")
    command = [server, "serve", "--demo", "--port", str(number), "--data", str(folder)]
    os.execve(server, command, environment())


def _port(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) <= HIGHEST_PORT):
        raise ChoreError(f"PORT={text} is no port: choose a number from 1024 to {HIGHEST_PORT}.")
    return int(text)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        # As the server does: a port that only waits for its last connections to be forgotten is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ChoreError(_port_sentence(port, error)) from error


def _port_sentence(port: int, error: OSError) -> str:
    if error.errno == errno.EACCES:
        return f"Port {port} is kept for the administrator: choose one from 1024 on, as in `make run PORT=8000`."
    other = port + 1 if port < HIGHEST_PORT else port - 1
    return f"Port {port} is taken by another program: stop it, or choose another port, as in `make run PORT={other}`."


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ChoreError(
            f"The data folder {folder} cannot be made ({error.strerror}): choose another with DATA=."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ChoreError(
            f"The data folder {folder} cannot be written: change its rights, or choose another with DATA=."
        )
