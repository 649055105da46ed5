"""What time does to needs: owners are reminded before the end, and the end is noted; go-betweens are reminded, too."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from directory.needs import actions, between, queries, sifting
from directory.needs.actions import EXPIRE_JOB, REMIND_JOB
from directory.needs.model import Need, NeedReminder
from directory.needs.rules import OPEN
from directory.needs.seen import last_day
from directory.needs.telling import ENDING, owners
from directory.news.newsroom import is_silent, tell
from directory.speaking import viewer_of
from people.model import Person
from people.seals import Seal
from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel
from web.i18n import N_, translations

# The links in a reminder work until after the end: a need that has run out can be renewed by them, too.
LINKS_LIVE = timedelta(days=60)


class Ends:
    """The jobs, and the links of their mails."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self.seal = Seal(kernel.settings.secret_bytes, "end of a need", LINKS_LIVE)
        kernel.jobs.register(REMIND_JOB, self._remind)
        kernel.jobs.register(EXPIRE_JOB, self._expire)
        kernel.jobs.register(between.WATCH_JOB, self._watch)

    async def _remind(self, payload: dict[str, Any]) -> None:
        """Remind those who speak for a need, once for each of its ends: the row that says so comes with the mails."""
        async with self._kernel.database.write() as uow:
            need = await uow.session.get(Need, payload["need_id"], with_for_update=True)
            end = datetime.fromisoformat(payload["expires_at"])
            if need is None or need.state != OPEN or need.expires_at != end or end <= uow.clock.now():
                return  # renewed, closed or over meanwhile: then there is another reminder, or nothing to say
            if await uow.session.get(NeedReminder, (need.id, end)) is not None:
                return
            uow.session.add(NeedReminder(need_id=need.id, expires_at=end, at=uow.clock.now()))
            told = await owners(uow.session, need)
            await tell(uow, told, ENDING, need.id, f"{ENDING}:{need.id}:{end.isoformat()}", mails=False)
            for person_id in told:
                await self._mail(uow, need, person_id)

    async def _mail(self, uow: UnitOfWork, need: Need, person_id: str) -> None:
        person = await uow.session.get_one(Person, person_id)
        seen = await queries.need(uow.session, await viewer_of(uow.session, person_id), need.id)
        if person.email is None or seen is None or await is_silent(uow.session, person_id):
            return
        base, now = self._kernel.settings.public_url, uow.clock.now()
        token = self.seal.close({"need": need.id, "person": person_id}, now)
        link = f"{base}/needs/end/{token}"
        said, chosen = seen.said(person.locale), need.deadline is not None
        assert need.expires_at is not None
        context = {
            "to": person.email,
            "home": base,
            "title": said.title,
            "day": last_day(need.expires_at, person.locale),
            # A day that was chosen is not moved by renewing: one chooses another, signed in.
            "chosen": chosen,
            "url": f"{base}/needs/{need.id}/edit" if chosen else f"{link}?{urlencode({'do': 'renew'})}",
            "close_url": f"{link}?{urlencode({'do': 'fulfil'})}",
        }
        subject = translations(person.locale).gettext(N_("Still true? %(need)s")) % {"need": said.title}
        await self._kernel.mail.send(
            uow, to=person.email, subject=subject, template="need_ending", context=context, locale=person.locale
        )

    async def _watch(self, payload: dict[str, Any]) -> None:
        async with self._kernel.database.write() as uow:
            if await sifting.watch(uow, payload["answer_id"]):
                between.watch_later(uow, payload["answer_id"])

    async def _expire(self, payload: dict[str, Any]) -> None:
        async with self._kernel.database.write() as uow:
            await actions.expire(uow, payload["need_id"])
