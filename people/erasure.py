"""People's own part of somebody's data: how it is handed out, and how it goes."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from people import admins, api_tokens, consent, links, mails, passkeys, queries, sessions
from people.events import PersonErased
from people.model import ApiToken, Consent, Identity, Passkey, Person, SignInSession
from people.own_data import JOB, Section
from server.kernel.db import UnitOfWork
from server.kernel.kept import drop
from server.kernel.mail import JOB as MAIL_JOB
from server.kernel.outbox import OutboxRow
from server.kernel.parts import Kernel

# What somebody sent before they were erased may still be on its way, on a slow line, and is written afterwards: it goes
# the second time.
AGAIN_AFTER = timedelta(hours=1)


async def erase(uow: UnitOfWork, kernel: Kernel, person_id: str) -> None:
    """Sign a person out everywhere, make them nameless, and have every feature forget what is theirs.

    What features keep goes in a background job, which survives a restart; the person gets a last mail.
    """
    person = await uow.session.get_one(Person, person_id)
    await sessions.revoke_all(uow, person_id, by=person_id)
    await admins.revoke_admin(uow, person_id, by=person_id)
    await links.withdraw(uow, person_id, person.email or "")
    if person.email is not None:
        await _withdraw_mails(uow, person.email)
        await mails.send(kernel, uow, person.email, mails.ERASED, person.locale)
    await _forget(uow, person)
    person.erased_at = uow.clock.now()
    for at in (uow.clock.now(), uow.clock.now() + AGAIN_AFTER):
        uow.enqueue(JOB, {"person_id": person_id}, at=at)
    uow.emit(PersonErased(person_id))


async def forget(uow: UnitOfWork, person_id: str) -> None:
    """The same for what was written since, by what had been let in before. Twice does no harm."""
    person = await uow.session.get_one(Person, person_id, with_for_update=True)
    await links.withdraw(uow, person_id, "")
    await _forget(uow, person)


async def _forget(uow: UnitOfWork, person: Person) -> None:
    for table in (SignInSession, ApiToken, Passkey, Identity, Consent):
        await uow.session.execute(delete(table).where(table.person_id == person.id))
    drop(uow, person.photo, person.photo_small)
    _make_nameless(person)


async def collect(session: AsyncSession, person_id: str) -> Section:
    """Everything in the tables of people, but for secrets."""
    person = await session.get_one(Person, person_id)
    data = {
        "profile": _profile(person),
        "sessions": [_session(one) for one in await queries.sign_ins(session, person_id)],
        "passkeys": [
            {"name": one.name, "created_at": one.created_at, "last_used_at": one.last_used_at}
            for one in await passkeys.of_person(session, person_id)
        ],
        "api_tokens": [_token(one) for one in await api_tokens.all_of(session, person_id)],
        "single_sign_on": [
            {"issuer": one.issuer, "subject": one.subject, "created_at": one.created_at}
            for one in await queries.identities(session, person_id)
        ],
        "consents": [
            {"kind": one.kind, "wording": one.wording, "given_at": one.given_at, "withdrawn_at": one.withdrawn_at}
            for one in await consent.of_person(session, person_id)
        ],
    }
    return Section(data, {"photo.webp": person.photo} if person.photo else {})


def _profile(person: Person) -> dict[str, Any]:
    columns = (
        "id name email email_confirmed_at locale time_zone organisation position languages seeks offers created_at"
    )
    return {column: getattr(person, column) for column in columns.split()} | {
        "has_password": person.password_hash is not None,
        "administrator": person.admin,
    }


def _session(one: SignInSession) -> dict[str, Any]:
    columns = "method user_agent created_at last_seen_at revoked_at"
    return {column: getattr(one, column) for column in columns.split()}


def _token(one: ApiToken) -> dict[str, Any]:
    columns = "name scopes created_at expires_at last_used_at revoked_at"
    return {column: getattr(one, column) for column in columns.split()}


async def _withdraw_mails(uow: UnitOfWork, address: str) -> None:
    """Unsend what still waits, or was given up: the mail that says goodbye is the last one."""
    waiting = await uow.session.execute(
        select(OutboxRow.id, OutboxRow.payload).where(OutboxRow.job == MAIL_JOB, OutboxRow.done_at.is_(None))
    )
    theirs = [row.id for row in waiting if row.payload.get("to") == address]
    await uow.session.execute(delete(OutboxRow).where(OutboxRow.id.in_(theirs)))


def _make_nameless(person: Person) -> None:
    """Leave nothing that says who it was; other rows may go on pointing here."""
    for column in ("name", "organisation", "position", "seeks", "offers"):
        setattr(person, column, "")
    for column in ("email", "email_confirmed_at", "password_hash", "photo", "photo_small"):
        setattr(person, column, None)
    person.languages = []
    person.locale = "en"
    person.time_zone = "UTC"
