"""A watchman process: when the test process is gone, killed perhaps, what it had started does not linger.

Run as a program, this file reads lines from its standard input and acts when the input ends:

    watch PID SIGNAL      end this process
    forget PID            it has ended already
    remove FOLDER         delete this folder afterwards
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path


class Guard:
    """The test process' end of the pipe."""

    def __init__(self) -> None:
        # A session of its own: Ctrl+C reaches the tests, which then close us in order.
        self._process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, start_new_session=True)

    def watch(self, pid: int, ending: signal.Signals = signal.SIGKILL) -> None:
        """End this process with that signal once we are gone."""
        self._say(f"watch {pid} {ending.value}")

    def forget(self, pid: int) -> None:
        """This process has been waited for; its number may soon belong to another."""
        self._say(f"forget {pid}")

    def remove(self, folder: Path) -> None:
        """Delete this folder when we are gone."""
        self._say(f"remove {folder}")

    def close(self) -> None:
        """End all that is still watched, remove the folders, and wait until that is done."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()


def main() -> None:
    """Listen until the other end is gone, then clear up."""
    signals: dict[int, int] = {}
    folders: list[str] = []
    for line in sys.stdin:
        verb, _, rest = line.rstrip("\n").partition(" ")
        if verb == "watch":
            pid, number = map(int, rest.split())
            signals[pid] = number
        elif verb == "forget":
            signals.pop(int(rest), None)
        elif verb == "remove":
            folders.append(rest)
    for pid, number in signals.items():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
            os.kill(pid, signal.SIGCONT)  # a paused process hears nothing but SIGKILL
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
