"""What people's checks of their connection found."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "connection_checks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("down_kbps", sa.Integer(), nullable=False),
        sa.Column("up_kbps", sa.Integer(), nullable=False),
        sa.Column("round_trip_ms", sa.Integer(), nullable=False),
        sa.Column("microphone", sa.Boolean(), nullable=False),
        sa.Column("camera", sa.Boolean(), nullable=False),
        sa.Column("stun", sa.Boolean(), nullable=True),
        sa.Column("udp", sa.Boolean(), nullable=True),
        sa.Column("tcp", sa.Boolean(), nullable=True),
        sa.Column("tls", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_connection_checks_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_checks")),
    )
    op.create_index(op.f("ix_connection_checks_person_id"), "connection_checks", ["person_id"])


def downgrade() -> None:
    """Back."""
    op.drop_table("connection_checks")
