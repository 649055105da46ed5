"""Repairs of timetables, what organisers decide about pairs and groups, and an end for wishes."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_PERSON, _SLOT = ["persons.id"], ["meeting_slots.id"]


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("meeting_plans", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wishes_until", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("meeting_groups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("weight", sa.Double(), nullable=False, server_default="1"))
    with op.batch_alter_table("meeting_groups", schema=None) as batch_op:
        batch_op.alter_column("weight", server_default=None)
    with op.batch_alter_table("meeting_timetables", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mends_id", sa.String(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_meeting_timetables_mends_id"), "meeting_timetables", ["mends_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_meeting_timetables_mends_id"), ["mends_id"], unique=False)
    _create(
        "meeting_pairings",
        ["fair_id", "one_id", "other_id"],
        sa.Column("fair_id", sa.String(), nullable=False),
        sa.Column("one_id", sa.String(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=False),
        sa.Column("slot_id", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        points={"fair_id": ["fairs.id"], "one_id": _PERSON, "other_id": _PERSON, "slot_id": _SLOT, "by_id": _PERSON},
        indexes=("by_id", "one_id", "other_id", "slot_id"),
    )
    _create(
        "meeting_timetable_changes",
        ["timetable_id", "one_id", "other_id"],
        sa.Column("timetable_id", sa.String(), nullable=False),
        sa.Column("one_id", sa.String(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=False),
        sa.Column("from_id", sa.String(), nullable=True),
        sa.Column("to_id", sa.String(), nullable=True),
        sa.Column("meeting_id", sa.String(), nullable=True),
        points={
            "timetable_id": ["meeting_timetables.id"],
            "one_id": _PERSON,
            "other_id": _PERSON,
            "from_id": _SLOT,
            "to_id": _SLOT,
            "meeting_id": ["meetings.id"],
        },
        indexes=("meeting_id", "one_id", "other_id"),
    )


def _create(
    table: str, key: list[str], *columns: "sa.Column[object]", points: dict[str, list[str]], indexes: tuple[str, ...]
) -> None:
    ways = [sa.ForeignKeyConstraint([one], to, name=op.f(f"fk_{table}_{one}")) for one, to in points.items()]
    op.create_table(table, *columns, *ways, sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")))
    with op.batch_alter_table(table, schema=None) as batch_op:
        for column in indexes:
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table("meeting_timetable_changes")
    op.drop_table("meeting_pairings")
    with op.batch_alter_table("meeting_timetables", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_timetables_mends_id"))
        batch_op.drop_constraint(batch_op.f("fk_meeting_timetables_mends_id"), type_="foreignkey")
        batch_op.drop_column("mends_id")
    with op.batch_alter_table("meeting_groups", schema=None) as batch_op:
        batch_op.drop_column("weight")
    with op.batch_alter_table("meeting_plans", schema=None) as batch_op:
        batch_op.drop_column("wishes_until")
