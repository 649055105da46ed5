"""Static files under addresses that name their content, so that a browser may keep them for good.

    /assets/<hash>/<path>

Only what was found at the start has an address: our own files below `static/`, the files that `web.vendor` allows,
and three kinds of generated files (the stylesheet, the icons that scripts use, a catalogue per language).
"""

import hashlib
import json
import mimetypes
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import urljoin

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from web import home_screen, icons, vendor
from web.i18n import LOCALES, TRANSLATIONS, load
from web.messages import in_scripts
from web.packing import WORTH_PACKING_BYTES, packed, takes_packed
from web.stylesheet import compose

STATIC = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"

_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_STATIC_IMPORT = re.compile(
    r"""(?:^|[;}])\s*(?:import|export)\b\s*(?:[\w*{$][^;'"()=]*?\bfrom\s*)?["']([^"']+)["']""", re.M
)


@dataclass(frozen=True)
class Asset:
    """One file as it is served."""

    path: str
    hash: str
    type: str
    content: bytes

    @property
    def url(self) -> str:
        """Where the browser finds it."""
        return f"/assets/{self.hash}/{self.path}"

    @cached_property
    def packed(self) -> bytes | None:
        """The content packed, once for all who ask; None where that saves nothing, as in fonts, which are packed."""
        if len(self.content) < WORTH_PACKING_BYTES or self.type.startswith("font/"):
            return None
        return packed(self.content)


class UnknownAssetError(LookupError):
    """There is no asset at this path."""


class Assets:
    """Every file that the browser may ask for. Raises PackagesMissingError when node_modules is not there."""

    def __init__(self, static: Path = STATIC, node_modules: Path = vendor.NODE_MODULES) -> None:
        vendor.require(node_modules)
        self._static, self._node_modules = static, node_modules
        self._found: dict[str, Asset] = {}
        self._preloads: dict[tuple[tuple[str, ...], str], list[str]] = {}
        self._changed = _last_change(static)
        self._add_all()

    def refresh(self) -> None:
        """Read everything again if one of our own files or a catalogue has changed; for development."""
        changed = _last_change(self._static)
        if changed != self._changed:
            self._changed = changed
            self._found.clear()
            self._preloads.clear()
            self.__dict__.pop("_specifiers", None)
            self._add_all()

    def url(self, path: str) -> str:
        """The address of an asset. Raises UnknownAssetError, so that a misspelt path fails in the first test."""
        return self[path].url

    def __getitem__(self, path: str) -> Asset:
        try:
            return self._found[path]
        except KeyError:
            raise UnknownAssetError(f"There is no asset {path!r}.") from None

    def __iter__(self) -> Iterator[Asset]:
        return iter(self._found.values())

    def get(self, path: str) -> Asset | None:
        """The asset at a path, or None."""
        return self._found.get(path)

    def import_map(self, locale: str) -> str:
        """The import map as JSON: what each bare specifier in a script stands for, in a reader's language."""
        messages = {"fairmatch/messages": self.url(f"messages/{locale}.js")}
        return json.dumps({"imports": {**self._specifiers, **messages}}, separators=(",", ":"), sort_keys=True)

    def preloads(self, entries: tuple[str, ...], locale: str) -> list[str]:
        """Addresses of all modules that entries import, directly or through others, so that none waits for another."""
        if (entries, locale) not in self._preloads:
            imports: dict[str, str] = json.loads(self.import_map(locale))["imports"]
            seen: dict[str, None] = {}
            for entry in entries:
                self._reached(self.url(entry), imports, seen)
            self._preloads[entries, locale] = list(seen)
        return self._preloads[entries, locale]

    @cached_property
    def _specifiers(self) -> dict[str, str]:
        specifiers = {"fairmatch/icons": self.url("icons.js")}
        for path in self._found:
            if path.startswith("js/") and path.endswith(".js"):
                specifiers[f"fairmatch/{path.removeprefix('js/').removesuffix('.js')}"] = self.url(path)
        for package in vendor.PACKAGES:
            for name, file in package.specifiers.items():
                specifiers[name] = self._package_url(package, file)
        return specifiers

    def _package_url(self, package: vendor.Package, file: str) -> str:
        if file:
            return self.url(f"vendor/{package.name}/{file}")
        some = next(path for path in self._found if path.startswith(f"vendor/{package.name}/"))
        return f"/assets/{self[some].hash}/vendor/{package.name}/"

    def _reached(self, url: str, imports: dict[str, str], seen: dict[str, None]) -> None:
        """Add the addresses of a module, and of what it imports, in the order of a walk."""
        seen[url] = None
        for name in imported(self[url.split("/", 3)[3]].content.decode()):
            address = _address(name, url, imports)
            if address and address not in seen:
                self._reached(address, imports, seen)

    def _add_all(self) -> None:
        self._add_packages(self._node_modules)
        self._add_own()
        self._add_generated()

    def _add_packages(self, node_modules: Path) -> None:
        """One hash per package: its files import one another by relative paths, which must stay in one place."""
        for package in vendor.PACKAGES:
            files = {name: path.read_bytes() for name, path in package.served(node_modules)}
            together = _hash(b"".join(name.encode() + content for name, content in files.items()))
            for name, content in files.items():
                self._add(f"vendor/{package.name}/{name}", content, together)

    def _add_own(self) -> None:
        for path in sorted(self._static.rglob("*")):
            if path.is_file() and path.suffix != ".css" and path.suffixes[-2:] != [".d", ".ts"]:
                self._add(path.relative_to(self._static).as_posix(), path.read_bytes())

    def _add_generated(self) -> None:
        scripts = {path: asset.content.decode() for path, asset in self._found.items() if _is_own_script(path)}
        self._add("icons.js", icons.module(icons.named_in(scripts.values())).encode())
        wanted = in_scripts(scripts.values())
        for locale in LOCALES:
            self._add(f"messages/{locale}.js", load(locale).module(wanted).encode())
            self._add(f"app/{locale}.webmanifest", home_screen.manifest(locale, self.url))
        for entry in sorted((self._static / "css").glob("*.css")):
            self._add(f"css/{entry.name}", compose(entry, self.url).encode())

    def _add(self, path: str, content: bytes, hash: str = "") -> None:
        type = _TYPES.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
        self._found[path] = Asset(path, hash or _hash(content), type, content)


