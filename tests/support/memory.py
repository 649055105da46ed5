"""Where the files of a run lie: in memory, where the machine has enough of it.

SQLite waits for the disk with every commit, as it must in production; a run of the suite commits so often that it
would spend its time with that. What a crash of the whole machine leaves behind is nothing that tests find out.
"""

import getpass
import os
import shutil
import tempfile
import time
from pathlib import Path

# Where Linux keeps files in memory, for everybody.
_MEMORY = Path("/dev/shm")
# A run has 2 GB of files, most of them for a moment: a test's folder goes when it has passed (pyproject.toml).
_LEAST_FREE = 3 * 2**30
# No run takes so long; in another container that has the same memory its process may be none that we could find.
_LONGEST_RUN_S = 3_600.0


def keep_files_there() -> None:
    """Have this process, and all that it starts, make temporary files there; unless a place was chosen already."""
    if "TMPDIR" not in os.environ and _suits(_MEMORY):
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # pytest has asked already


def forget_killed_runs() -> None:
    """Remove the files of runs that were killed: pytest itself keeps them for three days, whatever else needs room."""
    for lock in Path(tempfile.gettempdir()).glob(f"pytest-of-{getpass.getuser()}/pytest-*/.lock"):
        try:
            killed = time.time() - lock.stat().st_mtime > _LONGEST_RUN_S and not _lives(int(lock.read_text()))
        except (OSError, ValueError):  # it ends or begins just now
            continue
        if killed:
            shutil.rmtree(lock.parent, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _suits(folder: Path) -> bool:
    """Writable, with room, and tests may run the programs that they write there."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    return shutil.disk_usage(folder).free >= _LEAST_FREE and not os.statvfs(folder).f_flag & os.ST_NOEXEC
