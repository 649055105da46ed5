"""The programme of a fair made by programs of its organisers: the rules of its desk hold."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from directory.organisations.model import Organisation
from people import api_tokens
from tests.booths.stage import Programme
from tests.kernel_fixtures import BASE

WHEN = {"starts_at": "2026-09-15T12:00:00+02:00", "ends_at": "2026-09-15T12:30:00+02:00"}
Program = Callable[..., Awaitable[httpx2.AsyncClient]]


@pytest.fixture
async def program(there: Programme) -> AsyncIterator[Program]:
    """Makes programs with a token of somebody at the fair."""
    async with AsyncExitStack() as stack:

        async def make(name: str, scope: str = "fairs") -> httpx2.AsyncClient:
            async with there.guests.kernel.database.write() as uow:
                until = uow.clock.now() + timedelta(days=30)
                token = (await api_tokens.make(uow, there.guests.ids[name], "Desk", (scope,), until))[1]
            client = httpx2.AsyncClient(
                transport=httpx2.ASGITransport(there.guests.app),
                base_url=BASE,
                headers={"accept": "application/json", "authorization": f"Bearer {token}"},
            )
            return await stack.enter_async_context(client)

        yield make


async def talk(there: Programme, **said: Any) -> dict[str, Any]:
    """A talk of Voltbus on the main stage, on the second day at noon unless said otherwise."""
    async with there.guests.kernel.database.read() as session:
        whose = await session.scalar(select(Organisation.id).where(Organisation.slug == there.voltbus))
    return {"title": "Depots", "organisation": whose, "stage": there.stage} | WHEN | said


async def test_an_organiser_enters_changes_and_removes_a_talk(there: Programme, program: Program) -> None:
    edda, path = await program("edda"), f"/api/v1/fairs/{there.guests.fair.id}"
    assert (await edda.get(f"{path}/stages")).json()["items"] == [{"id": there.stage, "name": "Main stage"}]
    made = await edda.post(f"{path}/talks", json=await talk(there))
    assert (made.status_code, made.json()["starts_at"]) == (201, "2026-09-15T10:00:00Z")
    assert (made.json()["stage"], made.json()["organisation"]["name"]) == ("Main stage", "Voltbus")
    where = made.headers["location"]
    assert (await there.stranger.get(where)).json() == made.json(), "the programme is for everybody"
    stale = {"if-match": made.headers["etag"]}
    changed = await edda.patch(where, json={"title": "Depots at night", "ends_at": "2026-09-15T13:00:00+02:00"})
    assert (changed.json()["title"], changed.json()["ends_at"]) == ("Depots at night", "2026-09-15T11:00:00Z")
    assert changed.json()["starts_at"] == made.json()["starts_at"], "what is left out stays"
    assert (await edda.patch(where, json={"title": "Late"}, headers=stale)).status_code == 412
    assert (await edda.delete(where)).status_code == 204
    assert [(await edda.delete(where)).status_code, (await there.stranger.get(where)).status_code] == [404, 404]


async def test_what_the_desk_refuses_is_refused_with_where_it_stands(there: Programme, program: Program) -> None:
    edda, path = await program("edda"), f"/api/v1/fairs/{there.guests.fair.id}/talks"
    assert (await edda.post(path, json=await talk(there))).status_code == 201
    for said, code, at in (
        ({}, "stage_taken", "/starts_at"),
        ({"starts_at": "2026-09-20T12:00:00Z", "ends_at": "2026-09-20T12:30:00Z"}, "no_such_day", "/starts_at"),
        ({"starts_at": "9999-12-31T23:59:00Z"}, "no_such_day", "/starts_at"),
        ({"starts_at": "2026-09-15T15:00:30Z", "ends_at": "2026-09-15T15:30:30Z"}, "no_such_time", "/starts_at"),
        ({"ends_at": "2026-09-15T09:00:00Z"}, "too_long", "/ends_at"),
        ({"stage": there.stand}, "no_stage", "/stage"),
        ({"organisation": there.stand}, "gone", "/organisation"),
        ({"title": "..."}, "refused", "/title"),
    ):
        refused = await edda.post(path, json=await talk(there, **said))
        assert (refused.status_code, refused.json()["code"], refused.json()["errors"][0]["at"]) == (409, code, at), said


async def test_a_stand_is_given_and_taken_back(there: Programme, program: Program) -> None:
    edda, path = await program("edda"), f"/api/v1/fairs/{there.guests.fair.id}/stands/"
    whose = (await talk(there))["organisation"]
    given = await edda.put(path + there.stand, json={"organisation": whose})
    assert (given.status_code, given.json()["organisation"]["id"]) == (200, whose)
    assert (await edda.put(path + there.stand, json={"organisation": None})).json()["organisation"] is None
    assert (await edda.put(path + there.stage, json={"organisation": whose})).status_code == 404, "it is no stand"


async def test_only_organisers_with_such_a_token_make_the_programme(there: Programme, program: Program) -> None:
    path, body = f"/api/v1/fairs/{there.guests.fair.id}", await talk(there)
    for somebody in (await program("dev"), await program("aylin"), await program("edda", "organisations:write")):
        assert (await somebody.post(f"{path}/talks", json=body)).status_code == 403
        assert (await somebody.get(f"{path}/stages")).status_code == 403
        assert (await somebody.put(f"{path}/stands/{there.stand}", json={"organisation": None})).status_code == 403
    assert (await there.stranger.post(f"{path}/talks", json=body)).status_code == 401
    assert (await there.stranger.get(f"{path}/talks")).json()["items"] == []


async def test_what_a_talk_is_about_and_who_speaks_is_given_and_stays_where_it_is_left_out(
    there: Programme, program: Program
) -> None:
    edda, path = await program("edda"), f"/api/v1/fairs/{there.guests.fair.id}/talks"
    about = {"texts": {"en": {"text": "Four **depots**"}}, "speakers": [{"name": "Aylin Demir", "line": "Voltbus"}]}
    where = (await edda.post(path, json=await talk(there, **about))).headers["location"]
    await edda.patch(where, json={"title": "Grids"})
    changed = (await edda.patch(where, json={"texts": {"de": {"text": "Vier Depots"}}})).json()
    assert changed["texts"] == {"de": {"text": "Vier Depots"}, "en": {"text": "Four **depots**"}}
    assert changed["speakers"] == about["speakers"]
    emptied = await edda.patch(where, json={"speakers": [], "texts": {"en": {"text": ""}}})
    assert (emptied.json()["speakers"], emptied.json()["texts"]["en"]["text"]) == ([], "")
    refused = await edda.patch(where, json={"speakers": [{"name": "www.voltbus.example"}]})
    assert (refused.status_code, refused.json()["errors"][0]["at"]) == (409, "/speakers")


async def test_a_room_is_called_otherwise(there: Programme, program: Program) -> None:
    edda, path = await program("edda"), f"/api/v1/fairs/{there.guests.fair.id}/rooms/"
    before = await edda.get(path + there.stand)
    changed = await edda.patch(path + there.stand, json={"name": " Hall  2 "})
    assert (changed.status_code, changed.json()) == (200, before.json() | {"name": "Hall 2"})
    stale = {"if-match": before.headers["etag"]}
    assert (await edda.patch(path + there.stand, json={"name": "Hall 3"}, headers=stale)).status_code == 412
    for name, code in (("MAIN STAGE", "same_name"), ("...", "refused")):
        refused = await edda.patch(path + there.stand, json={"name": name})
        assert (refused.status_code, refused.json()["code"], refused.json()["errors"][0]["at"]) == (409, code, "/name")
    for somebody in (await program("aylin"), await program("edda", "organisations:write")):
        assert (await somebody.patch(path + there.stand, json={"name": "Mine"})).status_code == 403


async def test_rooms_are_opened_closed_and_opened_again(there: Programme, program: Program) -> None:
    edda, path = await program("edda"), f"/api/v1/fairs/{there.guests.fair.id}/rooms"
    made = await edda.post(path, json={"kind": "lounge", "name": "Coffee"})
    room = made.json()
    assert (made.status_code, room["kind"], room["closed"]) == (201, "lounge", False)
    assert room["page"] == "http://localhost:8000/fairs/ruhr/rooms/coffee"
    assert (await edda.get(made.headers["location"])).json() == room
    assert (await edda.post(f"{path}/{room['id']}/close")).json() == room | {"closed": True}
    assert [each["name"] for each in (await edda.get(path)).json()["items"]] == ["Hall 1", "Main stage", "Coffee"]
    assert (await edda.post(f"{path}/{room['id']}/close")).status_code == 404, "it is closed"
    assert (await edda.post(f"{path}/{room['id']}/open")).json() == room
    assert (await edda.post(f"{path}/{room['id']}/open")).status_code == 404, "it is open"
    again = await edda.post(path, json={"kind": "lounge", "name": "COFFEE"})
    assert (again.status_code, again.json()["code"]) == (409, "same_name")
    await edda.post(path.replace("rooms", "talks"), json=await talk(there))
    held = await edda.post(f"{path}/{there.stage}/close")
    assert (held.status_code, held.json()["code"]) == (409, "in_use")
    assert (await edda.post(path, json={"kind": "lounge", "name": "..."})).json()["errors"][0]["at"] == "/name"
    assert (await edda.post(path, json={"kind": "lobby", "name": "Lobby"})).status_code == 422
    for somebody in (await program("aylin"), await program("edda", "organisations:write")):
        assert (await somebody.get(path)).status_code == 403
        assert (await somebody.post(f"{path}/{there.stand}/close")).status_code == 403
