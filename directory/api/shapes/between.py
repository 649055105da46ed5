"""Answers that wait for whoever stands between both sides, as programs see and decide them."""

from typing import Annotated, Self

from pydantic import Field

from directory.api.shapes.common import PageOf
from directory.api.shapes.contacts import CID, OWN_WORDS, Offered
from directory.api.shapes.organisations import PAGE
from directory.api.shapes.values import Address, Given, GivenId, Id, Moment, Shown, coded, one_of, up_to
from directory.needs import ladder
from directory.needs.between import Held as Waiting
from directory.organisations.vocabulary import KINDS
from web.i18n import N_

HIDDEN = N_("Empty: they asked to be shown together with the owner.")


class Held(Shown):
    """An answer that waits."""

    id: Id
    need: Id
    at: Moment
    text: str
    partner: str = Field(description=N_("For which of your institutions."))
    answerer: str = Field(description=HIDDEN)
    page: Address | None = Field(description=PAGE)
    kind: Annotated[str, coded(KINDS.codes)]
    country: str
    product: Offered | None

    @classmethod
    def of(cls, one: Waiting, locale: str, site: str) -> Self:
        """An answer, for those who speak for the institution, in a language; `site` is our own address."""
        return cls(
            id=one.id,
            need=one.need_id,
            at=one.at,
            text=one.text,
            partner=one.partner,
            answerer=one.answerer,
            page=f"{site}/o/{one.answerer_slug}" if one.answerer_slug else None,
            kind=one.answerer_kind,
            country=one.answerer_country,
            product=Offered(id=one.product.id, name=one.product.name(locale)) if one.product else None,
        )


class HeldPage(PageOf[Held]):
    """What waits, the longest waiting first: it is one page."""


class Sifted(Given):
    """What becomes of an answer."""

    do: Annotated[str, one_of(("passed", "returned"))]
    text: Annotated[str, up_to(ladder.TEXT_MOST)] = Field("", description=OWN_WORDS)
    cid: GivenId | None = Field(default_factory=lambda: None, description=CID)
