"""Meetings: slots, requests, bookings."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# In the order of their making.
TABLES = (
    "meeting_breaks",
    "meeting_days",
    "meeting_groups",
    "meeting_plans",
    "meeting_requests",
    "meeting_retreats",
    "meeting_slots",
    "meeting_absences",
    "meeting_group_members",
    "meeting_handovers",
    "meeting_proposals",
    "meeting_rules",
    "meetings",
    "meeting_seats",
)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "meeting_breaks",
        sa.Column("fair_id", sa.String(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_meeting_breaks_fair_id")),
        sa.PrimaryKeyConstraint("fair_id", "starts", name=op.f("pk_meeting_breaks")),
    )
    op.create_table(
        "meeting_days",
        sa.Column("fair_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_meeting_days_fair_id")),
        sa.PrimaryKeyConstraint("fair_id", "day", name=op.f("pk_meeting_days")),
    )
    op.create_table(
        "meeting_groups",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("fair_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_meeting_groups_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_groups")),
    )
    with op.batch_alter_table("meeting_groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_groups_fair_id"), ["fair_id"], unique=False)
    op.create_table(
        "meeting_plans",
        sa.Column("fair_id", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("gap", sa.Integer(), nullable=False),
        sa.Column("most_per_day", sa.Integer(), nullable=False),
        sa.Column("longest_streak", sa.Integer(), nullable=False),
        sa.Column("open_requests", sa.Integer(), nullable=False),
        sa.Column("answer_within", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["persons.id"], name=op.f("fk_meeting_plans_changed_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_meeting_plans_fair_id")),
        sa.PrimaryKeyConstraint("fair_id", name=op.f("pk_meeting_plans")),
    )
    op.create_table(
        "meeting_requests",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("fair_id", sa.String(), nullable=False),
        sa.Column("from_id", sa.String(), nullable=False),
        sa.Column("to_id", sa.String(), nullable=False),
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("ask", sa.String(), nullable=False),
        sa.Column("offer", sa.String(), nullable=False),
        sa.Column("any_slot", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["persons.id"], name=op.f("fk_meeting_requests_answered_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_meeting_requests_fair_id")),
        sa.ForeignKeyConstraint(["from_id"], ["persons.id"], name=op.f("fk_meeting_requests_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["persons.id"], name=op.f("fk_meeting_requests_to_id")),
        sa.ForeignKeyConstraint(["turn_id"], ["persons.id"], name=op.f("fk_meeting_requests_turn_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_requests")),
    )
    with op.batch_alter_table("meeting_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_requests_from_id"), ["from_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_requests_to_id"), ["to_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_requests_turn_id"), ["turn_id"], unique=False)
        batch_op.create_index(
            "uq_meeting_requests_open",
            ["fair_id", "from_id", "to_id"],
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
    op.create_table(
        "meeting_retreats",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("fair_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_meeting_retreats_fair_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_meeting_retreats_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_retreats")),
    )
    with op.batch_alter_table("meeting_retreats", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_retreats_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_meeting_retreats_in_force",
            ["fair_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    op.create_table(
        "meeting_slots",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("fair_id", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_meeting_slots_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_slots")),
    )
    with op.batch_alter_table("meeting_slots", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_meeting_slots_fair_id_starts_at_ends_at"), ["fair_id", "starts_at", "ends_at"], unique=True
        )
    op.create_table(
        "meeting_absences",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("slot_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_meeting_absences_person_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["meeting_slots.id"], name=op.f("fk_meeting_absences_slot_id")),
        sa.PrimaryKeyConstraint("person_id", "slot_id", name=op.f("pk_meeting_absences")),
    )
    with op.batch_alter_table("meeting_absences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_absences_slot_id"), ["slot_id"], unique=False)
    op.create_table(
        "meeting_group_members",
        sa.Column("fair_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_meeting_group_members_fair_id")),
        sa.ForeignKeyConstraint(["group_id"], ["meeting_groups.id"], name=op.f("fk_meeting_group_members_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_meeting_group_members_person_id")),
        sa.PrimaryKeyConstraint("fair_id", "person_id", name=op.f("pk_meeting_group_members")),
    )
    with op.batch_alter_table("meeting_group_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_group_members_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_group_members_person_id"), ["person_id"], unique=False)
    op.create_table(
        "meeting_handovers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("from_id", sa.String(), nullable=False),
        sa.Column("to_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["persons.id"], name=op.f("fk_meeting_handovers_from_id")),
        sa.ForeignKeyConstraint(["request_id"], ["meeting_requests.id"], name=op.f("fk_meeting_handovers_request_id")),
        sa.ForeignKeyConstraint(["to_id"], ["persons.id"], name=op.f("fk_meeting_handovers_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_handovers")),
    )
    with op.batch_alter_table("meeting_handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_handovers_from_id"), ["from_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_handovers_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_handovers_to_id"), ["to_id"], unique=False)
    op.create_table(
        "meeting_proposals",
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("slot_id", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_meeting_proposals_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["meeting_requests.id"], name=op.f("fk_meeting_proposals_request_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["meeting_slots.id"], name=op.f("fk_meeting_proposals_slot_id")),
        sa.PrimaryKeyConstraint("request_id", "slot_id", name=op.f("pk_meeting_proposals")),
    )
    with op.batch_alter_table("meeting_proposals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_proposals_slot_id"), ["slot_id"], unique=False)
    op.create_table(
        "meeting_rules",
        sa.Column("from_group_id", sa.String(), nullable=False),
        sa.Column("to_group_id", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["from_group_id"], ["meeting_groups.id"], name=op.f("fk_meeting_rules_from_group_id")),
        sa.ForeignKeyConstraint(["to_group_id"], ["meeting_groups.id"], name=op.f("fk_meeting_rules_to_group_id")),
        sa.PrimaryKeyConstraint("from_group_id", "to_group_id", name=op.f("pk_meeting_rules")),
    )
    with op.batch_alter_table("meeting_rules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_rules_to_group_id"), ["to_group_id"], unique=False)
    op.create_table(
        "meetings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("fair_id", sa.String(), nullable=False),
        sa.Column("slot_id", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extended_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ask", sa.String(), nullable=False),
        sa.Column("offer", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.String(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.String(), nullable=True),
        sa.Column("cancel_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["cancelled_by_id"], ["persons.id"], name=op.f("fk_meetings_cancelled_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_meetings_fair_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["persons.id"], name=op.f("fk_meetings_made_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["meeting_requests.id"], name=op.f("fk_meetings_request_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["meeting_slots.id"], name=op.f("fk_meetings_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_fair_id"), ["fair_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetings_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetings_slot_id"), ["slot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetings_starts_at"), ["starts_at"], unique=False)
    op.create_table(
        "meeting_seats",
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("slot_id", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_seats_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_meeting_seats_person_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["meeting_slots.id"], name=op.f("fk_meeting_seats_slot_id")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_meeting_seats")),
    )
    with op.batch_alter_table("meeting_seats", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_seats_person_id_slot_id"), ["person_id", "slot_id"], unique=True)


def downgrade() -> None:
    """Back."""
    for table in reversed(TABLES):
        op.drop_table(table)
