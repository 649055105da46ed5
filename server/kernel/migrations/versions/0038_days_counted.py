"""A fair remembers from which day its days are counted: one may come or go in front."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. Until now days were counted from the first one."""
    with op.batch_alter_table("fairs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counted_from", sa.Date(), nullable=True))
    fairs = sa.table("fairs", sa.column("counted_from"), sa.column("starts_on"))
    op.execute(fairs.update().values(counted_from=fairs.c.starts_on))
    with op.batch_alter_table("fairs", schema=None) as batch_op:
        batch_op.alter_column("counted_from", existing_type=sa.Date(), nullable=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("fairs", schema=None) as batch_op:
        batch_op.drop_column("counted_from")
