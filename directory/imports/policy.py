"""Who may bring data in. Asked at the door of every page, besides the table of access."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from directory.imports.model import ImportBatch
from directory.partners.queries import Institution, spoken_for
from people.model import Person


@dataclass(frozen=True)
class Importer:
    """Somebody who may import: into the whole directory, who runs the platform; else for partner institutions.

    What an institution imports is of a source of its own: it changes no record that another source, or nobody's import,
    has brought, and its network gets what is made of it.
    """

    person_id: str
    everywhere: bool
    institutions: Sequence[Institution]

    @property
    def partner_ids(self) -> list[str] | None:
        """The institutions whose imports they see; None: all imports."""
        return None if self.everywhere else [each.id for each in self.institutions]

    def may_work_on(self, batch: ImportBatch) -> bool:
        """Whether a batch is theirs to work on."""
        return self.everywhere or any(each.id == batch.partner_id for each in self.institutions)

    def institution(self, partner_id: str) -> Institution | None:
        """For which institution somebody imports who chose this one; who has only one has no choice."""
        if not partner_id and not self.everywhere:
            return self.institutions[0]
        return next((each for each in self.institutions if each.id == partner_id), None)


async def importer_of(session: AsyncSession, person: Person) -> Importer | None:
    """What somebody may import; None: nothing."""
    institutions = await spoken_for(session, person.id)
    return Importer(person.id, person.admin, institutions) if person.admin or institutions else None
