"""The profile: changing it, its photo, and who may see it."""

import io
import re
from collections.abc import Collection
from typing import Any

import httpx2
import pytest
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from people.events import ProfileChanged
from people.parts import People
from people.photos import MOST_BYTES
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from tests.people.scene import AYLIN, BEN, at_browser, known, person

FORM = {
    "name": "Aylin Yıldız",
    "organisation": "Voltwerk Chargers GmbH",
    "position": "Head of Sales",
    "languages": ["de", "tr"],
    "seeks": "A site for twelve buses.\r\n350 kW.",
    "offers": "Chargers",
    "time_zone": "Europe/Istanbul",
    "locale": "en",
}


async def test_a_profile_is_changed_as_a_whole(app: Starlette, kernel: Kernel):
    changed: list[ProfileChanged] = []

    async def note(happened: ProfileChanged) -> None:
        changed.append(happened)

    kernel.events.on(ProfileChanged, note)
    async with at_browser(app, AYLIN) as (browser, aylin):
        saved = await browser.post("/me", data=FORM)
        assert (saved.status_code, saved.headers["location"]) == (303, "/me")
        page = await browser.get("/me")
    now = await known(kernel, AYLIN)
    assert now is not None
    assert now.seeks == "A site for twelve buses.\n350 kW."
    assert {field: getattr(now, field) for field in FORM if field != "seeks"} == {
        field: value for field, value in FORM.items() if field != "seeks"
    }
    assert "Your profile is 88 % complete" in page.text
    assert "Add a photo" in page.text
    assert "Your profile is saved." in page.text
    assert changed == [ProfileChanged(aylin.id)]


async def test_a_cleared_field_is_empty_afterwards(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN, organisation="Voltwerk", languages=["de"]) as (browser, _):
        await browser.post("/me", data={"name": "Aylin", "time_zone": "UTC", "locale": "de"})
    now = await known(kernel, AYLIN)
    assert now is not None
    assert (now.organisation, now.languages, now.locale) == ("", [], "de")


WRONG: list[tuple[str, Any, str]] = [
    ("name", "  ", "Please tell us your name."),
    ("organisation", "Volt\x00werk", "not text"),
    ("position", "p" * 121, "at most 120 characters"),
    ("seeks", "s" * 1001, "at most 1000 characters"),
    ("offers", "\u202eoffers", "not text"),
    ("languages", ["xx"], "choose from the list"),
    ("time_zone", "Mars/Olympus", "do not know this time zone"),
    ("locale", "fr", "one of the languages"),
]


async def test_what_is_wrong_is_said_and_everything_typed_stays(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _):
        for field, typed, says in WRONG:
            page = await browser.post("/me", data=FORM | {"organisation": "New organisation"} | {field: typed})
            assert page.status_code == 422, field
            assert page.text.count(says) >= 2, field
            assert field == "organisation" or 'value="New organisation"' in page.text
    now = await known(kernel, AYLIN)
    assert now is not None
    assert (now.organisation, now.time_zone) == ("", "Europe/Berlin")


async def test_the_language_of_pages_follows_the_profile(app: Starlette):
    async with at_browser(app, AYLIN) as (browser, _):
        await browser.post("/me", data=FORM | {"locale": "de"})
        page = await browser.get("/me")
        assert '<html lang="de"' in page.text
        assert "Ihr Profil ist gespeichert." in page.text


async def test_the_zone_of_the_device_is_one_press_away(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _):
        assert (await browser.post("/me/time-zone", data={"time_zone": "Asia/Tokyo"})).status_code == 303
        assert (await browser.post("/me/time-zone", data={"time_zone": "Mars/Olympus"})).status_code == 303
    now = await known(kernel, AYLIN)
    assert now is not None
    assert now.time_zone == "Asia/Tokyo"


async def test_a_photo_is_shown_and_kept_by_browsers_for_good(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _):
        assert (await _upload(browser, _photo())).status_code == 303
        now = await known(kernel, AYLIN)
        assert now is not None
        for name in (now.photo, now.photo_small):
            shown = await browser.get(f"/photos/{name}")
            assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
            assert shown.headers["cache-control"] == "private, max-age=31536000, immutable"
            assert shown.headers["x-content-type-options"] == "nosniff"
            assert Image.open(io.BytesIO(shown.content)).format == "WEBP"
        assert now.photo_url in (await browser.get("/me")).text


async def test_strangers_see_no_photo(app: Starlette, kernel: Kernel, client: httpx2.AsyncClient):
    async with at_browser(app, AYLIN) as (browser, _):
        await _upload(browser, _photo())
    now = await known(kernel, AYLIN)
    assert now is not None
    assert (await client.get(now.photo_url)).status_code == 303  # to the sign-in page


NO_PHOTOS = ["x", "..%2f..%2fsecret", "0" * 64 + ".webp", "%00", "0" * 64 + ".db"]


