"""The demo fair's programme: a stand with the cards that people left there, and some talks, once. The talks go along
when the fair's days are moved."""

from collections.abc import Mapping

from sqlalchemy import select

from booths import actions, queries
from booths.actions import Entered
from booths.cards.actions import leave
from booths.cards.rules import Said
from booths.rules import Speaker, When
from directory.organisations.model import Organisation
from fairs.model import Fair
from people.model import Person
from rooms.model import BOOTH, Room
from rooms.queries import with_calls
from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel

FOUR_DEPOTS = "350 kW at the bus, 60 kW from the grid: four depots, one winter"
# (who speaks, about what, when): the third day is tomorrow, whenever somebody looks first.
TALKS = (
    ("voltbus", FOUR_DEPOTS, When(1, 16 * 60 + 30, 30)),
    ("recircle-cells", "What a bus battery is worth after ten years", When(2, 11 * 60, 30)),
    (
        "norrnaet-institute-for-grids",
        "Was Ihr Netzanschluss noch trägt, Stunde um Stunde",
        When(2, 15 * 60, 45),
    ),
    ("stadtwerke-hagenfeld", "24 Busse, ein Anschluss: was wir in einem Jahr gelernt haben", When(3, 10 * 60, 40)),
)
STAND = "voltbus"
# What is said of the first talk, and who speaks.
TEXTS = {
    "en": "A depot with **24 buses** and a connection for six of them: what four operators did, and what it cost.\n\n"
    "- how buses, batteries and the roof share one connection\n- what the first cold week showed\n- what we would not "
    "do again",
    "de": "Ein Depot mit **24 Bussen** und ein Anschluss, der für sechs reicht: was vier Betriebe getan haben, und was "
    "es gekostet hat.\n\n- wie sich Busse, Speicher und Dach einen Anschluss teilen\n- was die erste kalte Woche "
    "gezeigt hat\n- was wir nicht noch einmal tun würden",
}
SPEAKERS = (Speaker("Aylin Demir", "leads the pilots at Voltbus"), Speaker("Deniz Aksoy", "runs the depot in Manisa"))

# Who left a card at the stand, with what on it.
CARDS = (
    ("dev", Said(with_email=True, about="Second-life cells for your buffers: may I send you our measurements?")),
    ("chloe", Said(phone="+33 1 23 45 67 89", about="We run twelve hydrogen buses, and would like to compare.")),
)


async def make(kernel: Kernel, fair: Fair, people: Mapping[str, Person]) -> None:
    """Enter what is on at the fair, by its organiser; nothing where something is entered already."""
    async with kernel.database.write() as uow:
        if await queries.count_talks(uow.session, fair.id):
            return
        there = await uow.session.get_one(Fair, fair.id)
        stand, whose = await _enter(uow, there, people["edda"].id)
        for key, said in CARDS:
            await leave(uow, there, stand, whose, said, by_id=people[key].id)


async def _enter(uow: UnitOfWork, fair: Fair, by_id: str) -> tuple[Room, str]:
    ids = {each.slug: each.id for each in await uow.session.scalars(select(Organisation))}
    [stage, *_] = await queries.stages(uow.session, fair.id)
    for slug, title, when in TALKS:
        texts, speakers = (TEXTS, SPEAKERS) if title == FOUR_DEPOTS else ({}, ())
        entered = Entered(title, stage.id, ids[slug], when, texts, speakers)
        await actions.enter_talk(uow, fair, entered, by_id=by_id)
    [stand, *_] = [room for room in await with_calls(uow.session, fair.id) if room.kind == BOOTH]
    await actions.give_stand(uow, fair, stand.id, ids[STAND], by_id=by_id)
    return stand, ids[STAND]
