"""Where one is signed in, and the ways in that one has: address, password, passkeys."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from people import actions, api_tokens, browsers, passkeys, passwords, sessions
from people.addresses import normalise, readable
from people.forms import Form
from people.limits import PROOFS, mail_may_go, may
from people.model import Passkey, Person, SignInSession
from people.pages.entering import PRIVATE, id_in, refused_at
from people.parts import people_of
from server.kernel.http import ProblemError, not_found
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect


@dataclass(frozen=True)
class Device:
    """A session as its owner recognises it."""

    session: SignInSession
    here: bool
    phone: bool


async def show(request: Request) -> Response:
    """Devices, passkeys, password, address."""
    return await _page(request, {})


async def sign_out_one(request: Request) -> Response:
    """End one session, this browser's or another's."""
    person_id = request.state.person.id
    session_id = id_in(request, "session")
    async with kernel_of(request).database.write() as uow:
        if not await sessions.revoke(uow, person_id, session_id, by=person_id):
            raise not_found()
    if session_id == request.state.session_id:
        response = redirect("/sign-in")
        sessions.drop_cookie(response, kernel_of(request).settings)
        return response
    return _done(request, N_("That device is signed out."))


async def sign_out_others(request: Request) -> Response:
    """End all sessions but this browser's."""
    person_id = request.state.person.id
    async with kernel_of(request).database.write() as uow:
        await sessions.revoke_all(uow, person_id, by=person_id, but=request.state.session_id)
    return _done(request, N_("All other devices are signed out."))


async def set_password(request: Request) -> Response:
    """Set a password; needs the present one, or a sign-in of the last half hour."""
    form = await Form.of(request)
    person: Person = request.state.person
    about = (person.name, person.email or "")
    password = form.take("new_password", lambda typed: passwords.acceptable(typed, about=about), "")
    hashed = None
    try:
        await prove(request, form)
        if form.good:
            hashed = await people_of(request).passwords.hash(password)
    except ProblemError as error:
        return await _page(request, {"password": form}, refused_at(form, error))
    if not form.good:
        return await _page(request, {"password": form}, 422)
    async with kernel_of(request).database.write() as uow:
        await actions.set_password(uow, people_of(request), person, hashed)
        await sessions.revoke_all(uow, person.id, by=person.id, but=request.state.session_id)
    return _done(request, N_("Your password is set. Other devices are signed out."))


async def remove_password(request: Request) -> Response:
    """Have no password any more; links and passkeys go on working."""
    async with kernel_of(request).database.write() as uow:
        await actions.set_password(uow, people_of(request), request.state.person, None)
    return _done(request, N_("Your password is removed."))


async def ask_for_address(request: Request) -> Response:
    """Mail a link to another address; needs the password, or a sign-in of the last half hour."""
    form = await Form.of(request)
    person: Person = request.state.person
    email = form.take("email", normalise, "")
    if form.good and email == person.email:
        form.refuse("email", N_("This is your address already."))
    try:
        await prove(request, form)
        if form.good:
            await mail_may_go(request, email)
    except ProblemError as error:
        return await _page(request, {"address": form}, refused_at(form, error))
    if not form.good:
        return await _page(request, {"address": form}, 422)
    async with kernel_of(request).database.write() as uow:
        await actions.ask_for_address(uow, people_of(request), person, email)
    _ = translations(locale_of(request)).gettext
    return redirect("/me/devices", said=_("We have sent a link to %(email)s.") % {"email": readable(email)})


async def remove_passkey(request: Request) -> Response:
    """Forget a passkey."""
    passkey_id = id_in(request, "passkey")
    async with kernel_of(request).database.write() as uow:
        if not await actions.remove_passkey(uow, people_of(request), request.state.person, passkey_id):
            raise not_found()
    return _done(request, N_("The passkey is removed."))


async def prove(request: Request, form: Form) -> None:
    """Note at the form unless the person proved lately, or proves now by password, who they are.

    Raises ProblemError 429 and 503.
    """
    if await needs_no_proof(request):
        return
    await may(request, "proof", PROOFS)
    person: Person = request.state.person
    if person.password_hash is None:
        form.refuse("proof", N_("You signed in some time ago. Please sign out, sign in again, and come back here."))
    elif not await people_of(request).passwords.matches(person.password_hash, form.typed("proof")):
        form.refuse("proof", N_("This is not your present password."))


async def needs_no_proof(request: Request) -> bool:
    """Whether this session began so recently that it is proof enough."""
    kernel = kernel_of(request)
    async with kernel.database.read() as session:
        return await sessions.is_fresh(session, request.state.session_id, kernel.clock.now())


async def _page(request: Request, forms: Mapping[str, Form], status: int = 200) -> Response:
    """`forms`: those that come back with something wrong in them."""
    person: Person = request.state.person
    devices, keys, tokens = await _found(request, person)
    return page(
        request,
        "people/devices.html",
        status,
        headers=PRIVATE,
        devices=devices,
        passkeys=keys,
        tokens=tokens,
        passkeys_most=passkeys.MOST,
        passkey_host=people_of(request).passkeys.host,
        address=forms.get("address", Form()),
        password=forms.get("password", Form()),
        email=readable(person.email or ""),
        fresh=await needs_no_proof(request),
        password_least=passwords.LEAST,
    )


async def _found(request: Request, person: Person) -> tuple[list[Device], list[Passkey], int]:
    """Devices, passkeys, and how many tokens of programs are good."""
    kernel = kernel_of(request)
    async with kernel.database.read() as session:
        signed_in = await sessions.of_person(session, person.id, kernel.clock.now())
        keys = await passkeys.of_person(session, person.id)
        tokens = len(await api_tokens.living(session, person.id, kernel.clock.now()))
    here = request.state.session_id
    devices = [Device(one, one.id == here, browsers.is_phone(one.user_agent)) for one in signed_in]
    return sorted(devices, key=lambda device: not device.here), keys, tokens


def _done(request: Request, said: str) -> Response:
    return redirect("/me/devices", said=translations(locale_of(request)).gettext(said))


routes = [
    Route("/me/devices", show, name="devices"),
    Route("/me/devices/{session}/sign-out", sign_out_one, methods=["POST"], name="sign_out_one"),
    Route("/me/devices/sign-out-others", sign_out_others, methods=["POST"], name="sign_out_others"),
    Route("/me/password", set_password, methods=["POST"], name="set_password"),
    Route("/me/password/remove", remove_password, methods=["POST"], name="remove_password"),
    Route("/me/address", ask_for_address, methods=["POST"], name="ask_for_address"),
    Route("/me/passkeys/{passkey}/remove", remove_passkey, methods=["POST"], name="remove_passkey"),
]
