"""What one step takes of a processor, without the search for garbage, which walks through what others have left."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Garbage is looked for when the test says so: a round through what others have left is no step's time."""
    gc.disable()
    yield
    gc.enable()
