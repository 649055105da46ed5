"""What looks at pages is one chain: see `tests.support.together`."""

import pytest

from tests.support.together import LOOKING


def test_whatever_looks_at_pages_is_handed_out_together(request: pytest.FixtureRequest) -> None:
    """Each process knows all tests of the run."""
    looking = [item.nodeid for item in request.session.items if "browser" in getattr(item, "fixturenames", ())]
    assert [one for one in looking if not one.startswith(LOOKING)] == []
