"""The demo fair's directory: the organisations of its people, with their marks and products, once."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from directory import pictures
from directory.organisations import actions, belonging, bulk
from directory.organisations.bulk import OrganisationRow
from directory.organisations.model import Organisation
from directory.partners import actions as partners
from directory.partners import queries as partner_queries
from directory.products import actions as product_actions
from directory.products.model import Product
from people.model import Person
from server.demo.drawing import drawn
from server.demo.organisations import BROUGHT, ORGANISATIONS, SOURCE
from server.demo.pictures import BANNERS, MARKS
from server.demo.pictures import PRODUCTS as PRODUCT_PICTURES
from server.demo.products import PRODUCTS
from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel

# The institution that has brought the others, and the colour of its pages.
PARTNER, PARTNER_COLOUR = "wirtschaftskammer-mittelruhr", "#0b5d4e"


async def fill_directory(kernel: Kernel, people: Mapping[str, Person]) -> None:
    """Make what is not there yet; what is there stays as it is."""
    async with kernel.database.read() as session:
        there = set(await session.scalars(select(Organisation.slug)))
    for slug, said in ORGANISATIONS.items():
        if slug not in there:
            await _organisation(kernel, slug, said, people)
    rows = [OrganisationRow(key, fields) for key, fields in BROUGHT]
    at = kernel.clock.now()
    await kernel.database.transact(lambda each: bulk.upsert(each, SOURCE, rows, at=at))
    await _pool(kernel, people)


async def _pool(kernel: Kernel, people: Mapping[str, Person]) -> None:
    """Make the chamber a partner, in its own colour, with the region's organisations in its network."""
    async with kernel.database.write() as uow:
        found = {each.slug: each.id for each in await uow.session.scalars(select(Organisation))}
        chamber = found[PARTNER]
        if await partner_queries.partner(uow.session, chamber) is not None:
            return
        await partners.appoint(uow, chamber, by_id=people["edda"].id)
        await partners.take_colour(uow, chamber, PARTNER_COLOUR)
        for slug, organisation_id in found.items():
            if slug != PARTNER:
                await partners.bring(uow, chamber, organisation_id, by_id=people["edda"].id)


async def _organisation(kernel: Kernel, slug: str, said: Mapping[str, Any], people: Mapping[str, Person]) -> None:
    fields = {name: value for name, value in said.items() if name != "people"}
    (first, _role), *others = said["people"].items()
    by_id = people[first].id
    logo = await _kept(kernel, pictures.logo, MARKS[slug], (512, 512), 100)
    banner = await _kept(kernel, pictures.banner, BANNERS[slug], (1600, 400), 100) if slug in BANNERS else None
    async with kernel.database.write() as uow:
        await actions.create(uow, fields, by_id=by_id)
        made = (await uow.session.scalars(select(Organisation).where(Organisation.slug == slug))).one()
        await actions.change_logo(uow, made.id, (logo[0], logo[1]), by_id=by_id)
        if banner:
            await actions.change_banner(uow, made.id, banner[0], by_id=by_id)
        for key, role in others:
            token = await belonging.invite(uow, made.id, people[key].email or "", role, by_id=by_id)
            await belonging.accept(uow, token, people[key].id)
    for owner, picture, values in PRODUCTS:
        if owner == slug:
            await _product(kernel, made.id, picture, values, by_id)


async def _product(kernel: Kernel, organisation_id: str, picture: str, values: Mapping[str, Any], by_id: str) -> None:
    large, small = await _kept(kernel, pictures.product, PRODUCT_PICTURES[picture], (1200, 804), 100)
    async with kernel.database.write() as uow:
        slug = await product_actions.create(uow, organisation_id, values, by_id=by_id)
        await _show(uow, organisation_id, slug, (large, small), by_id)


async def _show(uow: UnitOfWork, organisation_id: str, slug: str, files: tuple[str, str], by_id: str) -> None:
    same = Product.organisation_id == organisation_id, Product.slug == slug
    product = (await uow.session.scalars(select(Product).where(*same))).one()
    await product_actions.add_picture(uow, product.id, files, (1200, 804), "", by_id=by_id)


async def _kept(
    kernel: Kernel, make: pictures.Make, mark: tuple[str, Any], size: tuple[int, int], grid: float
) -> list[str]:
    """The names of a drawn picture's files, in the sizes that `make` makes."""
    ground, shapes = mark
    sizes = await asyncio.to_thread(lambda: make(drawn(shapes, ground, size, grid)))
    return [await kernel.files.put(one.content, ".webp") for one in sizes]
