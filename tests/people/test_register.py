"""Registering: what begins an account, and what must not."""

import httpx2
from sqlalchemy import select
from starlette.applications import Starlette

from people import consent
from people.model import Registration, SignInLink
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from tests.kernel_fixtures import browser_of
from tests.people.scene import (
    AYLIN,
    BEN,
    CLARA,
    PASSWORD,
    at_browser,
    follow,
    is_signed_in,
    known,
    last_mail,
    link_in,
    open_link,
    person,
    text_of,
)

FORM = {"name": "Clara Weiß", "email": CLARA, "time_zone": "Europe/Vienna", "next": "/me/data"}


async def test_a_name_and_an_address_begin_an_account(kernel: Kernel, client: httpx2.AsyncClient):
    asked = await client.post("/register", data=FORM)
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in/sent")
    assert await known(kernel, CLARA) is None
    mail = await last_mail(kernel, CLARA)
    assert mail["subject"] == "Please confirm your address"
    entered = await follow(client, link_in(mail))
    assert (entered.status_code, entered.headers["location"]) == (303, "/me/data")
    assert await is_signed_in(client)
    clara = await known(kernel, CLARA)
    assert clara is not None
    assert (clara.name, clara.time_zone, clara.locale) == ("Clara Weiß", "Europe/Vienna", "en")
    assert clara.email_confirmed_at == clara.created_at == kernel.clock.now()


async def test_the_account_begins_where_the_link_is_opened(app: Starlette, kernel: Kernel, client: httpx2.AsyncClient):
    await client.post("/register", data=FORM)
    link = link_in(await last_mail(kernel, CLARA))
    async with browser_of(app) as phone:
        await follow(phone, link)
        assert await is_signed_in(phone)
    assert not await is_signed_in(client)


async def test_what_was_agreed_to_is_on_record(kernel: Kernel, client: httpx2.AsyncClient):
    await client.post("/register", data=FORM)
    await follow(client, link_in(await last_mail(kernel, CLARA)))
    clara = await known(kernel, CLARA)
    assert clara is not None
    async with kernel.database.read() as session:
        (given,) = await consent.of_person(session, clara.id)
    assert (given.kind, given.given_at, given.withdrawn_at) == (consent.Kind.DATA_NOTICE, kernel.clock.now(), None)
    assert "agreed on" in (await client.get("/me/data")).text


async def test_a_password_chosen_here_signs_in(app: Starlette, kernel: Kernel, client: httpx2.AsyncClient):
    await client.post("/register", data=FORM | {"password": PASSWORD})
    await follow(client, link_in(await last_mail(kernel, CLARA)))
    async with browser_of(app) as other:
        await other.post("/sign-in/password", data={"address": CLARA, "password": PASSWORD})
        assert await is_signed_in(other)


async def test_a_password_that_a_stranger_chose_is_worth_nothing(
    app: Starlette, kernel: Kernel, client: httpx2.AsyncClient
):
    async with browser_of(app) as stranger:
        await stranger.post("/register", data=FORM | {"password": PASSWORD})
        link = link_in(await last_mail(kernel, CLARA))
        await follow(client, link)  # the owner of the address, in another browser
        assert await is_signed_in(client)
        await stranger.post("/sign-in/password", data={"address": CLARA, "password": PASSWORD})
        assert not await is_signed_in(stranger)


async def test_who_has_an_account_gets_a_way_into_it(kernel: Kernel, client: httpx2.AsyncClient):
    aylin = await person(kernel, AYLIN)
    asked = await client.post("/register", data=FORM | {"email": AYLIN, "name": "Somebody Else", "password": PASSWORD})
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in/sent")
    mail = await last_mail(kernel, AYLIN)
    assert mail["subject"] == "You already have an account"
    await follow(client, link_in(mail))
    now = await known(kernel, AYLIN)
    assert now is not None
    assert (now.id, now.name, now.password_hash) == (aylin.id, aylin.name, None)


async def test_nothing_that_a_stranger_typed_is_in_the_mail(kernel: Kernel, client: httpx2.AsyncClient):
    await client.post("/register", data=FORM | {"name": "You have won a thousand euros"})
    mail = await last_mail(kernel, CLARA)
    assert "thousand" not in text_of(mail)
    assert "thousand" not in str(mail)


async def test_two_registrations_of_one_address_make_one_account(
    app: Starlette, kernel: Kernel, client: httpx2.AsyncClient
):
    await client.post("/register", data=FORM)
    first = link_in(await last_mail(kernel, CLARA))
    await client.post("/register", data=FORM | {"name": "Clara W."})
    second = link_in(await last_mail(kernel, CLARA))
    await follow(client, second)
    async with browser_of(app) as other:
        assert "Sign in on this device" in (await open_link(other, first)).text
        await other.post("/sign-in/link")
        assert "Clara W." in (await other.get("/me")).text


