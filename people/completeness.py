"""How much of a profile is there, and the one step that helps most next."""

from dataclasses import dataclass

from people.model import Person
from web.i18n import N_


@dataclass(frozen=True)
class Step:
    """Something to add: the field of the form, its weight in per cent, what to do and what it is good for."""

    field: str
    weight: int
    do: str
    why: str


# Per cent for having an account with a name; the steps make up the rest.
BASIS = 20
# In the order in which they help: who fits is found by seeking and offering, trust by the rest.
STEPS = (
    Step("seeks", 20, N_("Say what you seek"), N_("Whoever offers it can then find you.")),
    Step("offers", 20, N_("Say what you offer"), N_("Whoever seeks it can then find you.")),
    Step("organisation", 12, N_("Name your organisation"), N_("People want to know for whom you speak.")),
    Step("photo", 12, N_("Add a photo"), N_("A face is recognised sooner than a name.")),
    Step("position", 8, N_("Say what you do there"), N_("It tells others what to ask you about.")),
    Step("languages", 8, N_("Choose your languages"), N_("Others then know how to write to you.")),
)


@dataclass(frozen=True)
class Completeness:
    """The meter: how far, and what next (None: nothing is missing)."""

    percent: int
    next: Step | None


def completeness(person: Person) -> Completeness:
    """What a person's profile has, and what it lacks most."""
    missing = [step for step in STEPS if not getattr(person, step.field)]
    percent = BASIS + sum(step.weight for step in STEPS) - sum(step.weight for step in missing)
    return Completeness(percent, missing[0] if missing else None)
