"""The stylesheets as a whole: what is above what, which names there are, and that each rule lies in a layer."""

import re
from pathlib import Path

from tests.web.test_schemes import sources
from web.assets import STATIC
from web.stylesheet import compose

CSS = STATIC / "css"
TOKENS = (CSS / "base" / "tokens.css").read_text()
STYLES = {path: text for path, text in sources(".css")}
_NAME = r"--[a-z0-9-]+"


def test_what_lies_above_what_is_said_by_one_list() -> None:
    listed = set(re.findall(rf"^  ({_NAME}): \d+;", TOKENS, re.MULTILINE))
    said = [
        (path.name, value.strip())
        for path, text in sources(".css", ".js", ".html")
        for value in re.findall(r"(?:z-index:|zIndex\s*=)([^;}]+)", text)
    ]

    assert said
    found = [re.fullmatch(rf"var\(({_NAME})\)(?: !important)?", value) for _, value in said]
    assert [each for each, name in zip(said, found, strict=True) if not name or name[1] not in listed] == []


def test_every_name_that_a_style_uses_is_given_a_value_somewhere() -> None:
    """A slip of the pen has no value, and the browser says nothing."""
    sets = rf"({_NAME})[\"']?\s*[:,]"  # by a rule, by an attribute, or by setProperty in a script
    given = {name for _, text in sources(".css", ".js", ".html") for name in re.findall(sets, text)}

    assert {name for text in STYLES.values() for name in re.findall(rf"var\(({_NAME})", text)} - given == set()


def test_sides_are_those_of_the_text_and_not_of_the_paper() -> None:
    """A language that is written from the right needs no stylesheet of its own."""
    side = r"(?<![\w-])(?:(?:margin|padding|border)-(?:left|right|top|bottom)\b|(?:left|right|top|bottom)\s*:)"

    assert [(path.name, found) for path, text in STYLES.items() for found in re.findall(side, text)] == []


def test_a_meter_looks_the_same_wherever_it_stands_and_in_every_browser() -> None:
    """One that has no style of ours is drawn by the browser: in the dark, Firefox draws an empty like a full one."""
    parts = ["", *(f"::{part}" for part in ("-webkit-meter-bar", "-webkit-meter-optimum-value", "-moz-meter-bar"))]
    heads = [head for text in STYLES.values() for head in re.findall(r"([^{}]+){", text)]

    assert {f"meter{part}" for part in parts} - {each.strip() for head in heads for each in head.split(",")} == set()


def test_each_stylesheet_is_in_a_layer_of_the_entry() -> None:
    entry = (CSS / "app.css").read_text()
    order = re.search(r"^@layer ([a-z, ]+);", entry, re.MULTILINE)
    imports = re.findall(r'@import "([^"]+)"([^;]*);', entry)
    assert order

    layered: dict[Path, str] = {}
    for pattern, how in imports:
        layer = re.fullmatch(r" layer\((\w+)\)", how)
        assert layer, pattern
        layered |= dict.fromkeys(CSS.glob(pattern), layer[1])
    assert layered.keys() == set(CSS.rglob("*.css")) - {CSS / "app.css"}
    assert set(layered.values()) == set(order[1].split(", "))


def test_popovers_are_no_higher_than_what_is_in_them() -> None:
    """WebKit stretches the rows of a grid whose height is that of its content, to all of the window."""
    reset = (CSS / "base" / "reset.css").read_text()
    rows = [found for text in STYLES.values() for found in re.findall(r":popover-open[^{]*{[^}]*align-content", text)]

    assert "[popover] { align-content: start; }" in reset
    assert rows == []


def test_every_list_to_choose_from_has_the_kits_arrow() -> None:
    """Without it browsers draw lists of their own, WebKit higher than the fields beside them."""
    found = [
        (path.name, re.sub(r"\s+", " ", before))
        for path, text in sources(".html", ".js")
        for before in re.findall(r"(.{0,60})<select\b", text, re.DOTALL)
    ]

    assert found
    assert [each for each in found if not re.search(r'<div class="field-box field-select">\s*$', each[1])] == []


def test_what_one_narrows_down_by_can_be_opened_where_no_style_can_open_it() -> None:
    search = (CSS / "features" / "search.css").read_text()

    assert re.findall(r"(@supports[^{]*{\s*)?\.facets-title[^{]*{ display: none; }", search) == [
        "@supports selector(::details-content) {\n    "
    ]


def test_a_browser_that_does_not_know_pairs_of_colours_gets_the_light_ones() -> None:
    pairs = re.findall(rf"^  ({_NAME}): light-dark", TOKENS, re.MULTILINE)
    composed = compose(CSS / "app.css", lambda path: path)
    light = re.search(
        r"@supports not \(color: light-dark\(#fff, #000\)\) { :root, [^{]*{ color-scheme: light; ([^}]*) } }", composed
    )

    assert pairs
    assert light
    assert re.findall(rf"({_NAME}): oklch", light[1]) == pairs
