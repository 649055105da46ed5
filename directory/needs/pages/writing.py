"""Writing a need: the form with its preview, saving as a draft, publishing, and the files that hang on it."""

from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.attachments import ACCEPTED, checked
from directory.needs import actions, forms, queries, rules, sifting
from directory.needs.actions import FILE_MOST, Draft, RefusedError
from directory.needs.between import of_need, partners_of
from directory.needs.pages.common import (
    NO_NEW_END,
    SAVES,
    UPLOADS,
    around,
    coming,
    may,
    need_id_in,
    need_in,
    problem_of,
)
from directory.needs.pages.one import context_of
from directory.needs.seen import CATEGORY_NAMES, KIND_NAMES, Owner, Seen
from directory.organisations.industries import INDUSTRIES
from directory.organisations.technologies import TECHNOLOGIES
from directory.organisations.vocabulary import country_choices
from directory.speaking import Own, own_organisations
from people.forms import Form
from people.text import UnacceptableError
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import LOCALES, N_, translations
from web.render import locale_of, page, redirect

# What the page says once after a deed.
_DONE = {
    "publish": N_("It is published."),
    "pause": N_("It is paused: nobody finds it, and nobody answers."),
    "resume": N_("It takes answers again."),
    "renew": N_("It is renewed."),
    "fulfil": N_("It is closed as fulfilled. Good work."),
    "reopen": N_("It is open again."),
}


async def new(request: Request) -> Response:
    """The empty form; without an organisation, why there is none."""
    organisations = await _organisations(request)
    if not organisations:
        return page(request, "needs/no_organisation.html", **around(request))
    country = organisations[0].country
    form = forms.empty(locale_of(request), request.query_params.get("kind", ""), country)
    return await _page(request, form, organisations)


async def create(request: Request) -> Response:
    """Save a new need as a draft, publish it, or show how it would look."""
    form, organisations = await Form.of(request), await _organisations(request)
    chosen = next((each for each in organisations if each.id == form.typed("organisation")), None)
    if chosen is None:
        form.refuse("organisation", N_("Please choose one of your organisations."))
    draft = forms.drafted(form, locale_of(request), kernel_of(request).clock.now())
    if not form.good or chosen is None:
        return await _page(request, form, organisations, status=422)
    if form.typed("do") == "preview":
        return await _preview(request, form, organisations, draft, chosen)
    return await _save(request, form, organisations, draft, chosen)


async def edit(request: Request) -> Response:
    """The form with a need in it."""
    need = await _editable(request)
    async with kernel_of(request).database.read() as session:
        between = await of_need(session, await coming(request, session), need.id)
    form = forms.filled(locale_of(request), need, between.id if between else "")
    return await _page(request, form, await _organisations(request), need=need)


async def save(request: Request) -> Response:
    """Change a need, or show how it would look."""
    form, organisations, need = await Form.of(request), await _organisations(request), await _editable(request)
    draft = forms.drafted(form, locale_of(request), kernel_of(request).clock.now())
    chosen = next((each for each in organisations if need.owner and each.id == need.owner.id), None)
    if not form.good or chosen is None:
        return await _page(request, form, organisations, need=need, status=422)
    if form.typed("do") == "preview":
        return await _preview(request, form, organisations, draft, chosen, need)
    return await _save(request, form, organisations, draft, chosen, need)


async def turn(request: Request) -> Response:
    """Publish, pause, resume, renew, close or open again."""
    form = await Form.of(request)
    deed = form.typed("do")
    if deed not in rules.BY_HAND:
        raise ProblemError(400, "bad_request", "There is no such thing to do.")
    try:
        async with kernel_of(request).database.write() as uow:
            await actions.turn(uow, need_id_in(request), deed, by_id=request.state.person.id)
    except RefusedError as error:
        if error.code in NO_NEW_END:
            why = translations(locale_of(request)).gettext(NO_NEW_END[error.code])
            return redirect(f"/needs/{need_id_in(request)}/edit", said=why, refused=True)
        raise problem_of(error) from error
    return redirect(f"/needs/{need_id_in(request)}", said=translations(locale_of(request)).gettext(_DONE[deed]))


async def attach(request: Request) -> Response:
    """Hang a file on a need."""
    form = Form(None, locale_of(request))
    async with request.form(max_fields=5, max_files=1) as data:
        file = data.get("file")
        name, content = (file.filename or "", await file.read()) if isinstance(file, UploadFile) else ("", b"")
    await may(request, "need file", UPLOADS)
    need = await _editable(request)
    try:
        taken = checked(name, content, FILE_MOST)
        kept = await kernel_of(request).files.put(content, taken.ending)
        async with kernel_of(request).kept.keeping({kept: content}) as uow:
            await actions.attach(
                uow,
                need.id,
                name=taken.name,
                file=kept,
                mime=taken.mime,
                size=len(content),
                by_id=request.state.person.id,
            )
    except UnacceptableError as refused:
        form.refuse("file", refused.text, **refused.params)
    except RefusedError as error:
        if error.code != "too_many":
            raise problem_of(error) from error
        form.refuse("file", N_("More files than these cannot be attached. Take one away first."))
    if not form.good:
        return await _with_file_error(request, form)
    said = translations(locale_of(request)).gettext("The file is attached.")
    return redirect(f"/needs/{need.id}#files", said=said)


