"""Pictures of the directory: checked by their content, made small, and written anew with nothing hidden in them."""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from people.photos import MOST_BYTES, MOST_PIXELS
from people.text import UnacceptableError
from server.kernel.http import ProblemError
from server.kernel.parts import Kernel
from web.i18n import N_

__all__ = ["MOST_BYTES", "Make", "Pictures", "Written", "banner", "logo", "product"]

LOGO, LOGO_SMALL = 512, 96
BANNER = (1600, 400)
# The longer edge of a product's picture, on its page and in lists.
PRODUCT, PRODUCT_SMALL = 1600, 480
QUALITY = 84
# Pixels of an edge, at least and at most.
EDGE_LEAST, EDGE_MOST = 48, 30_000
AT_ONCE, WAITING_MOST = 1, 20


@dataclass(frozen=True)
class Written:
    """A picture as it is kept: WebP, and its size in pixels."""

    content: bytes
    width: int
    height: int


Make = Callable[[bytes], tuple[Written, ...]]


class Pictures:
    """Takes pictures in, in a thread of its own, one at a time: each may need 200 MB while it is decoded."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pictures")
        self._waiting = 0

    async def take(self, content: bytes, make: Make) -> list[tuple[str, Written]]:
        """Keep a picture in the sizes that `make` (logo, banner, product) makes of it, each with its file's name.

        Raises UnacceptableError, and ProblemError 503 when too many wait.
        """
        if self._waiting >= WAITING_MOST:
            raise ProblemError(503, "busy", headers={"retry-after": "5"})
        self._waiting += 1
        try:
            sizes = await asyncio.get_running_loop().run_in_executor(self._threads, make, content)
        finally:
            self._waiting -= 1
        return [(await self._kernel.files.put(one.content, ".webp"), one) for one in sizes]

    def close(self) -> None:
        """Let the thread end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def logo(content: bytes) -> tuple[Written, ...]:
    """A logo whole in a white square, large and small. Raises UnacceptableError."""
    image = _opened(content, LOGO)
    square = ImageOps.pad(image, (LOGO, LOGO), Image.Resampling.LANCZOS, color="white")
    return _written(square), _written(square.resize((LOGO_SMALL, LOGO_SMALL), Image.Resampling.LANCZOS))


def banner(content: bytes) -> tuple[Written, ...]:
    """A banner, cut to its shape around the middle. Raises UnacceptableError."""
    return (_written(ImageOps.fit(_opened(content, max(BANNER)), BANNER, Image.Resampling.LANCZOS)),)


def product(content: bytes) -> tuple[Written, ...]:
    """A picture of a product, large and small, in its own shape. Raises UnacceptableError."""
    image = _opened(content, PRODUCT)
    image.thumbnail((PRODUCT, PRODUCT), Image.Resampling.LANCZOS)
    small = image.copy()
    small.thumbnail((PRODUCT_SMALL, PRODUCT_SMALL), Image.Resampling.LANCZOS)
    return _written(image), _written(small)


def _opened(content: bytes, wanted: int) -> Image.Image:
    """The picture upright, in RGB on white, not much larger than wanted. Raises UnacceptableError."""
    try:
        with Image.open(io.BytesIO(content), formats=tuple(MOST_PIXELS)) as image:
            _check(image)
            image.draft("RGB", (2 * wanted, 2 * wanted))
            return _on_white(ImageOps.exif_transpose(image))
    except UnacceptableError:
        raise
    except UnidentifiedImageError:
        raise UnacceptableError(N_("This is not a picture that we can read. JPEG, PNG and WebP work.")) from None
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except Exception:  # foreign bytes: whatever the parsers of pictures and of their notes say about them
        raise UnacceptableError(N_("This picture is damaged. Please try another one.")) from None


def _check(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS[image.format or ""] or max(image.size) > EDGE_MOST:
        raise _too_many_pixels()
    if min(image.size) < EDGE_LEAST:
        raise UnacceptableError(
            N_("This picture is too small: at least %(least)s pixels each way, please."), least=EDGE_LEAST
        )


def _too_many_pixels() -> UnacceptableError:
    return UnacceptableError(N_("This picture has too many pixels. Please make it smaller first."))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    return image.convert("RGB")


def _written(image: Image.Image) -> Written:
    out = io.BytesIO()
    Image.frombytes("RGB", image.size, image.tobytes()).save(out, "WEBP", quality=QUALITY, method=4)
    return Written(out.getvalue(), image.width, image.height)
