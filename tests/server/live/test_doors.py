"""Who is let in at the upgrade."""

import pytest

from server.live.doors import origin_of, origins, upgrade_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://fair.example/", "https://fair.example"),
        ("https://Fair.Example:443/path?x", "https://fair.example"),
        ("http://fair.example:80", "http://fair.example"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("fair.example", ""),
        ("", ""),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_the_list_holds_the_own_address_and_those_that_were_added() -> None:
    allowed = origins("https://fair.example", ["https://kiosk.example:8443", ""])
    assert allowed == {"https://fair.example", "https://kiosk.example:8443"}


def test_on_ones_own_machine_each_of_its_names_will_do() -> None:
    mine = {"http://localhost:8123", "http://127.0.0.1:8123", "http://[::1]:8123"}
    assert origins("http://localhost:8123", []) == mine
    assert origins("http://127.0.0.1:8123/", ["https://fair.example"]) == mine | {"https://fair.example"}
    assert origins("http://localhost.example:8123", []) == {"http://localhost.example:8123"}


def test_an_upgrade_says_where_its_page_came_from_and_what_it_bears() -> None:
    upgrade = upgrade_of([(b"origin", b"null"), (b"authorization", b"bearer  abc ")], ["fairmatch.v1"])
    assert upgrade.origin == "null"
    assert upgrade.bearer == "abc"
    assert upgrade_of([(b"authorization", b"Basic abc")], []).bearer is None
    assert upgrade_of([], []).origin is None
