"""The description of the API says what is so, for programs and for people."""

import re

import pytest

from server.access import ROUTES
from server.api import operations
from server.kernel.access import SCOPES
from tests.directory.scene import Scene


def test_each_operation_is_described_with_the_access_that_the_table_gives_it():
    assert {(one.method, one.whole_path): one.level for one in operations} == {
        row: level for row, level in ROUTES.items() if row[1].startswith("/api/v1/")
    }


async def test_the_description_is_openapi_3_1_of_all_operations(there: Scene, program):
    answer = await (await program()).get("/api/openapi.json")
    described = answer.json()
    assert described["openapi"].startswith("3.1.")
    found = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert found == {(one.method, one.whole_path) for one in operations}
    named = set(re.findall(r"'#/components/schemas/([^']+)'", repr(described)))
    assert named <= described["components"]["schemas"].keys(), "two models of one name have none"
    assert "default" not in repr(described["components"]["schemas"]["OrganisationChange"])
    scopes = {
        scope
        for methods in described["paths"].values()
        for one in methods.values()
        for way in one["security"]
        for scope in way.get("token", [])
    }
    assert scopes == {SCOPES[one.level] for one in operations if one.level in SCOPES}


@pytest.mark.parametrize(("locale", "said"), [("en", "How to begin"), ("de", "So fangen Sie an")])
async def test_people_read_of_every_operation_in_their_language(there: Scene, locale: str, said: str):
    page = (await there["aylin"].get("/api", headers={"cookie": f"fairmatch_locale={locale}"})).text
    assert said in page
    assert [one.name for one in operations if f'id="{one.name}"' not in page] == []
