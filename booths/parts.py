"""Where stands and talks join in."""

from booths import own_data
from booths.actions import carry
from booths.section import bring
from directory.organisations.parts import Organisations
from people.own_data import OwnData


def join(data: OwnData, organisations: Organisations) -> None:
    """Tell everybody about stands and talks. Called at the start. What is on soon stands first on a page."""
    organisations.sections.insert(0, bring)
    organisations.carriers.append(carry)
    data.register("programme", own_data.collect, own_data.erase)
