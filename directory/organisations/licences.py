"""On which terms sources give their records: licences that data come under, each with where it can be read."""

from dataclasses import dataclass
from typing import Self

from directory.terms import Term, Vocabulary

LICENCES = Vocabulary(
    Term("cc0", "CC0 1.0 (no rights reserved)", "CC0 1.0 (kein Rechtsvorbehalt)"),
    Term("cc-by", "CC BY 4.0 (name the source)", "CC BY 4.0 (Namensnennung)"),
    Term("cc-by-sa", "CC BY-SA 4.0 (name the source, same terms)", "CC BY-SA 4.0 (Namensnennung, gleiche Bedingungen)"),
    Term("odbl", "ODbL 1.0 (Open Database License)", "ODbL 1.0 (Open Database License)"),
    Term("dl-de-by", "Data licence Germany 2.0 (name the source)", "Datenlizenz Deutschland 2.0 (Namensnennung)"),
    Term("dl-de-zero", "Data licence Germany 2.0 (zero)", "Datenlizenz Deutschland 2.0 (Zero)"),
    Term("permission", "With permission for this directory alone", "Mit Erlaubnis nur für dieses Verzeichnis"),
)
# What is copied from another server has a source that begins so; each record may come on terms of its own.
SERVERS = "fairmatch:"
# In place of a licence: what was said before is taken back.
UNKNOWN = "unknown"
# Where their text stands; what is given by permission has none.
ADDRESSES = {
    "cc0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc-by": "https://creativecommons.org/licenses/by/4.0/",
    "cc-by-sa": "https://creativecommons.org/licenses/by-sa/4.0/",
    "odbl": "https://opendatacommons.org/licenses/odbl/1-0/",
    "dl-de-by": "https://www.govdata.de/dl-de/by-2-0",
    "dl-de-zero": "https://www.govdata.de/dl-de/zero-2-0",
}


@dataclass(frozen=True)
class Origin:
    """Where a record comes from, for a reader; empty where it was made here or nothing is known."""

    source: str = ""
    licence: str = ""
    address: str = ""

    @classmethod
    def of(cls, source: str | None, licence: str, locale: str) -> Self:
        """The source with its licence by its code."""
        return cls(source or "", LICENCES.name(licence, locale), ADDRESSES.get(licence, ""))
