"""Partner institutions import for their own networks: their own records, and nobody else's."""

import asyncio
import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import select, update

from directory.imports.pages import bringing
from directory.imports.terminal import Asked, Terminal
from directory.organisations.belonging import accept
from directory.organisations.model import Member, Organisation
from directory.partners.actions import dismiss
from directory.partners.model import NetworkMember
from directory.partners.queries import members, sources_kept
from people.text import UnacceptableError
from tests.directory.imports.chamber import LIST, PRODUCTS, imported, source_of, tried
from tests.directory.imports.test_pages import upload
from tests.directory.scene import Scene


async def in_network(there: Scene, chamber: str) -> list[str]:
    query = select(Organisation.name).join(NetworkMember, NetworkMember.organisation_id == Organisation.id)
    async with there.kernel.database.read() as session:
        return sorted(await session.scalars(query.where(NetworkMember.partner_id == chamber)))


async def tokens_by_address(there: Scene) -> dict[str, str]:
    """The invitations that were sent, by whom they are to."""
    await there.kernel.jobs.run_due()
    folder = there.kernel.settings.data / "mail"
    texts = {}
    for path in folder.glob("*.eml"):
        letter = message_from_bytes(path.read_bytes(), policy=default)
        text = letter.get_body(("plain",))
        assert text
        texts[str(letter["to"])] = text.get_content()
    return {to: re.findall(r"/invitation\?token=([\w-]+)", text)[0] for to, text in texts.items()}


async def test_what_an_institution_imports_belongs_to_its_network_until_it_is_taken_back(
    there: Scene, chamber: str
) -> None:
    chloe = there["chloe"]
    assert "/imports?partner=" in (await chloe.get("/partners/chamber/desk")).text
    path = await imported(there, chloe, LIST, source="members", licence="cc-by")
    assert await in_network(there, chamber) == ["Elektrolyse Ruhr", "Hydrolumière"]
    assert await source_of(there, "Elektrolyse Ruhr") == "chamber: members"
    page = (await there["gina"].get("/o/elektrolyse-ruhr")).text
    assert "Source: chamber: members · <a" in page
    assert "creativecommons.org/licenses/by/4.0/" in page
    await chloe.post(f"{path}/undo")
    await there.kernel.jobs.run_due()
    assert await in_network(there, chamber) == []


async def test_it_changes_no_record_of_anybody_else(there: Scene, chamber: str) -> None:
    """What it says is the same as one of those joins its network, and stays as it is; products go to its own alone."""
    chloe = there["chloe"]
    path = await imported(there, chloe, "Firma;Web;Ort\nVoltbus;voltbus.example;Bochum\n", source="members")
    asked = re.search(rf'action="({path}/duplicates/[^"]+)"', (await chloe.get(path)).text)
    assert asked
    await chloe.post(asked[1], data={"decision": "merged"})
    assert await in_network(there, chamber) == ["Voltbus"]
    assert await source_of(there, "Voltbus") is None
    assert "Bochum" not in (await chloe.get("/o/voltbus")).text

    await imported(there, chloe, LIST, source="members")
    products = await imported(there, chloe, PRODUCTS, source="members", kind="products")
    report = (await chloe.get(f"{products}/report/export.csv")).text
    assert "Elektrolyseur" in (await there["gina"].get("/o/elektrolyse-ruhr/products")).text
    assert "Your institution does not keep this organisation" in report
    assert "Fremdes" not in (await there["gina"].get("/o/voltbus/products")).text


async def test_its_imports_are_seen_by_its_own_people_and_who_runs_the_platform(there: Scene, chamber: str) -> None:
    ours = await imported(there, there["chloe"], LIST, source="members")
    theirs = await imported(there, there["ada"], "Name;Ort\nSecret;Bochum\n", source="A source of the platform")
    assert (await there["aylin"].get("/imports")).status_code == 404, "she speaks for no institution"
    assert (await there["aylin"].get(ours)).status_code == 404
    listed = (await there["chloe"].get("/imports")).text
    assert ours in listed
    assert theirs not in listed
    assert "A source of the platform" not in listed
    for deed in ("", "/progress", "/report/export.csv"):
        assert (await there["chloe"].get(theirs + deed)).status_code == 404
    for deed in ("mapping", "reading", "import", "undo", "stop", "forget"):
        assert (await there["chloe"].post(f"{theirs}/{deed}", data={})).status_code == 404
    assert (await there["ada"].get(ours)).status_code == 200
    foreign = await upload(there["chloe"], LIST.encode(), partner=there.ids["ada"])
    assert foreign.status_code == 422


