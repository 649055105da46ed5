"""Recordings that end otherwise than planned: deleted while they run, answered after the end, ended twice at once."""

import asyncio
import html
import json
import re
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest
from av.error import FFmpegError
from starlette.applications import Starlette

from rooms.actions import open_room
from rooms.model import BOOTH, STAGE
from signaling.media.film_parts import parts_of
from signaling.protocol import AGREED_MOST, MediaError, Record, RoomState, TrackState
from signaling.recordings import actions, finishing, queries
from signaling.recordings.model import Recording
from signaling.recordings.pages import place_of
from signaling.recordings.parts import Recordings, erase
from tests.fairs.guests import Guests, guests
from tests.signaling.media.film import sound_packets, video_packets
from tests.signaling.media.test_record import Source, in_two_codecs, played, record
from tests.signaling.quiet import QuietBackEnd
from tests.support.patience import PATIENCE_S
from tests.support.trouble import expects_trouble


class RecordingBackEnd(QuietBackEnd):
    """Records in name: notes who has agreed as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.running = ""
        self.agreed: list[list[str]] = []
        self.away = False

    async def state(self, room: str) -> RoomState | None:
        """A room that records, or not."""
        if self.away:
            raise MediaError("unavailable", "away")
        return RoomState(
            room=room, epoch="", v=1, participants=self.sitting.get(room, []), speakers=[], recording=self.running
        )

    async def record(self, given: Record) -> None:
        """As a node does."""
        if self.away:
            raise MediaError("unavailable", "away")
        if not self.running and not given.begins:
            raise MediaError("not_found", "recording")
        self.running = given.recording
        self.agreed.append(given.agreed)

    async def end_recording(self, room: str) -> None:
        """As a node does."""
        if self.away:
            raise MediaError("unavailable", "away")
        self.running = ""


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Guests]:
    """A fair with people, and a back end that records in name."""
    async with guests(app) as there:
        await app.state.calls.stop()
        app.state.calls.back_end = RecordingBackEnd()
        yield there


async def begun(there: Guests, kind: str = BOOTH) -> tuple[Recording, str]:
    """A recording that runs, and the path of its pages."""
    async with there.kernel.database.write() as uow:
        room = await open_room(uow, there.fair.id, kind, "the-room", "The room")
    path = f"/calls/{room.id}/recordings"
    assert (await there["dev"].post(path)).status_code == 303
    async with there.kernel.database.read() as session:
        recording = await queries.running(session, room.id)
    assert recording is not None
    return recording, path


def written(path: Path, codec: str = "vp8") -> bytes:
    """A file as the node leaves it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    record(path, Source("dev", "camera", codec, video_packets(codec, 4)), agreed=["dev"])
    return path.read_bytes()


def pictures_in(path: Path) -> int:
    """How many pictures a player shows."""
    with av.open(str(path)) as file:
        return sum(1 for _ in file.decode(video=0))


async def test_who_answers_after_the_end_does_not_begin_it_anew(there: Guests) -> None:
    """While the file is made whole the recording is still there to be answered."""
    _, path = await begun(there)
    back_end = there.app.state.calls.back_end
    back_end.running = ""
    assert (await there["aylin"].post(f"{path}/answer", data={"agrees": "yes"})).status_code == 303
    assert back_end.running == ""
    assert len(back_end.agreed) == 1


async def test_a_recording_that_goes_while_it_runs_is_ended_and_leaves_no_file(there: Guests) -> None:
    """Somebody who can be heard in it is erased."""
    recording, _ = await begun(there)
    recordings = Recordings(there.app.state.calls)
    path = recordings.path(recording.id)
    written(path)
    path.with_suffix(".0a1b2c3d.webm").write_bytes(b"what a killed worker left")
    async with there.kernel.database.write() as uow:
        await erase(uow, there.ids["dev"])
    await there.kernel.jobs.run_due()
    assert there.app.state.calls.back_end.running == ""
    assert list(path.parent.iterdir()) == []


