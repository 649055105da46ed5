"""Places where a test kills the process, to see that nothing acknowledged is lost. Inert otherwise.

FAIRMATCH_FAILPOINT=after_commit:3 kills the process (SIGKILL) when it comes by there for the third time.
"""

import os
import signal

POINTS = ("before_lock", "after_insert", "after_commit", "before_publish", "before_ack", "after_ack")

_wanted, _, _times = os.environ.get("FAIRMATCH_FAILPOINT", "").partition(":")
_left = int(_times or 1)


def reach(point: str) -> None:
    """Die here, if this is the place and the time."""
    global _left
    if point != _wanted:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