async def test_a_link_of_a_registration_waits_for_a_day(kernel: Kernel, clock: FrozenClock, client: httpx2.AsyncClient):
    await client.post("/register", data=FORM)
    link = link_in(await last_mail(kernel, CLARA))
    clock.advance(hours=23, minutes=59)
    assert "Begin and sign in" in (await open_link(client, link)).text
    clock.advance(minutes=1)
    assert "does not work any more" in (await open_link(client, link)).text
    assert await known(kernel, CLARA) is None


async def test_a_registration_that_nobody_confirms_is_forgotten(
    kernel: Kernel, clock: FrozenClock, client: httpx2.AsyncClient
):
    await client.post("/register", data=FORM | {"password": PASSWORD})
    clock.advance(days=4)
    await client.post("/sign-in", data={"email": BEN})
    async with kernel.database.read() as session:
        assert (await session.scalars(select(Registration))).all() == []
        assert [link.email for link in await session.scalars(select(SignInLink))] == [BEN]


WRONG = [
    ("name", "", "Please tell us your name."),
    ("name", "Clara\r\nBcc: all@example.org", "not text"),
    ("name", "Clara \u202eßieW", "not text"),
    ("name", "C" * 81, "at most 80 characters"),
    ("email", "clara", "not a mail address"),
    ("email", "clara@example.org\nBcc: ben@example.org", "not a mail address"),
    ("password", "short", "at least 10 characters"),
    ("password", "a" * 129, "at most 128 characters"),
    ("password", "aaaaaaaaaaaaaa", "guessed quickly"),
    ("password", "password123", "guessed quickly"),
    ("password", "Fairmatch2026", "guessed quickly"),
    ("password", "clara.weiss1", "guessed quickly"),
    ("password", "1234567890123", "guessed quickly"),
]


async def test_what_is_wrong_is_said_at_its_field_and_above_and_the_rest_stays(client: httpx2.AsyncClient):
    for field, typed, says in WRONG:
        page = await client.post("/register", data=FORM | {field: typed})
        assert page.status_code == 422
        assert page.text.count(says) == 2  # in the summary, and at the field
        assert f'href="#{field}"' in page.text
        assert f'id="{field}-error"' in page.text
        for name in {"name", "email"} - {field}:
            assert f'value="{FORM[name]}"' in page.text
        assert 'value="Europe/Vienna"' in page.text
        assert 'value="/me/data"' in page.text


async def test_what_is_typed_comes_back_as_text(client: httpx2.AsyncClient):
    page = await client.post("/register", data=FORM | {"name": "<img src=x onerror=alert(1)>@"})
    assert "<img" not in page.text
    assert "&lt;img" in page.text


async def test_an_unknown_zone_of_a_browser_does_no_harm(kernel: Kernel, client: httpx2.AsyncClient):
    await client.post("/register", data=FORM | {"time_zone": "../../etc/passwd"})
    await follow(client, link_in(await last_mail(kernel, CLARA)))
    clara = await known(kernel, CLARA)
    assert clara is not None
    assert clara.time_zone == "Europe/Berlin"


async def test_two_spellings_are_one_address(kernel: Kernel, client: httpx2.AsyncClient):
    await client.post("/register", data=FORM | {"email": "Clara.Weiss@EXAMPLE.org"})
    await follow(client, link_in(await last_mail(kernel, CLARA)))
    assert await known(kernel, CLARA) is not None


async def test_too_many_fields_and_files_where_none_belong_are_refused(client: httpx2.AsyncClient):
    crowded = await client.post("/register", data={f"field{number}": "x" for number in range(100)})
    assert crowded.status_code == 400
    filed = await client.post("/register", files={"name": ("name.txt", b"Clara")}, data={"email": CLARA})
    assert filed.status_code == 400


async def test_signing_up_while_signed_in_changes_nobody(app: Starlette):
    async with at_browser(app, AYLIN) as (browser, _):
        assert (await browser.get("/register")).status_code == 303


async def test_the_data_notice_says_for_how_long_recordings_are_kept(kernel: Kernel, client: httpx2.AsyncClient):
    days = kernel.settings.recording_days
    assert f"A recording: {days} days at most." in (await client.get("/data-notice")).text
    german = (await client.get("/data-notice", headers={"accept-language": "de"})).text
    assert f"Eine Aufnahme: höchstens {days} Tage." in german
    assert "Fassung vom 29. November 2026" in german
