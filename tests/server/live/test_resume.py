"""Resume tokens."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.live.resume import SHORTEST, Resume, opened, sealed

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)
SECRET = b"a secret of the tests"
ANNA = Resume("0190-anna", "0190-session")


def test_a_token_says_whose_it_is() -> None:
    token = sealed(SECRET, ANNA, NOON + timedelta(hours=1))
    assert opened(SECRET, token, NOON) == ANNA
    assert len(token) > SHORTEST


def test_a_token_ends_with_its_time() -> None:
    token = sealed(SECRET, ANNA, NOON)
    assert opened(SECRET, token, NOON - timedelta(seconds=1)) == ANNA
    assert opened(SECRET, token, NOON) is None


def test_a_token_of_another_server_is_worth_nothing() -> None:
    assert opened(SECRET, sealed(b"other", ANNA, NOON + timedelta(hours=1)), NOON) is None


@given(st.integers(0, 10_000), st.sampled_from("ABCDxyz019-_"))
def test_a_token_that_was_touched_is_worth_nothing(at: int, character: str) -> None:
    token = sealed(SECRET, ANNA, NOON + timedelta(hours=1))
    at %= len(token) - 1  # the last character carries bits that mean nothing
    touched = token[:at] + character + token[at + 1 :]
    assert touched == token or opened(SECRET, touched, NOON) is None


@given(st.text(max_size=200))
def test_any_text_is_refused_without_an_exception(text: str) -> None:
    assert opened(SECRET, text, NOON) is None
