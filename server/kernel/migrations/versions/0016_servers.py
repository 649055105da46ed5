"""Connections that belong to no organisation: other servers."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.alter_column("organisation_id", existing_type=sa.String(), nullable=True)


def downgrade() -> None:
    """Back."""
    op.execute("DELETE FROM connections WHERE organisation_id IS NULL")
    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.alter_column("organisation_id", existing_type=sa.String(), nullable=False)
