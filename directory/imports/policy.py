"""Who may bring data in. Asked at the door of every page, besides the table of access."""

from people.model import Person


def may_import(person: Person) -> bool:
    """Whether somebody may import into the whole directory: those who run the platform.

    A partner institution's moderators come in here, once their imports are marked as brought by their institution.
    """
    return person.admin
