"""A change log as a table: the same columns of organisations and of what they have."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from directory.exports.table import PAGE, Row, Table, columns_in
from web.i18n import N_, translations

_TITLES = {
    "at": N_("When"),
    "about": N_("About"),
    "field": N_("What"),
    "before": N_("Before"),
    "after": N_("After"),
    "by": N_("By"),
    "source": N_("Source"),
}


class Change(Protocol):
    """One field of a record was changed."""

    id: str
    at: datetime
    field: str
    before: str
    after: str
    source: str | None


# (after this id; None: the beginning) -> at most `PAGE` changes, each with what it is about, and who made it.
Read = Callable[[str | None], Awaitable[Sequence[tuple[Change, str, str]]]]


def changes_table(read: Read, names: Mapping[str, str], locale: str) -> Table:
    """The changes, the latest first. `names` are what fields are called (message ids)."""
    _ = translations(locale).gettext

    async def rows() -> AsyncIterator[list[Row]]:
        before: str | None = None
        while found := await read(before):
            yield [
                [one.at, about, _(names[one.field]) if one.field in names else one.field, one.before, one.after, by,
                 one.source or ""]
                for one, about, by in found
            ]  # fmt: skip
            if len(found) < PAGE:
                return
            before = found[-1][0].id

    return Table("changes", columns_in(_TITLES, locale), rows())
