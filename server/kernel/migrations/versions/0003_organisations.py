"""Organisations."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "organisations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("legal_name", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("founded", sa.Integer(), nullable=True),
        sa.Column("size", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("business_model", sa.String(), nullable=False),
        sa.Column("customer_focus", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("video_url", sa.String(), nullable=False),
        sa.Column("logo", sa.String(), nullable=True),
        sa.Column("logo_small", sa.String(), nullable=True),
        sa.Column("banner", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisations_slug")),
    )
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_banner"), ["banner"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_domain"), ["domain"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_logo"), ["logo"], unique=False)
        batch_op.create_index("ix_organisations_updated_at_id", ["updated_at", "id"], unique=False)
        batch_op.create_index("uq_organisations_source_source_id", ["source", "source_id"], unique=True)
    op.create_table(
        "organisation_changes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_organisation_changes_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_changes_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_changes")),
    )
    with op.batch_alter_table("organisation_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_changes_by_id"), ["by_id"], unique=False)
        batch_op.create_index("ix_organisation_changes_organisation_id_id", ["organisation_id", "id"], unique=False)
    op.create_table(
        "organisation_claims",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["persons.id"], name=op.f("fk_organisation_claims_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_claims_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_organisation_claims_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_claims")),
    )
    with op.batch_alter_table("organisation_claims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_claims_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_organisation_claims_open",
            ["organisation_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
    op.create_table(
        "organisation_documents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["persons.id"], name=op.f("fk_organisation_documents_added_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_documents_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_documents")),
    )
    with op.batch_alter_table("organisation_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_documents_file"), ["file"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_organisation_documents_organisation_id"), ["organisation_id"], unique=False
        )
    op.create_table(
        "organisation_invitations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.String(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["persons.id"], name=op.f("fk_organisation_invitations_accepted_by_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_organisation_invitations_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_invitations_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["persons.id"], name=op.f("fk_organisation_invitations_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_organisation_invitations_token_hash")),
    )
    with op.batch_alter_table("organisation_invitations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_organisation_invitations_accepted_by_id"), ["accepted_by_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_organisation_invitations_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_invitations_email"), ["email"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_organisation_invitations_organisation_id"), ["organisation_id"], unique=False
        )
    op.create_table(
        "organisation_languages",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_languages_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "code", name=op.f("pk_organisation_languages")),
    )
    op.create_table(
        "organisation_links",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_links_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "position", name=op.f("pk_organisation_links")),
    )
    op.create_table(
        "organisation_locations",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_locations_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "position", name=op.f("pk_organisation_locations")),
    )
    op.create_table(
        "organisation_members",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_organisation_members_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_members_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_organisation_members_person_id")),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", name=op.f("pk_organisation_members")),
    )
    with op.batch_alter_table("organisation_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_members_person_id"), ["person_id"], unique=False)
    op.create_table(
        "organisation_own_fields",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_organisation_own_fields_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_own_fields_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "field", name=op.f("pk_organisation_own_fields")),
    )
    op.create_table(
        "organisation_removals",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("merged_into_id", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_organisation_removals_by_id")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["organisations.id"], name=op.f("fk_organisation_removals_merged_into_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_removals_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_organisation_removals")),
    )
    with op.batch_alter_table("organisation_removals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_removals_merged_into_id"), ["merged_into_id"], unique=False)
    op.create_table(
        "organisation_tags",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_tags_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "kind", "code", name=op.f("pk_organisation_tags")),
    )
    op.create_table(
        "organisation_texts",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("pitch", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_texts_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "locale", name=op.f("pk_organisation_texts")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("organisation_texts")
    op.drop_table("organisation_tags")
    with op.batch_alter_table("organisation_removals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_removals_merged_into_id"))
    op.drop_table("organisation_removals")
    op.drop_table("organisation_own_fields")
    with op.batch_alter_table("organisation_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_members_person_id"))
    op.drop_table("organisation_members")
    op.drop_table("organisation_locations")
    op.drop_table("organisation_links")
    op.drop_table("organisation_languages")
    with op.batch_alter_table("organisation_invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_invitations_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_invitations_email"))
        batch_op.drop_index(batch_op.f("ix_organisation_invitations_by_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_invitations_accepted_by_id"))
    op.drop_table("organisation_invitations")
    with op.batch_alter_table("organisation_documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_documents_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_documents_file"))
    op.drop_table("organisation_documents")
    with op.batch_alter_table("organisation_claims", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_organisation_claims_open",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_organisation_claims_person_id"))
    op.drop_table("organisation_claims")
    with op.batch_alter_table("organisation_changes", schema=None) as batch_op:
        batch_op.drop_index("ix_organisation_changes_organisation_id_id")
        batch_op.drop_index(batch_op.f("ix_organisation_changes_by_id"))
    op.drop_table("organisation_changes")
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_index("uq_organisations_source_source_id")
        batch_op.drop_index("ix_organisations_updated_at_id")
        batch_op.drop_index(batch_op.f("ix_organisations_logo"))
        batch_op.drop_index(batch_op.f("ix_organisations_domain"))
        batch_op.drop_index(batch_op.f("ix_organisations_banner"))
    op.drop_table("organisations")
