"""The tables of teams: who shares requests, and why a request came to whom."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base

_PERSON = "persons.id"
# Colleagues of one team at one fair: each of them is looked at for every request.
TEAM_MOST = 20
# Characters of somebody's topics.
TOPICS_MOST = 300


class Sharing(Base):
    """Somebody shares the requests of a fair with those of their organisation who do so, too. It holds as long as they
    belong to the organisation and the fair."""

    __tablename__ = "meeting_sharings"

    fair_id: Mapped[str] = mapped_column(ForeignKey("fairs.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), primary_key=True, index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    topics: Mapped[str]  # what they answer best, in their own words
    since: Mapped[datetime]


class Routing(Base):
    """Why a request came to one of a team, as `meetings.teams.rules.Route` says."""

    __tablename__ = "meeting_routings"

    request_id: Mapped[str] = mapped_column(ForeignKey("meeting_requests.id"), primary_key=True)
    named_id: Mapped[str | None] = mapped_column(ForeignKey(_PERSON), index=True)  # who was asked; None: the team
    to_id: Mapped[str] = mapped_column(ForeignKey(_PERSON), index=True)
    languages: Mapped[list[str]]  # that both speak
    words: Mapped[list[str]]  # of what the colleague knows, that are in the request as well
    load: Mapped[int]  # open requests and meetings ahead of whom it came to
    fullest: Mapped[int]  # the same of the colleague who has most
    at: Mapped[datetime]
