"""Only tests that search have an index made: for all others another process of the machine writes it.

To follow what changes costs an application in a test as much as all of its requests together. A test that searches
says so by `search_index`; one that searches without saying so fails, since whatever it did not find would tell nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from directory.search.folder import IndexFolder, Look


@pytest.fixture
def search_index() -> None:
    """Have the index follow what changes, and let it be asked, as in the product."""


@pytest.fixture(autouse=True)
def no_index_unless_wanted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """See above; servers in processes of their own always have theirs."""
    if "app" in request.fixturenames and "search_index" not in request.fixturenames:
        monkeypatch.setattr(IndexFolder, "locked", _written_by_another)
        monkeypatch.setattr(IndexFolder, "look", _refuse)


@contextmanager
def _written_by_another(_folder: IndexFolder) -> Iterator[bool]:
    yield False


def _refuse(_folder: IndexFolder) -> Look:
    raise AssertionError("this test searches: it must use the fixture `search_index`")
