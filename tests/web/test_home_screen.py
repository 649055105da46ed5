"""What a device needs to keep Fairmatch on its home screen."""

import io
import json
from math import dist

import httpx2
import pytest
from PIL import Image, ImageColor

from bin.app_icons import ICONS, PAPER, draw
from web.assets import Assets
from web.i18n import LOCALES


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_manifest_speaks_a_readers_language_and_is_the_same_application_in_each(
    assets: Assets, client: httpx2.AsyncClient, locale: str
) -> None:
    answer = await client.get(assets.url(f"app/{locale}.webmanifest"))
    assert answer.headers["content-type"] == "application/manifest+json"
    said = answer.json()
    assert (said["id"], said["start_url"], said["scope"], said["display"]) == ("/", "/", "/", "standalone")
    assert said["lang"] == locale
    assert ("Gespräche" in [each["name"] for each in said["shortcuts"]]) == (locale == "de")


async def test_each_picture_is_as_large_as_the_manifest_says(assets: Assets, client: httpx2.AsyncClient) -> None:
    icons = json.loads(assets["app/en.webmanifest"].content)["icons"]
    assert {each["purpose"] for each in icons} == {"any", "maskable"}
    for each in icons:
        answer = await client.get(each["src"])
        assert answer.headers["content-type"] == each["type"]
        picture = Image.open(io.BytesIO(answer.content))
        assert f"{picture.width}x{picture.height}" == each["sizes"]


def test_the_pictures_are_those_that_are_drawn(assets: Assets) -> None:
    for icon in ICONS:
        kept = Image.open(io.BytesIO(assets[f"images/{icon.name}"].content)).convert("RGBA")
        assert kept.tobytes() == draw(icon).tobytes(), f"{icon.name}: run `make icons`"


def test_a_telephone_that_cuts_a_circle_out_cuts_nothing_off_the_mark(assets: Assets) -> None:
    picture = Image.open(io.BytesIO(assets["images/app-512-whole.png"].content)).convert("RGB")
    middle, kept = (picture.width / 2, picture.height / 2), picture.width * 0.4
    paper = ImageColor.getrgb(PAPER)
    drawn = [(x, y) for x in range(picture.width) for y in range(picture.height) if picture.getpixel((x, y)) != paper]
    assert drawn
    assert max(dist(middle, each) for each in drawn) <= kept
