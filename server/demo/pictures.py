"""What the organisations of the demo fair look like: their marks, and their products."""

from server.demo.drawing import Shape

# (ground, shapes) of a mark, on a grid of 100 by 100.
Mark = tuple[str, tuple[Shape, ...]]


MARKS: dict[str, Mark] = {
    "wirtschaftskammer-mittelruhr": (
        "#16324a",
        (
            Shape("box", (24, 30, 76, 38, 0), "#f4efe6"),
            *(Shape("box", (left, 42, left + 8, 72, 0), "#f4efe6") for left in (28, 46, 64)),
            Shape("box", (22, 75, 78, 80, 0), "#d98a3d"),
        ),
    ),
    "voltbus": (
        "#f7c948",
        (
            Shape("box", (18, 34, 82, 68, 9), "#1f2a36"),
            Shape("circle", (34, 70, 8), "#1f2a36"),
            Shape("circle", (66, 70, 8), "#1f2a36"),
            Shape("area", (54, 36, 40, 54, 49, 54, 45, 66, 60, 48, 51, 48), "#f7c948"),
        ),
    ),
    "norrnaet-institute-for-grids": (
        "#eef3f7",
        (
            Shape("line", (50, 18, 50, 82), "#1d5c8a", 4),
            Shape("line", (26, 38, 74, 38), "#1d5c8a", 4),
            Shape("line", (32, 56, 68, 56), "#1d5c8a", 4),
            Shape("line", (34, 82, 50, 30, 66, 82), "#1d5c8a", 4),
            *(Shape("circle", (x, y, 5), "#e4572e") for x, y in ((26, 38), (74, 38), (32, 56), (68, 56))),
        ),
    ),
    "stadtwerke-hagenfeld": (
        "#0f6b5c",
        (
            Shape("ring", (50, 52, 30, 150, 390), "#ffffff", 7),
            Shape("area", (50, 22, 36, 48, 64, 48), "#ffffff"),
            Shape("circle", (50, 56, 14), "#ffffff"),
        ),
    ),
    "hydrolumiere": (
        "#ffffff",
        (
            Shape("circle", (40, 52, 22), "#2274a5"),
            Shape("circle", (62, 42, 14), "#7fc8f8"),
            Shape("circle", (66, 68, 9), "#f1c40f"),
        ),
    ),
    "recircle-cells": (
        "#233329",
        (
            Shape("ring", (50, 50, 30, 20, 160), "#8fd694", 8),
            Shape("ring", (50, 50, 30, 200, 340), "#8fd694", 8),
            Shape("box", (41, 36, 59, 66, 3), "#f4f4ee"),
            Shape("box", (46, 31, 54, 36, 1), "#f4f4ee"),
        ),
    ),
    "zielone-przewody": (
        "#f2f7ec",
        (
            Shape("line", (18, 66, 34, 40, 50, 66, 66, 40, 82, 66), "#3c7a1a", 6),
            Shape("circle", (18, 66, 6), "#c83d3d"),
            Shape("circle", (82, 66, 6), "#c83d3d"),
        ),
    ),
    "solvela": (
        "#fff3dc",
        (
            Shape("circle", (62, 36, 16), "#f08a24"),
            Shape("area", (20, 78, 20, 34, 58, 78), "#b5482a"),
            Shape("area", (62, 78, 62, 56, 84, 78), "#b5482a"),
        ),
    ),
    "waermegenossen-lippetal-eg": (
        "#7a2323",
        (
            Shape("area", (50, 20, 20, 48, 80, 48), "#f6e7d3"),
            Shape("box", (28, 48, 72, 78, 0), "#f6e7d3"),
            Shape("line", (38, 72, 44, 60, 56, 66, 62, 54), "#d1603d", 5),
        ),
    ),
    "hoshi-cells": (
        "#101b3a",
        (
            Shape("area", (50, 16, 58, 42, 84, 50, 58, 58, 50, 84, 42, 58, 16, 50, 42, 42), "#f3f0ff"),
            Shape("circle", (50, 50, 7), "#ff5d73"),
        ),
    ),
    "spedition-vogt-toechter": (
        "#e9ecef",
        (
            Shape("box", (16, 36, 58, 68, 3), "#c0392b"),
            Shape("area", (60, 46, 74, 46, 84, 58, 84, 68, 60, 68), "#2c3e50"),
            Shape("circle", (32, 70, 7), "#2c3e50"),
            Shape("circle", (70, 70, 7), "#2c3e50"),
        ),
    ),
}

