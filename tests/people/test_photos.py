"""Photos: what is kept of an upload, and what is refused."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageChops, PngImagePlugin

from people.photos import LARGE, SMALL, Photos, squares
from people.text import UnacceptableError
from server.kernel.parts import Kernel


def test_a_photo_becomes_two_squares():
    large, small = squares(_photo(800, 600))
    assert _opened(large).size == (LARGE, LARGE)
    assert _opened(small).size == (SMALL, SMALL)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_common_kind_is_taken_and_becomes_webp(kind: str):
    assert _opened(squares(_photo(300, 300, kind=kind))[0]).format == "WEBP"


def test_where_and_when_it_was_taken_is_gone():
    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    content = _photo(400, 400, exif=exif)
    assert b"Maker of cameras" in content
    for kept in squares(content):
        assert b"Maker of cameras" not in kept
        assert not _opened(kept).getexif()
        assert not {"icc_profile", "xmp", "comment"} & _opened(kept).info.keys()


def test_texts_hidden_in_a_png_are_gone():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "taken at home")
    out = io.BytesIO()
    Image.new("RGB", (200, 200), "red").save(out, "PNG", pnginfo=notes)
    assert all(b"taken at home" not in kept for kept in squares(out.getvalue()))


def test_a_photo_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    sideways = Image.new("RGB", (200, 200), "white")
    sideways.paste("black", (0, 0, 200, 100))  # dark above; upright: dark to the right
    out = io.BytesIO()
    sideways.save(out, "JPEG", exif=exif, quality=95)
    upright = _opened(squares(out.getvalue())[0]).convert("L")
    assert upright.getpixel((LARGE - 20, LARGE // 2)) < 60 < 200 < upright.getpixel((20, LARGE // 2))


# What turns an upright picture into the way it is stored, by the EXIF orientation that says so.
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("size", [(240, 600), (600, 240), (2400, 2100)])
@pytest.mark.parametrize("orientation", STORED)
def test_however_a_photo_is_stored_the_same_part_of_it_is_kept(orientation: int, size: tuple[int, int]):
    upright = Image.merge("RGB", [Image.linear_gradient("L").resize(size)] * 3)
    upright.paste("red", (0, 0, size[0] // 3, size[1] // 3))
    exif = Image.Exif()
    exif[0x0112] = orientation
    kept = _opened(squares(_saved(upright.transpose(STORED[orientation]), exif=exif))[0])
    expected = _opened(squares(_saved(upright))[0])
    assert max(high for _, high in ImageChops.difference(kept, expected).getextrema()) < 40


def test_notes_of_a_camera_that_make_no_sense_are_passed_over():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "hello"
    muddled = exif.tobytes().replace(b"\x01\x0e\x00\x02", b"\x01\x52\x00\x02")  # a text where numbers belong
    out = io.BytesIO()
    Image.new("RGB", (200, 200), "red").save(out, "JPEG", exif=muddled)
    assert _opened(squares(out.getvalue())[0]).size == (LARGE, LARGE)


def test_what_is_transparent_becomes_white():
    out = io.BytesIO()
    Image.new("RGBA", (200, 200), (255, 0, 0, 0)).save(out, "PNG")
    assert _opened(squares(out.getvalue())[0]).convert("RGB").getpixel((256, 256)) == (255, 255, 255)


def test_palettes_greys_and_cmyk_are_taken():
    for mode in ("P", "L", "LA", "1", "CMYK", "I;16"):
        out = io.BytesIO()
        Image.new(mode, (120, 120)).save(out, "JPEG" if mode == "CMYK" else "PNG")
        assert _opened(squares(out.getvalue())[0]).mode == "RGB"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\0" * 100,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%PDF-1.7",
        b"\xff\xd8\xff\xe0" + b"\0" * 50,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 50,
        b"#!/bin/sh\n",
    ],
)
def test_what_is_no_photo_is_refused_whatever_it_calls_itself(content: bytes):
    with pytest.raises(UnacceptableError):
        squares(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_cut_short_is_refused(kind: str):
    whole = _photo(400, 400, kind=kind)
    with pytest.raises(UnacceptableError):
        squares(whole[: len(whole) // 2])


def test_a_bomb_of_pixels_is_refused_before_it_is_decoded():
    with pytest.raises(UnacceptableError, match="too many pixels"):
        squares(_png_that_claims(50_000, 50_000))


def test_a_long_thin_picture_is_refused():
    with pytest.raises(UnacceptableError, match="too many pixels"):
        squares(_png_that_claims(200_000, 100))


def test_a_tiny_picture_is_refused():
    with pytest.raises(UnacceptableError, match="too small"):
        squares(_photo(40, 40))


async def test_the_same_photo_is_kept_under_the_same_names(kernel: Kernel):
    photos = Photos(kernel)
    content = _photo(300, 300)
    first, second = await photos.take(content), await photos.take(content)
    photos.close()
    assert first == second
    assert kernel.files.size(first.large) > kernel.files.size(first.small) > 0


def _photo(width: int, height: int, kind: str = "JPEG", exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    image = Image.effect_noise((width, height), 60).convert("RGB")
    image.save(out, kind, **({"exif": exif} if exif else {}))
    return out.getvalue()


def _saved(image: Image.Image, exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", **({"exif": exif} if exif else {}))
    return out.getvalue()


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def _png_that_claims(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 10_000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
