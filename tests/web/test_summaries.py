"""Each line of a form's summary of errors names its field, whatever kind of field it is."""

import re

import pytest

from web.summaries import with_names


def named(line: str, field: str) -> str:
    """A page with a summary of this line and this field, as its reader sees the line."""
    page = with_names(f'<ul><li><a href="#{line}" data-names-field>Say it.</a></li></ul>{field}')
    found = re.search(rf'<li><a href="#{line}">(.*?)</a></li>', page)
    assert found, "the line still leads to its field"
    return re.sub(r"<[^>]*>", "", found[1])


@pytest.mark.parametrize(
    ("field", "read"),
    [
        (
            '<label class="field-label" for="a">Name <span class="field-optional">optional</span></label>',
            "Name: Say it.",
        ),
        ('<label for="other">Other</label><label for="a">Tea &amp; <bdi>milk</bdi></label>', "Tea &amp; milk: Say it."),
        ('<fieldset class="field" id="a">\n  <legend class="field-label">Days</legend></fieldset>', "Days: Say it."),
        ('<label for="a">Do you agree?</label>', "Do you agree? Say it."),
        ('<input aria-label="From" id="a">', "From: Say it."),
        ('<label for="a.b">Dots</label>', "Say it."),
    ],
)
def test_a_line_begins_with_the_name_of_its_field(field: str, read: str) -> None:
    assert named("a", field) == read


def test_a_page_without_a_summary_is_left_alone() -> None:
    page = '<a href="#a">Down</a><label for="a">Name</label>'
    assert with_names(page) == page


def test_what_people_type_is_no_field() -> None:
    assert named("a", "<p>&lt;label for=&#34;a&#34;&gt;Trap&lt;/label&gt;</p>") == "Say it."
