"""Whom an organiser means by the names or mail addresses that a list has."""

import html
import re

import pytest

from fairs.model import Ban
from meetings import plans
from meetings.naming import NAMED_MOST, listed, members_meant, members_of
from meetings.plans import GroupWish
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
        ("Ling, Ada <ada@example.org>", ["ada@example.org"]),
        ('"Ling, Ada" <ada@example.org> ', ["ada@example.org"]),
        ("Ada Ling <ada@example.org>, Bob <bob@example.org>", ["ada@example.org", "bob@example.org"]),
    ],
)
def test_a_list_is_a_name_to_a_line_or_addresses_with_names_beside_them(typed: str, found: list[str]) -> None:
    assert listed(typed) == found


@pytest.mark.parametrize(
    ("typed", "quoted"),
    [
        ("ada@", "ada@"),
        ("@", "@"),
        ("Ada <ada@>", "ada@"),
        ("Bob\n 1 ", "1"),
        ("x" * 500, "x" * 80),
        ("ada@example.org, 7", "7"),
        ("a@b@c", "a@b@c"),
        ("x@ ada@example.org", "x@ ada@example.org"),
    ],
)
def test_what_is_neither_name_nor_address_is_refused_and_quoted(typed: str, quoted: str) -> None:
    with pytest.raises(UnacceptableError) as refused:
        listed(typed)
    assert str(refused.value) == f"Neither a name nor a mail address: {quoted}"


def test_of_an_endless_list_no_more_is_read_than_a_group_may_have() -> None:
    endless = "\n".join(f"a{number}@example.org" for number in range(NAMED_MOST)) + "\nnot read: @"
    assert len(listed(endless)) == NAMED_MOST


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


async def test_names_are_found_in_any_case_beyond_ascii_as_well(there: Scene) -> None:
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(Person, there.ids["dev"])).name = "Özlem Kaya"
    async with there.kernel.database.read() as session:
        for named in ("Özlem Kaya", "özlem kaya", "ÖZLEM KAYA"):
            assert (await members_meant(session, there.fair.id, [named])).ids == [there.ids["dev"]], named
        assert (await members_meant(session, there.fair.id, ["CHLOÉ MARTIN"])).ids == [there.ids["chloe"]]


async def test_who_is_shut_out_is_meant_by_the_address_alone_so_that_their_group_can_be_saved(there: Scene) -> None:
    dev = await mail_of(there, "dev")
    async with there.kernel.database.write() as uow:
        group = await plans.add_group(uow, there.fair.id, GroupWish("Buyers", None, [there.ids["dev"]]))
        by = {"person_id": there.ids["dev"], "by_id": there.ids["edda"]}
        uow.session.add(Ban(id=new_id(), fair_id=there.fair.id, at=there.clock.now(), reason="", **by))
    async with there.kernel.database.read() as session:
        meant = await members_meant(session, there.fair.id, ["Dev Patel", dev])
        assert (meant.ids, meant.nobody) == ([there.ids["dev"]], ["Dev Patel"])
        shown = (await members_of(session, [group.id]))[group.id]
    path = f"/fairs/ruhr/meetings/groups/{group.id}"
    assert (await there["edda"].post(path, data={"members": "\n".join([*shown, "Bernd Kowalski"])})).is_redirect


async def test_a_group_takes_names_and_shows_them_so_that_saving_it_again_changes_nothing(there: Scene) -> None:
    path = "/fairs/ruhr/meetings"
    edda = there["edda"]
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(Person, there.ids["chloe"])).name = "Aylin Demir, PhD"
    await edda.post(f"{path}/groups", data={"name": "Buyers", "role": ""})
    group = (await edda.get(f"{path}/plan")).text.split("/meetings/groups/")[1][:36]

    async def shown() -> str:
        found = re.search(r"<textarea[^>]*>([^<]*)</textarea>", (await edda.get(f"{path}/plan")).text)
        assert found
        return html.unescape(found[1]).strip("\n")

    assert (await edda.post(f"{path}/groups/{group}", data={"members": "dev patel\nAylin Demir, PhD"})).is_redirect
    wanted = f"Aylin Demir, PhD <{await mail_of(there, 'chloe')}>\nDev Patel <{await mail_of(there, 'dev')}>"
    assert await shown() == wanted
    assert (await edda.post(f"{path}/groups/{group}", data={"members": await shown()})).is_redirect
    assert await shown() == wanted
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(Person, there.ids["aylin"])).name = "Dev Patel"
    wrong = await edda.post(f"{path}/groups/{group}", data={"members": "Dev Patel\nBernd Kowalski"})
    assert wrong.status_code == 422
    assert "Several people here have this name: Dev Patel. Please type their mail addresses." in wrong.text
    assert await shown() == wanted, "and nothing has changed"
