"""What people do with the record of an organisation. Who may is decided at its door, see `doors` and `policy`."""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select, update

from directory.attachments import Checked
from directory.editing import edit as edit_record
from directory.organisations.events import (
    OrganisationChanged,
    OrganisationMade,
    OrganisationRemoved,
    OrganisationReturned,
)
from directory.organisations.licences import UNKNOWN
from directory.organisations.model import Document, Member, Organisation, RecordLicence, RecordSource, Removal
from directory.organisations.record import ORGANISATIONS
from directory.organisations.rules import DOCUMENTS_MOST, free_slug, logged, slug_of
from directory.records import Noted
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.kept import drop
from server.kernel.once import note_once

# Numbers in one statement: SQLite takes no more than some thousands.
AT_ONCE = 500


class RefusedError(Exception):
    """A rule says no. `code` is stable, see where it is raised."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def create(uow: UnitOfWork, values: Mapping[str, Any], *, by_id: str) -> str:
    """Make an organisation of clean values (name and kind among them), and its maker its administrator; its slug."""
    now, id_ = uow.clock.now(), new_id()
    slug = await _free_slug(uow, values["name"])
    base: dict[str, Any] = {"id": id_, "slug": slug, "logo": None, "logo_small": None, "banner": None}
    base |= {"source": None, "source_id": None, "created_at": now, "updated_at": now}
    given = dict(values) | {"confirmed_at": now}
    await uow.run(lambda each: ORGANISATIONS.insert(each, [(base, given)]))
    await uow.run(lambda each: ORGANISATIONS.own(each, id_, values, now, by_id))
    uow.session.add(Member(organisation_id=id_, person_id=by_id, role="administrator", since=now, by_id=by_id))
    await note(uow, id_, "made", after=values["name"], by_id=by_id)
    uow.emit(OrganisationMade(id_, by_id))
    return slug


async def edit(uow: UnitOfWork, organisation_id: str, values: Mapping[str, Any], *, by_id: str) -> frozenset[str]:
    """Give fields other clean values; the names of those that have changed."""
    now = uow.clock.now()
    changed = await uow.run(
        lambda each: edit_record(each, ORGANISATIONS, organisation_id, values, at=now, by_id=by_id, logged=logged)
    )
    if changed:
        uow.emit(OrganisationChanged(organisation_id, changed, by_id))
    return changed


async def confirm(uow: UnitOfWork, organisation_id: str, *, by_id: str) -> None:
    """Say that everything on the page is so today."""
    organisation = await uow.session.get_one(Organisation, organisation_id)
    organisation.confirmed_at = uow.clock.now()
    await touch(uow, organisation, "confirmed_at", by_id=by_id)
    await note(uow, organisation_id, "confirmed", by_id=by_id)


async def change_logo(uow: UnitOfWork, organisation_id: str, kept: tuple[str, str] | None, *, by_id: str) -> None:
    """Show another logo (its files, large and small), or none."""
    organisation = await uow.session.get_one(Organisation, organisation_id)
    drop(uow, organisation.logo, organisation.logo_small)
    organisation.logo, organisation.logo_small = kept or (None, None)
    await _own(uow, organisation, "logo", by_id=by_id)
    await note(uow, organisation_id, "logo", by_id=by_id)


async def change_banner(uow: UnitOfWork, organisation_id: str, kept: str | None, *, by_id: str) -> None:
    """Show another banner, or none."""
    organisation = await uow.session.get_one(Organisation, organisation_id)
    drop(uow, organisation.banner)
    organisation.banner = kept
    await _own(uow, organisation, "banner", by_id=by_id)
    await note(uow, organisation_id, "banner", by_id=by_id)


async def add_document(
    uow: UnitOfWork, organisation_id: str, checked: Checked, file: str, size: int, *, by_id: str
) -> Document:
    """Hand out a file of `size` bytes. Raises RefusedError("too_many")."""
    organisation = await _locked(uow, organisation_id)
    own = select(Document.id).where(Document.organisation_id == organisation_id)
    if len((await uow.session.scalars(own)).all()) >= DOCUMENTS_MOST:
        raise RefusedError("too_many")
    made = Document(
        id=new_id(),
        organisation_id=organisation_id,
        name=checked.name,
        file=file,
        bytes=size,
        added_at=uow.clock.now(),
        added_by_id=by_id,
    )
    uow.session.add(made)
    await _own(uow, organisation, "documents", by_id=by_id)
    await note(uow, organisation_id, "document", after=checked.name, by_id=by_id)
    return made


async def remove_document(uow: UnitOfWork, organisation_id: str, document_id: str, *, by_id: str) -> None:
    """Hand a file out no longer. Nothing happens where it is gone already."""
    found = await uow.session.get(Document, document_id)
    if found is None or found.organisation_id != organisation_id:
        return
    drop(uow, found.file)
    await uow.session.delete(found)
    await _own(uow, await uow.session.get_one(Organisation, organisation_id), "documents", by_id=by_id)
    await note(uow, organisation_id, "document", before=found.name, by_id=by_id)


async def remove(uow: UnitOfWork, organisation_id: str, *, by_id: str) -> None:
    """Show an organisation no longer. Nothing is deleted: `bring_back` shows it again."""
    organisation = await _locked(uow, organisation_id)
    if await uow.session.get(Removal, organisation_id) is None:
        now = uow.clock.now()
        uow.session.add(Removal(organisation_id=organisation_id, reason="removed", at=now, by_id=by_id))
        organisation.updated_at = now
        await note(uow, organisation_id, "removed", before=organisation.name, by_id=by_id)
        uow.emit(OrganisationRemoved(organisation_id, by_id))


async def bring_back(uow: UnitOfWork, organisation_id: str, *, by_id: str) -> None:
    """Show an organisation again that was removed. Raises RefusedError("merged"): then it is another one's."""
    organisation = await _locked(uow, organisation_id)
    removal = await uow.session.get(Removal, organisation_id)
    if removal is None:
        return
    if removal.reason == "merged":
        raise RefusedError("merged")
    await uow.session.execute(delete(Removal).where(Removal.organisation_id == organisation_id))
    organisation.updated_at = uow.clock.now()
    await note(uow, organisation_id, "returned", after=organisation.name, by_id=by_id)
    uow.emit(OrganisationReturned(organisation_id, by_id))


