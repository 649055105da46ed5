"""The generated pages say what the program does now."""

import json

import pytest

from bin.places import ROOT
from bin.reference import pages


@pytest.mark.parametrize("name", sorted(str(path.relative_to(ROOT)) for path in pages()))
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text() == pages()[ROOT / name], "`make docs` writes it anew"


def test_each_message_of_the_live_line_is_part_of_an_operation_in_its_document() -> None:
    document = json.loads((ROOT / "docs/protocol.asyncapi.json").read_text())
    used = json.dumps(document["operations"])
    messages = document["channels"]["live"]["messages"]
    assert not [name for name in messages if f'/messages/{name}"' not in used]


def test_each_decision_has_a_number_of_its_own() -> None:
    records = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in records] == list(range(1, len(records) + 1))
    for page in records:
        assert page.read_text().startswith(f"# {int(page.name[:4])}. "), page.name
