"""What scripts ask for: the two ceremonies of passkeys."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from people import actions, passkeys, text
from people.browsers import summary
from people.limits import PROOFS, may, passkey_may_be_tried
from people.model import Person
from people.pages.devices import needs_no_proof
from people.pages.entering import CHALLENGE_COOKIE, enter, keep, settle
from people.parts import people_of
from people.sessions import Method
from people.text import UnacceptableError
from people.ways import onward
from server.kernel.http import ProblemError
from server.kernel.json import read_json
from server.kernel.parts import kernel_of

NO_STORE = {"cache-control": "no-store"}


async def begin_signing_in(request: Request) -> Response:
    """Options for `navigator.credentials.get`."""
    await passkey_may_be_tried(request)
    return _begun(request, people_of(request).passkeys.begin_signing_in(kernel_of(request).clock.now()))


async def sign_in(request: Request) -> Response:
    """Sign in with what the device answered. Returns {"next": path}."""
    await passkey_may_be_tried(request)
    body = await _json(request)
    answered = request.cookies.get(CHALLENGE_COOKIE)
    async with kernel_of(request).database.write() as uow:
        person = await people_of(request).passkeys.sign_in(uow, body.get("credential"), answered)
        token = await enter(request, uow, person, Method.PASSKEY)
    response = JSONResponse({"next": onward(str(body.get("next", "")))}, headers=NO_STORE)
    settle(request, response, token)
    return response


async def begin_adding(request: Request) -> Response:
    """Options for `navigator.credentials.create`. Only soon after signing in."""
    await _check_proof(request)
    people, person = people_of(request), request.state.person
    async with people.kernel.database.read() as session:
        existing = await passkeys.of_person(session, person.id)
    if len(existing) >= passkeys.MOST:
        raise ProblemError(409, "too_many_passkeys", "Remove a passkey first.")
    return _begun(request, people.passkeys.begin_adding(person, existing, people.kernel.clock.now()))


async def add(request: Request) -> Response:
    """Keep the passkey that the device made. Returns {"next": path}."""
    await _check_proof(request)
    body = await _json(request)
    person: Person = request.state.person
    name = _name(str(body.get("name", ""))) or summary(request.headers.get("user-agent", ""))
    answered = request.cookies.get(CHALLENGE_COOKIE)
    async with kernel_of(request).database.write() as uow:
        await actions.add_passkey(uow, people_of(request), person, body.get("credential"), answered, name)
    response = JSONResponse({"next": "/me/devices"}, headers=NO_STORE)
    keep(request, response, CHALLENGE_COOKIE, "", 0)
    return response


async def _check_proof(request: Request) -> None:
    await may(request, "passkey", PROOFS)
    if not await needs_no_proof(request):
        raise ProblemError(403, "sign_in_again", "Sign in again first: this sign-in was some time ago.")


def _begun(request: Request, begun: passkeys.Begun) -> Response:
    response = JSONResponse(begun.options, headers=NO_STORE)
    keep(request, response, CHALLENGE_COOKIE, begun.cookie, people_of(request).passkeys.lifetime_seconds)
    return response


async def _json(request: Request) -> dict[str, Any]:
    body = await read_json(request)
    if not isinstance(body, dict):
        raise ProblemError(400, "bad_request", "The body must be a JSON object.")
    return body


def _name(typed: str) -> str:
    try:
        return text.one_line(passkeys.NAME_MOST)(typed)
    except UnacceptableError as refused:
        raise ProblemError(422, "bad_name", str(refused)) from refused


routes = [
    Route("/sign-in/passkey/options", begin_signing_in, methods=["POST"], name="begin_passkey_sign_in"),
    Route("/sign-in/passkey", sign_in, methods=["POST"], name="sign_in_with_passkey"),
    Route("/me/passkeys/options", begin_adding, methods=["POST"], name="begin_passkey"),
    Route("/me/passkeys", add, methods=["POST"], name="add_passkey"),
]
