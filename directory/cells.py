"""Cells of tables that somebody opens in a spreadsheet."""

# A cell that begins so is a formula to a spreadsheet, also behind blanks; a tab or a line break may begin one, too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutral(cell: str) -> str:
    """The cell as text: what a spreadsheet would take as a formula gets an apostrophe before it.

    Numbers stay numbers, with their sign.
    """
    if not cell.lstrip(" ").startswith(_FORMULA) or _is_number(cell):
        return cell
    return f"'{cell}"


def _is_number(cell: str) -> bool:
    text = cell.strip()
    return text[1:].replace(".", "", 1).isascii() and text[1:].replace(".", "", 1).isdigit() and text[0] in "+-"
