"""Where the processes of one machine gather their figures, so that any of them can say those of all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# Read by prometheus_client when it is imported.
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def gathered() -> Iterator[None]:
    """Have this process and those that it starts gather their figures. Before anything is imported that counts."""
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix="fairmatch-metrics-")
    try:
        yield
    finally:
        shutil.rmtree(os.environ.pop(_FOLDER), ignore_errors=True)


def are_gathered() -> bool:
    """Whether there are those of other processes, too."""
    return _FOLDER in os.environ
