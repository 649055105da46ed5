"""What has gone, in the order in which it went."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("organisation_removals", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_removals_at_organisation_id", ["at", "organisation_id"], unique=False)

    with op.batch_alter_table("product_removals", schema=None) as batch_op:
        batch_op.create_index("ix_product_removals_at_product_id", ["at", "product_id"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("product_removals", schema=None) as batch_op:
        batch_op.drop_index("ix_product_removals_at_product_id")

    with op.batch_alter_table("organisation_removals", schema=None) as batch_op:
        batch_op.drop_index("ix_organisation_removals_at_organisation_id")
