"""The tables of needs and offers: what is wanted, how it stands, and who answered what."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class Need(Base):
    """Something that an organisation seeks or offers. Its texts are in `NeedText`, one row per language.

    What is unknown is an empty text, or None where it is a number, a day or a moment.
    """

    __tablename__ = "needs"
    __table_args__ = (
        # Lists show the open ones, the latest first.
        Index("ix_needs_state_kind_published_at", "state", "kind", "published_at"),
        # The search follows what has changed, in this order.
        Index("ix_needs_updated_at_id", "updated_at", "id"),
    )

    # A random id (UUID version 4): one that says when it was made could tell whose a blind need is.
    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[str]  # one of rules.KINDS
    category: Mapped[str]  # one of rules.CATEGORIES
    blind: Mapped[bool]  # whose it is, is shown to nobody but those to whom it is revealed
    visibility: Mapped[str]  # one of rules.VISIBILITIES
    budget_from: Mapped[int | None] = mapped_column(BigInteger)  # whole units of `currency`; one of both may be missing
    budget_to: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str]  # one of rules.CURRENCIES; empty without a budget
    country: Mapped[str]  # ISO 3166-1 alpha-2, in capitals
    region: Mapped[str]
    place: Mapped[str]  # of a blind need seen by those alone who know whose it is
    radius_km: Mapped[int | None]
    remote: Mapped[bool]  # it does not matter where the other side is
    deadline: Mapped[date | None]  # the last day for answers, as the owner put it
    expires_at: Mapped[datetime | None]  # when it stops being open unless renewed; None: never published
    published_at: Mapped[datetime | None]  # for the first time
    # The state of its last record in `NeedChange`, here for the index. Changed by actions.turn alone.
    state: Mapped[str]
    author_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]  # of the record and of everything that hangs on it, but for answers


class NeedText(Base):
    """A need in one language."""

    __tablename__ = "need_texts"

    need_id: Mapped[str] = mapped_column(ForeignKey("needs.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)  # one of web.i18n.LOCALES
    title: Mapped[str]
    text: Mapped[str]  # Markdown as it was typed; made safe when it is shown
    gets: Mapped[str]  # what the other side gets; paragraphs
    shown_as: Mapped[str]  # who a blind need is shown as: "mid-size utility, NRW"


class NeedTag(Base):
    """An industry or a technology that a need is about."""

    __tablename__ = "need_tags"
    __table_args__ = (Index("ix_need_tags_kind_code", "kind", "code"),)

    need_id: Mapped[str] = mapped_column(ForeignKey("needs.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # one of rules.TAGS
    code: Mapped[str] = mapped_column(primary_key=True)


class NeedChange(Base):
    """A need came into another state. The last one says how it stands."""

    __tablename__ = "need_changes"
    __table_args__ = (Index("ix_need_changes_need_id_at", "need_id", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    need_id: Mapped[str] = mapped_column(ForeignKey("needs.id"))
    state: Mapped[str]  # one of rules.STATES
    deed: Mapped[str]  # one of rules.DEEDS
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)  # None: time did
    until: Mapped[datetime | None]  # open until then


class NeedFile(Base):
    """A file that belongs to a need. With a blind need it is handed to those alone who know whose it is."""

    __tablename__ = "need_files"

    id: Mapped[str] = mapped_column(primary_key=True)
    need_id: Mapped[str] = mapped_column(ForeignKey("needs.id"), index=True)
    name: Mapped[str]  # as it is called when it is loaded down, with its ending
    file: Mapped[str] = mapped_column(index=True)  # its name among the files
    mime: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime]
    added_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)


class NeedReminder(Base):
    """The owner was reminded of the end of a need. One row for each end, so nobody is reminded twice."""

    __tablename__ = "need_reminders"

    need_id: Mapped[str] = mapped_column(ForeignKey("needs.id"), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Answer(Base):
    """An organisation says "this is us". What happens to it is in `AnswerStep`."""

    __tablename__ = "need_answers"
    __table_args__ = (
        # One answer of each organisation, and sending it twice is one answer.
        Index("uq_need_answers_need_id_organisation_id", "need_id", "organisation_id", unique=True),
        Index("uq_need_answers_person_id_cid", "person_id", "cid", unique=True),
    )

    id: Mapped[str] = mapped_column(primary_key=True)  # random, as the need's
    need_id: Mapped[str] = mapped_column(ForeignKey("needs.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))  # who answered
    cid: Mapped[str]  # the sender's own id for it
    product_id: Mapped[str | None] = mapped_column(ForeignKey("products.id"), index=True)
    blind: Mapped[bool]  # whose it is, is shown to the owner only when the owner shows theirs
    at: Mapped[datetime]
    # The state after its last step, here for lists. Changed by answering.step alone.
    state: Mapped[str]
    moved_at: Mapped[datetime]


class AnswerStep(Base):
    """Something that one side of an answer did: who, when, and with which words."""

    __tablename__ = "need_answer_steps"
    __table_args__ = (
        Index("uq_need_answer_steps_answer_id_number", "answer_id", "number", unique=True),
        Index("uq_need_answer_steps_by_id_cid", "by_id", "cid", unique=True),
        Index("ix_need_answer_steps_answer_id_kind", "answer_id", "kind"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    answer_id: Mapped[str] = mapped_column(ForeignKey("need_answers.id"))
    number: Mapped[int]  # from 1, dense
    kind: Mapped[str]  # one of ladder.STEPS
    text: Mapped[str]  # empty where the step says enough, and after an erasure
    reason: Mapped[str]  # one of ladder.REASONS for a refusal; else empty
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))  # None: nobody did it, it came about
    # With an acceptance: the person of the answerer's side who is to talk with `by_id`.
    with_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)
    cid: Mapped[str]
    at: Mapped[datetime]


class GoBetween(Base):
    """A partner institution stands between the owner of a blind need and those who answer, from `since` on."""

    __tablename__ = "need_go_betweens"

    need_id: Mapped[str] = mapped_column(ForeignKey("needs.id"), primary_key=True)
    partner_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    since: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)


class Sifting(Base):
    """An answer that came to the go-between first. The owner's side sees it from `passed_at` on. Those who speak for
    the go-between were reminded of it at `reminded_at`, which happens once."""

    __tablename__ = "need_answer_siftings"

    answer_id: Mapped[str] = mapped_column(ForeignKey("need_answers.id"), primary_key=True)
    partner_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    passed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
