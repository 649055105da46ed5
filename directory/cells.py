"""Cells of tables that somebody opens in a spreadsheet."""

import re

# A cell that begins so is a formula to a spreadsheet, also behind blanks; a tab or a line break may begin one, too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# A spreadsheet of which lists are separated by semicolons, as German ones are, or by tabs opens a file with commas as
# if each of these began a cell, and knows no quotes in the middle of a line: so a line break begins one, too. There
# stand the items of lists ("- one") as well, which are left as they are.
_WITHIN = re.compile(r"([;\t] *)(?=[=+\-@＝＋－＠])|([\r\n] *)(?=[=@＝＋－＠]|[+\-](?! ))")


def neutral(cell: str) -> str:
    """The cell as text: what a spreadsheet would take as a formula gets an apostrophe before it.

    Numbers stay numbers, with their sign.
    """
    if not cell.lstrip(" ").startswith(_FORMULA) or _is_number(cell):
        return cell
    return f"'{cell}"


def neutral_in_lines(cell: str) -> str:
    """The same for a cell of a file of lines: nor does anything within it become a formula, whatever separates cells
    where it is opened."""
    return _WITHIN.sub(r"\g<0>'", neutral(cell))


def _is_number(cell: str) -> bool:
    text = cell.strip()
    return text[1:].replace(".", "", 1).isascii() and text[1:].replace(".", "", 1).isdigit() and text[0] in "+-"
