"""Calls: who was removed from one."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "call_removals",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_call_removals_by_id")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["persons.id"], name=op.f("fk_call_removals_lifted_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_call_removals_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_removals")),
    )
    with op.batch_alter_table("call_removals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_removals_call_id_person_id"), ["call_id", "person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_removals_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("call_removals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_removals_person_id"))
        batch_op.drop_index(batch_op.f("ix_call_removals_call_id_person_id"))

    op.drop_table("call_removals")
