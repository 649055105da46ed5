"""Contact data in meetings are given to somebody; who gave a seat or a request to whom can be forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_GIVEN = "meeting_contacts_given"
# To those who sat there when it was given, as far as seats tell: who came later was not meant.
_TO_WHOM = """
INSERT INTO meeting_contacts_given (meeting_id, person_id, to_id, at)
SELECT given.meeting_id, given.person_id, seat.person_id, given.at
FROM meeting_shared_contacts AS given JOIN meeting_seats AS seat ON seat.meeting_id = given.meeting_id
WHERE seat.person_id <> given.person_id AND seat.since <= given.at
"""
_TO_ALL = """
INSERT INTO meeting_shared_contacts (meeting_id, person_id, at)
SELECT meeting_id, person_id, MIN(at) FROM meeting_contacts_given GROUP BY meeting_id, person_id
"""
_HANDED = ("meeting_handovers", "meeting_substitutions")
_WHO = ("from_id", "to_id", "by_id")


def upgrade() -> None:
    """Forward."""
    _create(_GIVEN, "to_id")
    op.execute(sa.text(_TO_WHOM))
    op.drop_table("meeting_shared_contacts")
    for table in _HANDED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in _WHO:
                batch_op.alter_column(column, existing_type=sa.String(), nullable=True)


def downgrade() -> None:
    """Back. Before, what names nobody could not be kept."""
    for table in _HANDED:
        op.execute(sa.text(f"DELETE FROM {table} WHERE {' OR '.join(f'{each} IS NULL' for each in _WHO)}"))  # noqa: S608
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in _WHO:
                batch_op.alter_column(column, existing_type=sa.String(), nullable=False)
    _create("meeting_shared_contacts")
    op.execute(sa.text(_TO_ALL))
    op.drop_table(_GIVEN)


def _create(table: str, *others: str) -> None:
    people = ("person_id", *others)
    op.create_table(
        table,
        sa.Column("meeting_id", sa.String(), nullable=False),
        *(sa.Column(each, sa.String(), nullable=False) for each in people),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f(f"fk_{table}_meeting_id")),
        *(sa.ForeignKeyConstraint([each], ["persons.id"], name=op.f(f"fk_{table}_{each}")) for each in people),
        sa.PrimaryKeyConstraint("meeting_id", *people, name=op.f(f"pk_{table}")),
    )
    with op.batch_alter_table(table, schema=None) as batch_op:
        for each in people:
            batch_op.create_index(batch_op.f(f"ix_{table}_{each}"), [each], unique=False)
