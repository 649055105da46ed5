"""Recordings of calls, what people answered, and chapters."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_recordings_by_id")),
        sa.ForeignKeyConstraint(["published_by_id"], ["persons.id"], name=op.f("fk_recordings_published_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
    )
    op.create_index(op.f("ix_recordings_call_id"), "recordings", ["call_id"])
    op.create_table(
        "recording_answers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_recording_answers_person_id")),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name=op.f("fk_recording_answers_recording_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_answers")),
    )
    op.create_index(op.f("ix_recording_answers_person_id"), "recording_answers", ["person_id"])
    op.create_index("ix_recording_answers_recording_id_person_id", "recording_answers", ["recording_id", "person_id"])
    op.create_table(
        "recording_chapters",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_recording_chapters_person_id")),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name=op.f("fk_recording_chapters_recording_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_chapters")),
    )
    op.create_index(
        "ix_recording_chapters_recording_id_number", "recording_chapters", ["recording_id", "number"], unique=True
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("recording_chapters")
    op.drop_table("recording_answers")
    op.drop_table("recordings")
