"""Sources say on which terms they give their records; partner institutions import for their networks."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_LINKS = (("import_batches", "partner_id", "organisations"), ("network_members", "import_batch_id", "import_batches"))


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "record_sources",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_record_sources_by_id")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_record_sources")),
    )
    for table, column, other in _LINKS:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, sa.String(), nullable=True))
            batch.create_foreign_key(batch.f(f"fk_{table}_{column}"), other, [column], ["id"])
            batch.create_index(batch.f(f"ix_{table}_{column}"), [column])


def downgrade() -> None:
    """Back."""
    for table, column, _ in reversed(_LINKS):
        with op.batch_alter_table(table) as batch:
            batch.drop_index(batch.f(f"ix_{table}_{column}"))
            batch.drop_constraint(batch.f(f"fk_{table}_{column}"), type_="foreignkey")
            batch.drop_column(column)
    op.drop_table("record_sources")
