"""Running other programs: their output goes to the log, line by line, and to whoever counts the progress."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bin.console import ChoreError
from bin.places import ROOT, SETUP_LOG, environment
from bin.reasons import why


def run_logged(
    name: str,
    command: Sequence[str | Path],
    on_line: Callable[[str], None] | None = None,
    more: Mapping[str, str] | None = None,
) -> None:
    """Run a program without input and keep what it prints in the setup log.

    `on_line` sees every line as it comes, `more` is added to the environment.
    Raises ChoreError with one sentence when the program is missing or fails.
    """
    output = []
    with SETUP_LOG.open("a", buffering=1) as log:
        log.write(f"\n$ {' '.join(map(str, command))}\n")
        with _start(name, command, more or {}) as process:
            assert process.stdout is not None
            for line in process.stdout:
                output.append(line)
                log.write(line)
                if on_line:
                    on_line(line)
    if process.returncode:
        raise ChoreError(why(name, "".join(output), str(SETUP_LOG.relative_to(ROOT))))


def note(text: str) -> None:
    """Keep a line in the setup log that no program printed."""
    with SETUP_LOG.open("a") as log:
        log.write(f"\n{text}\n")


def _start(name: str, command: Sequence[str | Path], more: Mapping[str, str]) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise ChoreError(f"{name} cannot be started ({error.strerror}): install it and run this again.") from error
