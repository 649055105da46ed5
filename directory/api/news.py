"""What somebody is told, for their programs: the same news as in the app and in mails."""

from starlette.responses import Response

from directory.api import answering
from directory.api.declared import Call, Operation
from directory.api.shapes.news import OwnNews, OwnNewsPage, OwnNewsQuery
from directory.news import newsroom
from server.kernel.access import Access
from server.kernel.paging import Asked, paged
from web.i18n import N_


async def many(call: Call) -> Response:
    """A page of one's own news. What one may not see any more is missing, so a page may have fewer than asked."""
    query: OwnNewsQuery = call.query
    asked = Asked(query.after, query.limit)
    async with call.kernel.database.read() as session:
        found = await newsroom.kept_beyond(
            session, call.by_id, answering.mark_in(query), unseen=query.unseen, limit=asked.one_more
        )
        told = await newsroom.newsroom_of(call.request).told(session, call.person, found, call.person.locale)
    by_id = {one.id: OwnNews.of(one, call.site).model_dump(mode="json") for one in told}
    cursors = [answering.cursor(one.at, one.id) for one in found]
    return paged(call.request, asked, [by_id.get(one.id) for one in found], cursors)


operations = [
    Operation(
        "GET", "/news", "list_own_news", Access.API_CONTACTS, N_("What you are told, the latest first"), many,
        OwnNewsPage, OwnNewsQuery,
        about=N_("About needs, answers, requests and searches. What you may not see any more is left out of a page."),
    ),
]  # fmt: skip