@cache
def of_the_product() -> Assets:
    """The product's own, read once per process. Raises PackagesMissingError when node_modules is not there."""
    return Assets()


def serve(assets: Assets) -> Route:
    """The route of all assets.

    Under another hash than today's (a page from before or after an update) the answer is today's file, not to be
    kept: what lies in a cache under a hash is always what that hash stands for.
    """

    async def answer(request: Request) -> Response:
        asset = assets.get(request.path_params["path"])
        if asset is None:
            return PlainTextResponse("Not found", 404)
        kept = FOREVER if request.path_params["hash"] == asset.hash else "no-store"
        headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
        if takes_packed(request.headers) and asset.packed is not None:
            return Response(asset.packed, media_type=asset.type, headers=headers | {"Content-Encoding": "gzip"})
        return Response(asset.content, media_type=asset.type, headers=headers)

    return Route("/assets/{hash}/{path:path}", answer, name="asset")


def imported(script: str) -> list[str]:
    """What a module imports as it is loaded, in the order it says so."""
    return _STATIC_IMPORT.findall(script)


def _address(name: str, importer: str, imports: dict[str, str]) -> str | None:
    """What a browser makes of the name that a module imports another one by; None where it knows no such name."""
    if name.startswith("."):
        return urljoin(importer, name)
    if name in imports:
        return imports[name]
    folder = max((known for known in imports if known.endswith("/") and name.startswith(known)), key=len, default="")
    return imports[folder] + name.removeprefix(folder) if folder else None


def _is_own_script(path: str) -> bool:
    return path.startswith("js/") and path.endswith(".js")


def _last_change(static: Path) -> float:
    return max(_latest_in(static), _latest_in(TRANSLATIONS))


def _latest_in(folder: str | Path) -> float:
    """When something in a folder, or the folder itself, changed last: asked with each page in development."""
    latest = os.stat(folder).st_mtime
    with os.scandir(folder) as entries:
        for entry in entries:
            latest = max(latest, _latest_in(entry.path) if entry.is_dir() else entry.stat().st_mtime)
    return latest


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
