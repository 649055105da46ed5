"""Needs and offers for programs. Read through the needs' own queries, so that a blind one stays blind; written by the
form's own rules: a body becomes what somebody would have typed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from directory.api import answering, taking
from directory.api.declared import VERSION, Call, Operation
from directory.api.shapes.needs import (
    Need,
    NeedChange,
    NeedNew,
    NeedPage,
    NeedQuery,
    NeedState,
    NeedStatePage,
    NeedTurn,
)
from directory.needs import actions, between, forms, queries, sifting
from directory.needs.actions import Draft, RefusedError
from directory.needs.pages.common import SAVES, problem_of
from directory.needs.parts import needs_of
from directory.needs.seen import Seen
from directory.speaking import Viewer, viewer_of
from people.forms import Form
from people.limits import may
from server.kernel.access import Access
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from web.i18n import LOCALES, N_
from web.render import locale_of

_PARTS = ("title", "text", "gets", "shown_as")
_LINES = (
    "kind", "category", "visibility", "budget_from", "budget_to", "currency", "country", "region", "place",
    "radius_km", "deadline",
)  # fmt: skip
_BETWEEN = "between"
_TICKS, _SEVERAL = ("blind", "remote"), ("industries", "technologies")
_TEXT_FIELD = re.compile(r"(\w+)_(de|en)")


async def many(call: Call) -> Response:
    """A page of the open needs, or all of one's own."""
    query: NeedQuery = call.query
    place = _place_in(call)
    wanted = queries.Filter(query.kind or "", query.industry or "", query.country or "", words=query.q)
    now = call.kernel.clock.now()
    async with call.kernel.database.read() as session:
        viewer = await viewer_of(session, call.person_id)
        if query.mine:
            found: Sequence[Seen] = await queries.own(session, viewer)
            return answering.whole(call, await _all_shown(call, session, viewer, found))
        found = await queries.listed(session, viewer, wanted, now, after=place, limit=query.limit + 1)
        shown = await _all_shown(call, session, viewer, found)
    close = needs_of(call.request).cursors.close
    cursors = [close(queries.Place(one.published_at or now, one.id)) for one in found]
    return answering.page(call, shown, cursors)


async def one(call: Call) -> Response:
    """One need."""
    async with call.kernel.database.read() as session:
        return answering.record(call, await _shown(call, session, await seen_of(call, session, call.id)))


async def create(call: Call) -> Response:
    """Write one, and publish it where that is asked."""
    given: NeedNew = call.body
    typed = {"visibility": "public", "currency": "EUR"} | _typed(given)
    draft, form = _drafted(call, typed)
    await may(call.request, "need", SAVES)
    async with call.kernel.database.write() as uow:
        try:
            saved = await actions.write(uow, draft, organisation_id=given.organisation, by_id=call.by_id)
            await sifting.take_choice(uow, saved.id, form, by_id=call.by_id)
            if given.publish:
                await actions.turn(uow, saved.id, "publish", by_id=call.by_id)
        except RefusedError as error:
            raise _refused(form, error) from None
        shown = await _fresh(call, uow, saved.id)
    return answering.record(call, shown, 201, f"{VERSION}/needs/{shown.id}")


async def change(call: Call) -> Response:
    """Change one."""
    given: NeedChange = call.body
    await may(call.request, "need", SAVES)
    async with call.kernel.database.write() as uow:
        seen = await editable(call, uow)
        answering.check_match(call.request, await _shown(call, uow.session, seen))
        draft, form = _drafted(call, _typed_before(seen) | _typed(given))
        try:
            await actions.rewrite(uow, seen.id, draft, by_id=call.by_id)
            await sifting.take_choice(uow, seen.id, form, by_id=call.by_id)
        except RefusedError as error:
            raise _refused(form, error) from None
        shown = await _fresh(call, uow, seen.id)
    return answering.record(call, shown)


async def turn(call: Call) -> Response:
    """Publish, pause, resume, renew, fulfil or reopen one."""
    given: NeedTurn = call.body
    await may(call.request, "need", SAVES)
    async with call.kernel.database.write() as uow:
        seen = await editable(call, uow)
        try:
            await actions.turn(uow, seen.id, given.do, by_id=call.by_id)
        except RefusedError as error:
            raise problem_of(error) from None
        shown = await _fresh(call, uow, seen.id)
    return answering.record(call, shown)


async def states(call: Call) -> Response:
    """What was done to a need of one's own organisations."""
    async with call.kernel.database.read() as session:
        viewer = await viewer_of(session, call.person_id)
        if not (await seen_of(call, session, call.id)).mine:
            raise ProblemError(403, "forbidden", "You do not belong to the organisation of this need.")
        found = await queries.history(session, viewer, call.id)
    return answering.whole(call, [NeedState.of(each) for each in found])


def _place_in(call: Call) -> queries.Place | None:
    """Where the page before ended. Raises ProblemError 409 for a cursor that no page gave."""
    if call.query.after is None:
        return None
    place = needs_of(call.request).cursors.open(call.query.after)
    if place is None:
        raise ProblemError(409, "unknown_cursor", "No page has given this cursor.")
    return place


async def seen_of(call: Call, session: AsyncSession, need_id: str) -> Seen:
    """A need as far as the program may know it. Raises ProblemError 404."""
    found = await queries.need(session, await viewer_of(session, call.person_id), need_id)
    if found is None:
        raise not_found()
    return found


