"""Whether the media node's own port was reached, and TLS on port 443 apart from TLS elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. What was found before stays as it was told: see `ConnectionCheck.known`."""
    op.add_column("connection_checks", sa.Column("node", sa.Boolean(), nullable=True))
    op.add_column("connection_checks", sa.Column("tls443", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Back. What was said then is told no more; sound is what the least of them was enough for."""
    op.execute("UPDATE connection_checks SET verdict = 'sound' WHERE verdict = 'untried'")
    op.drop_column("connection_checks", "tls443")
    op.drop_column("connection_checks", "node")