async def test_a_file_larger_than_institutions_bring_is_refused_and_no_more_of_it_written(
    there: Scene, chamber: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    unlink = Path.unlink

    def noting(path: Path, missing_ok: bool = False) -> None:
        written.append(path.stat().st_size)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", noting)
    monkeypatch.setattr(bringing, "INSTITUTION_MOST", 200_000)
    too_large = LIST + "3;Acme;;Bochum\n" * 100_000
    refused = await upload(there["chloe"], too_large.encode(), source="members")
    assert refused.status_code == 422
    assert "has 100 MB at most" in refused.text
    assert max(written) <= 200_000


async def test_who_is_a_partner_no_longer_gets_no_network_from_an_import_that_goes_on(
    there: Scene, chamber: str
) -> None:
    path = await tried(there, there["chloe"], LIST, source="members")
    await there["chloe"].post(f"{path}/import")
    async with there.kernel.database.write() as uow:
        await dismiss(uow, chamber, by_id=there.ids["ada"])
    await there.kernel.jobs.run_due()
    assert await source_of(there, "Elektrolyse Ruhr") == "chamber: members"
    assert await in_network(there, chamber) == []


async def test_it_invites_who_looks_after_the_records_that_it_has_brought(there: Scene, chamber: str) -> None:
    chloe, desk = there["chloe"], "/partners/chamber"
    await imported(there, chloe, LIST, source="members")
    async with there.kernel.database.read() as session:
        brought = await session.scalar(select(Organisation.id).where(Organisation.name == "Elektrolyse Ruhr"))
        voltbus = await session.scalar(select(Organisation.id).where(Organisation.name == "Voltbus"))
    await chloe.post(f"{desk}/organisations", data={"organisation": "voltbus"})
    for foreign in (voltbus, there.ids["ada"]):
        refused = await chloe.post(f"{desk}/organisations/{foreign}/invite", data={"email": "gina@gmx.de"})
        assert refused.status_code == 404, "it is not of the institution's imports"
    invite = f"{desk}/organisations/{brought}/invite"
    assert invite in (await chloe.get(f"{desk}/desk")).text
    assert (await there["aylin"].post(invite, data={"email": "gina@gmx.de"})).status_code == 403
    refused = await chloe.post(invite, data={"email": "nobody"})
    assert refused.status_code == 422
    assert re.search(r'id="email" [^>]*value="nobody" aria-invalid="true"', refused.text), "at its own field"
    assert (await chloe.post(invite, data={"email": "gina@gmx.de"})).status_code == 303
    assert (await chloe.post(invite, data={"email": "aylin@voltbus.example"})).status_code == 303
    tokens = await tokens_by_address(there)
    await there["gina"].post("/invitation", data={"token": tokens["gina@gmx.de"]})
    assert await there.roles(str(brought)) == {"gina": "administrator"}
    assert invite not in (await chloe.get(f"{desk}/desk")).text, "somebody looks after it now"
    await there["aylin"].post("/invitation", data={"token": tokens["aylin@voltbus.example"]})
    assert await there.roles(str(brought)) == {"gina": "administrator"}, "who else belongs is hers to say from now on"
    async with there.kernel.database.write() as uow:
        await uow.session.execute(update(Member).where(Member.organisation_id == brought).values(role="editor"))
    assert invite not in (await chloe.get(f"{desk}/desk")).text, "its administrator has gone, but it is not ownerless"
    assert (await chloe.post(invite, data={"email": "ben@voltbus.example"})).status_code == 404


async def test_a_file_that_waits_is_imported_no_more_when_its_institution_is_no_partner(
    there: Scene, chamber: str
) -> None:
    path = await tried(there, there["chloe"], LIST, source="members")
    async with there.kernel.database.write() as uow:
        await dismiss(uow, chamber, by_id=there.ids["ada"])
    refused = await there["ada"].post(f"{path}/import")
    assert "is no partner any more" in refused.text
    assert await source_of(there, "Elektrolyse Ruhr") is None


async def test_two_files_of_a_new_source_at_once_are_both_taken(there: Scene, chamber: str) -> None:
    both = await asyncio.gather(
        *(upload(there["chloe"], LIST.encode(), source="members", licence="cc-by") for _ in range(2))
    )
    assert [each.status_code for each in both] == [303, 303]


async def test_all_that_wait_are_listed_page_by_page_and_who_is_invited_last(there: Scene, chamber: str) -> None:
    rows = "".join(f"{number};Member {number:02};;Essen\n" for number in range(40))
    await imported(there, there["chloe"], "Nr;Firma;Web;Ort\n" + rows, source="members")
    desk = "/partners/chamber/desk"
    first = (await there["chloe"].get(desk)).text
    found = re.findall(r"/organisations/([0-9A-Za-z-]+)/invite", first)
    assert len(found) == 30
    onward = re.search(r'href="(\?waiting=30)', first)
    assert onward
    second = re.findall(r"/organisations/([0-9A-Za-z-]+)/invite", (await there["chloe"].get(desk + onward[1])).text)
    assert len({*found, *second}) == 40
    invite = f"/partners/chamber/organisations/{second[-1]}/invite"
    assert (await there["chloe"].post(invite, data={"email": "gina@gmx.de"})).status_code == 303
    assert (await there["chloe"].post(invite.replace(second[-1], found[0]), data={"email": "gina@gmx.de"})).is_redirect
    last = (await there["chloe"].get(desk + onward[1])).text
    assert re.findall(r"/organisations/([0-9A-Za-z-]+)/invite", last)[-2:] == [found[0], second[-1]]
    assert last.count("Invite again") == 2
    assert (await there["chloe"].get(f"{desk}?waiting=x")).status_code == 404


async def test_whom_it_invited_for_a_record_comes_not_into_the_organisation_that_the_record_becomes_a_part_of(
    there: Scene, chamber: str
) -> None:
    """Who belongs to Voltbus is its administrators' to say, also when a record of the institution's is made one."""
    await imported(there, there["chloe"], LIST, source="members")
    async with there.kernel.database.read() as session:
        brought = await session.scalar(select(Organisation.id).where(Organisation.name == "Elektrolyse Ruhr"))
        voltbus = await session.scalar(select(Organisation.id).where(Organisation.name == "Voltbus"))
    invite = f"/partners/chamber/organisations/{brought}/invite"
    assert (await there["chloe"].post(invite, data={"email": "gina@gmx.de"})).status_code == 303
    tokens = await tokens_by_address(there)
    assert (await there["ada"].post("/o/elektrolyse-ruhr/merge", data={"into": "voltbus"})).status_code == 303
    await there["gina"].post("/invitation", data={"token": tokens["gina@gmx.de"]})
    assert await there.roles(str(voltbus)) == {"aylin": "administrator"}


async def test_a_record_of_its_own_stays_so_when_it_becomes_a_part_of_another_sources_record(
    there: Scene, chamber: str
) -> None:
    chloe = there["chloe"]
    await imported(there, chloe, LIST, source="members")
    await imported(there, there["ada"], "Nr;Firma;Ort\n7;Ruhr Gas;Bochum\n", source="agency")
    assert (await there["ada"].post("/o/elektrolyse-ruhr/merge", data={"into": "ruhr-gas"})).status_code == 303
    again = await imported(there, chloe, LIST.replace("Essen", "Essen-Kray"), source="members")
    report = (await chloe.get(f"{again}/report/export.csv")).text
    assert "Another source of this record goes first, so it says something else: Name, Town" in report
    await imported(there, chloe, "product;supplier id\nElektrolyseur;2\n", source="members", kind="products")
    assert "Elektrolyseur" in (await there["gina"].get("/o/ruhr-gas/products")).text
    assert await in_network(there, chamber) == ["Hydrolumière", "Ruhr Gas"]
    async with there.kernel.database.read() as session:
        merged = await session.scalar(select(Organisation.id).where(Organisation.name == "Ruhr Gas"))
    assert f"/partners/chamber/organisations/{merged}/invite" in (await chloe.get("/partners/chamber/desk")).text
    page = (await there["gina"].get("/o/ruhr-gas")).text
    assert page.index("Source: agency") < page.index("Source: chamber: members")
    assert "Bochum" in page


async def test_of_two_who_come_in_at_once_the_first_one_says_who_else_belongs(there: Scene, chamber: str) -> None:
    await imported(there, there["chloe"], LIST, source="members")
    async with there.kernel.database.read() as session:
        brought = await session.scalar(select(Organisation.id).where(Organisation.name == "Elektrolyse Ruhr"))
    for email in ("gina@gmx.de", "aylin@voltbus.example"):
        await there["chloe"].post(f"/partners/chamber/organisations/{brought}/invite", data={"email": email})
    tokens = await tokens_by_address(there)

    async def come(token: str, person: str) -> str | None:
        async with there.kernel.database.write() as uow:
            return await accept(uow, token, there.ids[person])

    async with there.kernel.database.write() as uow:
        await uow.session.get(Organisation, brought, with_for_update=True)
        second = asyncio.create_task(come(tokens["aylin@voltbus.example"], "aylin"))
        await asyncio.wait([second], timeout=0.3)  # it is on its way, and waits for whoever holds the record
        assert await accept(uow, tokens["gina@gmx.de"], there.ids["gina"])
    came = await second
    assert came is None
    assert await there.roles(str(brought)) == {"gina": "administrator"}


async def test_the_command_line_imports_for_an_institution_and_a_trial_leaves_nothing(
    there: Scene, chamber: str, tmp_path: Path
) -> None:
    file = tmp_path / "members.csv"
    file.write_text(LIST)
    kernel, silent = there.kernel, lambda _line: None
    terminal = Terminal(kernel.database, kernel.settings.data, silent, silent)
    with pytest.raises(UnacceptableError, match="no partner institution"):
        await terminal.bring(Asked(file, "organisations", partner="voltbus"))
    asked = Asked(file, "organisations", partner="chamber", only_try=True)
    assert (await terminal.bring(asked)).made == 2
    async with kernel.database.read() as session:
        assert await sources_kept(session, chamber) == []
    await terminal.bring(Asked(file, "organisations", partner="chamber"))
    async with kernel.database.read() as session:
        assert await sources_kept(session, chamber) == ["chamber: members"]
        assert len((await session.scalars(members(None, chamber))).all()) == 2
