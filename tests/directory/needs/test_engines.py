"""The lists of needs and offers for search engines: in both languages, and with what everybody may know alone."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from directory.needs.documents import NeedSource
from directory.needs.jsonld import LISTED_MOST
from directory.needs.model import Need
from directory.needs.seen import Wording
from directory.search.documents import Viewer
from tests.directory.needs.network import HIDDEN, TITLE, Network
from web import markdown

HOME = "http://localhost:8000"


def _data(page: str) -> Any:
    return json.loads(page.partition('ld+json"')[2].partition(">")[2].partition("</script>")[0])


async def test_search_engines_read_the_list_of_needs_in_both_languages(there: Network) -> None:
    need = await there.need(blind=True)
    await there.need("aylin", visibility="members")
    page = await there.text("nobody", "/needs")
    assert f'<link rel="canonical" href="{HOME}/needs">' in page
    assert f'hreflang="de" href="{HOME}/needs?lang=de"' in page
    data = _data(page)
    assert (data["@type"], data["url"], data["numberOfItems"]) == ("ItemList", f"{HOME}/needs", 1)
    (one,) = data["itemListElement"]
    assert (one["position"], one["item"]["@type"], one["item"]["name"]) == (1, "Demand", TITLE)
    assert one["item"]["url"].startswith(f"{HOME}/needs/{need}")
    assert HIDDEN not in page, "a blind need stays blind"
    assert _data(await there.text("aylin", "/needs"))["numberOfItems"] == 1, "what is for members stands in none"
    assert _data(await there.text("nobody", "/needs?lang=de"))["name"] == "Gesuche"


async def test_the_list_of_offers_has_an_address_of_its_own_in_each_language(there: Network) -> None:
    await there.need("aylin", kind="offer", texts={"en": Wording("</script><b>Chargers", "Overnight.", "", "")})
    page = await there.text("nobody", "/needs?tab=offer&lang=en")
    assert f'<link rel="canonical" href="{HOME}/needs?tab=offer&amp;lang=en">' in page
    assert f'hreflang="de" href="{HOME}/needs?tab=offer&amp;lang=de"' in page
    (one,) = _data(page)["itemListElement"]
    assert (one["item"]["@type"], one["item"]["name"]) == ("Offer", "</script><b>Chargers")


async def test_what_somebody_looks_for_in_the_list_is_for_no_search_engine(there: Network) -> None:
    await there.need()
    for asked in ("q=charging", "country=DE", "tab=offer&industry=mobility", "within=30"):
        page = await there.text("nobody", f"/needs?{asked}")
        assert ("noindex" in page, "ld+json" in page, "canonical" in page) == (True, False, False), asked
    assert (await there["nobody"].get("/needs?lang=xx")).status_code == 404


async def test_lists_of_long_needs_read_no_more_of_them_than_they_show(
    there: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await there.need("aylin", texts={"en": Wording(f"Charging number {number}", "word " + "[" * 5_900, "", "")})
    read: list[int] = []
    render = markdown._markdown.render
    monkeypatch.setattr(markdown._markdown, "render", lambda text: read.append(len(text)) or render(text))
    source = NeedSource(there.kernel.clock)
    async with there.kernel.database.read() as session:
        ids = list(await session.scalars(select(Need.id)))
        documents = await source.documents(session, ids)
        cards = await source.cards(session, Viewer(None, "en"), ids)
    assert len(documents) == len(cards) == 3
    assert read == [], "the index reads them, in a thread, and a card what is around an answer"
    assert len(_data(await there.text("nobody", "/needs"))["itemListElement"]) == 3
    await there.text("nobody", "/o/voltbus")
    assert read
    assert max(read) <= 2 * LISTED_MOST
