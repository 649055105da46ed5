"""Memory that stays: what is loaded once is not looked through again and again."""

import gc

# New objects after which the youngest are looked through; Python's own number is 700. A request, or a chunk of an
# import, makes some ten thousand and lets go of them without a circle: looking after each 700 took a fifth of the time.
NEW_OBJECTS = 20_000


def settle() -> None:
    """Call it when everything is loaded, before the work begins. Circles of new objects are still found.

    Modules, tables and templates are hundreds of thousands of objects that never go; each full search for circles
    would go through all of them, and hold the event loop for as long.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)
