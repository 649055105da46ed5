"""Photos: checked by their content, turned upright, cut to a square, and written anew with nothing hidden in them."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from people import queries
from people.text import UnacceptableError
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError
from server.kernel.parts import Kernel
from web.i18n import N_

# Bytes of an upload: what phones take, with room.
MOST_BYTES = 12 * 1024 * 1024
# Pixels, known before anything is decoded. JPEG is decoded at a fraction of its size, the others are not.
MOST_PIXELS = {"JPEG": 80_000_000, "PNG": 24_000_000, "WEBP": 24_000_000}
# Edges of the squares that are kept: on the profile, and in lists (twice the 48 px they are shown at).
LARGE, SMALL = 512, 96
QUALITY = 82
DROP_JOB = "people.drop_photo"
# One image takes up to 100 MB while it is decoded.
AT_ONCE, WAITING_MOST = 1, 20


@dataclass(frozen=True)
class Kept:
    """Names of the two sizes among the files."""

    large: str
    small: str


class Photos:
    """Takes photos in, in a thread of its own."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        kernel.jobs.register(DROP_JOB, self._drop)
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
        return Kept(await files.put(large, ".webp"), await files.put(small, ".webp"))

    def close(self) -> None:
        """Let the thread end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _drop(self, payload: dict[str, Any]) -> None:
        for name in payload["names"]:
            async with self._kernel.database.read() as session:
                used = await queries.has_photo(session, name)
            if not used:
                await self._kernel.files.delete(name)


def drop(uow: UnitOfWork, *names: str | None) -> None:
    """Have files removed after the commit, unless they are somebody's photo: the same upload has the same name."""
    if any(names):
        uow.enqueue(DROP_JOB, {"names": [name for name in names if name]})


def squares(content: bytes) -> tuple[bytes, bytes]:
    """The photo as two WebP squares, large and small, without metadata. Raises UnacceptableError."""
    try:
        with Image.open(io.BytesIO(content), formats=tuple(MOST_PIXELS)) as image:
            _check(image)
            image.draft("RGB", (2 * LARGE, 2 * LARGE))
            upright = ImageOps.exif_transpose(_in_srgb(image))
            large = ImageOps.fit(_on_white(upright), (LARGE, LARGE), Image.Resampling.LANCZOS, centering=(0.5, 0.4))
    except UnacceptableError:
        raise
    except UnidentifiedImageError:
        raise UnacceptableError(N_("This is not a photo that we can read. JPEG, PNG and WebP work.")) from None
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError):
        raise UnacceptableError(N_("This photo is damaged. Please try another one.")) from None
    small = large.resize((SMALL, SMALL), Image.Resampling.LANCZOS)
    return _written(large), _written(small)


def _check(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS[image.format or ""] or max(image.size) > 30_000:
        raise _too_many_pixels()
    if min(image.size) < SMALL:
        raise UnacceptableError(N_("This photo is too small: at least %(least)s pixels each way, please."), least=SMALL)


def _too_many_pixels() -> UnacceptableError:
    return UnacceptableError(N_("This photo has too many pixels. Please make it smaller first."))


def _in_srgb(image: Image.Image) -> Image.Image:
    """The colours as every screen shows them: the profile that a camera embedded is applied, and goes."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    except ImageCms.PyCMSError:
        return image
    return turned or image


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layers = image.convert("RGBA")
        paper = Image.new("RGBA", layers.size, "white")
        return Image.alpha_composite(paper, layers).convert("RGB")
    return image.convert("RGB")


def _written(image: Image.Image) -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGB", image.size, image.tobytes()).save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
