"""Go-betweens are reminded once; an answer can be released with nobody having done it."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("need_answer_siftings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("need_answer_steps", schema=None) as batch_op:
        batch_op.alter_column("by_id", existing_type=sa.String(), nullable=True)


def downgrade() -> None:
    """Back. Steps that nobody took are lost."""
    op.execute(sa.text("DELETE FROM need_answer_steps WHERE by_id IS NULL"))
    with op.batch_alter_table("need_answer_steps", schema=None) as batch_op:
        batch_op.alter_column("by_id", existing_type=sa.String(), nullable=False)
    with op.batch_alter_table("need_answer_siftings", schema=None) as batch_op:
        batch_op.drop_column("reminded_at")
