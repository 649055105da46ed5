"""The people of a fair as a file: what their page says, for whoever sees that."""

import pytest

from tests.fairs.guests import Guests

PATH = "/fairs/ruhr/people"


async def test_the_people_go_along_as_their_page_says(there: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairs.taking.PAGE", 2)
    assert f"{PATH}/export.csv" in (await there["aylin"].get(PATH)).text
    rows = (await there["aylin"].get(f"{PATH}/export.json")).json()
    names = ["Aylin Demir", "Bernd Kowalski", "Dev Patel", "Edda Brandt"]
    assert [row["name"] for row in rows] == names, "all pages of the list, each of them once"
    assert [row["roles"] for row in rows] == [[], [], ["Moderator"], ["Organiser"]]
    assert (rows[1]["organisation"], list(rows[1])) == ("Stadtwerke Hagenow", ["name", "organisation", "roles", "page"])
    assert rows[1]["page"].endswith(f"/people/{there.ids['bernd']}")
    assert (await there["edda"].get(f"{PATH}/export.json")).json() == rows
    assert (await there["edda"].get(f"{PATH}/export.xlsx")).content.startswith(b"PK")


async def test_the_people_go_along_narrowed_to_a_role(there: Guests) -> None:
    assert f"{PATH}/export.csv?role=moderator" in (await there["aylin"].get(f"{PATH}?role=moderator")).text
    (row,) = (await there["aylin"].get(f"{PATH}/export.json?role=moderator")).json()
    assert row["name"] == "Dev Patel"
    assert (await there["aylin"].get(f"{PATH}/export.json?role=emperor")).status_code == 404
    assert (await there["aylin"].get(f"{PATH}/export.pdf")).status_code == 404


async def test_who_is_not_in_gets_nobody_and_who_is_excluded_is_not_there(there: Guests) -> None:
    assert (await there["chloe"].get(f"{PATH}/export.json")).status_code == 404
    await there.place.ban(there.fair, there.ids["bernd"], by=there.ids["edda"])
    assert (await there["bernd"].get(f"{PATH}/export.json")).status_code == 404
    rows = (await there["edda"].get(f"{PATH}/export.json")).json()
    assert "Bernd Kowalski" not in {row["name"] for row in rows}


async def test_the_fairs_go_along_with_what_one_is_there(there: Guests) -> None:
    assert "/fairs/export.csv" in (await there["edda"].get("/fairs")).text
    (row,) = (await there["edda"].get("/fairs/export.json")).json()
    assert list(row) == ["name", "tagline", "from", "to", "time_zone", "roles", "page"]
    assert (row["roles"], row["page"].rpartition("/")[2], len(row["from"])) == (["Attendee", "Organiser"], "ruhr", 10)
    (other,) = (await there["chloe"].get("/fairs/export.json")).json()
    assert other == row | {"roles": []}
    assert (await there["edda"].get("/fairs/export.pdf")).status_code == 404