async def test_only_photos_are_served_as_photos(app: Starlette):
    async with at_browser(app, AYLIN) as (browser, _):
        for name in NO_PHOTOS:
            assert (await browser.get(f"/photos/{name}")).status_code == 404


async def test_another_feature_s_file_is_no_photo(app: Starlette, kernel: Kernel):
    name = await kernel.files.put(b"a contract", ".webp")
    async with at_browser(app, AYLIN) as (browser, _):
        assert (await browser.get(f"/photos/{name}")).status_code == 404


async def test_a_former_photo_is_gone_unless_somebody_shows_the_same(app: Starlette, kernel: Kernel):
    first, second = _photo("red"), _photo("blue")
    async with at_browser(app, AYLIN) as (hers, _), at_browser(app, BEN) as (his, _):
        await _upload(hers, first)
        await _upload(his, first)
        shared = await known(kernel, BEN)
        await _upload(hers, second)
        own = await known(kernel, AYLIN)
        await hers.post("/me/photo/remove")
        await kernel.jobs.run_due()
        assert shared is not None
        assert own is not None
        assert (await his.get(shared.photo_url)).status_code == 200
        assert (await hers.get(own.photo_url)).status_code == 404
        assert not kernel.files.path(own.photo or "").exists()
        assert not kernel.files.path(own.photo_small or "").exists()


NO_PICTURES = [b"", b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n"]


async def test_what_is_no_photo_is_refused_and_nothing_changes(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _):
        for content in NO_PICTURES:
            page = await _upload(browser, content)
            assert page.status_code == 422
            assert 'id="photo-error"' in page.text
        assert (await browser.post("/me/photo", data={"photo": "text"})).status_code == 422
        assert (await browser.post("/me/photo")).status_code == 422
    now = await known(kernel, AYLIN)
    assert now is not None
    assert now.photo is None


async def test_a_photo_that_is_too_large_is_refused_while_it_arrives(app: Starlette):
    async with at_browser(app, AYLIN) as (browser, _):
        answer = await _upload(browser, b"\xff" * (MOST_BYTES + 100_000))
    assert answer.status_code == 413
    # Back to the profile, which does not let a browser say that it came from there.
    assert re.search(r'<a class="button button-primary" href="/me"', answer.text)


async def test_uploads_are_limited(app: Starlette, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("people.pages.profile.PHOTOS", "2 per hour")
    async with at_browser(app, AYLIN) as (browser, _):
        statuses = [(await _upload(browser, _photo())).status_code for _ in range(3)]
    assert statuses == [303, 303, 429]


async def test_acquaintances_see_one_another_and_nobody_else_does(app: Starlette, kernel: Kernel):
    people: People = app.state.people
    async with at_browser(app, AYLIN) as (browser, aylin):
        ben = await person(kernel, BEN, seeks="Chargers <b>now</b>", languages=["de"], time_zone="Asia/Tokyo")
        assert (await browser.get(f"/people/{ben.id}")).status_code == 404

        async def knows(_session: AsyncSession, viewer: str, others: Collection[str]) -> set[str]:
            return {ben.id} & set(others) if viewer == aylin.id else set()

        people.acquaintances.register(knows)
        page = await browser.get(f"/people/{ben.id}")
    assert page.status_code == 200
    assert "Chargers &lt;b&gt;now&lt;/b&gt;" in page.text
    assert "German" in page.text
    assert "21:00 UTC+9" in page.text
    assert f'action="/messages/to/{ben.id}"' in page.text
    assert BEN not in page.text


async def test_everybody_sees_their_own_profile(app: Starlette):
    async with at_browser(app, AYLIN) as (browser, aylin):
        page = await browser.get(f"/people/{aylin.id}")
    assert page.status_code == 200
    assert "Change your profile" in page.text
    assert "/messages/to/" not in page.text


NOBODY = ["x", "0190", "00000000-0000-7000-8000-000000000000", "%00"]


async def test_who_is_not_there_is_not_found(app: Starlette):
    async with at_browser(app, AYLIN) as (browser, _):
        for id_ in NOBODY:
            assert (await browser.get(f"/people/{id_}")).status_code == 404


async def test_a_profile_page_is_kept_by_no_cache(app: Starlette, clock: FrozenClock):
    async with at_browser(app, AYLIN) as (browser, _):
        for path in ("/me", "/me/devices", "/me/data"):
            assert (await browser.get(path)).headers.get_list("cache-control") == ["no-store"]


async def _upload(browser: httpx2.AsyncClient, content: bytes) -> httpx2.Response:
    return await browser.post("/me/photo", files={"photo": ("holiday.jpg", content, "image/jpeg")})


def _photo(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (200, 300), colour).save(out, "JPEG")
    return out.getvalue()
