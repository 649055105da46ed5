"""The browser's modules, tested where they run: each `test("...")` of the *.spec.js files is one here."""

import mimetypes
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Error, Page, Route

from web.assets import Assets

HERE = Path(__file__).parent
TEXTS = HERE.parents[1] / "chat" / "texts.json"  # what the server's tests read, too
ORIGIN = "http://modules.localhost"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Modules</title>
<script type="importmap">{import_map}</script><body></body></html>"""
CASES = [
    pytest.param(spec.name, name, id=f"{spec.name.removesuffix('.spec.js')}: {name}")
    for spec in sorted(HERE.glob("*.spec.js"))
    for name in re.findall(r'^test\("([^"]+)"', spec.read_text(), re.MULTILINE)
]


@pytest.fixture(scope="module")
async def modules(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser without a network: it gets our files, and nothing else."""
    assets = Assets()
    context = await browser.new_context(locale="en", timezone_id="Europe/Berlin")

    async def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            await route.fulfill(body=PAGE.format(import_map=assets.import_map("en")), content_type="text/html")
        elif path.startswith("/assets/"):
            asset = assets[path.split("/", 3)[3]]
            await route.fulfill(body=asset.content, content_type=asset.type)
        elif path == "/texts.json":
            await route.fulfill(body=TEXTS.read_bytes(), content_type="application/json")
        elif (file := HERE / path.lstrip("/")).is_file():
            await route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(path)[0])
        else:
            await route.fulfill(status=404)

    await context.route("**/*", answer)
    yield context
    await context.close()


@pytest.fixture(scope="module")
async def pages(modules: BrowserContext) -> dict[str, Page]:
    """The page of each spec file: modules are loaded once, and tests bring their own ground."""
    return {}


@pytest.mark.parametrize(("spec", "name"), CASES)
async def test_module(modules: BrowserContext, pages: dict[str, Page], spec: str, name: str) -> None:
    if spec not in pages:
        pages[spec] = await modules.new_page()
        await pages[spec].goto(ORIGIN)
    page, uncaught = pages[spec], []

    def see(error: Error) -> None:
        uncaught.append(str(error))

    page.on("pageerror", see)
    await page.evaluate("async ([spec, name]) => (await import('/harness.js')).run(spec, name)", [f"/{spec}", name])
    page.remove_listener("pageerror", see)
    assert not uncaught
