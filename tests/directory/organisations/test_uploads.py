"""Pictures and documents: taken by their content, written anew, and handed out so that they do no harm."""

import io
import zipfile

import httpx2
import pytest
from PIL import Image
from sqlalchemy import update
from starlette.applications import Starlette

from directory import pictures
from directory.organisations.model import Organisation
from people.text import UnacceptableError
from tests.directory.scene import Scene
from tests.kernel_fixtures import browser_of


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100), mode: str = "RGB") -> bytes:
    """A picture with a note in it that nobody should hand on."""
    out = io.BytesIO()
    image = Image.new(mode, size, "red")
    exif = image.getexif()
    exif[0x010E] = "taken at home"
    image.save(out, kind, **({"exif": exif} if kind in ("JPEG", "WEBP") else {}))
    return out.getvalue()


def files(field: str, content: bytes, name: str = "x.png") -> dict[str, tuple[str, bytes]]:
    return {field: (name, content)}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_whole_in_a_square_and_nothing_is_hidden_in_it(kind: str) -> None:
    large, small = pictures.logo(picture(kind))
    assert (large.width, large.height, small.width, small.height) == (512, 512, 96, 96)
    with Image.open(io.BytesIO(large.content)) as image:
        assert image.format == "WEBP"
        assert not image.getexif()
        assert image.convert("RGB").getpixel((256, 20)) == (255, 255, 255), "padded with white"
        assert image.convert("RGB").getpixel((256, 256))[0] > 200


def test_a_banner_has_its_shape_and_a_product_keeps_its_own() -> None:
    [banner] = pictures.banner(picture(size=(900, 900)))
    assert (banner.width, banner.height) == (1600, 400)
    large, small = pictures.product(picture(size=(2400, 1200)))
    assert ((large.width, large.height), (small.width, small.height)) == ((1600, 800), (480, 240))


def test_what_shines_through_is_put_on_white() -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (200, 200), (0, 0, 0, 0)).save(clear, "PNG")
    large, _ = pictures.logo(clear.getvalue())
    with Image.open(io.BytesIO(large.content)) as image:
        assert image.convert("RGB").getpixel((100, 100)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload=alert(1)>",
        b"GIF89a" + b"\0" * 100,
        picture()[:60],
        picture(size=(10, 10)),
        picture(size=(31_000, 60)),
    ],
    ids=["nothing", "svg", "gif", "cut off", "tiny", "too wide"],
)
def test_what_is_no_good_picture_is_refused(content: bytes) -> None:
    with pytest.raises(UnacceptableError):
        pictures.logo(content)


async def test_a_logo_is_shown_to_everybody_and_kept_for_good(app: Starlette, there: Scene) -> None:
    slug, _ = await there.organisation()
    saved = await there["aylin"].post(f"/o/{slug}/logo", files=files("logo", picture()))
    assert (saved.status_code, saved.headers["location"]) == (303, f"/o/{slug}/edit#logo")
    async with browser_of(app) as stranger:
        shown = (await stranger.get(f"/o/{slug}")).text
        address = shown.partition('src="/pictures/')[2].partition('"')[0]
        answer = await stranger.get(f"/pictures/{address}")
    assert answer.headers["content-type"] == "image/webp"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_a_persons_photo_is_no_picture_for_strangers_unless_an_organisation_shows_it(
    app: Starlette, there: Scene
) -> None:
    slug, _ = await there.organisation()
    await there["aylin"].post("/me/photo", files=files("photo", picture()))
    page = (await there["aylin"].get("/me")).text
    name = page.partition('src="/photos/')[2].partition('"')[0]
    assert (await there["chloe"].get(f"/photos/{name}")).status_code == 200
    async with browser_of(app) as stranger:
        assert (await stranger.get(f"/pictures/{name}")).status_code == 404
        async with there.kernel.database.write() as uow:
            await uow.session.execute(update(Organisation).where(Organisation.slug == slug).values(banner=name))
        assert (await stranger.get(f"/pictures/{name}")).status_code == 200


