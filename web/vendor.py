"""The browser packages that we serve, and which of their files. Nothing else in node_modules is reachable."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

NODE_MODULES = Path(__file__).parent.parent / "node_modules"
ICONS = Path("lucide-static/icons")


class PackagesMissingError(RuntimeError):
    """The browser packages are not installed; the message says what to type."""


@dataclass(frozen=True)
class Package:
    """One package of the npm registry: patterns of the files that may be served, and what scripts call them."""

    name: str
    files: tuple[str, ...]
    # Import specifier -> file in the package. One that ends in "/" stands for everything below a folder.
    specifiers: dict[str, str] = field(default_factory=dict)

    def served(self, node_modules: Path) -> Iterator[tuple[str, Path]]:
        """Each file that may be served, with its path inside the package."""
        root = node_modules / self.name
        for pattern in self.files:
            for path in sorted(root.glob(pattern)):
                yield path.relative_to(root).as_posix(), path


# Lit is four packages that import one another. A second copy of any of them breaks rendering without a word, so
# every way of naming one of their files leads to the same address: one folder per package, and one hash for it.
_LIT = ("*.js", "directives/*.js", "decorators/*.js")

PACKAGES = (
    Package("@hotwired/turbo", ("dist/turbo.es2017-esm.js",), {"@hotwired/turbo": "dist/turbo.es2017-esm.js"}),
    Package("lit", _LIT, {"lit": "index.js", "lit/": ""}),
    Package("lit-html", _LIT, {"lit-html": "lit-html.js", "lit-html/": ""}),
    Package("lit-element", _LIT, {"lit-element": "index.js", "lit-element/": ""}),
    Package(
        "@lit/reactive-element",
        _LIT,
        {"@lit/reactive-element": "reactive-element.js", "@lit/reactive-element/": ""},
    ),
    # Loaded in calls that LiveKit carries. Its file for script elements is less than half of the one for modules.
    Package("livekit-client", ("dist/livekit-client.umd.js",), {"livekit-client": "dist/livekit-client.umd.js"}),
    Package("@fontsource-variable/bricolage-grotesque", ("files/*-latin*-opsz-normal.woff2",)),
    Package("@fontsource-variable/source-sans-3", ("files/*-latin*-wght-normal.woff2",)),
)


def require(node_modules: Path = NODE_MODULES) -> None:
    """Raise PackagesMissingError when a package that the pages need is not installed."""
    wanted = [package.name for package in PACKAGES] + [ICONS.parts[0]]
    missing = [name for name in wanted if not (node_modules / name).is_dir()]
    if missing:
        raise PackagesMissingError(
            f"The browser packages are not installed ({', '.join(missing)}): type `make setup` (or `npm ci`)."
        )
