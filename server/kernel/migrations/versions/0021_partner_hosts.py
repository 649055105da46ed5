"""Partner institutions have host names of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "partner_hosts",
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_partner_hosts_by_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["organisations.id"], name=op.f("fk_partner_hosts_partner_id")),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_partner_hosts")),
        sa.UniqueConstraint("host", name=op.f("uq_partner_hosts_host")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("partner_hosts")
