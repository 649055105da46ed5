"""When nothing more is recorded, and why: it may be long before the file is whole, and nobody may have wished it."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. What has ended was not asked why it did."""
    op.add_column("recordings", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("recordings", sa.Column("why", sa.String(), nullable=True))
    op.execute("UPDATE recordings SET stopped_at = ended_at WHERE ended_at IS NOT NULL")


def downgrade() -> None:
    """Back."""
    op.drop_column("recordings", "why")
    op.drop_column("recordings", "stopped_at")
