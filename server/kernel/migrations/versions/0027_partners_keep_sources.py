"""Which sources a partner institution keeps is a record, and not how their names begin."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# What until now was imported for one institution that is a partner, and for nobody else.
_KNOWN = """
    INSERT INTO partner_sources (source, partner_id, since)
    SELECT source, min(partner_id), min(created_at) FROM import_batches GROUP BY source
    HAVING count(*) = count(partner_id) AND min(partner_id) = max(partner_id)
    AND min(partner_id) IN (SELECT organisation_id FROM partners)
"""


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "partner_sources",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["organisations.id"], name=op.f("fk_partner_sources_partner_id")),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_partner_sources_by_id")),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_partner_sources")),
    )
    op.create_index(op.f("ix_partner_sources_partner_id"), "partner_sources", ["partner_id"])
    op.execute(_KNOWN)


def downgrade() -> None:
    """Back."""
    op.drop_table("partner_sources")
