"""Files in a meeting: who gives them, who gets them, how many, and what is left of them."""

import io
import zipfile
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from directory.attachments import checked
from directory.organisations import actions
from directory.organisations.model import Member, Organisation
from meetings import bookings, files
from meetings.model import Meeting, MeetingFile
from meetings.rules import OPENS_BEFORE
from people import own_data
from people.model import Person
from server.live import topics
from tests.meetings.inside import begun, line
from tests.meetings.scene import Scene

PDF = b"%PDF-1.4 load curves"


async def give(there: Scene, name: str, meeting: str, content: bytes = PDF, called: str = "curves.pdf") -> Any:
    """Somebody's browser gives a file."""
    return await there[name].post(f"/meetings/{meeting}/files", files={"file": (called, content)})


async def given(there: Scene, name: str, meeting: str) -> list[files.FileShown]:
    """What somebody finds there."""
    async with there.kernel.database.read() as session:
        return await files.files_of(session, there.ids[name], meeting)


def kept(there: Scene, file: files.FileShown) -> bool:
    """Whether its content is there still."""
    return there.kernel.files.path(file.file).is_file()


async def test_a_file_comes_to_the_other_side_at_once_and_its_giver_takes_it_back(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    async with line(there, "bernd", topics.meeting(meeting)) as bernd:
        assert (await give(there, "aylin", meeting, called="Lastgänge Juli.pdf")).is_redirect
        await bernd.hear("files")
    [file] = await given(there, "bernd", meeting)
    path = f"/meetings/{meeting}/files/{file.id}"
    assert "Lastgänge Juli.pdf" in (await there["bernd"].get(f"/meetings/{meeting}/files")).text
    loaded = await there["bernd"].get(path)
    assert loaded.content == PDF
    assert loaded.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in loaded.headers["content-security-policy"]
    assert (await there["bernd"].post(f"{path}/remove")).is_redirect
    assert len(await given(there, "aylin", meeting)) == 1
    await there["aylin"].post(f"{path}/remove")
    await there.kernel.jobs.run_due()
    assert await given(there, "aylin", meeting) == []
    assert not kept(there, file)
    assert (await there["bernd"].get(path)).status_code == 404


async def test_files_are_for_those_who_sit_there_and_the_door_is_the_rooms(there: Scene) -> None:
    meeting = await there.book((await there.slots())[0], "aylin", "bernd")
    early = await give(there, "aylin", meeting)
    assert (early.status_code, "while the room is open" in early.text) == (409, True)
    await there.go_to(meeting, minutes=4)
    assert (await give(there, "aylin", meeting)).is_redirect
    assert (await give(there, "chloe", meeting)).status_code == 404
    [file] = await given(there, "bernd", meeting)
    for path in ("", f"/{file.id}"):
        assert (await there["chloe"].get(f"/meetings/{meeting}/files{path}")).status_code == 404
    assert (await there["chloe"].post(f"/meetings/{meeting}/files/{file.id}/remove")).status_code == 404
    await there.go_to(meeting, minutes=-60)
    assert (await give(there, "bernd", meeting)).status_code == 409
    assert (await there["bernd"].get(f"/meetings/{meeting}/files/{file.id}")).content == PDF


async def test_a_meeting_without_files_says_whether_they_can_still_come(there: Scene) -> None:
    slot = (await there.slots())[0]
    meeting = await there.book(slot, "aylin", "bernd")
    called_off = await there.book((await there.slots())[1], "aylin", "bernd")
    await there["bernd"].post(f"/meetings/{called_off}/cancel", data={"reason": "Ill"})
    ahead, open_now, over = (
        "Files can be given from five minutes before the meeting on.",
        "Nobody has given a file yet.",
        "No files were given here.",
    )

    async def said(of: str = meeting) -> list[str]:
        page = (await there["aylin"].get(f"/meetings/{of}/files")).text
        return [text for text in (ahead, open_now, over) if text in page]

    assert (await said(), await said(called_off)) == ([ahead], [over])
    there.clock.advance(seconds=(slot.starts_at - there.clock.now() - OPENS_BEFORE).total_seconds())
    assert await said() == [open_now]
    there.clock.advance(hours=3)
    assert await said() == [over]


async def test_what_is_no_document_and_what_is_too_much_is_refused_and_not_kept(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = await begun(there, "aylin", "bernd")
    for content, name in ((b"MZ", "curves.exe"), (b"MZ", "curves.pdf"), (b"", "curves.pdf")):
        assert (await give(there, "aylin", meeting, content, name)).status_code == 422
    monkeypatch.setattr(files, "ALL_MOST", 2 * len(PDF))
    monkeypatch.setattr(files, "FILES_MOST", 2)
    assert (await give(there, "aylin", meeting)).is_redirect
    much = await give(there, "bernd", meeting, PDF + PDF)
    assert (much.status_code, "would be too large" in much.text) == (409, True)
    await there.kernel.jobs.run_due()
    assert {path.name for path in there.kernel.files.folder.rglob("*.pdf")} == {
        file.file for file in await given(there, "aylin", meeting)
    }
    assert (await give(there, "bernd", meeting)).is_redirect  # the same content, kept once
    many = await give(there, "bernd", meeting, b"%PDF-")
    assert (many.status_code, "More files than these" in many.text) == (409, True)


async def test_who_gets_a_seat_has_the_files_of_its_side_and_who_gave_it_away_has_them_no_more(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    await give(there, "aylin", meeting)
    plan = await there.plan()
    async with there.kernel.database.write() as uow:
        booked = await uow.session.get_one(Meeting, meeting)
        pair = there.ids["aylin"], there.ids["dev"]
        await bookings.hand_on(uow, booked, there.fair, plan, *pair, by_id=pair[0])
    [file] = await given(there, "dev", meeting)
    assert file.mine
    assert await given(there, "aylin", meeting) == []
    assert (await there["aylin"].get(f"/meetings/{meeting}/files/{file.id}")).status_code == 404
    assert (await there["dev"].get(f"/meetings/{meeting}/files/{file.id}")).content == PDF


async def test_ones_files_are_in_ones_archive_and_go_with_ones_account(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    await give(there, "aylin", meeting)
    [file] = await given(there, "aylin", meeting)
    archive = await _archive(there["aylin"])
    assert archive.read(f"files/meetings/{file.id} curves.pdf") == PDF
    assert not [each for each in (await _archive(there["bernd"])).namelist() if each.startswith("files/meetings")]
    async with there.kernel.database.write() as uow:
        uow.enqueue(own_data.JOB, {"person_id": there.ids["aylin"]})
    await there.kernel.jobs.run_due()
    await there.kernel.jobs.run_due()
    assert not kept(there, file)
    async with there.kernel.database.read() as session:
        assert await session.get(MeetingFile, file.id) is None


async def test_whom_one_meets_stands_beside_the_call_with_their_organisation_for_those_who_sit_there(
    there: Scene,
) -> None:
    meeting = await begun(there, "aylin", "bernd")
    path = f"/meetings/{meeting}/beside/"
    async with there.kernel.database.write() as uow:
        bernd = await uow.session.get_one(Person, there.ids["bernd"])
        bernd.seeks = "Chargers for night depots"
        await actions.create(uow, {"name": "Ruhr Buses", "kind": "company"}, by_id=bernd.id)
        house = await uow.session.scalar(select(Organisation.id).where(Organisation.name == "Ruhr Buses"))
        role = {"person_id": there.ids["aylin"], "role": "administrator", "since": there.clock.now()}
        uow.session.add(Member(organisation_id=house, **role))
        assert house is not None
        taken = checked("Tender.pdf", PDF, len(PDF))
        paper = await actions.add_document(uow, house, taken, "tender.pdf", len(PDF), by_id=bernd.id)
    frame = (await there["aylin"].get(path + there.ids["bernd"], headers={"turbo-frame": "beside"})).text
    for text in ("<turbo-frame", "Chargers for night depots", "Ruhr Buses"):
        assert text in frame
    assert f'/documents/{paper.id}" data-turbo="false" download' in frame, "the browser keeps it, and fetches it once"
    assert not any(text in frame for text in ("<html", "new-product"))  # a piece of the room, in which nobody edits
    assert "<html" in (await there["aylin"].get(path + there.ids["bernd"])).text
    for name, whom in (("chloe", "bernd"), ("aylin", "aylin"), ("aylin", "chloe")):
        assert (await there[name].get(path + there.ids[whom])).status_code == 404


async def _archive(browser: httpx2.AsyncClient) -> zipfile.ZipFile:
    answer = await browser.post("/me/data/export")
    assert answer.status_code == 200, answer.text
    return zipfile.ZipFile(io.BytesIO(answer.content))
