"""A partner's own colour."""

import pytest

from directory.partners.look import COAL, LEAST_CONTRAST, accent, contrast, on_coal, stylesheet
from people.text import UnacceptableError


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)


@pytest.mark.parametrize("typed", ["#1D5F8A", " 1d5f8a "])
def test_a_dark_colour_is_taken_in_one_spelling(typed: str) -> None:
    assert accent(typed) == "#1d5f8a"


@pytest.mark.parametrize("typed", ["#ffee00", "#fff", "red", "#1d5f8a;}body{display:none", "url(x)"])
def test_what_is_too_light_or_no_colour_is_refused(typed: str) -> None:
    with pytest.raises(UnacceptableError):
        accent(typed)


@pytest.mark.parametrize("colour", ["#000000", "#1d5f8a", "#7a0019", "#004d00"])
def test_on_the_dark_ground_every_colour_can_be_read(colour: str) -> None:
    assert contrast(on_coal(colour), COAL) >= LEAST_CONTRAST
    assert on_coal(colour) in stylesheet(colour)
