"""Whom an organiser means by the names or mail addresses that a list has."""

import html
import re

import pytest

from fairs.model import Ban
from meetings.naming import listed, members_meant
from people.model import Person
from people.text import UnacceptableError
from server.kernel.ids import new_id
from tests.meetings.scene import Scene


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", []),
        ("Ada Ling\n\n  Bob  \n", ["Ada Ling", "Bob"]),
        ("Ada Ling\nAda Ling", ["Ada Ling"]),
        ("Dr. Ada Ling, PhD", ["Dr. Ada Ling, PhD"]),
        ("ADA@Example.org, bob@example.org;cy@example.org", ["ada@example.org", "bob@example.org", "cy@example.org"]),
        ("ada@example.org bob@example.org", ["ada@example.org", "bob@example.org"]),
        ("Ada Ling <ada@example.org>", ["ada@example.org"]),
        ("Ada Ling\tada@example.org", ["ada@example.org"]),
        ("Ada Ling, bob@example.org", ["Ada Ling", "bob@example.org"]),
        ("Ling, Ada <ada@example.org>", ["Ling", "ada@example.org"]),
    ],
)
def test_a_list_is_a_name_to_a_line_or_addresses_with_names_beside_them(typed: str, found: list[str]) -> None:
    assert listed(typed) == found


@pytest.mark.parametrize("typed", ["ada@", "@", "Ada <ada@>", "1", "x" * 500, "ada@example.org, 7", "a@b@c"])
def test_what_is_neither_name_nor_address_is_refused(typed: str) -> None:
    with pytest.raises(UnacceptableError):
        listed(typed)


async def mail_of(there: Scene, name: str) -> str:
    async with there.kernel.database.read() as session:
        return (await session.get_one(Person, there.ids[name])).email or ""


async def test_names_in_any_case_and_addresses_mean_members_and_namesakes_several(there: Scene) -> None:
    dev, bernd = await mail_of(there, "dev"), await mail_of(there, "bernd")
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(Person, there.ids["chloe"])).name = "Dev Patel"
    async with there.kernel.database.read() as session:
        named = ["aylin DEMIR", bernd, "Bernd Kowalski", "Dev Patel", "Nobody Else", "else@example.org"]
        meant = await members_meant(session, there.fair.id, named)
        assert meant.ids == [there.ids["aylin"], there.ids["bernd"]]
        assert (meant.nobody, meant.several) == (["Nobody Else", "else@example.org"], ["Dev Patel"])
        assert (await members_meant(session, there.fair.id, [dev])).ids == [there.ids["dev"]]


async def test_who_is_shut_out_is_meant_neither_by_name_nor_by_address(there: Scene) -> None:
    dev = await mail_of(there, "dev")
    by = {"person_id": there.ids["dev"], "by_id": there.ids["edda"]}
    async with there.kernel.database.write() as uow:
        uow.session.add(Ban(id=new_id(), fair_id=there.fair.id, at=there.clock.now(), reason="", **by))
    async with there.kernel.database.read() as session:
        assert (await members_meant(session, there.fair.id, ["Dev Patel", dev])).nobody == ["Dev Patel", dev]


async def test_a_group_takes_names_and_shows_them_so_that_saving_it_again_changes_nothing(there: Scene) -> None:
    path = "/fairs/ruhr/meetings"
    edda = there["edda"]
    await edda.post(f"{path}/groups", data={"name": "Buyers", "role": ""})
    group = (await edda.get(f"{path}/plan")).text.split("/meetings/groups/")[1][:36]

    async def shown() -> str:
        found = re.search(r"<textarea[^>]*>([^<]*)</textarea>", (await edda.get(f"{path}/plan")).text)
        assert found
        return html.unescape(found[1]).strip("\n")

    assert (await edda.post(f"{path}/groups/{group}", data={"members": "dev patel\nAylin Demir"})).is_redirect
    wanted = f"Aylin Demir <{await mail_of(there, 'aylin')}>\nDev Patel <{await mail_of(there, 'dev')}>"
    assert await shown() == wanted
    assert (await edda.post(f"{path}/groups/{group}", data={"members": await shown()})).is_redirect
    assert await shown() == wanted
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(Person, there.ids["chloe"])).name = "Dev Patel"
    wrong = await edda.post(f"{path}/groups/{group}", data={"members": "Dev Patel\nBernd Kowalski"})
    assert wrong.status_code == 422
    assert "Several people here have this name: Dev Patel. Please type their mail addresses." in wrong.text
    assert await shown() == wanted, "and nothing has changed"
