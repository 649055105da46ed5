"""Photos: checked by their content, turned upright, cut to a square, and written anew with nothing hidden in them."""

import asyncio
import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from people.text import UnacceptableError
from server.kernel.http import ProblemError
from server.kernel.parts import Kernel
from web.i18n import N_

# Bytes of an upload: what phones take, with room.
MOST_BYTES = 12 * 1024 * 1024
# Pixels, known before anything is decoded. JPEG is decoded at a fraction of its size, the others are not, and WebP
# is decoded into a copy.
MOST_PIXELS = {"JPEG": 80_000_000, "PNG": 24_000_000, "WEBP": 12_000_000}
# Edges of the squares that are kept: on the profile, and in lists (twice the 48 px they are shown at).
LARGE, SMALL = 512, 96
QUALITY = 82
# One image takes up to 120 MB while it is decoded, a WebP up to 190.
AT_ONCE, WAITING_MOST = 1, 20
# Rows of the smaller image that are made at a time, so that nothing else takes as much memory as the decoded one.
BAND = 64
# Where the square is cut out of what lies upright, across and down: faces are above the middle.
ACROSS, DOWN = 0.5, 0.4
# The same in the image as it is stored, by its EXIF orientation.
_CENTRES = {
    3: (ACROSS, 1 - DOWN),
    4: (ACROSS, 1 - DOWN),
    5: (DOWN, ACROSS),
    6: (DOWN, ACROSS),
    7: (1 - DOWN, ACROSS),
    8: (1 - DOWN, ACROSS),
}


@dataclass(frozen=True)
class Kept:
    """Names of the two sizes among the files, and what is in these."""

    large: str
    small: str
    contents: Mapping[str, bytes]


class Photos:
    """Takes photos in, in a thread of its own."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="photos")
        self._waiting = 0

    async def take(self, content: bytes) -> Kept:
        """Keep a photo in both sizes. Raises UnacceptableError, and ProblemError 503 when too many wait."""
        if self._waiting >= WAITING_MOST:
            raise ProblemError(503, "busy", headers={"retry-after": "5"})
        self._waiting += 1
        try:
            large, small = await asyncio.get_running_loop().run_in_executor(self._threads, squares, content)
        finally:
            self._waiting -= 1
        files = self._kernel.files
        first, second = await files.put(large, ".webp"), await files.put(small, ".webp")
        return Kept(first, second, {first: large, second: small})

    def close(self) -> None:
        """Let the thread end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def squares(content: bytes) -> tuple[bytes, bytes]:
    """The photo as two WebP squares, large and small, without metadata. Raises UnacceptableError."""
    try:
        with Image.open(io.BytesIO(content), formats=tuple(MOST_PIXELS)) as image:
            _check(image)
            image.draft("RGB", (2 * LARGE, 2 * LARGE))
            square = _on_white(_in_srgb(_square(image), image))
    except UnacceptableError:
        raise
    except UnidentifiedImageError:
        raise UnacceptableError(N_("This is not a photo that we can read. JPEG, PNG and WebP work.")) from None
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except Exception:  # foreign bytes: whatever the parsers of pictures and of their notes say about them
        raise UnacceptableError(N_("This photo is damaged. Please try another one.")) from None
    large = square.resize((LARGE, LARGE), Image.Resampling.LANCZOS)
    small = large.resize((SMALL, SMALL), Image.Resampling.LANCZOS)
    return _written(large), _written(small)


def _check(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS[image.format or ""] or max(image.size) > 30_000:
        raise _too_many_pixels()
    if min(image.size) < SMALL:
        raise UnacceptableError(N_("This photo is too small: at least %(least)s pixels each way, please."), least=SMALL)


def _too_many_pixels() -> UnacceptableError:
    return UnacceptableError(N_("This photo has too many pixels. Please make it smaller first."))


def _square(image: Image.Image) -> Image.Image:
    """The part that is kept, upright, at most about twice as large as it is shown."""
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    across, down = _CENTRES.get(orientation, (ACROSS, DOWN))
    edge = min(image.size)
    left, top = round((image.width - edge) * across), round((image.height - edge) * down)
    factor = max(1, edge // (2 * LARGE))
    small = _reduced(image, (left, top), edge // factor, factor)
    small.getexif()[ExifTags.Base.Orientation] = orientation
    return ImageOps.exif_transpose(small)


def _reduced(image: Image.Image, start: tuple[int, int], edge: int, factor: int) -> Image.Image:
    """A square of `edge` pixels each way, each of them made of as many as the factor says; band by band."""
    mode = "RGBA" if _is_see_through(image) else "RGB"
    left, top = start
    small = Image.new(mode, (edge, edge))
    for at in range(0, edge, BAND):
        below = min(at + BAND, edge)
        box = (left, top + at * factor, left + edge * factor, top + below * factor)
        small.paste(image.crop(box).convert(mode).reduce(factor), (0, at))
    return small


def _in_srgb(image: Image.Image, stored: Image.Image) -> Image.Image:
    """The colours as every screen shows them: the profile that a camera embedded is applied, and goes."""
    profile = stored.info.get("icc_profile")
    if not profile or stored.mode not in ("RGB", "RGBA"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    except ImageCms.PyCMSError:
        return image
    return turned or image


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _is_see_through(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _written(image: Image.Image) -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGB", image.size, image.tobytes()).save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
