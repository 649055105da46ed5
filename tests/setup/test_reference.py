"""The generated pages say what the program does now."""

import pytest

from bin.places import ROOT
from bin.reference import pages


@pytest.mark.parametrize("name", sorted(str(path.relative_to(ROOT)) for path in pages()))
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text() == pages()[ROOT / name], "`make docs` writes it anew"
