"""A mapping: which column is taken as what, and what holds for every row of a file."""

from dataclasses import dataclass, field
from typing import Any, Self

from directory.imports.mapping.aliases import ORGANISATIONS, targets
from directory.organisations.vocabulary import KINDS, country_of
from people.text import UnacceptableError
from web.i18n import LOCALES, N_


@dataclass(frozen=True)
class Mapping:
    """`columns` gives the code of a target for each column that is taken; the others are left out.

    `organisation_kind`, `country` and `locale` hold where a row does not say it itself; an empty `locale` has the
    language of each text recognised.
    """

    kind: str = ORGANISATIONS
    columns: dict[str, str] = field(default_factory=dict)
    organisation_kind: str = "company"
    country: str = ""
    locale: str = ""

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return dict(vars(self))

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        """From JSON that `stored` gave."""
        return cls(**stored)

    def columns_of(self, target: str) -> list[str]:
        """The columns that are taken as this."""
        return [column for column, code in self.columns.items() if code == target]


def checked(mapping: Mapping, columns: tuple[str, ...]) -> Mapping:
    """The mapping for a file with these columns. Raises UnacceptableError where it cannot be carried out."""
    known = targets(mapping.kind)
    taken = {column: code for column, code in mapping.columns.items() if code in known and column in columns}
    for code in known:
        twice = [column for column, each in taken.items() if each == code]
        if len(twice) > 1 and not known[code].several:
            raise UnacceptableError(
                N_("“%(one)s” and “%(other)s” cannot both be the same field. Leave one of them out."),
                one=twice[0],
                other=twice[1],
            )
    if not any(code.partition(".")[0] == "name" or code == "legal_name" for code in taken.values()):
        raise UnacceptableError(N_("No column is taken as the name. Without a name nothing can be imported."))
    if mapping.organisation_kind not in KINDS or mapping.locale not in ("", *LOCALES):
        raise UnacceptableError(N_("Please choose from the list."))
    if mapping.country and not country_of(mapping.country):
        raise UnacceptableError(N_("Please choose from the list."))
    return Mapping(mapping.kind, taken, mapping.organisation_kind, country_of(mapping.country) or "", mapping.locale)