async def test_a_file_with_the_wrong_ending_is_refused_at_its_field(there: Scene) -> None:
    slug, _ = await there.organisation()
    for field, content, name in (
        ("logo", b"%PDF-1.7", "logo.png"),
        ("documents", b"MZ\x90", "prices.pdf"),
        ("documents", b"%PDF-1.7", "prices.exe"),
        ("documents", b"<html>", "prices.html"),
    ):
        part = "document" if field == "documents" else field
        answer = await there["aylin"].post(f"/o/{slug}/{field}", files=files(part, content, name))
        assert answer.status_code == 422, name
        assert 'aria-invalid="true"' in answer.text


async def test_50_mb_are_refused_before_they_are_read(there: Scene) -> None:
    slug, _ = await there.organisation()
    headers = {"content-type": "multipart/form-data; boundary=x", "content-length": str(50 * 1024 * 1024)}
    answer = await there["aylin"].post(f"/o/{slug}/logo", content=b"--x", headers=headers)
    assert answer.status_code == 413


async def test_documents_are_handed_out_to_be_kept_not_run(there: Scene) -> None:
    slug, _ = await there.organisation(visibility="members")
    name = 'Preise "2026" \u202e<b>.pdf'.replace("\u202e", "")
    added = await there["aylin"].post(f"/o/{slug}/documents", files=files("document", b"%PDF-1.7 prices", name))
    assert added.status_code == 303
    page = (await there["chloe"].get(f"/o/{slug}")).text
    address = f"/o/{slug}/documents/" + page.partition(f"/o/{slug}/documents/")[2].partition('"')[0]
    answer = await there["chloe"].get(address)
    assert answer.content == b"%PDF-1.7 prices"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    await there["aylin"].post(f"{address}/remove")
    assert (await there["chloe"].get(address)).status_code == 404


async def test_a_zip_bomb_that_calls_itself_a_document_is_not_unpacked(there: Scene) -> None:
    slug, _ = await there.organisation()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.xml", b"\0" * 30_000_000)
    answer = await there["aylin"].post(f"/o/{slug}/documents", files=files("document", packed.getvalue(), "x.xlsx"))
    assert answer.status_code == 422


async def test_a_document_for_which_there_is_no_room_leaves_no_file(
    there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug, _ = await there.organisation()
    monkeypatch.setattr("directory.organisations.actions.DOCUMENTS_MOST", 0)
    refused = await there["aylin"].post(f"/o/{slug}/documents", files=files("document", b"%PDF-1.7 prices", "a.pdf"))
    assert refused.status_code == 422
    await there.kernel.jobs.run_due()
    assert not [each for each in there.kernel.files.folder.rglob("*.pdf")]


async def test_a_file_that_nothing_shows_any_more_goes(there: Scene) -> None:
    slug, _ = await there.organisation()
    other, _ = await there.organisation(name="Other", website="")
    for each in (slug, other):
        await there["aylin"].post(f"/o/{each}/logo", files=files("logo", picture()))
    kept = lambda: [path for path in there.kernel.files.folder.rglob("*.webp")]  # noqa: E731
    assert len(kept()) == 2
    await there["aylin"].post(f"/o/{slug}/logo/remove")
    await there.kernel.jobs.run_due()
    assert len(kept()) == 2, "another organisation shows the same"
    await there["aylin"].post(f"/o/{other}/logo/remove")
    await there.kernel.jobs.run_due()
    assert kept() == []


async def test_without_a_file_the_form_says_so(there: Scene, client: httpx2.AsyncClient) -> None:
    slug, _ = await there.organisation()
    answer = await there["aylin"].post(f"/o/{slug}/logo", data={"logo": "x"}, files={"other": ("a.txt", b"x")})
    assert answer.status_code == 422
    assert "Please choose a file first." in answer.text
    assert (await client.get("/pictures/../../etc/passwd")).status_code == 404
    assert (await client.get(f"/pictures/{'a' * 64}.webp")).status_code == 404
