"""What is in calls is one chain, and what else looks at pages another: see `tests.support.together`."""

import pytest

from tests.support.together import IN_CALLS, LOOKING, SHARING, chain_of


def test_whatever_looks_at_pages_is_handed_out_together(request: pytest.FixtureRequest) -> None:
    """Each process knows all tests of the run."""
    looking = [item.nodeid for item in request.session.items if "browser" in getattr(item, "fixturenames", ())]
    assert [one for one in looking if not one.startswith(LOOKING)] == []


def test_a_module_that_shares_something_is_handed_out_whole_and_all_else_test_by_test(
    request: pytest.FixtureRequest,
) -> None:
    assert [module for module in SHARING if not (request.config.rootpath / module).is_file()] == []
    assert {chain_of(f"{module}::{name}") for module in SHARING for name in ("test_one", "test_two[a::b]")} == {
        *SHARING
    }
    here = request.node.nodeid
    assert chain_of(here) == here


def test_what_is_in_calls_is_a_chain_of_its_own(request: pytest.FixtureRequest) -> None:
    """By what such tests name: what they share about calls, the element of a call, or the browser's own camera."""
    signs = ("tests.e2e.calls", "fm-call", "getUserMedia")
    modules = {item.path for item in request.session.items if chain_of(item.nodeid) == "pages"}
    assert [path.name for path in modules if any(sign in path.read_text() for sign in signs)] == []
    assert [one for one in IN_CALLS if not (request.config.rootpath / one).is_file()] == []