async def set_licence(uow: UnitOfWork, source: str, licence: str, *, by_id: str | None) -> None:
    """Say on which terms a source gives its records (see `licences`), in place of what was said before; UNKNOWN takes
    that back."""
    here = RecordSource.name == source
    if licence == UNKNOWN:
        await uow.session.execute(delete(RecordSource).where(here))
        return
    said: dict[str, Any] = {"licence": licence, "since": uow.clock.now(), "by_id": by_id}
    if not await note_once(uow, RecordSource, {"name": source, **said}):
        await uow.session.execute(update(RecordSource).where(here).values(said))


async def set_licences(uow: UnitOfWork, source: str, licences: Mapping[str, str]) -> None:
    """Say on which terms each of these records of a source is given, by its number there, in place of what was said of
    it before; empty: nothing is known."""
    since, known = uow.clock.now(), list(licences.items())
    for begin in range(0, len(known), AT_ONCE):
        some = known[begin : begin + AT_ONCE]
        ids = [source_id for source_id, _ in some]
        same = RecordLicence.source == source, RecordLicence.source_id.in_(ids)
        await uow.session.execute(delete(RecordLicence).where(*same))
        rows = [{"source": source, "source_id": id_, "licence": each, "since": since} for id_, each in some if each]
        if rows:
            await uow.session.execute(insert(RecordLicence), rows)


async def note(
    uow: UnitOfWork, organisation_id: str, what: str, before: str = "", after: str = "", *, by_id: str | None
) -> None:
    """Write into the change log what was done."""
    noted = [Noted(organisation_id, what, logged(before), logged(after))]
    now = uow.clock.now()
    await uow.run(lambda each: ORGANISATIONS.note(each, noted, now, by_id, None))


async def touch(uow: UnitOfWork, organisation: Organisation, field: str, *, by_id: str) -> None:
    """Have an organisation count as changed now, in what hangs on it."""
    organisation.updated_at = uow.clock.now()
    uow.emit(OrganisationChanged(organisation.id, frozenset({field}), by_id))


async def _own(uow: UnitOfWork, organisation: Organisation, field: str, *, by_id: str) -> None:
    """Have somebody's pictures or documents be an edit of theirs, which an undone import leaves alone."""
    await uow.run(lambda each: ORGANISATIONS.own(each, organisation.id, [field], uow.clock.now(), by_id))
    await touch(uow, organisation, field, by_id=by_id)


async def _free_slug(uow: UnitOfWork, name: str) -> str:
    wanted = slug_of(name)
    taken = await uow.session.scalar(select(Organisation.slug).where(Organisation.slug == wanted))
    return free_slug(wanted, {taken} if taken else set(), secrets.token_hex(4))


async def _locked(uow: UnitOfWork, organisation_id: str) -> Organisation:
    """The organisation, changed by nobody else until the commit."""
    query = select(Organisation).where(Organisation.id == organisation_id).with_for_update()
    return (await uow.session.scalars(query)).one()
