"""Where the files of a run lie: in memory, where the machine has enough of it.

SQLite waits for the disk with every commit, as it must in production; a run of the suite commits so often that it
would spend its time with that. What a crash of the whole machine leaves behind is nothing that tests find out.
"""

import os
import shutil
import tempfile
from pathlib import Path

# Where Linux keeps files in memory, for everybody.
_MEMORY = Path("/dev/shm")
# A run has 2 GB of files, most of them for a moment: a test's folder goes when it has passed (pyproject.toml).
_LEAST_FREE = 3 * 2**30


def keep_files_there() -> None:
    """Have this process, and all that it starts, make temporary files there; unless a place was chosen already."""
    if "TMPDIR" not in os.environ and _suits(_MEMORY):
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # pytest has asked already


def _suits(folder: Path) -> bool:
    """Writable, with room, and tests may run the programs that they write there."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    return shutil.disk_usage(folder).free >= _LEAST_FREE and not os.statvfs(folder).f_flag & os.ST_NOEXEC
