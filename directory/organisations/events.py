"""What happened to organisations: the only face of this part that others listen to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrganisationMade:
    """Somebody made an organisation here."""

    organisation_id: str
    by_id: str


@dataclass(frozen=True)
class OrganisationChanged:
    """Something that is shown of an organisation is another one now."""

    organisation_id: str
    fields: frozenset[str]
    by_id: str


@dataclass(frozen=True)
class OrganisationRemoved:
    """An organisation is no longer shown."""

    organisation_id: str
    by_id: str


@dataclass(frozen=True)
class OrganisationReturned:
    """An organisation is shown again."""

    organisation_id: str
    by_id: str


@dataclass(frozen=True)
class OrganisationsMerged:
    """One organisation was the same as another: everything of it belongs to the other one now.

    Other parts carry over what is theirs within the merging transaction, see `parts.Organisations.carriers`.
    """

    from_id: str
    into_id: str
    by_id: str


# What is found of an organisation, or whether it is, may be another thing after these.
FOUND_BY = (OrganisationMade, OrganisationChanged, OrganisationRemoved, OrganisationReturned, OrganisationsMerged)


@dataclass(frozen=True)
class MemberJoined:
    """Somebody belongs to an organisation now."""

    organisation_id: str
    person_id: str
    role: str


@dataclass(frozen=True)
class MemberLeft:
    """Somebody belongs to an organisation no longer."""

    organisation_id: str
    person_id: str


@dataclass(frozen=True)
class RoleChanged:
    """Somebody has another role in an organisation."""

    organisation_id: str
    person_id: str
    role: str


@dataclass(frozen=True)
class ClaimMade:
    """Somebody says that they belong to an organisation, and its administrators are asked."""

    organisation_id: str
    person_id: str
    claim_id: str


@dataclass(frozen=True)
class ClaimDecided:
    """A claim was granted or declined."""

    organisation_id: str
    person_id: str
    granted: bool