async def editable(call: Call, uow: UnitOfWork) -> Seen:
    """The need that is about to be changed, locked. Raises ProblemError 404 where it is not there for the one whose
    token it is, 403 where they do not speak for its organisation."""
    seen = await seen_of(call, uow.session, call.id)
    try:
        await actions.mine(uow, seen.id, call.by_id)
    except RefusedError:
        raise ProblemError(403, "forbidden", "You do not speak for the organisation of this need.") from None
    return await seen_of(call, uow.session, call.id)


async def _fresh(call: Call, uow: UnitOfWork, need_id: str) -> Need:
    await uow.session.flush()
    return await _shown(call, uow.session, await seen_of(call, uow.session, need_id))


async def _shown(call: Call, session: AsyncSession, seen: Seen) -> Need:
    return (await _all_shown(call, session, await viewer_of(session, call.person_id), [seen]))[0]


async def _all_shown(call: Call, session: AsyncSession, viewer: Viewer, found: Sequence[Seen]) -> list[Need]:
    now = call.kernel.clock.now()
    stand = await between.of_needs(session, viewer, [one.id for one in found if one.blind])
    return [Need.of(one, one.state_at(now), call.site, stand.get(one.id)) for one in found]


def _drafted(call: Call, typed: Mapping[str, Any]) -> tuple[Draft, Form]:
    """The draft that this makes by the rules of the form. Raises ProblemError 409 that names all that was refused."""
    pairs: list[tuple[str, str | UploadFile]] = [(name, one) for name, many in typed.items() for one in _each(many)]
    form = Form(FormData(pairs), locale_of(call.request))
    draft = forms.drafted(form, locale_of(call.request), call.kernel.clock.now())
    if form.typed(_BETWEEN) and not draft.blind:
        form.refuse(_BETWEEN, N_("Only answers to a need without a name go to a go-between first."))
    if not form.good:
        raise _against(form)
    return draft, form


def _typed(given: NeedChange) -> dict[str, Any]:
    """What was given, as it would have been typed."""
    names = given.model_fields_set
    typed: dict[str, Any] = {name: _line(getattr(given, name)) for name in _LINES if name in names}
    typed |= {name: "yes" if getattr(given, name) else "" for name in _TICKS if name in names}
    typed |= {name: getattr(given, name) for name in _SEVERAL if name in names}
    typed |= {_BETWEEN: _line(given.between)} if _BETWEEN in names else {}
    for locale in LOCALES:
        if "texts" in names and locale in given.texts.model_fields_set:
            said = getattr(given.texts, locale)
            typed |= {f"{part}_{locale}": getattr(said, part) for part in sorted(said.model_fields_set)}
    return typed


def _typed_before(seen: Seen) -> dict[str, Any]:
    """What is there already, as it would have been typed."""
    form = forms.filled("en", seen)
    names = (*_LINES, *_TICKS, *(f"{part}_{locale}" for part in _PARTS for locale in LOCALES))
    return {name: _line(form[name]) for name in names} | {name: form.all(name) for name in _SEVERAL}


def _line(value: Any) -> str:
    return "" if value is None else str(value)


def _each(values: Any) -> Sequence[str]:
    return [values] if isinstance(values, str) else list(values)


def _refused(form: Form, error: RefusedError) -> ProblemError:
    """The answer to what the rules of needs refuse, in the words of the form where it has some."""
    if error.code == "not_yours":
        return ProblemError(403, "forbidden", "You do not speak for this organisation.")
    if error.code == "not_now":
        return ProblemError(409, "not_now", "This cannot be done now.")
    forms.refused(form, error)
    return _against(form, error.code)


def _against(form: Form, code: str = "refused") -> ProblemError:
    errors = [(_pointer(field), said) for field, said in form.errors.items()]
    return taking.refused([*errors, *([("", form.said)] if form.said else [])], 409, code)


def _pointer(field: str) -> str:
    """Where a field of the form stands in a body."""
    found = _TEXT_FIELD.fullmatch(field)
    return f"/texts/{found[2]}/{found[1]}" if found else f"/{field}"


operations = [
    Operation(
        "GET", "/needs", "list_needs", Access.API,
        N_("Open needs and offers, those published last first"), many, NeedPage, NeedQuery, refusals=(409,),
        about=N_("Whose a blind need is, no answer says to who may not know."),
    ),
    Operation(
        "POST", "/needs", "create_need", Access.API_NEEDS, N_("Write a need or an offer"), create, Need,
        body=NeedNew, status=201, refusals=(403, 409),
    ),
    Operation("GET", "/needs/{id}", "get_need", Access.API, N_("One need"), one, Need),
    Operation(
        "PATCH", "/needs/{id}", "change_need", Access.API_NEEDS,
        N_("Change a need of an organisation that you speak for"), change, Need, body=NeedChange,
        refusals=(403, 409, 412), about=N_("What is left out stays."),
    ),
    Operation(
        "POST", "/needs/{id}/turn", "turn_need", Access.API_NEEDS,
        N_("Publish, pause, resume, renew, close or reopen a need"), turn, Need, body=NeedTurn, refusals=(403, 409),
    ),
    Operation(
        "GET", "/needs/{id}/states", "list_need_states", Access.API_NEEDS,
        N_("How a need of your organisations stood, by whom and when"), states, NeedStatePage, refusals=(403,),
    ),
]  # fmt: skip
