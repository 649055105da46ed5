"""Icons in the page."""

import pytest

from web.icons import UnknownIconError, icon, module, named_in


def test_an_icon_is_silent_unless_it_has_a_word_of_its_own():
    assert 'aria-hidden="true"' in icon("house")
    assert 'role="img" aria-label="Home &amp; away"' in icon("house", "Home & away")


def test_an_icon_takes_colour_and_stroke_from_its_surroundings():
    assert "stroke" not in icon("house")
    assert "fill=" not in icon("house")


@pytest.mark.parametrize("name", ["no-such-icon", "", "../package", "house.svg", "House"])
def test_an_unknown_icon_is_an_error(name: str):
    with pytest.raises(UnknownIconError):
        icon(name)


def test_scripts_get_the_icons_that_they_name():
    names = named_in(["icon(\"send\"); html`${icon('x')}`; icon(variable)"])
    assert names == {"send", "x"}
    assert '"send": "<path' in module(names)
