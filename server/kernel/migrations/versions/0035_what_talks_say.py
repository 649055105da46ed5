"""Talks say what they are about and who speaks; calendars hear of changes, and of talks that were taken out.

Hosts that were read by an old rule are forgotten, and what is public no longer is found at once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _add_what_calendars_know()
    _forget_hosts_that_were_misread()
    _index_visibility()
    op.create_table(
        "talk_texts",
        sa.Column("talk_id", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["talk_id"], ["talks.id"], name=op.f("fk_talk_texts_talk_id")),
        sa.PrimaryKeyConstraint("talk_id", "locale", name=op.f("pk_talk_texts")),
    )
    op.create_table(
        "talk_speakers",
        sa.Column("talk_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["talk_id"], ["talks.id"], name=op.f("fk_talk_speakers_talk_id")),
        sa.PrimaryKeyConstraint("talk_id", "position", name=op.f("pk_talk_speakers")),
    )
    op.create_table(
        "talk_removals",
        sa.Column("talk_id", sa.String(), nullable=False),
        sa.Column("fair_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_talk_removals_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_talk_removals_fair_id")),
        sa.PrimaryKeyConstraint("talk_id", name=op.f("pk_talk_removals")),
    )
    with op.batch_alter_table("talk_removals") as batch:
        batch.create_index(batch.f("ix_talk_removals_fair_id"), ["fair_id"])


def _add_what_calendars_know() -> None:
    with op.batch_alter_table("talks") as batch:
        batch.add_column(sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    talks = sa.table("talks", sa.column("changed_at"), sa.column("made_at"))
    op.execute(talks.update().values(changed_at=talks.c.made_at))
    with op.batch_alter_table("talks") as batch:
        batch.alter_column("sequence", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        batch.alter_column("changed_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def _index_visibility() -> None:
    for table, key in (("organisation_changes", "organisation_id"), ("product_changes", "product_id")):
        where = sa.text("field = 'visibility'")
        op.create_index(f"ix_{table}_of_visibility", table, ["at", key], sqlite_where=where, postgresql_where=where)


def _forget_hosts_that_were_misread() -> None:
    """Hosts with a letter that RFC 3490 takes for others (ß for ss) were kept as those of somebody else. Nobody comes
    to belong to an organisation by them; its host is known again when the website is written anew."""
    table = sa.table("organisations", sa.column("website", sa.String()), sa.column("domain", sa.String()))
    other = sa.or_(*(table.c.website.contains(letter) for letter in ("ß", "ẞ", "ς", "\u200c", "\u200d")))
    op.execute(table.update().where(other).values(domain=""))


def downgrade() -> None:
    """Back."""
    for table in ("organisation_changes", "product_changes"):
        op.drop_index(f"ix_{table}_of_visibility", table)
    for table in ("talk_removals", "talk_speakers", "talk_texts"):
        op.drop_table(table)
    with op.batch_alter_table("talks") as batch:
        batch.drop_column("changed_at")
        batch.drop_column("sequence")
