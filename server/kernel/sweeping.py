"""When Python looks for cyclic garbage: not while the server starts, and then never again at what a start leaves.

The collector's full runs walk all objects that there are. A start makes some 280,000 that stay for good: walked again
and again while they come into being, they double the time of the start; and each full run afterwards would stop the
event loop for 0.15 s for their sake.
"""

import gc

# New objects (less those that are gone already) between two looks at the youngest. Python's own 700 are about ten
# greetings: a crowd that comes back would have its welcomes looked through all the time.
YOUNG = 10_000


def begin_start() -> None:
    """Look for nothing until `end_start`."""
    gc.disable()


def end_start() -> None:
    """What is there stays: look only at what comes from now on."""
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
    gc.enable()
