"""Requests for contact and answers to needs, as programs see and write them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol, Self

from pydantic import Field

from directory.api.shapes.common import CURSOR, Onward, PageOf
from directory.api.shapes.organisations import PAGE
from directory.api.shapes.values import FLAG, Address, Given, GivenId, Id, Moment, Query, Shown, coded, one_of, up_to
from directory.contacts import rules
from directory.contacts.queries import Request
from directory.contacts.rules import Budget as BudgetOf
from directory.needs import ladder
from directory.needs.threads import Thread
from web.i18n import N_

CID = N_("Your own id for it, made by you: sent twice, it is done once.")
OWN_WORDS = N_("In your own words.")
UNKNOWN = N_("The other side; null: you may not know it yet.")
STEPS = [kind for kind, step in ladder.LADDER.items() if step.by != ladder.BETWEEN]


class Named(Protocol):
    """An organisation as the queries give it."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        ...


class Side(Shown):
    """An organisation on one side."""

    id: Id
    name: str
    page: Address = Field(description=PAGE)

    @classmethod
    def of(cls, party: Named, site: str) -> Self:
        """A side that the viewer may know; `site` is our own address."""
        return cls(id=party.id, name=party.name, page=f"{site}/o/{party.slug}")


class Contact(Shown):
    """A request for contact between two organisations."""

    id: Id
    sent: bool = Field(description=N_("Whether an organisation of yours sent it; else it came to one."))
    sender: Side
    receiver: Side
    by: str = Field(description=N_("The person who asked."))
    asks: str
    offers: str
    at: Moment
    state: Annotated[str, coded(rules.STATES)] = Field(description=N_("Expired: nobody answered within 30 days."))
    reason: str = Field(description=N_("Why it was declined, as a code; or empty."))
    text: str = Field(description=N_("The same in own words; or empty."))

    @classmethod
    def of(cls, one: Request, now: datetime, site: str) -> Self:
        """A request as it stands now, for one of its sides; `site` is our own address."""
        plain = {name: getattr(one, name) for name in ("id", "asks", "offers", "at", "reason", "text")}
        sender, receiver = Side.of(one.sender, site), Side.of(one.receiver, site)
        return cls(**plain, state=one.state(now), sender=sender, receiver=receiver, sent=one.mine, by=one.person)


class ContactPage(PageOf[Contact]):
    """Requests for contact, those that wait first; the 200 latest."""


class ContactQuery(Query):
    """Which requests."""

    sent: Annotated[bool, FLAG] = Field(False, description=N_("Those that were sent, instead of those that came."))


class ContactNew(Given):
    """A request for contact."""

    sender: GivenId = Field(description=N_("For whom: an organisation that you speak for."))
    receiver: GivenId = Field(description=N_("Which organisation is asked."))
    asks: Annotated[str, up_to(rules.TEXT_MOST, rules.TEXT_LEAST)]
    offers: Annotated[str, up_to(rules.TEXT_MOST, rules.TEXT_LEAST)]
    cid: GivenId | None = Field(default_factory=lambda: None, description=CID)


class ContactAnswer(Given):
    """What is answered to a request for contact."""

    do: Annotated[str, one_of((rules.ACCEPTED, rules.DECLINED, rules.NOT_RELEVANT))]
    reason: Annotated[str, one_of(rules.REASONS)] = "own"
    text: Annotated[str, up_to(rules.WORDS_MOST)] = Field("", description=OWN_WORDS)


class Budget(Shown):
    """What an organisation can send now."""

    left: int
    waiting: int = Field(description=N_("How many wait for an answer."))
    next_at: Moment | None = Field(description=N_("When the next one comes back by itself; null: nothing is spent."))

    @classmethod
    def of(cls, found: BudgetOf) -> Self:
        """The budget of an organisation that the viewer speaks for."""
        return cls(left=found.left, waiting=found.waiting, next_at=found.next_at)


class Offered(Shown):
    """The product that hangs on an answer."""

    id: Id
    name: str


class Taken(Shown):
    """A step of an answer."""

    do: Annotated[str, coded(ladder.STEPS)]
    side: Annotated[str, coded((ladder.OWNER, ladder.ANSWERER))]
    text: str
    reason: str
    by: str = Field(description=N_("The person, for their own side alone."))
    at: Moment


class Answer(Shown):
    """An answer to a need, as one of its sides sees it."""

    id: Id
    need: Id
    side: Annotated[str, coded((ladder.OWNER, ladder.ANSWERER))] = Field(description=N_("Which side is yours."))
    state: Annotated[str, coded(ladder.STATES)]
    own: Side
    other: Side | None = Field(description=UNKNOWN)
    product: Offered | None
    steps: list[Taken]
    possible: list[Annotated[str, coded(STEPS)]] = Field(description=N_("What you can do now."))
    moved_at: Moment

    @classmethod
    def of(cls, one: Thread, locale: str, site: str) -> Self:
        """An answer as far as the viewer may know it, in a language; `site` is our own address."""
        moved_at: datetime = one.moved_at
        return cls(
            id=one.id,
            need=one.need_id,
            side=one.side,
            state=one.state,
            own=Side.of(one.own, site),
            other=Side.of(one.other, site) if one.other else None,
            product=Offered(id=one.product.id, name=one.product.name(locale)) if one.product else None,
            steps=_steps(one),
            possible=list(one.possible),
            moved_at=moved_at,
        )


class AnswerPage(PageOf[Answer]):
    """Answers, the newest first."""


class AnswerQuery(Onward):
    """Which page."""

    after: GivenId | None = Field(None, description=CURSOR)


class AnswerNew(Given):
    """ "This is us"."""

    organisation: GivenId = Field(description=N_("For whom: an organisation that you speak for."))
    reason: Annotated[str, up_to(ladder.REASON_MOST, 1)] = Field(description=N_("Why you fit, in a sentence at least."))
    product: GivenId | None = Field(default_factory=lambda: None, description=N_("One of its products."))
    blind: bool = Field(False, description=N_("To a need without a name: show yourselves together with its owner."))
    cid: GivenId | None = Field(default_factory=lambda: None, description=CID)


class StepNew(Given):
    """The next step of an answer."""

    do: Annotated[str, one_of(STEPS)]
    text: Annotated[str, up_to(ladder.TEXT_MOST)] = Field("", description=OWN_WORDS)
    reason: Annotated[str, one_of(ladder.REASONS)] = Field(
        "own", description=N_("Why it is declined; own: as the text says.")
    )
    cid: GivenId | None = Field(default_factory=lambda: None, description=CID)


def _steps(one: Thread) -> list[Taken]:
    taken: Sequence[object] = one.steps
    names = {"do": "kind", "side": "side", "text": "text", "reason": "reason", "by": "by", "at": "at"}
    return [Taken(**{name: getattr(step, of) for name, of in names.items()}) for step in taken]
