"""One's own news, by a program: page by page, and nobody else's."""

from people.model import Person
from tests.directory.needs.network import Network

NEWS = "/api/v1/news"


async def test_somebody_reads_their_own_news_page_by_page(there: Network, program):
    need = await there.need()
    for by in ("aylin", "chloe"):
        await there.answer(need, by)
    bernd = await program("bernd")
    whole = (await bernd.get(NEWS)).json()
    assert (len(whole["items"]), whole["next"]) == (2, None)
    assert all(one["text"] and one["page"].startswith("http://") and one["seen_at"] is None for one in whole["items"])
    first = await bernd.get(f"{NEWS}?limit=1")
    assert first.json()["items"] == whole["items"][:1]
    rest = (await bernd.get(first.headers["link"].partition("<")[2].partition(">")[0])).json()
    assert (rest["items"], rest["next"]) == (whole["items"][1:], None)
    assert (await (await program("edda")).get(NEWS)).json() == {"items": [], "next": None}


async def test_news_that_were_looked_at_are_left_out_where_that_is_asked(there: Network, program):
    need = await there.need()
    looked, fresh = await there.answer(need, "aylin"), await there.answer(need, "chloe")
    await there["bernd"].get(f"/answers/{looked.id}")
    bernd = await program("bernd")
    whole = (await bernd.get(NEWS)).json()["items"]
    unseen = (await bernd.get(f"{NEWS}?unseen=true")).json()["items"]
    assert [one["id"] for one in unseen] == [one["id"] for one in whole if one["seen_at"] is None]
    assert (len(whole), len(unseen)) == (2, 1)
    assert fresh.id in unseen[0]["page"]


async def test_a_program_gets_news_in_the_language_of_the_account(there: Network, program):
    await there.answer(await there.need())
    bernd = await program("bernd")
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(Person, there.people["bernd"])).locale = "de"
    for headers in ({}, {"accept-language": "en"}):
        (one,) = (await bernd.get(NEWS, headers=headers)).json()["items"]
        assert one["text"].startswith("Voltbus sagt „Das sind wir“")


async def test_news_need_a_token_for_requests_and_answers(there: Network, program):
    assert (await (await program("bernd", "directory:read")).get(NEWS)).status_code == 403
    assert (await (await program()).get(NEWS)).status_code == 401
    assert (await (await program("bernd")).get(f"{NEWS}?after=x")).status_code == 422
