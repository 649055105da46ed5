"""What somebody is told, as their programs see it."""

from typing import Annotated, Self

from pydantic import Field

from directory.api.shapes.common import Paged, PageOf
from directory.api.shapes.values import FLAG, Address, Id, Moment, Shown
from directory.news.newsroom import Item
from web.i18n import N_


class OwnNews(Shown):
    """Something that happened, in words for its reader."""

    id: Id
    at: Moment
    text: str = Field(description=N_("What happened, in the language of your account."))
    page: Address = Field(description=N_("Where to see it, for people."))
    seen_at: Moment | None = Field(description=N_("When you have looked at it; null: not yet."))

    @classmethod
    def of(cls, one: Item, site: str) -> Self:
        """News, for the one to whom they are told; `site` is our own address."""
        return cls(id=one.id, at=one.at, text=one.line.text, page=site + one.line.path, seen_at=one.seen_at)


class OwnNewsPage(PageOf[OwnNews]):
    """A page of one's news."""


class OwnNewsQuery(Paged):
    """Which of one's news."""

    unseen: Annotated[bool, FLAG] = Field(False, description=N_("Only what you have not looked at yet."))
