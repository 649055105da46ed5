"""What is wrong with a request is always said as a problem, whole, and in the same words."""

import pytest

from server.kernel.http import PROBLEM_TYPE
from tests.directory.scene import Scene

LIST = "/api/v1/organisations"


ASKED_WRONGLY = [
    (f"{LIST}?limit=0", 422),
    (f"{LIST}?limit=201", 422),
    (f"{LIST}?limit=1e2", 422),
    (f"{LIST}?limit=1&limit=2", 422),
    (f"{LIST}?kind=nothing", 422),
    (f"{LIST}?updated_since=yesterday", 422),
    (f"{LIST}?updated_since=2026-01-01T00:00:00", 422),
    (f"{LIST}?updated_since=0001-01-01T00:00:00%2B14:00", 422),
    (f"{LIST}?misspelt=1", 422),
    (f"{LIST}?after=%00", 422),
    (f"{LIST}?after=1.2", 422),
    (f"{LIST}?after={'9' * 500}", 422),
    (f"{LIST}?partner=%00", 422),
    (f"{LIST}/x", 404),
    (f"{LIST}/%00", 404),
    ("/api/v1/nothing", 404),
    ("/api/nothing", 404),
]


async def test_what_is_asked_wrongly_is_a_problem(there: Scene, program):
    nobody = await program()
    for path, status in ASKED_WRONGLY:
        answer = await nobody.get(path, headers={"accept": "text/html"})
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM_TYPE), path
        assert answer.json()["status"] == status


async def test_all_that_is_wrong_with_a_body_is_said_at_once(there: Scene, program):
    _, id_ = await there.organisation()
    aylin, path = await program("aylin"), f"{LIST}/{id_}"
    shape = await aylin.patch(path, json={"founded": "2019", "links": [{"url": 1}], "nonsense": 1})
    assert shape.status_code == 422
    assert {one["at"] for one in shape.json()["errors"]} == {"/founded", "/links/0/url", "/nonsense"}
    rules = await aylin.patch(path, json={"website": "ftp://x.example", "texts": {"de": {"pitch": "a\u0007b"}}})
    assert (rules.status_code, rules.json()["code"]) == (409, "refused")
    assert {one["at"] for one in rules.json()["errors"]} == {"/website", "/texts/de/pitch"}
    german = await aylin.patch(path, json={"website": "ftp://x"}, headers={"accept-language": "de"})
    assert german.json()["errors"][0]["said"] == "Auf diese Webadresse können wir nicht verweisen."


NO_BODIES = [
    (b"{", "application/json", 400),
    (b'{"a": 1, "a": 2}', "application/json", 400),
    (b"\xff", "application/json", 400),
    (b"[]", "application/json", 422),
    (b"name=x", "application/x-www-form-urlencoded", 415),
    (b"{}", "", 415),
    (b" " * (1024 * 1024 + 1), "application/json", 413),
]


async def test_what_is_no_body_of_ours_is_a_problem(there: Scene, program):
    aylin = await program("aylin")
    for content, kind, status in NO_BODIES:
        answer = await aylin.post(LIST, content=content, headers={"content-type": kind})
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM_TYPE), content[:20]


async def test_a_method_that_a_path_does_not_take_is_answered_with_those_that_it_takes(there: Scene, program):
    answer = await (await program()).delete(LIST)
    assert answer.status_code == 405
    assert {each.strip() for each in answer.headers["allow"].split(",")} == {"GET", "HEAD", "POST"}
    assert answer.headers["content-type"] == PROBLEM_TYPE


async def test_another_sites_page_needs_a_token_like_everybody(there: Scene, program):
    _, id_ = await there.organisation()
    elsewhere = {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"}
    path, given = f"{LIST}/{id_}", {"founded": 2019}
    assert (await (await program()).patch(path, json=given, headers=elsewhere)).status_code == 401
    assert (await there["aylin"].patch(path, json=given, headers=elsewhere)).status_code == 401
    assert (await (await program("aylin")).patch(path, json=given, headers=elsewhere)).status_code == 200


async def test_scripts_of_other_sites_read_what_is_public_and_no_more(there: Scene, program):
    await there.organisation()
    await there.organisation("aylin", name="Quiet", visibility="members")
    elsewhere = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
    read = await there["aylin"].get(LIST, headers=elsewhere)  # with her cookie, as a browser might send it
    assert [one["name"] for one in read.json()["items"]] == ["Voltbus"]
    assert read.headers["access-control-allow-origin"] == "*"
    asked = elsewhere | {"access-control-request-method": "GET", "access-control-request-headers": "authorization"}
    may = await (await program()).options(LIST, headers=asked)
    assert (may.status_code, "access-control-allow-headers" in may.headers) == (405, False)


async def test_every_answer_says_what_is_left_of_the_limit(there: Scene, program, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("directory.api.door.READS_PER_ADDRESS", "3 per minute")
    nobody = await program()
    answers = [await nobody.get(path) for path in (LIST, f"{LIST}?limit=0", f"{LIST}/x", LIST)]
    assert [one.status_code for one in answers] == [200, 422, 404, 429]
    assert [one.headers["ratelimit"].split(";")[1] for one in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert {one.headers["ratelimit-policy"] for one in answers} == {'"api";q=3;w=60'}
    assert int(answers[-1].headers["retry-after"]) > 0
    assert (await (await program("aylin")).get(LIST)).status_code == 200
