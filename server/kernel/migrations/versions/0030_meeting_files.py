"""People give one another files in meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_FILES = "meeting_files"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        _FILES,
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f(f"fk_{_FILES}_meeting_id")),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f(f"fk_{_FILES}_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_FILES}")),
    )
    with op.batch_alter_table(_FILES, schema=None) as batch_op:
        for column in ("meeting_id", "file", "by_id"):
            batch_op.create_index(batch_op.f(f"ix_{_FILES}_{column}"), [column], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table(_FILES)
