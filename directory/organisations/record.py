"""Which tables an organisation's record is made of, for `directory.records`."""

from sqlalchemy import Table

from directory.organisations.domains import domain_of
from directory.organisations.fields import COLUMNS
from directory.organisations.model import (
    Change,
    Language,
    Link,
    Location,
    Organisation,
    OwnField,
    Removal,
    Saying,
    Tag,
    Text,
)
from directory.organisations.together import together
from directory.organisations.vocabulary import TAGS
from directory.records import Hanging, Records, Several, Shape, Values
from server.kernel.tables import Base
from web.i18n import LOCALES


def table(model: type[Base]) -> Table:
    """The table behind a model."""
    found = model.__table__
    assert isinstance(found, Table)
    return found


def _derived(values: Values) -> Values:
    return {"domain": domain_of(values["website"])}


_PLACE = ("label", "place", "postcode", "country", "latitude", "longitude")
ORGANISATIONS = Records(
    Shape(
        table=table(Organisation),
        removals=table(Removal),
        changes=table(Change),
        own_fields=table(OwnField),
        key="organisation_id",
        columns=COLUMNS,
        texts=table(Text),
        parts=("pitch", "description"),
        locales=tuple(sorted(LOCALES)),
        lists={
            **{kind: Hanging(table(Tag), ("code",), {"kind": kind}) for kind in TAGS},
            "languages": Hanging(table(Language), ("code",)),
            "links": Hanging(table(Link), ("label", "url"), ordered=True),
            "locations": Hanging(table(Location), _PLACE, ordered=True),
        },
        derive=_derived,
        empty={"founded": None, "latitude": None, "longitude": None, "confirmed_at": None, "visibility": "public"},
        several=Several(table(Saying), together),
    )
)
