"""Bookmarks, lists, words and notes for programs of those who keep them, by the rules of the pages."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from directory.api import answering, queries
from directory.api.declared import VERSION, Call, Operation
from directory.api.ruling import ruled
from directory.api.shapes.lists import (
    GivenWords,
    Listed,
    ListedPage,
    ListedQuery,
    Note,
    NoteChange,
    NoteNew,
    NotePage,
    Shortlist,
    ShortlistChange,
    ShortlistNew,
    ShortlistPage,
    Words,
)
from directory.lists import actions, rules
from directory.lists import queries as list_queries
from directory.lists.actions import Scope
from directory.lists.queries import Entry
from server.kernel.access import Access
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import new_id
from web.i18n import N_

# (session, word, limit, offset) -> entries of a list.
Read = Callable[[AsyncSession, str, int, int], Awaitable[list[Entry]]]
_REFUSED = {
    "too_many": (409, "too_many", "There are as many as there can be: remove one first."),
    "not_yours": (403, "forbidden", "A colleague began this list."),
    "not_your_team": (403, "forbidden", "You can share it only with an organisation that you belong to."),
}


async def many(call: Call) -> Response:
    """All lists that one sees."""
    async with call.kernel.database.read() as session:
        found = await list_queries.lists(session, call.by_id)
    return answering.whole(call, [Shortlist.of(one) for one in found])


async def one(call: Call) -> Response:
    """One list."""
    async with call.kernel.database.read() as session:
        return answering.record(call, await _list(call, session, call.id))


async def start(call: Call) -> Response:
    """Begin a list."""
    given: ShortlistNew = call.body
    name, list_id = ruled(call, "/name", lambda: rules.list_name(given.name)), new_id()
    async with _changing(call) as uow:
        await actions.start_list(uow, Scope(call.by_id, given.share_with), list_id, name)
        shown = await _list(call, uow.session, list_id)
    return answering.record(call, shown, 201, f"{VERSION}/lists/{list_id}")


async def change(call: Call) -> Response:
    """Call a list otherwise, or share it with others."""
    given: ShortlistChange = call.body
    async with _changing(call) as uow:
        answering.check_match(call.request, await _list(call, uow.session, call.id))
        row = await list_queries.shortlist(uow.session, call.by_id, call.id)
        if row is None:
            raise not_found()
        named = "name" in given.model_fields_set
        name = ruled(call, "/name", lambda: rules.list_name(given.name)) if named else row.name
        team = given.share_with if "share_with" in given.model_fields_set else row.team_id
        await actions.change_list(uow, Scope(call.by_id, team), call.id, name)
        await uow.session.flush()
        shown = await _list(call, uow.session, call.id)
    return answering.record(call, shown)


async def remove(call: Call) -> Response:
    """Throw a list away."""
    async with _changing(call) as uow:
        answering.check_match(call.request, await _list(call, uow.session, call.id))
        await actions.remove_list(uow, call.by_id, call.id)
    return Response(status_code=204)


async def entries(call: Call) -> Response:
    """What is on a list."""

    async def read(session: AsyncSession, word: str, limit: int, after: int) -> list[Entry]:
        await _list(call, session, call.id)
        return await list_queries.entries(session, call.id, word=word, person_id=call.by_id, limit=limit, after=after)

    return await _entries(call, read)


async def bookmarks(call: Call) -> Response:
    """What one has bookmarked."""

    async def read(session: AsyncSession, word: str, limit: int, after: int) -> list[Entry]:
        return await list_queries.bookmarks(session, call.by_id, word=word, limit=limit, after=after)

    return await _entries(call, read)


async def put(call: Call) -> Response:
    """Put an organisation on a list."""
    async with _changing(call) as uow:
        await _check_there(call, uow.session, call.named("organisation"))
        await actions.put_on_list(uow, call.by_id, call.id, call.named("organisation"))
    return Response(status_code=204)


async def take_off(call: Call) -> Response:
    """Take an organisation off a list."""
    async with _changing(call) as uow:
        await actions.take_off_list(uow, call.by_id, call.id, call.named("organisation"))
    return Response(status_code=204)


async def bookmark(call: Call) -> Response:
    """Bookmark an organisation."""
    async with _changing(call) as uow:
        await _check_there(call, uow.session, call.id)
        await actions.bookmark(uow, call.by_id, call.id)
    return Response(status_code=204)


async def forget(call: Call) -> Response:
    """Take a bookmark away."""
    async with _changing(call) as uow:
        await actions.forget_bookmark(uow, call.by_id, call.id)
    return Response(status_code=204)


async def words(call: Call) -> Response:
    """The words that one sees on an organisation."""
    async with call.kernel.database.read() as session:
        await _check_there(call, session, call.id)
        return answering.record(call, await _words(call, session))


async def set_words(call: Call) -> Response:
    """Have exactly these words on an organisation."""
    given: GivenWords = call.body
    clean = [ruled(call, f"/words/{at}", partial(rules.labels, word)) for at, word in enumerate(given.words)]
    together = rules.once(word for each in clean for word in each)
    if len(together) > rules.LABELS_MOST:
        raise ProblemError(*_REFUSED["too_many"])
    async with _changing(call) as uow:
        await _check_there(call, uow.session, call.id)
        await actions.set_labels(uow, Scope(call.by_id, given.share_with), call.id, together)
        await uow.session.flush()
        return answering.record(call, await _words(call, uow.session))


async def notes(call: Call) -> Response:
    """What one sees written down about an organisation."""
    async with call.kernel.database.read() as session:
        await _check_there(call, session, call.id)
        found = await list_queries.notes(session, call.by_id, call.id)
    return answering.whole(call, [Note.of(each, call.by_id) for each in found])


async def write(call: Call) -> Response:
    """Write something down about an organisation."""
    given: NoteNew = call.body
    text, note_id = ruled(call, "/text", lambda: rules.note_text(given.text)), new_id()
    async with _changing(call) as uow:
        await _check_there(call, uow.session, call.id)
        await actions.write_note(uow, Scope(call.by_id, given.share_with), note_id, call.id, text)
        shown = await _note(call, uow, note_id)
    return answering.record(call, shown, 201, f"{VERSION}/notes/{note_id}")


async def rewrite(call: Call) -> Response:
    """Put one's own note otherwise."""
    given: NoteChange = call.body
    text = ruled(call, "/text", lambda: rules.note_text(given.text))
    async with _changing(call) as uow:
        answering.check_match(call.request, await _note(call, uow, call.id))
        await actions.change_note(uow, call.by_id, call.id, text)
        await uow.session.flush()
        shown = await _note(call, uow, call.id)
    return answering.record(call, shown)


