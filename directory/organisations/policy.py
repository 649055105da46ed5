"""Who may do what with an organisation."""

from dataclasses import dataclass

from directory.organisations.rules import may_administer, may_edit


@dataclass(frozen=True)
class Standing:
    """Where somebody stands to an organisation. Without an id: somebody without an account.

    Who runs the platform may do what its administrators may: records that nobody has claimed need somebody, too.
    """

    person_id: str | None = None
    role: str | None = None
    admin: bool = False

    @property
    def member(self) -> bool:
        """Whether they belong to it."""
        return self.role is not None

    @property
    def edits(self) -> bool:
        """Whether they change the record and its products."""
        return self.admin or may_edit(self.role)

    @property
    def administers(self) -> bool:
        """Whether they decide who belongs to it, and whether it is shown."""
        return self.admin or may_administer(self.role)

    @property
    def sees_history(self) -> bool:
        """Whether they see who changed what: those who belong to it."""
        return self.admin or self.member

    @property
    def merges(self) -> bool:
        """Whether they make two records one: only who runs the platform, as it touches two organisations."""
        return self.admin
