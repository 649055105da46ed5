"""Meetings: what happens in their rooms and afterwards, and calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# In the order of their making.
TABLES = (
    "busy_times",
    "calendar_feeds",
    "own_calendars",
    "meeting_attendances",
    "meeting_follow_ups",
    "meeting_no_shows",
    "meeting_notes",
    "meeting_outcomes",
    "meeting_reminders",
    "meeting_rescues",
    "meeting_shared_contacts",
)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "busy_times",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_busy_times_person_id")),
        sa.PrimaryKeyConstraint("person_id", "starts_at", "ends_at", name=op.f("pk_busy_times")),
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_calendar_feeds_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
    )
    with op.batch_alter_table("calendar_feeds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feeds_person_id"), ["person_id"], unique=False)
    op.create_table(
        "own_calendars",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_own_calendars_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_own_calendars")),
    )
    op.create_table(
        "meeting_attendances",
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_attendances_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_meeting_attendances_person_id")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_meeting_attendances")),
    )
    with op.batch_alter_table("meeting_attendances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_attendances_person_id"), ["person_id"], unique=False)
    op.create_table(
        "meeting_follow_ups",
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_follow_ups_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_meeting_follow_ups_person_id")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", "days", name=op.f("pk_meeting_follow_ups")),
    )
    with op.batch_alter_table("meeting_follow_ups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_follow_ups_person_id"), ["person_id"], unique=False)
    op.create_table(
        "meeting_no_shows",
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispute", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_no_shows_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_meeting_no_shows_person_id")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_meeting_no_shows")),
    )
    with op.batch_alter_table("meeting_no_shows", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_no_shows_person_id"), ["person_id"], unique=False)
    op.create_table(
        "meeting_notes",
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["persons.id"], name=op.f("fk_meeting_notes_changed_by_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_notes_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meeting_notes")),
    )
    op.create_table(
        "meeting_outcomes",
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("next_step", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_outcomes_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_meeting_outcomes_person_id")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_meeting_outcomes")),
    )
    with op.batch_alter_table("meeting_outcomes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_outcomes_person_id"), ["person_id"], unique=False)
    op.create_table(
        "meeting_reminders",
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_reminders_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", "sequence", "kind", name=op.f("pk_meeting_reminders")),
    )
    op.create_table(
        "meeting_rescues",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("waiting_id", sa.String(), nullable=False),
        sa.Column("candidate_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_meeting_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["persons.id"], name=op.f("fk_meeting_rescues_candidate_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_rescues_meeting_id")),
        sa.ForeignKeyConstraint(["new_meeting_id"], ["meetings.id"], name=op.f("fk_meeting_rescues_new_meeting_id")),
        sa.ForeignKeyConstraint(["waiting_id"], ["persons.id"], name=op.f("fk_meeting_rescues_waiting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_rescues")),
    )
    with op.batch_alter_table("meeting_rescues", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_rescues_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_rescues_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_rescues_waiting_id"), ["waiting_id"], unique=False)
    op.create_table(
        "meeting_shared_contacts",
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_shared_contacts_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_meeting_shared_contacts_person_id")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_meeting_shared_contacts")),
    )
    with op.batch_alter_table("meeting_shared_contacts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_shared_contacts_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    """Back."""
    for table in reversed(TABLES):
        op.drop_table(table)
