"""`make docs`: what is made from the program itself, so that it says what the program does.

The page of measurements is not among them: `python -m bench report FILES` makes it from what was measured.
"""

from pathlib import Path

from bin.console import say
from bin.places import ROOT
from server import access_page, settings_page
from server.live.document.__main__ import documents


def pages() -> dict[Path, str]:
    """Every generated file with what should be in it."""
    made = (settings_page, access_page)
    return {page.PAGE: page.markdown() for page in made} | documents()


def write() -> None:
    """Write those that are not as they should be, and say which."""
    stale = {path: text for path, text in pages().items() if not path.exists() or path.read_text() != text}
    for path, text in stale.items():
        path.write_text(text)
        say(f"{path.relative_to(ROOT)} is written anew.")
    if not stale:
        say("All generated pages are up to date.")


if __name__ == "__main__":
    write()