async def throw_away(call: Call) -> Response:
    """Throw one's own note away."""
    async with _changing(call) as uow:
        await actions.remove_note(uow, call.by_id, call.id)
    return Response(status_code=204)


@asynccontextmanager
async def _changing(call: Call) -> AsyncIterator[UnitOfWork]:
    """A unit of work; what the rules refuse becomes a problem."""
    try:
        async with call.kernel.database.write() as uow:
            yield uow
    except rules.RefusedError as refused:
        raise (ProblemError(*_REFUSED[refused.code]) if refused.code in _REFUSED else not_found()) from None


async def _entries(call: Call, read: Read) -> Response:
    query: ListedQuery = call.query
    after = int(query.after or 0)
    async with call.kernel.database.read() as session:
        found = await read(session, query.word, query.limit + 1, after)
        ids = [each.id for each in found]
        said_of = await list_queries.labels_on(session, call.by_id, ids)
        noted = await list_queries.notes_on(session, call.by_id, ids)
    shown = [Listed.of(each, said_of.get(each.id, []), noted.get(each.id, []), call.site) for each in found]
    return answering.page(call, shown, [str(after + at + 1) for at in range(len(shown))])


async def _list(call: Call, session: AsyncSession, list_id: str) -> Shortlist:
    found = await list_queries.list_shown(session, call.by_id, list_id)
    if found is None:
        raise not_found()
    return Shortlist.of(found)


