"""Pictures of the demo directory, drawn by ourselves: shapes on a grid of 100 by 100, or of any other width."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

# Drawn larger by this factor and made smaller again: Pillow draws without smooth edges.
FINER = 3


@dataclass(frozen=True)
class Shape:
    """`kind` circle: x, y, radius; box: left, top, right, bottom, radius of its corners; area or line: points, x and y
    in turn; ring: x, y, radius, from and to in degrees. `width` is that of a line."""

    kind: str
    at: tuple[float, ...]
    colour: str
    width: float = 0


def drawn(shapes: Sequence[Shape], ground: str, size: tuple[int, int], grid: float = 100) -> bytes:
    """A PNG of `size` pixels; `grid` is how wide the shapes' own coordinates are."""
    scale = size[0] * FINER / grid
    image = Image.new("RGB", (size[0] * FINER, size[1] * FINER), ground)
    pen = ImageDraw.Draw(image)
    for shape in shapes:
        _draw(pen, shape, scale)
    out = io.BytesIO()
    image.resize(size, Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


def _draw(pen: ImageDraw.ImageDraw, shape: Shape, scale: float) -> None:
    at = [value * scale for value in shape.at]
    width = round(shape.width * scale)
    if shape.kind == "circle":
        x, y, radius = at
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=shape.colour)
    elif shape.kind == "ring":
        x, y, radius = at[:3]
        start, end = shape.at[3:]
        pen.arc((x - radius, y - radius, x + radius, y + radius), start, end, fill=shape.colour, width=width)
    elif shape.kind == "box":
        pen.rounded_rectangle(tuple(at[:4]), radius=at[4], fill=shape.colour)
    elif shape.kind == "area":
        pen.polygon(at, fill=shape.colour)
    else:
        pen.line(at, fill=shape.colour, width=width, joint="curve")