# Wide pictures above a page: (ground, shapes), on a grid of 100 by 25.
BANNERS: dict[str, Mark] = {
    "voltbus": (
        "#1f2a36",
        (
            Shape("box", (0, 19, 100, 25, 0), "#2b3a4a"),
            *(Shape("box", (4 + at * 24, 9, 22 + at * 24, 20, 2), "#f7c948") for at in range(4)),
            *(Shape("box", (6 + at * 24, 11, 20 + at * 24, 14.5, 0.6), "#1f2a36") for at in range(4)),
            *(Shape("circle", (8 + at * 24, 20, 1.8), "#11181f") for at in range(4)),
            *(Shape("circle", (18 + at * 24, 20, 1.8), "#11181f") for at in range(4)),
            *(Shape("line", (13 + at * 24, 0, 13 + at * 24, 9), "#f4efe6", 0.3) for at in range(4)),
        ),
    ),
    "stadtwerke-hagenfeld": (
        "#d7e8e4",
        (
            Shape("circle", (82, 7, 4), "#f2c14e"),
            Shape("area", (0, 25, 18, 13, 40, 25), "#5e9c8f"),
            Shape("area", (24, 25, 52, 10, 82, 25), "#3d8072"),
            Shape("area", (62, 25, 86, 14, 100, 20, 100, 25), "#0f6b5c"),
            *(Shape("box", (30 + at * 6, 19 - at % 3 * 2, 34 + at * 6, 25, 0), "#f4efe6") for at in range(7)),
        ),
    ),
    "recircle-cells": (
        "#233329",
        (
            *(
                Shape("box", (3 + at * 8, 5, 9 + at * 8, 21, 0.6), "#8fd694" if at % 3 else "#f4f4ee")
                for at in range(12)
            ),
            *(Shape("box", (5 + at * 8, 4, 7 + at * 8, 5, 0.2), "#f4f4ee") for at in range(12)),
        ),
    ),
}

# Pictures of products: (ground, shapes), on a grid of 100 by 67.
PRODUCTS: dict[str, Mark] = {
    "buffered-charger": (
        "#e8eef2",
        (
            Shape("box", (0, 56, 100, 67, 0), "#cfd8dd"),
            Shape("box", (34, 10, 60, 57, 3), "#1f2a36"),
            Shape("box", (38, 15, 56, 27, 1), "#f7c948"),
            Shape("line", (60, 30, 72, 36, 72, 52, 80, 52), "#1f2a36", 1.6),
            Shape("box", (79, 49, 84, 55, 1), "#1f2a36"),
        ),
    ),
    "depot-planner": (
        "#1f2a36",
        (
            Shape("box", (14, 10, 86, 57, 2), "#f4efe6"),
            *(
                Shape("box", (20 + at * 9, 50 - height, 26 + at * 9, 50, 0.6), "#f7c948")
                for at, height in enumerate((8, 14, 25, 32, 28, 17, 9))
            ),
            Shape("line", (20, 30, 80, 30), "#e4572e", 0.8),
        ),
    ),
    "container-electrolyser": (
        "#e4f1fb",
        (
            Shape("box", (0, 54, 100, 67, 0), "#c6dcea"),
            Shape("box", (16, 18, 84, 55, 1), "#2274a5"),
            *(Shape("line", (22 + at * 8, 20, 22 + at * 8, 53), "#1b5f88", 0.8) for at in range(8)),
            Shape("box", (64, 24, 80, 52, 0.5), "#7fc8f8"),
        ),
    ),
    "second-life-storage": (
        "#e7efe6",
        (
            Shape("box", (0, 56, 100, 67, 0), "#cfdccd"),
            *(Shape("box", (18 + at * 17, 14, 33 + at * 17, 57, 1), "#233329") for at in range(4)),
            *(
                Shape("box", (21 + at * 17, 19 + row * 9, 30 + at * 17, 25 + row * 9, 0.6), "#8fd694")
                for at in range(4)
                for row in range(4)
            ),
        ),
    ),
    "halogen-free-cable": (
        "#f2f7ec",
        (
            *(Shape("ring", (46, 33, radius, 0, 360), "#3c7a1a", 2.6) for radius in (24, 20, 16, 12)),
            Shape("line", (70, 33, 84, 50, 94, 50), "#3c7a1a", 2.6),
        ),
    ),
    "solar-roof-tile": (
        "#fff3dc",
        (
            *(
                Shape(
                    "box",
                    (10 + at * 16, 12 + row * 15, 25 + at * 16, 26 + row * 15, 0.8),
                    "#3b2a4a" if (at + row) % 4 else "#b5482a",
                )
                for at in range(5)
                for row in range(3)
            ),
        ),
    ),
    "grid-model": (
        "#eef3f7",
        (
            Shape("line", (10, 50, 24, 40, 38, 44, 52, 22, 66, 26, 80, 14, 92, 18), "#1d5c8a", 1.6),
            Shape("line", (10, 56, 24, 52, 38, 54, 52, 42, 66, 44, 80, 36, 92, 40), "#e4572e", 1.2),
            *(Shape("circle", (x, y, 2), "#1d5c8a") for x, y in ((24, 40), (52, 22), (80, 14))),
        ),
    ),
    "solid-cell": (
        "#101b3a",
        (
            Shape("box", (24, 20, 76, 47, 4), "#f3f0ff"),
            Shape("box", (76, 29, 81, 38, 1), "#f3f0ff"),
            Shape("area", (52, 20, 42, 35, 49, 35, 46, 47, 60, 31, 52, 31), "#ff5d73"),
        ),
    ),
}
