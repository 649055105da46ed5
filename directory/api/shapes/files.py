"""Documents of organisations, products and needs, as programs see them."""

from datetime import datetime
from typing import Annotated, Protocol, Self

from pydantic import Field

from directory.api.shapes.common import PageOf
from directory.api.shapes.values import Address, Id, Moment, Query, Shown, up_to
from web.i18n import N_

# Characters of a name as it is sent; a longer one than is kept is shortened, and never its ending.
SENT_NAME_MOST = 200


class Kept(Protocol):
    """A document as the tables have it."""

    id: str
    name: str
    bytes: int


class Document(Shown):
    """A file that is handed out."""

    id: Id
    name: str = Field(description=N_("As it is called when it is loaded down, with its ending."))
    bytes: int
    added_at: Moment
    url: Address = Field(description=N_("Where it is loaded down, with the same token."))

    @classmethod
    def of(cls, row: Kept, added_at: datetime, url: str) -> Self:
        """A document that the viewer may load down at `url`."""
        return cls(id=row.id, name=row.name, bytes=row.bytes, added_at=added_at, url=url)


class DocumentPage(PageOf[Document]):
    """The documents of a record: they are one page."""


class DocumentQuery(Query):
    """How a file is called."""

    name: Annotated[str, up_to(SENT_NAME_MOST, 1)] = Field(
        description=N_("Its name with its ending, such as catalogue.pdf; what it is, must be in it.")
    )
