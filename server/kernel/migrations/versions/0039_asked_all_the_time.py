"""What is asked all the time is found by an index: jobs that are old enough to go, people whom the search follows."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_index(op.f("ix_outbox_done_at"), "outbox", ["done_at"])
    op.create_index(op.f("ix_persons_created_at_id"), "persons", ["created_at", "id"])


def downgrade() -> None:
    """Back."""
    op.drop_index(op.f("ix_persons_created_at_id"), "persons")
    op.drop_index(op.f("ix_outbox_done_at"), "outbox")
