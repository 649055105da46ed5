"""Colleagues share requests, and swap the meetings that they hold."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_PERSON = ["persons.id"]


def upgrade() -> None:
    """Forward. Who passed a request on was until now always the one who had it."""
    with op.batch_alter_table("meeting_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organisation_id", sa.String(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_meeting_requests_organisation_id"), "organisations", ["organisation_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_meeting_requests_organisation_id"), ["organisation_id"], unique=False)
    with op.batch_alter_table("meeting_handovers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_id", sa.String(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_meeting_handovers_by_id"), "persons", ["by_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_meeting_handovers_by_id"), ["by_id"], unique=False)
    op.execute(sa.text("UPDATE meeting_handovers SET by_id = from_id"))
    with op.batch_alter_table("meeting_handovers", schema=None) as batch_op:
        batch_op.alter_column("by_id", existing_type=sa.String(), nullable=False)
    _create(
        "meeting_sharings",
        ["fair_id", "person_id"],
        sa.Column("fair_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("topics", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        points={"fair_id": ["fairs.id"], "person_id": _PERSON, "organisation_id": ["organisations.id"]},
        indexes=("organisation_id", "person_id"),
    )
    _create(
        "meeting_routings",
        ["request_id"],
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("named_id", sa.String(), nullable=True),
        sa.Column("to_id", sa.String(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("load", sa.Integer(), nullable=False),
        sa.Column("fullest", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        points={"request_id": ["meeting_requests.id"], "named_id": _PERSON, "to_id": _PERSON},
        indexes=("named_id", "to_id"),
    )
    _create(
        "meeting_substitutions",
        ["id"],
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("from_id", sa.String(), nullable=False),
        sa.Column("to_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        points={"meeting_id": ["meetings.id"], "from_id": _PERSON, "to_id": _PERSON, "by_id": _PERSON},
        indexes=("by_id", "from_id", "meeting_id", "to_id"),
    )


def _create(
    table: str, key: list[str], *columns: "sa.Column[object]", points: dict[str, list[str]], indexes: tuple[str, ...]
) -> None:
    ways = [sa.ForeignKeyConstraint([one], to, name=op.f(f"fk_{table}_{one}")) for one, to in points.items()]
    op.create_table(table, *columns, *ways, sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")))
    with op.batch_alter_table(table, schema=None) as batch_op:
        for column in indexes:
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)


def downgrade() -> None:
    """Back."""
    for table in ("meeting_substitutions", "meeting_routings", "meeting_sharings"):
        op.drop_table(table)
    for table, column in (("meeting_handovers", "by_id"), ("meeting_requests", "organisation_id")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f"ix_{table}_{column}"))
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_{column}"), type_="foreignkey")
            batch_op.drop_column(column)
