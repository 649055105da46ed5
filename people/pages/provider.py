"""Single sign-on: there and back."""

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from people import signing
from people.pages.entering import PRIVATE, PROVIDER_COOKIE, enter, entered, keep
from people.parts import people_of
from people.sessions import Method
from people.signing import UnknownAtProviderError
from people.single_sign_on import SingleSignOn, SingleSignOnError
from people.ways import onward
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page

log = structlog.get_logger(__name__)


async def leave(request: Request) -> Response:
    """Go to the provider."""
    provider = _provider(request)
    now = kernel_of(request).clock.now()
    try:
        begun = await provider.begin(onward(request.query_params.get("next")), now)
    except SingleSignOnError as error:
        return _failed(request, error)
    response = RedirectResponse(begun.url, 303, PRIVATE)
    keep(request, response, PROVIDER_COOKIE, begun.cookie, provider.lifetime_seconds)
    return response


async def come_back(request: Request) -> Response:
    """Be signed in, as the provider says."""
    provider = _provider(request)
    kernel = kernel_of(request)
    answer = {name: value[:4000] for name, value in request.query_params.items()}
    try:
        known = await provider.finish(answer, request.cookies.get(PROVIDER_COOKIE), kernel.clock.now())
        async with kernel.database.write() as uow:
            came = await signing.with_provider(uow, known, locale_of(request))
            token = await enter(request, uow, came.person, Method.SINGLE_SIGN_ON)
    except (SingleSignOnError, UnknownAtProviderError) as error:
        return _failed(request, error)
    said = translations(locale_of(request)).gettext("Welcome to Fairmatch. Your account is ready.") if came.new else ""
    return entered(request, token, came.next_path, said)


def _provider(request: Request) -> SingleSignOn:
    provider = people_of(request).single_sign_on
    if provider is None:
        raise not_found()
    return provider


def _failed(request: Request, error: Exception) -> Response:
    """What people can do about it; what went wrong is for the log."""
    log.warning("single_sign_on_failed", reason=str(error) or type(error).__name__)
    unconfirmed = isinstance(error, UnknownAtProviderError)
    why = (
        N_("It did not tell us a confirmed mail address of yours.")
        if unconfirmed
        else N_("It did not answer as it should, or you took another way back.")
    )
    response = page(request, "people/provider_failed.html", 403 if unconfirmed else 400, headers=PRIVATE, why=why)
    keep(request, response, PROVIDER_COOKIE, "", 0)
    return response


routes = [
    Route("/sign-in/oidc", leave, name="to_provider"),
    Route("/sign-in/oidc/return", come_back, name="from_provider"),
]
