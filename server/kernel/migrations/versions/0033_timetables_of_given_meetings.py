"""A timetable can hold every given meeting with the fewest gaps; each says what is proven about its result."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("meeting_timetables", sa.Column("gaps_apart", sa.Integer(), nullable=True))
    op.add_column("meeting_timetables", sa.Column("bound", sa.Double(), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("meeting_timetables", "bound")
    op.drop_column("meeting_timetables", "gaps_apart")
