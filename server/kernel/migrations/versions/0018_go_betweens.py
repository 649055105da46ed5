"""Partner institutions stand between the two sides of a blind need."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "need_go_betweens",
        sa.Column("need_id", sa.String(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_need_go_betweens_by_id")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_need_go_betweens_need_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["organisations.id"], name=op.f("fk_need_go_betweens_partner_id")),
        sa.PrimaryKeyConstraint("need_id", name=op.f("pk_need_go_betweens")),
    )
    with op.batch_alter_table("need_go_betweens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_go_betweens_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_go_betweens_partner_id"), ["partner_id"], unique=False)

    op.create_table(
        "need_answer_siftings",
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["need_answers.id"], name=op.f("fk_need_answer_siftings_answer_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["organisations.id"], name=op.f("fk_need_answer_siftings_partner_id")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_need_answer_siftings")),
    )
    with op.batch_alter_table("need_answer_siftings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_answer_siftings_partner_id"), ["partner_id"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table("need_answer_siftings")
    op.drop_table("need_go_betweens")
