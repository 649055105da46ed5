"""A plan remembers on which days and in which zone of its fair it was laid."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. What is laid is taken to be laid on the fair as it is."""
    with op.batch_alter_table("meeting_plans", schema=None) as batch_op:
        batch_op.add_column(sa.Column("laid_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("laid_zone", sa.String(), nullable=True))
    plans, fairs = (
        sa.table("meeting_plans", sa.column("fair_id"), sa.column("laid_from"), sa.column("laid_zone")),
        sa.table("fairs", sa.column("id"), sa.column("starts_on"), sa.column("time_zone")),
    )
    own = fairs.c.id == plans.c.fair_id
    days, zone = (sa.select(column).where(own).scalar_subquery() for column in (fairs.c.starts_on, fairs.c.time_zone))
    op.execute(plans.update().values(laid_from=days, laid_zone=zone))
    with op.batch_alter_table("meeting_plans", schema=None) as batch_op:
        batch_op.alter_column("laid_from", existing_type=sa.Date(), nullable=False)
        batch_op.alter_column("laid_zone", existing_type=sa.String(), nullable=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("meeting_plans", schema=None) as batch_op:
        batch_op.drop_column("laid_zone")
        batch_op.drop_column("laid_from")