async def test_a_file_that_is_made_whole_while_it_is_deleted_does_not_come_back(
    there: Guests, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording, _ = await begun(there)
    recordings, loop = Recordings(there.app.state.calls), asyncio.get_running_loop()
    there.app.state.calls.back_end.running = ""
    path = recordings.path(recording.id)
    before = written(path)

    async def deleted() -> None:
        async with there.kernel.database.write() as uow:
            await actions.delete(uow, recording.id)
        await there.kernel.jobs.run_due()

    def meanwhile(path: Path, names: Mapping[str, str]) -> finishing.Finished:
        asyncio.run_coroutine_threadsafe(deleted(), loop).result(PATIENCE_S)
        path.write_bytes(before)  # the copy takes the place of what was removed
        return finishing.Finished(4.0, len(before), [])

    monkeypatch.setattr("signaling.recordings.parts.finish", meanwhile)
    await recordings.settle(recording.id)
    assert list(path.parent.iterdir()) == []


async def test_nor_does_what_a_worker_left_that_was_killed_meanwhile(there: Guests) -> None:
    """Its job is done again by another one."""
    recording, _ = await begun(there)
    recordings = Recordings(there.app.state.calls)
    there.app.state.calls.back_end.running = ""
    async with there.kernel.database.write() as uow:
        await actions.delete(uow, recording.id)
    await there.kernel.jobs.run_due()
    path = recordings.path(recording.id)
    written(path)  # the copy took its place, and then the worker was killed
    await recordings.settle(recording.id)
    assert list(path.parent.iterdir()) == []


async def test_an_answer_that_came_meanwhile_is_told_as_well(there: Guests) -> None:
    """Two answer at once, and the list of who agreed first arrives last: nobody stays in it who took it back."""
    recording, _ = await begun(there)
    back_end = there.app.state.calls.back_end
    aylin = there.ids["aylin"]

    class Slow(RecordingBackEnd):
        async def record(self, given: Record) -> None:
            if not self.agreed:
                async with there.kernel.database.write() as uow:
                    actions.answer(uow, recording.id, aylin, agrees=False)
            await super().record(given)

    async with there.kernel.database.write() as uow:
        actions.answer(uow, recording.id, aylin, agrees=True)
    slow = Slow()
    slow.running = back_end.running
    await Recordings(replace(there.app.state.calls, back_end=slow)).fit(recording)
    assert [aylin in each for each in slow.agreed] == [True, False]


async def test_an_answer_that_the_node_did_not_hear_is_told_at_the_next_look(there: Guests) -> None:
    recording, path = await begun(there)
    back_end = there.app.state.calls.back_end
    assert (await there["aylin"].post(f"{path}/answer", data={"agrees": "yes"})).status_code == 303
    back_end.away = True
    assert (await there["aylin"].post(f"{path}/answer", data={"agrees": "no"})).status_code == 503
    back_end.away = False
    assert there.ids["aylin"] in back_end.agreed[-1]
    await Recordings(there.app.state.calls).settle(recording.id)
    assert there.ids["aylin"] not in back_end.agreed[-1]


async def test_however_many_agree_who_takes_it_back_is_heard(there: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    recording, _ = await begun(there)
    many = {f"person-{number}": True for number in range(AGREED_MOST + 5)}

    async def answers(*_: Any) -> dict[str, bool]:
        return many | {"person-7": False}

    monkeypatch.setattr(queries, "answers", answers)
    await Recordings(there.app.state.calls).fit(recording)
    told = there.app.state.calls.back_end.agreed[-1]
    assert len(told) == AGREED_MOST
    assert "person-7" not in told
    assert told[-1] == f"person-{AGREED_MOST + 4}"


def test_two_who_make_a_file_whole_at_once_do_not_spoil_it(tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    written(path)
    found: list[Any] = []
    both = threading.Barrier(2)

    def work() -> None:
        both.wait()
        found.append(finishing.finish(path, {}))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.seconds for each in found] == pytest.approx([4, 4], abs=0.1)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.jsonl", "a.webm"]


async def test_what_came_as_h264_is_an_mp4_in_the_end(there: Guests) -> None:
    """That is what browsers and players take it in. Whoever comes late to make it whole finds it done."""
    recording, _ = await begun(there)
    recordings = Recordings(there.app.state.calls)
    film = recordings.path(recording.id)
    written(film, "h264")
    there.app.state.calls.back_end.running = ""
    await recordings.settle(recording.id)
    answer = await there["dev"].get(f"/recordings/{recording.id}/file?download")
    assert answer.headers["content-type"] == "video/mp4"
    assert ".mp4" in answer.headers["content-disposition"]
    assert not film.exists()
    whole = finishing.file_of(film)
    assert whole.suffix == ".mp4"
    assert answer.content == whole.read_bytes()
    pictures, _ = played(whole)
    assert len(pictures) == 60
    assert finishing.finish(film, {}).seconds == pytest.approx(4, abs=0.1)
    async with there.kernel.database.write() as uow:
        await actions.delete(uow, recording.id)
    await there.kernel.jobs.run_due()
    assert list(film.parent.iterdir()) == []


async def test_a_recording_in_two_codecs_has_parts_that_are_whole_each_and_are_found_by_moment(there: Guests) -> None:
    recording, _ = await begun(there)
    recordings = Recordings(there.app.state.calls)
    film, replay = recordings.path(recording.id), f"/recordings/{recording.id}"
    film.parent.mkdir(parents=True, exist_ok=True)
    record(film, *(each for each in in_two_codecs() if each.track.kind == "video"))
    there.app.state.calls.back_end.running = ""
    await recordings.settle(recording.id)
    begins = list(parts_of(film))
    assert [path.suffix for path in parts_of(film).values()] == [".webm", ".mp4", ".webm"]
    page = (await there["dev"].get(replay)).text
    assert f'href="{replay}/file?at={begins[1]}#t=0"' in page
    async with there.kernel.database.read() as session:
        found = await session.get_one(Recording, recording.id)
    assert found.seconds == 14
    assert found.bytes == sum(path.stat().st_size for path in parts_of(film).values())
    for at, path in parts_of(film).items():
        answer = await there["dev"].get(f"{replay}/file?at={at}&download=1")
        assert answer.content == path.read_bytes()
        assert f"{begins.index(at) + 1}{path.suffix}" in answer.headers["content-disposition"]
        with av.open(str(path)) as file:
            assert len(list(file.decode(video=0))) >= 29
    for wrong in ("1", "-1", "²", "9" * 13, "../x"):
        assert (await there["dev"].get(f"{replay}/file?at={wrong}")).status_code == 404
    async with there.kernel.database.write() as uow:
        await actions.delete(uow, recording.id)
    await there.kernel.jobs.run_due()
    assert list(film.parent.iterdir()) == []


def test_a_part_begins_with_the_chapter_that_runs_then() -> None:
    chapters: list[finishing.Chapter] = [(0, "anna", ""), (4_000, "ben", ""), (9_000, None, "The machine")]
    assert finishing.chapters_within(chapters, 0, 6_000) == chapters[:2]
    assert finishing.chapters_within(chapters, 6_000, None) == [(0, "ben", ""), (3_000, None, "The machine")]
    assert place_of("r", [0, 6_000], 9_800) == "/recordings/r/file?at=6000#t=3"


@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_a_file_says_in_its_chapters_who_speaks_as_far_as_it_has_room_for(tmp_path: Path, codec: str) -> None:
    """What is noted beside it names nobody: the page says who somebody is now."""
    path = tmp_path / "a.webm"
    written(path, codec)
    noted = [{"ms": 0, "person": "anna"}, {"ms": 1_000, "title": "The machine"}, {"ms": 2_000, "person": "ben"}]
    path.with_suffix(".jsonl").write_text("".join(json.dumps(each) + "\n" for each in noted))
    found = finishing.finish(path, {"anna": "Anna Öztürk", "ben": "Ö" * 200})
    assert found.chapters == [(0, "anna", ""), (1_000, None, "The machine"), (2_000, "ben", "")]
    with av.open(str(finishing.file_of(path))) as file:
        titles = [each["metadata"]["title"] for each in file.chapters()]
    assert titles == ["Anna Öztürk", "The machine", "Ö" * 127]


@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_a_file_that_was_made_whole_shows_every_picture_to_the_last(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "a.webm"
    sound = Source("dev", "microphone", "opus", sound_packets(3))
    record(path, Source("dev", "camera", codec, video_packets(codec, 3)), sound, agreed=["dev"])
    before = pictures_in(path)
    finishing.finish(path, {})
    assert pictures_in(finishing.file_of(path)) == before > 0


def test_of_the_two_files_that_a_killed_worker_left_the_one_that_plays_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    before = written(path, "h264")
    finishing.finish(path, {})
    path.write_bytes(before)
    assert finishing.finish(path, {}).seconds == pytest.approx(4, abs=0.1)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.jsonl", "a.mp4"]


@expects_trouble
def test_without_room_for_the_copy_it_can_still_be_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = written(tmp_path / "a.webm")

    def full(*_: Any) -> None:
        raise FFmpegError(28, "No space left on device")

    monkeypatch.setattr(finishing, "_copy", full)
    assert finishing.finish(tmp_path / "a.webm", {}).seconds == pytest.approx(4, abs=0.1)
    assert (tmp_path / "a.webm").read_bytes() == before


@pytest.mark.parametrize(("kind", "asked"), [(BOOTH, ["Aylin Demir", "Bernd Kowalski"]), (STAGE, ["Aylin Demir"])])
async def test_a_moderator_sees_who_is_there_and_has_not_answered_yet(
    there: Guests, kind: str, asked: list[str]
) -> None:
    """On a stage only of those who send something: the many who watch have nothing to agree to."""
    recording, path = await begun(there, kind)
    back_end = there.app.state.calls.back_end
    for name in ("dev", "aylin", "bernd"):
        back_end.sits(recording.call_id, f"{name}-1", there.ids[name])
    back_end.sitting[recording.call_id][1].tracks.append(TrackState(id="1", source="microphone", muted=True))

    async def waited_for(who: str) -> list[str]:
        shown = (await there[who].get(path)).text
        rows = re.findall(r'list-title">([^<]+)</p>\s*<p class="list-line">has not answered yet', shown)
        return [html.unescape(each) for each in rows]

    assert await waited_for("dev") == asked
    assert await waited_for("aylin") == []
    assert (await there["aylin"].post(f"{path}/answer", data={"agrees": "no"})).status_code == 303
    assert await waited_for("dev") == asked[1:]
    back_end.away = True
    assert "Answers so far" in (await there["dev"].get(path)).text


async def test_a_chapter_is_a_line_that_can_be_kept(there: Guests) -> None:
    """What no table takes would keep the recording from ever being finished."""
    _, path = await begun(there)
    noted: list[str] = []

    async def mark(given: Any) -> None:
        noted.append(given.title)

    there.app.state.calls.back_end.mark = mark
    for title in ("The \x00 machine", "The   machine"):
        assert (await there["dev"].post(f"{path}/mark", data={"title": title})).status_code == 303
    assert noted == ["The machine"]


async def test_where_calls_cannot_be_recorded_nobody_is_offered_it(there: Guests) -> None:
    """LiveKit carries them."""
    async with there.kernel.database.write() as uow:
        room = await open_room(uow, there.fair.id, BOOTH, "the-booth", "The booth")
    page = there["dev"]
    assert ">Record<" in (await page.get(f"/calls/{room.id}/recordings")).text
    there.app.state.calls.back_end.engine = "livekit"
    for who in (page, there["aylin"]):
        shown = (await who.get(f"/calls/{room.id}/recordings")).text
        assert ">Record<" not in shown
        assert "Calls are not recorded on this site." in shown
