"""What goes to browsers packed, so that pages are there sooner on a slow line."""

import gzip
import re

import httpx2
import pytest

from web.assets import Assets

# Of a font that is fetched along with the stylesheet: at 400 kbit/s these are six tenths of a second.
MOST_FONT_BYTES = 30_000


async def _raw(client: httpx2.AsyncClient, path: str, accepted: str) -> tuple[httpx2.Headers, bytes]:
    """What is sent on the line, before anybody unpacks it."""
    async with client.stream("GET", path, headers={"accept-encoding": accepted}) as answer:
        return answer.headers, b"".join([chunk async for chunk in answer.aiter_raw()])


@pytest.mark.parametrize("path", ["css/app.css", "messages/de.js", "vendor/@hotwired/turbo/dist/turbo.es2017-esm.js"])
async def test_a_file_goes_packed_to_whom_can_unpack_it(assets: Assets, client: httpx2.AsyncClient, path: str):
    headers, sent = await _raw(client, assets.url(path), "gzip, deflate, br")
    assert headers["content-encoding"] == "gzip"
    assert headers["vary"] == "Accept-Encoding"
    assert int(headers["content-length"]) == len(sent) < len(assets[path].content) / 2
    assert gzip.decompress(sent) == assets[path].content


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "br, gzip; q=0.0"])
async def test_whoever_takes_nothing_packed_gets_the_file_as_it_is(
    assets: Assets, client: httpx2.AsyncClient, accepted: str
):
    headers, sent = await _raw(client, assets.url("css/app.css"), accepted)
    assert "content-encoding" not in headers
    assert headers["vary"] == "Accept-Encoding"
    assert sent == assets["css/app.css"].content


@pytest.mark.parametrize("accepted", ["gzip", "GZIP;q=1.0", "br;q=1, gzip;q=0.5, *;q=0", "gzip;q=0.001"])
async def test_a_page_goes_packed_as_well(client: httpx2.AsyncClient, accepted: str):
    _, plain = await _raw(client, "/error/404", "identity")
    headers, sent = await _raw(client, "/error/404", accepted)
    assert headers["content-encoding"] == "gzip"
    assert headers["vary"] == "Accept-Encoding"
    assert int(headers["content-length"]) == len(sent) < len(plain) / 3
    assert _without_what_changes(gzip.decompress(sent)) == _without_what_changes(plain)


async def test_a_font_is_packed_already(assets: Assets, client: httpx2.AsyncClient):
    path = "vendor/@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2"
    headers, sent = await _raw(client, assets.url(path), "gzip")
    assert "content-encoding" not in headers
    assert sent == assets[path].content


async def test_no_large_font_keeps_the_stylesheet_waiting(assets: Assets, client: httpx2.AsyncClient):
    early = re.findall(r'rel="preload" href="/assets/\w+/([^"]+)"', (await client.get("/dev/kit")).text)
    assert early, "the face of the text is there with the text"
    assert sum(len(assets[path].content) for path in early) < MOST_FONT_BYTES


def _without_what_changes(page: bytes) -> str:
    return re.sub(r'nonce="[^"]*"|content="[\w-]{22}"|[0-9a-f]{8}-[0-9a-f-]{27}', "", page.decode())
