"""One's own data: taken along whole, and erased without a trace."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from people import actions, admins, erasure
from people.events import PersonErased
from people.model import Identity, Person
from people.own_data import Section
from people.parts import People
from people.photos import Kept
from server.kernel.clock import FrozenClock
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.mail import JOB as MAIL_JOB
from server.kernel.parts import Kernel
from server.kernel.tables import metadata
from tests.kernel_fixtures import browser_of
from tests.people.authenticator import Authenticator
from tests.people.scene import AYLIN, BEN, CLARA, at_browser, is_signed_in, last_mail, mails, sign_in, text_of

# Words of Aylin's that are nowhere else.
TRACES = ("Aylin", "Yıldız", AYLIN, "Voltwerk", "Head of Sales", "Ladestation", "Ladesäulen", "Istanbul", "sub-4711")
PROFILE = {
    "name": "Aylin Yıldız",
    "organisation": "Voltwerk",
    "position": "Head of Sales",
    "languages": ["de", "tr"],
    "seeks": "Eine Ladestation",
    "offers": "Ladesäulen",
    "time_zone": "Europe/Istanbul",
    "locale": "de",
}


async def test_everything_is_in_the_archive(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, aylin):
        await _live_a_little(kernel, browser, aylin)
        answer = await browser.post("/me/data/export")
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["content-disposition"] == 'attachment; filename="fairmatch-2026-09-14.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        profile = json.loads(archive.read("profile.json"))
        photo = Image.open(io.BytesIO(archive.read("files/profile/photo.webp")))
    assert photo.size == (512, 512)
    assert {field: profile["profile"][field] for field in PROFILE} == PROFILE
    assert profile["profile"]["email"] == AYLIN
    assert [one["subject"] for one in profile["single_sign_on"]] == ["sub-4711"]
    assert len(profile["sessions"]) == 1
    assert len(profile["passkeys"]) == 1


async def test_no_secret_is_in_the_archive(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, aylin):
        await _live_a_little(kernel, browser, aylin)
        answer = await browser.post("/me/data/export")
        secrets = await _secrets(kernel)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert len(secrets) == 2  # a password, and a session
    assert [secret for secret in secrets if secret.encode() in content] == []


async def test_other_features_add_their_part(app: Starlette, kernel: Kernel):
    people: People = app.state.people
    name = await kernel.files.put(b"Minutes of a meeting", ".txt")

    async def collect(_session: AsyncSession, person_id: str) -> Section:
        return Section({"of": person_id, "at": kernel.clock.now()}, {"minutes.txt": name, "lost.txt": "0" * 64})

    people.own_data.register("meetings", collect)
    async with at_browser(app, AYLIN) as (browser, aylin):
        answer = await browser.post("/me/data/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert json.loads(archive.read("meetings.json")) == {"of": aylin.id, "at": "2026-09-14T12:00:00+00:00"}
        assert archive.read("files/meetings/minutes.txt") == b"Minutes of a meeting"


async def test_archives_are_limited(app: Starlette, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("people.pages.data.ARCHIVES", "1 per hour")
    async with at_browser(app, AYLIN) as (browser, _):
        assert [(await browser.post("/me/data/export")).status_code for _ in range(2)] == [200, 429]


async def test_after_erasure_no_column_of_any_table_knows_the_person(
    app: Starlette, kernel: Kernel, client: httpx2.AsyncClient, clock: FrozenClock
):
    async with at_browser(app, AYLIN) as (browser, aylin):
        await _live_a_little(kernel, browser, aylin)
        await client.post("/sign-in", data={"email": AYLIN})  # a link that nobody follows
        await client.post("/register", data={"name": "Aylin Y.", "email": AYLIN})
        await browser.post("/me/address", data={"email": CLARA})
        await _park_a_mail(kernel)
        assert await _traces(kernel) != []
        erased = await browser.post("/me/data/erase", data={"confirm": AYLIN.upper()})
        assert (erased.status_code, erased.headers["location"]) == (303, "/")
        assert not await is_signed_in(browser)
    for _ in range(2):  # the second time an hour later, for what was on its way
        await kernel.jobs.run_due()
        assert await _traces(kernel) == []
        assert [path for path in kernel.files.folder.rglob("*") if path.is_file()] == []
        clock.advance(hours=1)


async def test_the_last_mail_says_that_it_is_done(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN, locale="de") as (browser, _):
        await browser.post("/me/data/erase", data={"confirm": AYLIN})
    mail = await last_mail(kernel, AYLIN)
    assert mail["subject"] == "Ihr Konto ist gelöscht"
    assert "letzte Mail" in text_of(mail)


async def test_an_erased_person_is_a_former_participant_to_everybody(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, aylin):
        await browser.post("/me/data/erase", data={"confirm": AYLIN})
    async with at_browser(app, BEN) as (his, _):
        async with kernel.database.write() as uow:
            await admins.grant_admin(uow, (await _by_name(uow, "Ben Otto")).id, by=None)
        assert (await his.get(f"/people/{aylin.id}")).status_code == 404
    async with kernel.database.read() as session:
        kept = await session.get_one(Person, aylin.id)
    assert (kept.name, kept.email, kept.erased_at) == ("", None, kernel.clock.now())


async def test_an_erased_person_is_signed_out_everywhere(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, aylin), browser_of(app) as phone:
        await sign_in(kernel, phone, aylin)
        await browser.post("/me/data/erase", data={"confirm": AYLIN})
        assert not await is_signed_in(phone)


async def test_the_same_address_can_begin_anew(app: Starlette, kernel: Kernel, client: httpx2.AsyncClient):
    async with at_browser(app, AYLIN) as (browser, former):
        await browser.post("/me/data/erase", data={"confirm": AYLIN})
    await last_mail(kernel, AYLIN)
    async with at_browser(app, AYLIN) as (browser, anew):
        assert await is_signed_in(browser)
    assert anew.id != former.id


MISTYPED = ["", "yes", BEN, "aylin"]


async def test_nobody_is_erased_by_mistake(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _):
        for typed in MISTYPED:
            page = await browser.post("/me/data/erase", data={"confirm": typed})
            assert page.status_code == 422
            assert "Please type your mail address" in page.text
            assert await is_signed_in(browser)


async def test_erasure_needs_a_proof_when_the_sign_in_was_long_ago(app: Starlette, clock: FrozenClock):
    async with at_browser(app, AYLIN) as (browser, _):
        clock.advance(minutes=30)
        page = await browser.post("/me/data/erase", data={"confirm": AYLIN})
        assert page.status_code == 422
        assert "sign in again" in page.text
        assert await is_signed_in(browser)


async def test_other_features_forget_too_even_when_they_fail_at_first(
    app: Starlette, kernel: Kernel, clock: FrozenClock
):
    people: People = app.state.people
    asked: list[str] = []
    told: list[PersonErased] = []

    async def collect(_session: AsyncSession, _person_id: str) -> Any:
        return []

    async def erase(_uow: UnitOfWork, person_id: str) -> None:
        asked.append(person_id)
        if len(asked) == 1:
            raise ConnectionError

    async def note(happened: PersonErased) -> None:
        told.append(happened)

    people.own_data.register("meetings", collect, erase)
    kernel.events.on(PersonErased, note)
    async with at_browser(app, AYLIN) as (browser, aylin):
        await browser.post("/me/data/erase", data={"confirm": AYLIN})
    await kernel.jobs.run_due()
    clock.advance(minutes=10)
    await kernel.jobs.run_due()
    assert asked == [aylin.id] * 2
    clock.advance(hours=1)
    await kernel.jobs.run_due()
    assert asked == [aylin.id] * 3, "once more for what was on its way"
    assert told == [PersonErased(aylin.id)]


@pytest.mark.parametrize(
    ("path", "form", "trace", "later"),
    [
        ("/me", PROFILE, "Voltwerk", False),
        ("/me/address", {"email": CLARA}, CLARA, False),
        ("/me/time-zone", {"time_zone": "Asia/Tokyo"}, "Asia/Tokyo", False),
        ("/lists", {"name": "Aylin's list"}, "Aylin's list", True),  # other features forget it the second time
    ],
)
async def test_what_is_on_its_way_while_somebody_is_erased_goes_as_well(
    app: Starlette, kernel: Kernel, clock: FrozenClock, path: str, form: Any, trace: str, later: bool
):
    async with at_browser(app, AYLIN) as (browser, aylin):
        body = urlencode(form, doseq=True).encode()

        async def slowly() -> AsyncIterator[bytes]:
            yield body[:5]
            async with kernel.database.write() as uow:
                await erasure.erase(uow, kernel, aylin.id)
            await kernel.jobs.run_due()
            yield body[5:]

        sent = {"content-type": "application/x-www-form-urlencoded"}
        assert (await browser.post(path, content=slowly(), headers=sent)).status_code < 500
    assert bool(await _traces(kernel, trace)) is later
    clock.advance(hours=1)
    await kernel.jobs.run_due()
    assert await _traces(kernel, trace) == []


async def test_a_photo_that_is_on_its_way_while_somebody_is_erased_is_not_kept(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, aylin):
        await _live_a_little(kernel, browser, aylin)
        async with kernel.database.write() as uow:
            person = await uow.session.get_one(Person, aylin.id)
            again = Kept(person.photo or "", person.photo_small or "", {})
            await erasure.erase(uow, kernel, aylin.id)
        async with kernel.database.write() as uow:
            await actions.change_photo(uow, aylin.id, again)
        async with kernel.database.read() as session:
            assert (await session.get_one(Person, aylin.id)).photo is None
    await kernel.jobs.run_due()
    assert [path for path in kernel.files.folder.rglob("*") if path.is_file()] == []


async def test_waiting_mails_of_others_are_sent_all_the_same(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _), browser_of(app) as other:
        await other.post("/sign-in", data={"email": BEN})
        await browser.post("/me/data/erase", data={"confirm": AYLIN})
    assert len(await mails(kernel, BEN)) == 1


async def _live_a_little(kernel: Kernel, browser: httpx2.AsyncClient, aylin: Person) -> None:
    """Leave traces in every table of people."""
    await browser.post("/me", data=PROFILE)
    out = io.BytesIO()
    Image.new("RGB", (200, 200), "green").save(out, "PNG")
    await browser.post("/me/photo", files={"photo": ("aylin.png", out.getvalue(), "image/png")})
    options = (await browser.post("/me/passkeys/options")).json()
    body = {"credential": Authenticator().create(options), "name": "Aylins Schlüssel"}
    assert (await browser.post("/me/passkeys", json=body)).status_code == 200
    await browser.post("/me/password", data={"new_password": "seven quiet lanterns"})
    async with kernel.database.write() as uow:
        identity = Identity(id=new_id(), person_id=aylin.id, issuer="https://sso.example.org", subject="sub-4711")
        identity.created_at = kernel.clock.now()
        uow.session.add(identity)
        await admins.grant_admin(uow, aylin.id, by=aylin.id)
    await kernel.jobs.run_due()


async def _park_a_mail(kernel: Kernel) -> None:
    """A mail to Aylin that could not be sent, and waits for an operator."""
    async with kernel.database.write() as uow:
        payload = {"to": AYLIN, "subject": "x", "text": "Hello Aylin", "html": "<p>Hello Aylin"}
        uow.enqueue(MAIL_JOB, payload, at=kernel.clock.now().replace(year=2030))


async def _traces(kernel: Kernel, *traces: str) -> list[str]:
    """Every place in the database where a word of Aylin's stands, or one of these."""
    found = []
    async with kernel.database.read() as session:
        for table in metadata.sorted_tables:
            found += [
                f"{table.name}.{column}: {trace}"
                for row in (await session.execute(select(table))).mappings()
                for column, value in row.items()
                for trace in traces or TRACES
                if trace.casefold() in _readable(value)
            ]
    return found


def _readable(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str).casefold()


async def _secrets(kernel: Kernel) -> list[str]:
    """What must not leave the database: hashes of tokens and passwords."""
    async with kernel.database.read() as session:
        columns = [
            column
            for table in metadata.sorted_tables
            for column in table.columns
            if column.name in ("token_hash", "password_hash", "browser_hash")
        ]
        rows = [value for column in columns for value in await session.scalars(select(column)) if value]
    return [str(value) for value in rows]


async def _by_name(uow: UnitOfWork, name: str) -> Person:
    return (await uow.session.scalars(select(Person).where(Person.name == name))).one()
