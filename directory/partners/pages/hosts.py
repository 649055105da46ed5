"""A partner's own host: set by who runs the platform, and vouched for to the proxy that fetches certificates."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from directory.partners import actions, host_rules
from directory.partners.actions import RefusedError
from directory.partners.hosts import hosts_of
from directory.partners.pages.desk import desk_page
from directory.partners.pages.landing import admitted
from people.forms import Form
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from server.kernel.rate import address_of
from server.kernel.settings import Settings
from web.i18n import N_, translations
from web.render import locale_of, redirect

# Names that are nobody's, from one proxy: whoever opens connections for made-up names makes it ask for each.
UNKNOWN = "120 per minute"


async def take_host(request: Request) -> Response:
    """Have the partner's landing page stand at a host of its own, or no longer."""
    form = await Form.of(request)
    ours = own_name(kernel_of(request).settings)
    host = form.check("host", lambda: host_rules.own_host(form.typed("host"), ours), "")
    async with kernel_of(request).database.read() as session:
        seen, _partner = await admitted(request, session)
    if form.good:
        try:
            async with kernel_of(request).database.write() as uow:
                await actions.take_host(uow, seen.organisation.id, host, by_id=request.state.person.id)
        except RefusedError:
            form.refuse("host", N_("Another partner has this name."))
    if not form.good:
        return await desk_page(request, form, 422)
    said = N_("The page stands at this name now.") if host else N_("The page stands at no name of its own.")
    back = f"/partners/{request.path_params['slug']}/desk"
    return redirect(back, said=translations(locale_of(request)).gettext(said))


async def vouch(request: Request) -> Response:
    """Whether the proxy may fetch a certificate for a name: it is ours or a partner's. 404: neither; 429: too many.

    Names that are known are never refused, however many others are asked for.
    """
    host = request.query_params.get("domain", "")
    kernel = kernel_of(request)
    if host == own_name(kernel.settings) or await hosts_of(request).partner_at(host) is not None:
        return PlainTextResponse("yes")
    await kernel.limiter.spend("certificate", UNKNOWN, address_of(request))
    raise not_found()


def own_name(settings: Settings) -> str:
    """The name by which people reach this server."""
    return urlsplit(settings.public_url).hostname or ""


routes = [
    Route("/partners/{slug}/host", take_host, methods=["POST"], name="take_host"),
    Route("/tls/ask", vouch, name="vouch_for_host"),
]
