"""The budget of requests for contact: what they cost, when they come back, whom one may ask again."""

from datetime import UTC, datetime, timedelta

import pytest

from directory.contacts import rules
from directory.contacts.rules import ResponseRate, Sent

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)


def ago(hours: float, state: str = "waiting", answered: float | None = None) -> Sent:
    return Sent(NOON - timedelta(hours=hours), state, None if answered is None else NOON - timedelta(hours=answered))


def test_each_request_that_waits_takes_one_of_the_day() -> None:
    budget = rules.budget([ago(1), ago(2)], NOON)

    assert (budget.left, budget.waiting, budget.open) == (3, 2, True)
    assert budget.next_at == NOON + timedelta(hours=22)


def test_an_answered_request_comes_back_at_once() -> None:
    assert rules.budget([ago(1, "accepted", 0.5), ago(1, "declined", 0.5)], NOON).left == rules.DAILY


def test_one_that_nobody_answers_comes_back_after_a_day() -> None:
    assert rules.budget([ago(23.9)], NOON).left == rules.DAILY - 1
    assert rules.budget([ago(24)], NOON).left == rules.DAILY


def test_not_relevant_costs_three_for_a_week() -> None:
    marked = ago(30, "not_relevant", 2)
    assert rules.budget([marked], NOON).left == rules.DAILY - 3
    assert rules.budget([marked], NOON + timedelta(days=7)).left == rules.DAILY
    assert rules.budget([marked, ago(30, "not_relevant", 2)], NOON).left == 0


def test_whoever_has_asked_too_many_who_never_answered_waits_for_them() -> None:
    budget = rules.budget([ago(48)] * rules.WAITING_MOST, NOON)

    assert budget.left == rules.DAILY
    assert not budget.open


@pytest.mark.parametrize(
    ("last", "may"),
    [
        (None, True),
        (ago(1), False),
        (ago(31 * 24), True),  # over without an answer
        (ago(100, "declined", 90), False),
        (ago(100 * 24, "declined", 91 * 24), True),
    ],
)
def test_the_same_organisation_is_asked_again_when_that_is_no_nuisance(last: Sent | None, may: bool) -> None:
    assert rules.may_ask_again(last, NOON) is may


def test_a_rate_tells_something_from_five_requests_on() -> None:
    assert not ResponseRate(4, 4, 1.0).telling
    assert ResponseRate(5, 4, 1.0).telling
    assert ResponseRate(9, 8, 1.0).percent == 89
