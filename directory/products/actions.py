"""What people do with products. Who may is decided at the door of the organisation."""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, update

from directory.attachments import Checked
from directory.editing import edit as edit_record
from directory.organisations.actions import RefusedError
from directory.organisations.rules import free_slug, logged, slug_of
from directory.products.events import ProductChanged, ProductMade, ProductRemoved, ProductReturned
from directory.products.fields import DOCUMENTS_MOST, PICTURES_MOST
from directory.products.model import Product, ProductDocument, ProductPicture, ProductRemoval
from directory.products.record import PRODUCTS
from directory.records import Noted
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.kept import drop

# Products of one organisation that people make by hand; sources bring more.
PRODUCTS_MOST = 1_000


async def create(uow: UnitOfWork, organisation_id: str, values: Mapping[str, Any], *, by_id: str) -> str:
    """Make a product of clean values (a name in one language among them); its slug. Raises RefusedError("too_many")."""
    query = select(func.count()).select_from(Product).where(Product.organisation_id == organisation_id)
    if (await uow.session.scalar(query) or 0) >= PRODUCTS_MOST:
        raise RefusedError("too_many")
    now, id_ = uow.clock.now(), new_id()
    slug = await _free_slug(uow, organisation_id, values.get("name.en") or values.get("name.de") or "")
    base: dict[str, Any] = {"id": id_, "organisation_id": organisation_id, "slug": slug}
    base |= {"source": None, "source_id": None, "created_at": now, "updated_at": now}
    given = dict(values) | {"confirmed_at": now}
    await uow.run(lambda each: PRODUCTS.insert(each, [(base, given)]))
    await uow.run(lambda each: PRODUCTS.own(each, id_, values, now, by_id))
    await _note(uow, id_, "made", after=slug, by_id=by_id)
    uow.emit(ProductMade(id_, organisation_id, by_id))
    return slug


async def edit(uow: UnitOfWork, product_id: str, values: Mapping[str, Any], *, by_id: str) -> frozenset[str]:
    """Give fields other clean values; the names of those that have changed."""
    now = uow.clock.now()
    changed = await uow.run(
        lambda each: edit_record(each, PRODUCTS, product_id, values, at=now, by_id=by_id, logged=logged)
    )
    if changed:
        uow.emit(ProductChanged(product_id, changed, by_id))
    return changed


async def remove(uow: UnitOfWork, product_id: str, *, by_id: str) -> None:
    """Show a product no longer. Nothing is deleted: `bring_back` shows it again."""
    product = await _locked(uow, product_id)
    if await uow.session.get(ProductRemoval, product_id) is None:
        now = uow.clock.now()
        uow.session.add(ProductRemoval(product_id=product_id, reason="removed", at=now, by_id=by_id))
        product.updated_at = now
        await _note(uow, product_id, "removed", before=product.slug, by_id=by_id)
        uow.emit(ProductRemoved(product_id, by_id))


async def bring_back(uow: UnitOfWork, product_id: str, *, by_id: str) -> None:
    """Show a product again that was removed; nothing happens to one that is shown."""
    product = await _locked(uow, product_id)
    removal = await uow.session.get(ProductRemoval, product_id)
    if removal is not None:
        await uow.session.delete(removal)
        product.updated_at = uow.clock.now()
        await _note(uow, product_id, "returned", after=product.slug, by_id=by_id)
        uow.emit(ProductReturned(product_id, by_id))


async def add_picture(
    uow: UnitOfWork, product_id: str, files: tuple[str, str], size: tuple[int, int], said: str, *, by_id: str
) -> ProductPicture:
    """Show another picture: its files (large, small), its size in pixels, and what is on it.

    Raises RefusedError("too_many").
    """
    product = await _locked(uow, product_id)
    query = select(func.count(), func.max(ProductPicture.position)).where(ProductPicture.product_id == product_id)
    count, last = (await uow.session.execute(query)).one()
    if count >= PICTURES_MOST:
        raise RefusedError("too_many")
    made = ProductPicture(
        id=new_id(),
        product_id=product_id,
        position=(last or 0) + 1,
        file=files[0],
        file_small=files[1],
        width=size[0],
        height=size[1],
        said=said,
        added_at=uow.clock.now(),
        added_by_id=by_id,
    )
    uow.session.add(made)
    await _touch(uow, product, "pictures", by_id=by_id)
    return made


