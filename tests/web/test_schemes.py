"""Light and dark differ in colours and in nothing else: what stands where, and its name, is the same by night."""

import re
from collections.abc import Iterator
from pathlib import Path

from directory.partners import look
from web.assets import STATIC
from web.render import TEMPLATES

# By a query, in a style or a script, the scheme could change anything; the browser's own frame gets its colour by one.
_QUERY = re.compile(r"prefers-color-scheme")
_FRAME_COLOUR = re.compile(r'<meta name="theme-color" content="#\w{6}" media="\(prefers-color-scheme: \w+\)">')
_THEME_RULE = re.compile(r"data-theme[^{]*\{([^}]*)\}")
_COLOUR = r"(?:#\w+|{\w+}|oklch\((?:[^()]|\([^()]*\))*\))"
_TWO_COLOURS = re.compile(rf"light-dark\({_COLOUR}, ?{_COLOUR}\)")


def sources(*kinds: str) -> Iterator[tuple[Path, str]]:
    """Our own files of these kinds that browsers read, templates among them."""
    for folder in (STATIC, TEMPLATES):
        for path in sorted(folder.rglob("*")):
            if path.suffix in kinds:
                yield path, path.read_text()


def test_no_style_and_no_script_asks_which_scheme_it_is() -> None:
    asking = [path.name for path, text in sources(".css", ".js", ".html") if _QUERY.search(_FRAME_COLOUR.sub("", text))]

    assert asking == []


def test_a_chosen_scheme_only_says_which_of_two_colours_holds() -> None:
    rules = [rule.strip() for _, text in sources(".css") for rule in _THEME_RULE.findall(text)]

    assert sorted(rules) == ["color-scheme: dark;", "color-scheme: light;"]


def test_what_differs_between_the_schemes_are_colours() -> None:
    styles = [*sources(".css", ".js", ".html"), (Path(look.__file__), Path(look.__file__).read_text())]
    others = [
        (path.name, len(re.findall(r"light-dark\(", text)) - len(_TWO_COLOURS.findall(text))) for path, text in styles
    ]

    assert [name for name, number in others if number] == []
    assert any(_TWO_COLOURS.search(text) for _, text in styles)
