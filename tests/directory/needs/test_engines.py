"""The lists of needs and offers for search engines: in both languages, and with what everybody may know alone."""

import json
from typing import Any

from directory.needs.seen import Wording
from tests.directory.needs.network import HIDDEN, TITLE, Network

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
