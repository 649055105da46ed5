"""What one keeps about one organisation: the bookmark, the lists it is on, words and notes."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.lists import actions, queries
from directory.lists.pages.scope import PRIVATE, choices, own_id, say_refused, scope
from directory.lists.rules import LABEL_MOST, NOTE_MOST, RefusedError, labels, note_text
from directory.organisations.doors import admitted
from directory.organisations.parts import Section
from directory.organisations.policy import Standing
from directory.organisations.queries import Seen
from people.forms import Form
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.http import not_found
from server.kernel.ids import is_id, new_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect

Change = Callable[[UnitOfWork, str, Seen], Awaitable[None]]


def _signed_in(standing: Standing) -> bool:
    return standing.person_id is not None


async def section(request: Request, session: AsyncSession, seen: Seen) -> Section | None:
    """What stands on the organisation's own page: the bookmark, the words, and the way to everything else."""
    person: Person | None = request.state.person
    if person is None:
        return None
    organisation_id = seen.organisation.id
    words = await queries.labels_on(session, person.id, [organisation_id])
    context = {
        "bookmarked": await queries.is_bookmarked(session, person.id, organisation_id),
        "words": words.get(organisation_id, []),
        "notes": await queries.note_count(session, person.id, organisation_id),
        "lists": [each for each in await queries.lists(session, person.id, organisation_id) if each.has],
    }
    return Section("lists/section.html", context)


async def show(request: Request) -> Response:
    """Everything that one keeps about an organisation."""
    return await _page(request, Form(None, locale_of(request), id=new_id()))


async def bookmark(request: Request) -> Response:
    """Set the bookmark, or take it away, as the form says; back to the organisation."""
    form = await Form.of(request)
    wanted = form.typed("on") == "yes"

    async def change(uow: UnitOfWork, person_id: str, seen: Seen) -> None:
        act = actions.bookmark if wanted else actions.forget_bookmark
        await act(uow, person_id, seen.organisation.id)

    await _do(request, change)
    _ = translations(locale_of(request)).gettext
    said = _("Bookmarked: you find it under Lists.") if wanted else _("The bookmark is gone.")
    return redirect(f"/o/{request.path_params['slug']}", said=said)


async def choose_lists(request: Request) -> Response:
    """Have the organisation on exactly the ticked ones of the lists that the form showed."""
    form = await Form.of(request)
    shown, ticked = form.all("shown"), form.all("list")
    if not all(map(is_id, [*shown, *ticked])):
        raise not_found()

    async def change(uow: UnitOfWork, person_id: str, seen: Seen) -> None:
        for list_id in shown:
            act = actions.put_on_list if list_id in ticked else actions.take_off_list
            await act(uow, person_id, list_id, seen.organisation.id)

    return await _or_say(request, form, change, N_("The lists are saved."))


async def choose_labels(request: Request) -> Response:
    """Have exactly these words on the organisation, private ones or those of a team."""
    form = await Form.of(request)
    none: list[str] = []
    words = form.take("labels", labels, none)

    async def change(uow: UnitOfWork, person_id: str, seen: Seen) -> None:
        await actions.set_labels(uow, scope(form, person_id), seen.organisation.id, words)

    return await _or_say(request, form, change, N_("The words are saved."))


async def write(request: Request) -> Response:
    """Write a note."""
    form = await Form.of(request)
    text, note_id = form.take("text", note_text, ""), own_id(form)

    async def change(uow: UnitOfWork, person_id: str, seen: Seen) -> None:
        await actions.write_note(uow, scope(form, person_id), note_id, seen.organisation.id, text)

    return await _or_say(request, form, change, N_("The note is saved."))


async def rewrite(request: Request) -> Response:
    """Put one's own note otherwise."""
    form = await Form.of(request)
    text, note_id = form.take("text", note_text, ""), _note_id(request)

    async def change(uow: UnitOfWork, person_id: str, seen: Seen) -> None:
        await actions.change_note(uow, person_id, note_id, text)

    return await _or_say(request, form, change, N_("The note is saved."))


async def remove(request: Request) -> Response:
    """Throw one's own note away."""
    note_id = _note_id(request)

    async def change(uow: UnitOfWork, person_id: str, seen: Seen) -> None:
        await actions.remove_note(uow, person_id, note_id)

    return await _or_say(request, Form(None, locale_of(request)), change, N_("The note is gone."))


async def _do(request: Request, change: Change) -> None:
    """Change something about the organisation that the address names. Raises ProblemError and RefusedError."""
    async with kernel_of(request).database.write() as uow:
        seen = await admitted(request, uow.session, _signed_in)
        await change(uow, request.state.person.id, seen)


async def _or_say(request: Request, form: Form, change: Change, said: str) -> Response:
    """Do it and show the page anew, or show it with what is wrong and with everything typed."""
    if form.good:
        try:
            await _do(request, change)
        except RefusedError as refused:
            say_refused(form, refused)
    if not form.good:
        return await _page(request, form, 422)
    return redirect(f"/o/{request.path_params['slug']}/notes", said=translations(locale_of(request)).gettext(said))


async def _page(request: Request, form: Form, status: int = 200) -> Response:
    person: Person = request.state.person
    async with kernel_of(request).database.read() as session:
        seen = await admitted(request, session, _signed_in)
        organisation_id = seen.organisation.id
        teams = await choices(session, person.id, locale_of(request))
        return page(
            request,
            "lists/about.html",
            status,
            headers=PRIVATE,
            organisation=seen.organisation,
            path=f"/o/{seen.organisation.slug}",
            form=form,
            note_id=new_id(),
            teams=teams,
            lists=await queries.lists(session, person.id, organisation_id),
            label_sets=[
                (team_id, name, await _words(session, person.id, organisation_id, team_id)) for team_id, name in teams
            ],
            known_words=await queries.words_of(session, person.id),
            notes=await queries.notes(session, person.id, organisation_id),
            note_most=NOTE_MOST,
            label_most=LABEL_MOST,
        )


async def _words(session: AsyncSession, person_id: str, organisation_id: str, team_id: str) -> str:
    held = await queries.label_rows(session, person_id, organisation_id, team_id or None)
    return ", ".join(row.word for row in held)


def _note_id(request: Request) -> str:
    note_id: str = request.path_params["note"]
    if not is_id(note_id):
        raise not_found()
    return note_id


routes = [
    Route("/o/{slug}/notes", show, name="organisation_notes"),
    Route("/o/{slug}/notes", write, methods=["POST"], name="write_note"),
    Route("/o/{slug}/notes/{note}", rewrite, methods=["POST"], name="rewrite_note"),
    Route("/o/{slug}/notes/{note}/remove", remove, methods=["POST"], name="remove_note"),
    Route("/o/{slug}/bookmark", bookmark, methods=["POST"], name="bookmark"),
    Route("/o/{slug}/lists", choose_lists, methods=["POST"], name="choose_lists"),
    Route("/o/{slug}/labels", choose_labels, methods=["POST"], name="choose_labels"),
]
