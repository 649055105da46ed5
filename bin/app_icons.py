"""`make icons`: the pictures by which home screens know Fairmatch, drawn from the shapes of web/static/images/mark.svg.

Telephones take no SVG. They are drawn here and kept in web/static/images, so that nobody needs a program for pictures.
"""

from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageDraw

from bin.places import ROOT

IMAGES = ROOT / "web" / "static" / "images"
# The colours of mark.svg in a light place, and of the paper below them.
INK, BLUE, ORANGE, PAPER = "#16191f", "#4b86b8", "#e2642a", "#fbf9f5"
# The mark's drawing is so wide, in its own units, and its lines so thick.
UNITS, LINE, DOT = 32, 4, 3.6
CORNER_TOP, CORNER_BOTTOM = ((5, 19), (5, 5), (19, 5)), ((27, 13), (27, 27), (13, 27))
# Of the width of the picture, what the mark's drawing takes: within the circle of four fifths that telephones leave.
SHARE = 0.66
# Drawn so many times larger, then made smaller: soft edges.
FINER = 4


@dataclass(frozen=True)
class Icon:
    """A square picture."""

    name: str
    size: int  # pixels
    rounded: float = 0.0  # radius of its corners, of its width; 0: whoever shows it cuts it


ICONS = (
    Icon("app-180.png", 180),
    Icon("app-192.png", 192, rounded=0.22),
    Icon("app-512.png", 512, rounded=0.22),
    Icon("app-512-whole.png", 512),
)


def draw(icon: Icon) -> Image.Image:
    """The picture, in RGBA."""
    size = icon.size * FINER
    unit = size * SHARE / UNITS
    begin = size * (1 - SHARE) / 2
    picture = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, size - 1, size - 1), size * icon.rounded, fill=PAPER)
    for corner, colour in ((CORNER_TOP, INK), (CORNER_BOTTOM, BLUE)):
        for (x, y), (x_to, y_to) in pairwise(corner):
            left, right, top, bottom = min(x, x_to), max(x, x_to), min(y, y_to), max(y, y_to)
            edges = (left - LINE / 2, top - LINE / 2, right + LINE / 2, bottom + LINE / 2)  # square ends
            pen.rectangle([begin + edge * unit - (at > 1) for at, edge in enumerate(edges)], fill=colour)
    middle, radius = begin + UNITS / 2 * unit, DOT * unit
    pen.ellipse((middle - radius, middle - radius, middle + radius, middle + radius), fill=ORANGE)
    return picture.resize((icon.size, icon.size), Image.Resampling.LANCZOS)


def main() -> None:
    """Write them all."""
    for icon in ICONS:
        draw(icon).save(IMAGES / icon.name, optimize=True)


if __name__ == "__main__":
    main()