async def detach(request: Request) -> Response:
    """Take a file away."""
    file_id = request.path_params["file"]
    if not is_id(file_id):
        raise not_found()
    try:
        async with kernel_of(request).database.write() as uow:
            await actions.detach(uow, need_id_in(request), file_id, by_id=request.state.person.id)
    except RefusedError as error:
        raise problem_of(error) from error
    said = translations(locale_of(request)).gettext("The file is taken away.")
    return redirect(f"/needs/{need_id_in(request)}#files", said=said)


async def _organisations(request: Request) -> list[Own]:
    async with kernel_of(request).database.read() as session:
        return await own_organisations(session, await coming(request, session))


async def _editable(request: Request) -> Seen:
    """The need of the address. Raises ProblemError 404 for who may not edit it."""
    async with kernel_of(request).database.read() as session:
        need = await need_in(request, session, await coming(request, session))
    if not need.may_edit:
        raise not_found()
    return need


async def _save(
    request: Request, form: Form, organisations: list[Own], draft: Draft, chosen: Own, need: Seen | None = None
) -> Response:
    await may(request, "need", SAVES)
    publishes, by_id = form.typed("do") == "publish", request.state.person.id
    try:
        async with kernel_of(request).database.write() as uow:
            if need is None:
                saved = await actions.write(uow, draft, organisation_id=chosen.id, by_id=by_id)
            else:
                saved = await actions.rewrite(uow, need.id, draft, by_id=by_id)
            await sifting.take_choice(uow, saved.id, form, by_id=by_id)
            if publishes and rules.after(saved.state, "publish"):
                await actions.turn(uow, saved.id, "publish", by_id=by_id)
    except RefusedError as error:
        if error.code in ("not_yours", "not_there", "not_now"):
            raise problem_of(error) from error
        forms.refused(form, error)
        return await _page(request, form, organisations, need=need, status=422)
    _ = translations(locale_of(request)).gettext
    saved_as = N_("Your changes are saved.") if need else N_("The draft is saved.")
    published = _DONE["publish"]
    said = _(published if publishes else saved_as)
    return redirect(f"/needs/{saved.id}", said=said)


async def _preview(
    request: Request, form: Form, organisations: list[Own], draft: Draft, chosen: Own, need: Seen | None = None
) -> Response:
    """The form again, and how the need would look to somebody else: without a name, if it is to be blind."""
    hints: list[str] = []
    async with kernel_of(request).database.read() as session:
        if draft.blind:
            names = await actions.own_names(session, chosen.id, request.state.person.id)
            texts = [
                part for said in draft.texts.values() for part in (said.title, said.text, said.gets, said.shown_as)
            ]
            hints = rules.hints_at_who(texts, names)
    shown = as_seen(draft, chosen, kernel_of(request).clock.now())
    # 422, since Turbo shows the page after a form that led nowhere else only with an error's status.
    return await _page(request, form, organisations, need=need, preview=shown, hints=hints, status=422)


def as_seen(draft: Draft, chosen: Own, now: Any) -> Seen:
    """A draft as others would see it."""
    known = not draft.blind
    columns = {key: value for key, value in draft.columns().items() if key != "place"}
    return Seen(
        id="",
        **columns,
        expires_at=rules.expiry(now, draft.deadline),
        published_at=now,
        state=rules.OPEN,
        updated_at=now,
        place=draft.place if known else "",
        owner=Owner(chosen.id, chosen.name, chosen.slug, None) if known else None,
        mine=False,
        may_edit=False,
        texts=draft.texts,
        industries=tuple(draft.tags.get("industry", ())),
        technologies=tuple(draft.tags.get("technology", ())),
    )


async def _with_file_error(request: Request, form: Form) -> Response:
    async with kernel_of(request).database.read() as session:
        viewer = await coming(request, session)
        need = await queries.need(session, viewer, need_id_in(request))
        if need is None:
            raise not_found()
        context = await context_of(request, session, viewer, need, form)
    return page(request, "needs/need.html", 422, **context)


async def _page(
    request: Request,
    form: Form,
    organisations: list[Own],
    *,
    need: Seen | None = None,
    preview: Seen | None = None,
    hints: list[str] | None = None,
    status: int = 200,
) -> Response:
    locale, mine = locale_of(request), [need.owner.id] if need and need.owner else [each.id for each in organisations]
    async with kernel_of(request).database.read() as session:
        partners = await partners_of(session, request.state.person.id, mine)
    first = (locale, *(each for each in LOCALES if each != locale))
    return page(
        request,
        "needs/write.html",
        status,
        headers={"cache-control": "no-store"},
        form=form,
        organisations=organisations,
        partners=partners,
        need=need,
        preview=preview,
        hints=hints or [],
        languages=first,
        kinds=KIND_NAMES,
        category_names=CATEGORY_NAMES,
        countries=country_choices(locale),
        currencies=rules.CURRENCIES,
        industry_choices=INDUSTRIES.choices(locale),
        technology_choices=TECHNOLOGIES.choices(locale),
        most=rules,
        accepted=ACCEPTED,
        **around(request),
    )


routes = [
    Route("/needs/new", new, name="new_need"),
    Route("/needs", create, methods=["POST"], name="create_need"),
    Route("/needs/{need}/edit", edit, name="edit_need"),
    Route("/needs/{need}/edit", save, methods=["POST"], name="save_need"),
    Route("/needs/{need}/turn", turn, methods=["POST"], name="turn_need"),
    Route("/needs/{need}/files", attach, methods=["POST"], name="attach_to_need"),
    Route("/needs/{need}/files/{file}/remove", detach, methods=["POST"], name="detach_from_need"),
]
