"""The data notice, and agreeing to a new wording of it."""

from datetime import date

from babel.dates import format_date
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from people import consent
from people.consent import WORDINGS, Kind
from people.forms import Form
from people.model import Person
from server.kernel.parts import kernel_of
from web.i18n import formats, translations
from web.part import Part
from web.render import locale_of, page, redirect


async def data_notice(request: Request) -> Response:
    """What is kept about people, why, and for how long; who agreed to an older wording is asked anew."""
    person: Person | None = request.state.person
    kernel, before = kernel_of(request), None
    if person is not None:
        async with kernel.database.read() as session:
            before = await _before(request, session, person)
    return page(
        request,
        "people/data_notice.html",
        wording=wording_named(request, WORDINGS[Kind.DATA_NOTICE]),
        version=WORDINGS[Kind.DATA_NOTICE],
        before=before,
        recording_days=kernel.settings.recording_days,
    )


async def agree(request: Request) -> Response:
    """Agree to the wording that was read; on record once. Where there is a newer one by now, that one is shown."""
    form = await Form.of(request)
    if form.typed("wording") != WORDINGS[Kind.DATA_NOTICE]:
        return redirect("/data-notice")
    async with kernel_of(request).database.write() as uow:
        person = await uow.session.get_one(Person, request.state.person.id, with_for_update=True)
        if await consent.outdated(uow.session, person.id, Kind.DATA_NOTICE):
            consent.give(uow, person.id, Kind.DATA_NOTICE)
    return redirect("/", said=translations(locale_of(request)).gettext("Thank you. That you agree is on record."))


async def part(request: Request, session: AsyncSession, person: Person) -> Part | None:
    """On the start page: that there is a new wording, for who agreed to an older one."""
    if (before := await _before(request, session, person)) is None:
        return None
    wording = wording_named(request, WORDINGS[Kind.DATA_NOTICE])
    return Part("people/today.html", {"wording": wording, "before": before})


def wording_named(request: Request, wording: str) -> str:
    """What a wording is called where people read of it: by its day."""
    return format_date(date.fromisoformat(wording), "long", locale=formats(locale_of(request)))


async def _before(request: Request, session: AsyncSession, person: Person) -> str | None:
    wording = await consent.outdated(session, person.id, Kind.DATA_NOTICE)
    return wording_named(request, wording) if wording else None


routes = [
    Route("/data-notice", data_notice, name="data_notice"),
    Route("/me/data/notice", agree, methods=["POST"], name="agree_to_data_notice"),
]