async def _words(call: Call, session: AsyncSession) -> Words:
    return Words.of(await list_queries.labels_by_scope(session, call.by_id, call.id))


async def _note(call: Call, uow: UnitOfWork, note_id: str) -> Note:
    found = await list_queries.own_note_shown(uow.session, call.by_id, note_id)
    if found is None:
        raise not_found()
    return Note.of(found, call.by_id)


async def _check_there(call: Call, session: AsyncSession, organisation_id: str) -> None:
    if await queries.organisation(session, call.by_id, organisation_id) is None:
        raise not_found()


operations = [
    Operation("GET", "/lists", "list_lists", Access.API_LISTS, N_("Your lists, and those of your colleagues"), many,
              ShortlistPage),
    Operation("POST", "/lists", "start_list", Access.API_LISTS, N_("Begin a list"), start, Shortlist,
              body=ShortlistNew, status=201, refusals=(403, 409)),
    Operation("GET", "/lists/{id}", "get_list", Access.API_LISTS, N_("One list"), one, Shortlist),
    Operation("PATCH", "/lists/{id}", "change_list", Access.API_LISTS, N_("Call a list otherwise, or share it"),
              change, Shortlist, body=ShortlistChange, refusals=(403, 409, 412), about=N_("What is left out stays.")),
    Operation("DELETE", "/lists/{id}", "remove_list", Access.API_LISTS, N_("Throw a list away"), remove, status=204,
              refusals=(403, 412)),
    Operation("GET", "/lists/{id}/organisations", "list_entries", Access.API_LISTS,
              N_("What is on a list, with your words and notes"), entries, ListedPage, ListedQuery),
    Operation("PUT", "/lists/{id}/organisations/{organisation}", "put_on_list", Access.API_LISTS,
              N_("Put an organisation on a list"), put, status=204, refusals=(409,)),
    Operation("DELETE", "/lists/{id}/organisations/{organisation}", "take_off_list", Access.API_LISTS,
              N_("Take an organisation off a list"), take_off, status=204),
    Operation("GET", "/bookmarks", "list_bookmarks", Access.API_LISTS, N_("Your bookmarks"), bookmarks, ListedPage,
              ListedQuery),
    Operation("PUT", "/bookmarks/{id}", "bookmark", Access.API_LISTS, N_("Bookmark an organisation"), bookmark,
              status=204),
    Operation("DELETE", "/bookmarks/{id}", "forget_bookmark", Access.API_LISTS, N_("Take a bookmark away"), forget,
              status=204),
    Operation("GET", "/organisations/{id}/words", "list_words", Access.API_LISTS,
              N_("The words that you see on an organisation"), words, Words),
    Operation("PUT", "/organisations/{id}/words", "set_words", Access.API_LISTS,
              N_("Have exactly these words on an organisation"), set_words, Words, body=GivenWords,
              refusals=(403, 409)),
    Operation("GET", "/organisations/{id}/notes", "list_notes", Access.API_LISTS,
              N_("The notes that you see about an organisation"), notes, NotePage),
    Operation("POST", "/organisations/{id}/notes", "write_note", Access.API_LISTS,
              N_("Write something down about an organisation"), write, Note, body=NoteNew, status=201,
              refusals=(403, 409)),
    Operation("PATCH", "/notes/{id}", "change_note", Access.API_LISTS, N_("Put your own note otherwise"), rewrite,
              Note, body=NoteChange, refusals=(409, 412)),
    Operation("DELETE", "/notes/{id}", "remove_note", Access.API_LISTS, N_("Throw your own note away"), throw_away,
              status=204),
]  # fmt: skip
