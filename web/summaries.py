"""Which field each line of a form's summary of errors is about: "E-mail address: Enter one, such as …".

A summary stands above the fields, and their names stand in the templates, at the fields alone. So the names are put in
once the page is whole, for all forms in one place; a line whose field has no name on the page stays as it is.
"""

import re

# How kit/field.html marks a line of a summary; the rest of it is what is wrong.
MARK = " data-names-field"
_LINE = re.compile(rf'<a href="#([^"]+)"{MARK}>')
_OPTIONAL = re.compile(r'<span class="field-optional">.*?</span>', re.S)
_TAG = re.compile(r"<[^>]*>")


def with_names(html: str) -> str:
    """The page, with the name of its field before each line of a summary."""
    if MARK not in html:
        return html
    return _LINE.sub(lambda line: f'<a href="#{line[1]}">{_before(_name(html, line[1]))}', html)


def _before(name: str) -> str:
    """A name that asks or lists already ends in a mark of its own."""
    return f'<span class="strong">{name if name.endswith(("?", ":", "!")) else name + ":"}</span> ' if name else ""


def _name(html: str, id: str) -> str:
    """What the field of this id is called, without marks; empty where nothing says it."""
    at = re.escape(id)
    for pattern in (
        rf'<label\b[^>]*\bfor="{at}"[^>]*>(.*?)</label>',
        rf'<(?:fieldset|div)\b[^>]*\bid="{at}"[^>]*>\s*<legend\b[^>]*>(.*?)</legend>',
        rf'<\w+\b(?=[^>]*\bid="{at}")[^>]*\baria-label="([^"]*)"',
    ):
        if found := re.search(pattern, html, re.S):
            return " ".join(_TAG.sub(" ", _OPTIONAL.sub("", found[1])).split()).rstrip(" :")
    return ""
