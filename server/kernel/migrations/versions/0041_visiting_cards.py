"""Visiting cards that people leave at stands, and what an organisation makes of them."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "visiting_cards",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("fair_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        *(sa.Column(said, sa.String(), nullable=False) for said in _SAID),
        sa.Column("left_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_visiting_cards_fair_id_fairs")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_visiting_cards_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_visiting_cards_person_id_persons")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_visiting_cards_room_id_rooms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visiting_cards")),
    )
    whose = ["person_id", "organisation_id", "fair_id"]
    op.create_index("uq_visiting_cards_whose", "visiting_cards", whose, unique=True)
    op.create_index("ix_visiting_cards_organisation_id_id", "visiting_cards", ["organisation_id", "id"])
    op.create_index(op.f("ix_visiting_cards_fair_id"), "visiting_cards", ["fair_id"])
    _create_of_team("card_assessments", sa.Column("kind", sa.String(), nullable=False), stays=True)
    _create_of_team("card_notes", sa.Column("text", sa.String(), nullable=False), stays=False)


def downgrade() -> None:
    """Back."""
    for table in ("card_notes", "card_assessments", "visiting_cards"):
        op.drop_table(table)


_SAID = ("name", "organisation", "position", "email", "phone", "about")


def _create_of_team(table: str, said: sa.Column[str], *, stays: bool) -> None:
    """`stays`: when who said it is gone."""
    op.create_table(
        table,
        sa.Column("card_id", sa.String(), nullable=False),
        said,
        sa.Column("by_id", sa.String(), nullable=stays),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f(f"fk_{table}_by_id_persons")),
        sa.ForeignKeyConstraint(["card_id"], ["visiting_cards.id"], name=op.f(f"fk_{table}_card_id_visiting_cards")),
        sa.PrimaryKeyConstraint("card_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_by_id"), table, ["by_id"])
