"""Organisers close rooms of a fair, and open them again."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "room_closures",
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_room_closures_by_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_room_closures_room_id")),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_room_closures")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("room_closures")
