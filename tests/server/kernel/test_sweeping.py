"""When garbage is looked for: not while a server starts, and always afterwards."""

import subprocess
import sys

from tests.support.daemon import START_TIMEOUT_S

# Garbage that has grown old first, as what a request holds may, among much that comes and goes.
PROGRAM = """
import gc, weakref
from server.kernel import sweeping

class Knot:
    def __init__(self):
        self.itself = self

def looks():
    return sum(each["collections"] for each in gc.get_stats())

sweeping.begin_start()
before = looks()
stays = [Knot() for _ in range(50_000)]
assert looks() == before
sweeping.end_start()
old = Knot()
gc.collect(0), gc.collect(1)  # it has grown old meanwhile
gone = weakref.ref(old)
del old
served = 0
while gone() is not None:
    served += 1
    assert served < 3_000_000
    Knot()
assert len(gc.get_objects()) < 50_000  # and nobody walks what stays
"""


def test_a_start_is_not_swept_and_a_server_is() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, timeout=START_TIMEOUT_S)
