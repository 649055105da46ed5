"""One's own profile: what others see of one, and the language and zone in which one sees things."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from people import actions, languages, photos, text, zones
from people.actions import Profile
from people.completeness import completeness
from people.forms import Form, uploaded
from people.limits import PHOTOS, may
from people.model import Person
from people.pages.entering import PRIVATE, refused_at, speak
from people.parts import people_of
from people.text import UnacceptableError
from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of
from web.i18n import LOCALES, N_, translations
from web.render import locale_of, page, redirect

# The languages of this product, in themselves: who cannot read the page must still find theirs.
LOCALE_NAMES = {"en": "English", "de": "Deutsch"}


async def show(request: Request) -> Response:
    """The profile's form, and how complete it is."""
    return _page(request, _filled(request.state.person, locale_of(request)))


async def save(request: Request) -> Response:
    """Change the profile; whatever is wrong, everything typed stays."""
    form = await Form.of(request)
    profile = Profile(
        name=form.take("name", text.name, ""),
        organisation=form.take("organisation", text.one_line(text.LINE_MOST), ""),
        position=form.take("position", text.one_line(text.LINE_MOST), ""),
        languages=form.check("languages", lambda: languages.chosen(form.all("languages")), []),
        seeks=form.take("seeks", text.paragraphs(text.PARAGRAPH_MOST), ""),
        offers=form.take("offers", text.paragraphs(text.PARAGRAPH_MOST), ""),
        time_zone=form.take("time_zone", zones.zone, ""),
        locale=form.take("locale", _locale, ""),
    )
    if not form.good:
        return _page(request, form, status=422)
    async with kernel_of(request).database.write() as uow:
        await actions.change_profile(uow, request.state.person.id, profile)
    response = redirect("/me", said=translations(profile.locale).gettext("Your profile is saved."))
    if profile.locale != locale_of(request):
        speak(request, response, profile.locale)
    return response


async def change_photo(request: Request) -> Response:
    """Show another photo."""
    content = await uploaded(request, "photo")
    form = Form(None, locale_of(request))
    try:
        if not content:
            raise UnacceptableError(N_("Please choose a photo first."))
        await may(request, "photo", PHOTOS)
        kept = await people_of(request).photos.take(content)
    except UnacceptableError as refused:
        form.say(refused.text, **refused.params)
        return _photo_refused(request, form, 422)
    except ProblemError as error:
        return _photo_refused(request, form, refused_at(form, error))
    async with kernel_of(request).kept.keeping(kept.contents) as uow:
        await actions.change_photo(uow, request.state.person.id, kept)
    return redirect("/me", said=translations(locale_of(request)).gettext("Your photo is saved."))


async def remove_photo(request: Request) -> Response:
    """Show no photo any more."""
    async with kernel_of(request).database.write() as uow:
        await actions.change_photo(uow, request.state.person.id, None)
    return redirect("/me", said=translations(locale_of(request)).gettext("Your photo is removed."))


async def change_time_zone(request: Request) -> Response:
    """Show times in another zone, as the quiet line on the profile offers when the device is elsewhere."""
    form = await Form.of(request)
    zone = form.take("time_zone", zones.zone, "")
    if not form.good:
        return redirect("/me")
    async with kernel_of(request).database.write() as uow:
        await actions.change_time_zone(uow, request.state.person.id, zone)
    return redirect("/me", said=translations(locale_of(request)).gettext("Times are shown in your new time zone."))


def _photo_refused(request: Request, form: Form, status: int) -> Response:
    return _page(request, _filled(request.state.person, locale_of(request)), status, photo_error=form.said)


def _page(request: Request, form: Form, status: int = 200, photo_error: str = "") -> Response:
    locale = locale_of(request)
    person: Person = request.state.person
    return page(
        request,
        "people/profile.html",
        status,
        headers=PRIVATE,
        form=form,
        complete=completeness(person),
        languages=languages.choices(locale),
        languages_most=languages.MOST,
        zones=_zones(person, locale),
        locales=[(one, LOCALE_NAMES[one]) for one in LOCALES],
        photo=f"/photos/{person.photo}" if person.photo else "",
        photo_error=photo_error,
        photo_most_mb=photos.MOST_BYTES // 1024 // 1024,
        line_most=text.LINE_MOST,
        paragraph_most=text.PARAGRAPH_MOST,
    )


def _filled(person: Person, locale: str) -> Form:
    fields = ("name", "organisation", "position", "languages", "seeks", "offers", "time_zone", "locale")
    return Form(None, locale, **{field: getattr(person, field) for field in fields})


def _zones(person: Person, locale: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """The zones to choose from, the present one in any case."""
    offered = list(zones.choices(locale))
    if not any(person.time_zone == zone for _, pairs in offered for zone, _ in pairs):
        offered.append((N_("Others"), ((person.time_zone, person.time_zone),)))
    return offered


def _locale(typed: str) -> str:
    if typed not in LOCALES:
        raise UnacceptableError(N_("Please choose one of the languages."))
    return typed


routes = [
    Route("/me", show, name="profile"),
    Route("/me", save, methods=["POST"], name="save_profile"),
    Route("/me/photo", change_photo, methods=["POST"], name="change_photo"),
    Route("/me/photo/remove", remove_photo, methods=["POST"], name="remove_photo"),
    Route("/me/time-zone", change_time_zone, methods=["POST"], name="change_time_zone"),
]
