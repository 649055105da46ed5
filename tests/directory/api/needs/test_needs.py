"""Needs for programs: written by the rules of the form, and blind ones stay blind in every answer."""

import json

import pytest

from tests.directory.api.finding import until_found
from tests.directory.needs.network import HIDDEN, TEXT, TITLE, Network
from tests.directory.needs.test_between import CHAMBER, chamber

pytestmark = pytest.mark.usefixtures("search_index")

__all__ = ["chamber"]

NEEDS = "/api/v1/needs"
FOUND = "/api/v1/search?q=charging&kind=need"
SAID = {"title": TITLE, "text": TEXT, "shown_as": "mid-size utility, NRW"}
GIVEN = {"kind": "seek", "category": "product", "texts": {"en": SAID}, "publish": True}


async def test_a_need_is_written_read_changed_and_closed(there: Network, program):
    bernd, nobody = await program("bernd"), await program()
    made = await bernd.post(NEEDS, json=GIVEN | {"organisation": there.organisations["utility"], "budget_to": 90_000})
    assert made.status_code == 201
    path, need = made.headers["location"], made.json()
    assert (need["state"], need["currency"], need["manages"]) == ("open", "EUR", True)
    read = (await nobody.get(path)).json()
    assert (read["organisation"]["name"], read["manages"]) == (HIDDEN, False)
    assert [one["id"] for one in (await nobody.get(NEEDS)).json()["items"]] == [need["id"]]
    changed = (
        await bernd.patch(path, json={"deadline": "2026-12-01", "texts": {"de": {"title": "Ladesäulen"}}})
    ).json()
    assert (changed["deadline"], changed["expires_on"]) == ("2026-12-01", "2026-12-02")
    assert changed["texts"]["de"]["title"] == "Ladesäulen"
    assert changed["texts"]["en"] == need["texts"]["en"]
    assert (changed["budget_to"], changed["currency"]) == (90_000, "EUR")
    renewed = await bernd.post(f"{path}/turn", json={"do": "renew"})
    assert (renewed.status_code, renewed.json()["code"]) == (409, "day_chosen"), "only another day moves its end"
    assert (await bernd.post(f"{path}/turn", json={"do": "fulfil"})).json()["state"] == "fulfilled"
    states = (await bernd.get(f"{path}/states")).json()["items"]
    assert [(one["done"], one["state"], one["by"]) for one in states] == [
        ("fulfil", "fulfilled", "Bernd Kowalski"),
        ("publish", "open", "Bernd Kowalski"),
        ("write", "draft", "Bernd Kowalski"),
    ]
    assert (await (await program("aylin")).get(f"{path}/states")).status_code == 403
    again = await bernd.post(f"{path}/turn", json={"do": "fulfil"})
    assert (again.status_code, again.json()["code"]) == (409, "not_now")


async def test_a_draft_is_for_its_own_people(there: Network, program):
    bernd = await program("bernd")
    made = await bernd.post(NEEDS, json=GIVEN | {"organisation": there.organisations["utility"], "publish": False})
    path = made.headers["location"]
    for who in (None, "aylin"):
        other = await program(who)
        assert (await other.get(path)).status_code == 404
        assert (await other.get(NEEDS)).json()["items"] == []
    assert [one["state"] for one in (await bernd.get(f"{NEEDS}?mine=true")).json()["items"]] == ["draft"]
    assert (await bernd.get(NEEDS)).json()["items"] == []


