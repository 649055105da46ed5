"""Which cards an address asks for, and who may ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from booths.cards.queries import FairCount, Filter
from booths.cards.rules import ASSESSMENTS, OPEN
from directory.organisations.policy import Standing
from server.kernel.http import not_found


@dataclass(frozen=True)
class Asked:
    """Which cards an address asks for, in the words of addresses."""

    fair: str = ""
    assessment: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Asked":
        """What our own links and forms say. Raises ProblemError 404 for what they do not."""
        fair, assessment = (str(given.get(name, "")) for name in ("fair", "is"))
        if assessment and assessment != OPEN and assessment not in ASSESSMENTS:
            raise not_found()
        return cls(fair, assessment)

    @property
    def query(self) -> str:
        """As an address has it."""
        return self.with_page("")

    def with_page(self, before: str) -> str:
        """The same for the page that begins after the card of this id."""
        said = {"fair": self.fair, "is": self.assessment, "before": before}
        asked = urlencode({name: value for name, value in said.items() if value})
        return f"?{asked}" if asked else ""

    def among(self, fairs: Sequence[FairCount]) -> Filter:
        """The filter that is meant. Raises ProblemError 404 for a fair at which there is no card."""
        if not self.fair:
            return Filter("", self.assessment)
        for each in fairs:
            if each.slug == self.fair:
                return Filter(each.id, self.assessment)
        raise not_found()


def belongs(standing: Standing) -> bool:
    """Whether somebody is one of the people to whom cards are given. Who runs the platform is not."""
    return standing.member