async def remove_picture(uow: UnitOfWork, product_id: str, picture_id: str, *, by_id: str) -> None:
    """Show a picture no longer. Nothing happens where it is gone already."""
    found = await uow.session.get(ProductPicture, picture_id)
    if found is not None and found.product_id == product_id:
        drop(uow, found.file, found.file_small)
        await uow.session.delete(found)
        await _touch(uow, await uow.session.get_one(Product, product_id), "pictures", by_id=by_id)


async def add_document(
    uow: UnitOfWork, product_id: str, checked: Checked, file: str, size: int, *, by_id: str
) -> ProductDocument:
    """Hand out a file of `size` bytes. Raises RefusedError("too_many")."""
    product = await _locked(uow, product_id)
    query = select(func.count()).select_from(ProductDocument).where(ProductDocument.product_id == product_id)
    if (await uow.session.scalar(query) or 0) >= DOCUMENTS_MOST:
        raise RefusedError("too_many")
    given = {"name": checked.name, "file": file, "bytes": size, "added_at": uow.clock.now(), "added_by_id": by_id}
    made = ProductDocument(id=new_id(), product_id=product_id, **given)
    uow.session.add(made)
    await _touch(uow, product, "documents", by_id=by_id)
    return made


async def remove_document(uow: UnitOfWork, product_id: str, document_id: str, *, by_id: str) -> None:
    """Hand a file out no longer. Nothing happens where it is gone already."""
    found = await uow.session.get(ProductDocument, document_id)
    if found is not None and found.product_id == product_id:
        drop(uow, found.file)
        await uow.session.delete(found)
        await _touch(uow, await uow.session.get_one(Product, product_id), "documents", by_id=by_id)


async def carry(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """Give the products of one organisation to another one, each with an address that is free there."""
    products = (await uow.session.scalars(select(Product).where(Product.organisation_id == from_id))).all()
    there = set(await uow.session.scalars(select(Product.slug).where(Product.organisation_id == into_id)))
    now = uow.clock.now()
    for one in products:
        slug = free_slug(one.slug, there, secrets.token_hex(4))
        there.add(slug)
        moved = update(Product).where(Product.id == one.id)
        await uow.session.execute(moved.values(organisation_id=into_id, slug=slug, updated_at=now))


async def _touch(uow: UnitOfWork, product: Product, field: str, *, by_id: str) -> None:
    product.updated_at = uow.clock.now()
    await uow.run(lambda each: PRODUCTS.own(each, product.id, [field], uow.clock.now(), by_id))
    await _note(uow, product.id, field, by_id=by_id)
    uow.emit(ProductChanged(product.id, frozenset({field}), by_id))


async def _note(uow: UnitOfWork, product_id: str, what: str, before: str = "", after: str = "", *, by_id: str) -> None:
    noted, now = [Noted(product_id, what, before, after)], uow.clock.now()
    await uow.run(lambda each: PRODUCTS.note(each, noted, now, by_id, None))


async def _free_slug(uow: UnitOfWork, organisation_id: str, name: str) -> str:
    wanted = slug_of(name)
    same = Product.organisation_id == organisation_id, Product.slug == wanted
    taken = await uow.session.scalar(select(Product.slug).where(*same))
    return free_slug(wanted, {taken} if taken else set(), secrets.token_hex(4))


async def _locked(uow: UnitOfWork, product_id: str) -> Product:
    """The product, changed by nobody else until the commit."""
    query = select(Product).where(Product.id == product_id).with_for_update()
    return (await uow.session.scalars(query)).one()