async def test_whose_a_blind_need_is_stands_in_no_answer_until_it_is_revealed(
    there: Network, program, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("directory.search.following.SWEEP_S", 0.1)
    bernd, aylin = await program("bernd"), await program("aylin")
    organisation = there.organisations["utility"]
    given = GIVEN | {"organisation": organisation, "blind": True, "place": "Hagenfeld", "region": "NRW"}
    path = (await bernd.post(NEEDS, json=given)).headers["location"]
    there.app.state.search.following.ring()
    await until_found(aylin, FOUND, 1)
    for name in (None, "aylin", "chloe", "edda"):
        other = await program(name)
        told = [await other.get(each) for each in (path, NEEDS, f"{NEEDS}?q=charging", FOUND)]
        told += [await other.patch(path, json={}), await other.post(f"{path}/turn", json={"do": "pause"})]
        whole = "".join(one.text + json.dumps(dict(one.headers)) for one in told)
        assert (await other.get(path)).json()["texts"]["en"]["title"] == TITLE
        for secret in (HIDDEN, "Hagenfeld", "hagenfeld", organisation, there.people["bernd"], "Bernd"):
            assert secret not in whole, (name, secret)
        need = told[0].json()
        assert (need["organisation"], need["place"], need["updated_at"], need["blind"]) == (None, "", None, True)
    assert (await bernd.get(path)).json()["organisation"]["id"] == organisation
    answer = await there.answer(path.rsplit("/", 1)[1])
    await there.step(answer.id, "revealed")
    assert (await aylin.get(path)).json()["organisation"]["id"] == organisation
    assert (await (await program("chloe")).get(path)).json()["organisation"] is None


async def test_documents_of_a_blind_need_are_named_when_it_is_revealed(there: Network, program):
    need = await there.need(blind=True)
    bernd, aylin, nobody = await program("bernd"), await program("aylin"), await program()
    documents, named = f"{NEEDS}/{need}/documents", {"name": "Lageplan Hagenfeld.pdf"}
    file = {"content-type": "application/octet-stream"}
    made = await bernd.post(documents, params=named, content=b"%PDF-1.7 a map", headers=file)
    assert made.status_code == 201
    answer = await there.answer(need)
    for other in (nobody, aylin):
        assert (await other.get(documents)).json()["items"] == []
        assert (await other.get(made.headers["location"])).status_code == 404
    assert (await aylin.post(documents, params=named, content=b"%PDF-1.7", headers=file)).status_code == 403
    await there.step(answer.id, "revealed")
    assert (await aylin.get(made.headers["location"])).content == b"%PDF-1.7 a map"
    assert (await nobody.get(documents)).json()["items"] == []


async def test_who_does_not_speak_for_it_changes_nothing(there: Network, program):
    utility, path = there.organisations["utility"], f"{NEEDS}/{await there.need()}"
    for name, status in (("aylin", 403), ("dev", 403), (None, 401)):
        other = await program(name)
        assert (await other.post(NEEDS, json=GIVEN | {"organisation": utility})).status_code == status
        assert (await other.patch(path, json={"remote": True})).status_code == status
        assert (await other.post(f"{path}/turn", json={"do": "pause"})).status_code == status
    reader = await program("bernd", "directory:read", "organisations:write", "products:write")
    assert (await reader.patch(path, json={"remote": True})).status_code == 403
    need = (await reader.get(path)).json()
    assert (need["remote"], need["state"]) == (False, "open")


async def test_what_the_form_refuses_is_refused_in_its_words(there: Network, program):
    bernd, given = await program("bernd"), GIVEN | {"organisation": there.organisations["utility"]}
    for wrong, at in (
        ({"texts": {"en": SAID | {"title": "Short"}}}, "/texts/en/title"),
        ({"budget_from": 2, "budget_to": 1}, "/budget_to"),
        ({"deadline": "2026-01-01"}, "/deadline"),
        ({"blind": True, "texts": {"en": SAID | {"text": f"We are {HIDDEN}."}}}, "/blind"),
    ):
        answer = await bernd.post(NEEDS, json=given | wrong)
        assert (answer.status_code, [one["at"] for one in answer.json()["errors"]]) == (409, [at])
    assert (await bernd.get(f"{NEEDS}?mine=true")).json()["items"] == []


async def test_pages_of_needs_lead_on(there: Network, program, clock):
    ids = []
    for _ in range(3):
        ids.insert(0, await there.need())
        clock.advance(seconds=1)
    nobody = await program()
    first = await nobody.get(NEEDS, params={"limit": 2, "kind": "seek", "country": "DE", "industry": "mobility"})
    rest = await nobody.get(first.links["next"]["url"])
    assert [one["id"] for page in (first, rest) for one in page.json()["items"]] == ids
    assert rest.json()["next"] is None
    assert (await nobody.get(NEEDS, params={"kind": "offer"})).json()["items"] == []


async def test_no_cursor_tells_when_a_need_was_published_and_none_can_be_made_up(there: Network, program, clock):
    await there.need(blind=True)
    blind, moment = await there.need(blind=True), int(clock.now().timestamp() * 1_000_000)
    nobody = await program()
    cursor = (await nobody.get(NEEDS, params={"limit": 1})).json()["next"]
    assert str(moment) not in cursor
    assert f"{moment:016x}" not in cursor
    assert (await nobody.get(NEEDS, params={"limit": 1})).json()["next"] == cursor
    assert (await nobody.get(NEEDS, params={"after": f"{moment + 1}.{blind}"})).status_code == 422
    for changed in (f"{int(cursor[0], 16) ^ 1:x}{cursor[1:]}", f"{cursor[:-1]}{int(cursor[-1], 16) ^ 1:x}"):
        refused = await nobody.get(NEEDS, params={"after": changed})
        assert (refused.status_code, refused.json()["code"]) == (409, "unknown_cursor")


async def test_a_go_between_is_chosen_shown_and_let_go(there: Network, program, chamber: str):
    bernd, nobody = await program("bernd"), await program()
    given = GIVEN | {"organisation": there.organisations["utility"], "blind": True, "between": chamber}
    made = await bernd.post(NEEDS, json=given)
    assert made.status_code == 201
    path = made.headers["location"]
    assert (await nobody.get(path)).json()["between"]["id"] == chamber
    assert [one["between"]["name"] for one in (await nobody.get(NEEDS)).json()["items"]] == [CHAMBER]
    assert (await bernd.patch(path, json={"remote": True})).json()["between"]["id"] == chamber
    assert (await bernd.patch(path, json={"between": None})).json()["between"] is None
    for wrong in ({"between": there.organisations["hydro"]}, {"blind": False, "between": chamber}):
        refused = await bernd.patch(path, json=wrong)
        assert (refused.status_code, [one["at"] for one in refused.json()["errors"]]) == (409, ["/between"])
    assert (await nobody.get(path)).json()["blind"] is True
