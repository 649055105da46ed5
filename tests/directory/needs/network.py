"""Organisations with people who speak for them, inside the test's process, with browsers of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import httpx2
from starlette.applications import Starlette

from directory.needs import actions, answering
from directory.needs.actions import Draft
from directory.needs.answering import Reply
from directory.needs.model import Answer, Need
from directory.needs.seen import Wording
from directory.organisations.model import Member, Organisation, Tag
from directory.products.model import Product, ProductText
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.parts import Kernel
from tests.kernel_fixtures import browser_of
from tests.people.browsers import signed_in
from web.frame import REFUSED, SAID_COOKIE

# Nobody but its own people may learn from a blind need that it is this one's.
HIDDEN = "Stadtwerke Hagenfeld"
NAMES = {
    "bernd": "Bernd Kowalski",
    "aylin": "Aylin Demir",
    "chloe": "Chloé Martin",
    "dev": "Dev Patel",
    "edda": "Edda Brandt",
}
ORGANISATIONS = {
    "utility": (HIDDEN, "municipality", "DE", "stadtwerke-hagenfeld.example"),
    "voltbus": ("Voltbus", "startup", "TR", "voltbus.example"),
    "hydro": ("Hydrolumière", "startup", "FR", "hydrolumiere.example"),
}
# Dev belongs to Voltbus without speaking for it; Edda belongs to none.
MEMBERS = {
    "bernd": ("utility", "administrator"),
    "aylin": ("voltbus", "administrator"),
    "dev": ("voltbus", "member"),
    "chloe": ("hydro", "editor"),
}
TITLE = "350 kW charging for 24 buses"
TEXT = "From autumn on **24 buses** charge in our depot. The grid connection does not give more than 60 kW."
REASON = "Our charger takes 60 kW from the grid all night and gives 350 kW at the plug."


@dataclass
class Network:
    """What the tests find."""

    app: Starlette
    people: dict[str, str]
    organisations: dict[str, str]
    charger: str  # a product of Voltbus
    browsers: dict[str, httpx2.AsyncClient] = field(default_factory=dict)

    @property
    def kernel(self) -> Kernel:
        """The ground of the application."""
        kernel: Kernel = self.app.state.kernel
        return kernel

    def __getitem__(self, name: str) -> httpx2.AsyncClient:
        """Somebody's browser."""
        return self.browsers[name]

    async def text(self, name: str, path: str) -> str:
        """What somebody reads at an address."""
        answer = await self.browsers[name].get(path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.text)

    async def need(self, by: str = "bernd", *, publish: bool = True, **changes: Any) -> str:
        """A need of somebody's organisation; its id."""
        values: dict[str, Any] = {
            "kind": "seek",
            "category": "product",
            "blind": False,
            "visibility": "public",
            "texts": {"en": Wording(TITLE, TEXT, "A reference that others look at.", "mid-size utility, NRW")},
            "tags": {"industry": ["mobility"], "technology": ["charging"]},
            "country": "DE",
            "region": "NRW",
            "place": "Hagenfeld",
            "budget_from": 50_000,
            "budget_to": 100_000,
            "currency": "EUR",
        }
        async with self.kernel.database.write() as uow:
            person, organisation = self.people[by], self.organisations[MEMBERS[by][0]]
            made = await actions.write(uow, Draft(**values | changes), organisation_id=organisation, by_id=person)
            if publish:
                await actions.turn(uow, made.id, "publish", by_id=person)
            return made.id

    async def turn(self, need_id: str, deed: str, by: str = "bernd") -> Need:
        """Do something to a need."""
        async with self.kernel.database.write() as uow:
            return await actions.turn(uow, need_id, deed, by_id=self.people[by])

    async def answer(self, need_id: str, by: str = "aylin", *, cid: str = "", **more: Any) -> Answer:
        """Somebody says "this is us"."""
        async with self.kernel.database.write() as uow:
            return await answering.answer(
                uow,
                need_id,
                Reply(cid or new_id(), more.pop("text", REASON)),
                organisation_id=self.organisations[more.pop("organisation", None) or MEMBERS[by][0]],
                by_id=self.people[by],
                **more,
            )

    async def step(self, answer_id: str, kind: str, by: str = "bernd", text: str = "", *, cid: str = "") -> Answer:
        """Somebody takes a step."""
        async with self.kernel.database.write() as uow:
            said = Reply(cid or new_id(), text)
            return await answering.step(uow, answer_id, kind, said, by_id=self.people[by])

    def mails(self) -> list[str]:
        """Every mail that was sent, decoded, by time."""
        from email import message_from_bytes, policy

        found = []
        for path in sorted((self.kernel.settings.data / "mail").glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            body = "".join(part.get_content() for part in message.walk() if part.get_content_maintype() == "text")
            found.append(f"To: {message['To']}\nSubject: {message['Subject']}\n{body}")
        return found


async def seed(uow: UnitOfWork) -> tuple[dict[str, str], dict[str, str], str]:
    """People, organisations and a product; their ids."""
    people = {key: await _person(uow, key, name) for key, name in NAMES.items()}
    organisations = {key: await organisation(uow, *values) for key, values in ORGANISATIONS.items()}
    now = uow.clock.now()
    for key, (at, role) in MEMBERS.items():
        uow.session.add(Member(organisation_id=organisations[at], person_id=people[key], role=role, since=now))
    for kind, code in (("technology", "charging"), ("industry", "mobility")):
        uow.session.add(Tag(organisation_id=organisations["voltbus"], kind=kind, code=code))
    charger = await product(uow, organisations["voltbus"], "Depot charger 350", "350 kW at the plug for buses")
    return people, organisations, charger


async def product(uow: UnitOfWork, organisation_id: str, name: str, line: str) -> str:
    """A product; its id."""
    now, id_ = uow.clock.now(), new_id()
    uow.session.add(
        Product(
            id=id_,
            organisation_id=organisation_id,
            slug=name.lower().replace(" ", "-"),
            category="charging",
            maturity="",
            currency="",
            url="",
            visibility="public",
            created_at=now,
            updated_at=now,
        )
    )
    await uow.session.flush()
    uow.session.add(ProductText(product_id=id_, locale="en", name=name, line=line, description=""))
    return id_


@asynccontextmanager
async def network(app: Starlette) -> AsyncIterator[Network]:
    """The network in the application's database, and everybody signed in."""
    kernel: Kernel = app.state.kernel
    async with kernel.database.write() as uow:
        people, organisations, charger = await seed(uow)
    made = Network(app, people, organisations, charger)
    async with browser_of(app) as nobody, signed_in(app, people) as browsers:
        made.browsers.update(browsers, nobody=nobody)
        yield made


def said(answer: httpx2.Response) -> str:
    """The line that the next page shows."""
    return unquote(answer.cookies.get(SAID_COOKIE, "").removeprefix(REFUSED))


async def _person(uow: UnitOfWork, key: str, name: str) -> str:
    id_, now = new_id(), uow.clock.now()
    uow.session.add(
        Person(
            id=id_,
            name=name,
            email=f"{key}@people.example",
            email_confirmed_at=now,
            locale="en",
            time_zone="Europe/Berlin",
            created_at=now,
        )
    )
    await uow.session.flush()
    return id_


async def organisation(uow: UnitOfWork, name: str, kind: str, country: str, domain: str) -> str:
    """An organisation; its id."""
    id_, now = new_id(), uow.clock.now()
    empty = dict.fromkeys(("size", "stage", "business_model", "customer_focus", "place", "postcode", "video_url"), "")
    uow.session.add(
        Organisation(
            id=id_,
            slug=domain.partition(".")[0],
            kind=kind,
            name=name,
            legal_name=f"{name} GmbH",
            website=f"https://www.{domain}",
            domain=domain,
            country=country,
            visibility="public",
            created_at=now,
            updated_at=now,
            **empty,
        )
    )
    await uow.session.flush()
    return id_
