"""Who may see a need, and who may know whose it is: conditions that stand in every query of needs.

Whose a blind need is must not leave the database for anybody else. So no select of this feature names the columns of
an organisation, or a column that would tell it, but through `if_known`. See docs/decisions/0016.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Label, and_, case, false, literal, null, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from directory.needs.model import Answer, AnswerStep, GoBetween, Need, Sifting
from directory.needs.rules import DRAFT, EXPIRED, FULFILLED, OPEN
from directory.organisations.model import Organisation, Removal
from directory.partners.model import NetworkMember
from directory.speaking import NOBODY, Viewer

REVEALING = ("revealed", "accepted")
# Under names of their own: the query around them may read the same tables.
_answer, _step, _owner = aliased(Answer), aliased(AnswerStep), aliased(Organisation)
_between, _sifting = aliased(GoBetween), aliased(Sifting)
_network, _gone = aliased(NetworkMember), aliased(Removal)


def knows_owner(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that the viewer may know whose a need is: everybody of one that is not blind; of a blind one who
    belongs to it, who speaks for the go-between that it chose, and those to whom it was revealed in the course of
    their answer."""
    return or_(Need.blind.is_(False), _own(viewer), _stands_between(viewer), _revealed(viewer.organisations))


def if_known(viewer: Viewer, column: InstrumentedAttribute[Any], otherwise: Any = None) -> Label[Any]:
    """A column that tells whose a need is, for those who may know; `otherwise` for all others."""
    hidden = null() if otherwise is None else literal(otherwise)
    return case((knows_owner(viewer), column), else_=hidden).label(column.key)


def may_see(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that the viewer may see a need at all."""
    answered = _answered(viewer.organisations)
    published = Need.state.in_((OPEN, FULFILLED, EXPIRED))
    between = and_(Need.state != DRAFT, _stands_between(viewer))
    return and_(still_there(), or_(_own(viewer), and_(published, _audience(viewer)), answered, between))


def is_open(now: datetime) -> ColumnElement[bool]:
    """The condition that a need takes answers. Time counts at once, whenever the job comes that notes it."""
    return and_(Need.state == OPEN, Need.expires_at > now)


def is_listed(viewer: Viewer, now: datetime) -> ColumnElement[bool]:
    """The condition that a need is in the lists that this viewer sees."""
    return and_(still_there(), is_open(now), _audience(viewer))


def for_engines() -> ColumnElement[bool]:
    """The condition that search engines may list a need: open by its state, and public. An end that no job has noted
    yet makes no difference to them."""
    return and_(still_there(), Need.state == OPEN, _audience(NOBODY))


def still_there() -> ColumnElement[bool]:
    """The condition that the organisation of a need is there."""
    return _STILL_THERE


# Built once: these stand in nearly every query, and cost more to build than SQLite needs to answer.
_STILL_THERE = ~select(Removal.organisation_id).where(Removal.organisation_id == Need.organisation_id).exists()
_OWNER_PUBLIC = select(_owner.id).where(_owner.id == Need.organisation_id, _owner.visibility == "public").exists()
_PUBLIC = and_(Need.visibility == "public", or_(Need.blind.is_(True), _OWNER_PUBLIC))


def _audience(viewer: Viewer) -> ColumnElement[bool]:
    """Without an account one sees what is public, and whose it is only where the organisation itself is public."""
    return literal(True) if viewer.person_id else _PUBLIC


def _own(viewer: Viewer) -> ColumnElement[bool]:
    return Need.organisation_id.in_(viewer.organisations) if viewer.roles else false()


def _stands_between(viewer: Viewer) -> ColumnElement[bool]:
    if not viewer.speaks_for:
        return false()
    chosen = _between.need_id == Need.id, _between.partner_id.in_(viewer.speaks_for), may_stand(_between.partner_id)
    return select(_between.need_id).where(*chosen).exists()


def may_stand(partner_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """The condition that an institution may stand between at a need: it is there, and the need's organisation belongs
    to its network. Both can end at any moment, and with them what the institution may know."""
    belongs = _network.partner_id == partner_id, _network.organisation_id == Need.organisation_id
    gone = select(_gone.organisation_id).where(_gone.organisation_id == partner_id)
    return and_(select(_network.partner_id).where(*belongs).exists(), ~gone.exists())


def has_reached_owner() -> ColumnElement[bool]:
    """The condition that the owner's side may know of an answer at all: no go-between has it, or has returned it."""
    held = select(_sifting.answer_id).where(_sifting.answer_id == Answer.id, _sifting.passed_at.is_(None))
    return ~held.exists()


def _answered(organisation_ids: Sequence[str]) -> ColumnElement[bool]:
    if not organisation_ids:
        return false()
    return select(_answer.id).where(_answers_of(organisation_ids)).exists()


def _revealed(organisation_ids: Sequence[str]) -> ColumnElement[bool]:
    if not organisation_ids:
        return false()
    step = select(_step.id).join(_answer, _answer.id == _step.answer_id)
    return step.where(_answers_of(organisation_ids), _step.kind.in_(REVEALING)).exists()


def _answers_of(organisation_ids: Sequence[str]) -> ColumnElement[bool]:
    return and_(_answer.need_id == Need.id, _answer.organisation_id.in_(organisation_ids))


def knows_answerer() -> ColumnElement[bool]:
    """The condition that the owner's side may know who gave an answer."""
    step = select(_step.id).where(_step.answer_id == Answer.id, _step.kind.in_(REVEALING))
    return or_(Answer.blind.is_(False), step.exists())
