"""Direct calls: who gives way, and how much is passed on."""

from signaling.signals import CANDIDATES_MOST, SIGNS_MOST, SIGNS_S, Signals, Signs, is_polite


def test_of_two_exactly_one_gives_way() -> None:
    assert is_polite("a", "b") is not is_polite("b", "a")


def test_so_many_candidates_follow_a_description_and_the_next_description_allows_them_again() -> None:
    signals = Signals()
    signals.describe("call", "anna", "ben")
    allowed = [signals.may_send_candidate("call", "anna", "ben") for _ in range(CANDIDATES_MOST + 1)]
    assert allowed == [True] * CANDIDATES_MOST + [False]
    assert signals.may_send_candidate("call", "ben", "anna")
    signals.describe("call", "anna", "ben")
    assert signals.may_send_candidate("call", "anna", "ben")


def test_so_many_signs_are_shown_in_a_while_and_then_again() -> None:
    signs = Signs()
    assert [signs.may_show("call", "anna", 100.0) for _ in range(SIGNS_MOST + 1)] == [True] * SIGNS_MOST + [False]
    assert signs.may_show("call", "ben", 100.0)
    assert signs.may_show("call", "anna", 100.0 + SIGNS_S)
