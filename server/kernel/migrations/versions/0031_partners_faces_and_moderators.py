"""Partners choose the face of their headlines, and name who cares for their network."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_MODERATORS = "partner_moderators"


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("partners") as batch:
        batch.add_column(sa.Column("face", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("partners") as batch:
        batch.alter_column("face", existing_type=sa.String(), existing_nullable=False, server_default=None)
    op.create_table(
        _MODERATORS,
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f(f"fk_{_MODERATORS}_by_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["organisations.id"], name=op.f(f"fk_{_MODERATORS}_partner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f(f"fk_{_MODERATORS}_person_id")),
        sa.PrimaryKeyConstraint("partner_id", "person_id", name=op.f(f"pk_{_MODERATORS}")),
    )
    with op.batch_alter_table(_MODERATORS) as batch:
        batch.create_index(batch.f(f"ix_{_MODERATORS}_person_id"), ["person_id"])


def downgrade() -> None:
    """Back."""
    op.drop_table(_MODERATORS)
    with op.batch_alter_table("partners") as batch:
        batch.drop_column("face")
