"""Products."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "products",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("maturity", sa.String(), nullable=False),
        sa.Column("price_from", sa.BigInteger(), nullable=True),
        sa.Column("price_to", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_products_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
    )
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.create_index("ix_products_updated_at_id", ["updated_at", "id"], unique=False)
        batch_op.create_index("uq_products_organisation_id_slug", ["organisation_id", "slug"], unique=True)
        batch_op.create_index("uq_products_source_source_id", ["source", "source_id"], unique=True)
    op.create_table(
        "product_certificates",
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_certificates_product_id")),
        sa.PrimaryKeyConstraint("product_id", "position", name=op.f("pk_product_certificates")),
    )
    op.create_table(
        "product_changes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_product_changes_by_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_changes_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_changes")),
    )
    with op.batch_alter_table("product_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_changes_by_id"), ["by_id"], unique=False)
        batch_op.create_index("ix_product_changes_product_id_id", ["product_id", "id"], unique=False)
    op.create_table(
        "product_documents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["persons.id"], name=op.f("fk_product_documents_added_by_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_documents_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_documents")),
    )
    with op.batch_alter_table("product_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_documents_file"), ["file"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_documents_product_id"), ["product_id"], unique=False)
    op.create_table(
        "product_own_fields",
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_product_own_fields_by_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_own_fields_product_id")),
        sa.PrimaryKeyConstraint("product_id", "field", name=op.f("pk_product_own_fields")),
    )
    op.create_table(
        "product_pictures",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("file_small", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["persons.id"], name=op.f("fk_product_pictures_added_by_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_pictures_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_pictures")),
    )
    with op.batch_alter_table("product_pictures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_pictures_file"), ["file"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_pictures_file_small"), ["file_small"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_pictures_product_id"), ["product_id"], unique=False)
    op.create_table(
        "product_removals",
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_product_removals_by_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_removals_product_id")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product_removals")),
    )
    op.create_table(
        "product_texts",
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_texts_product_id")),
        sa.PrimaryKeyConstraint("product_id", "locale", name=op.f("pk_product_texts")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("product_texts")
    op.drop_table("product_removals")
    with op.batch_alter_table("product_pictures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_pictures_product_id"))
        batch_op.drop_index(batch_op.f("ix_product_pictures_file_small"))
        batch_op.drop_index(batch_op.f("ix_product_pictures_file"))
    op.drop_table("product_pictures")
    op.drop_table("product_own_fields")
    with op.batch_alter_table("product_documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_documents_product_id"))
        batch_op.drop_index(batch_op.f("ix_product_documents_file"))
    op.drop_table("product_documents")
    with op.batch_alter_table("product_changes", schema=None) as batch_op:
        batch_op.drop_index("ix_product_changes_product_id_id")
        batch_op.drop_index(batch_op.f("ix_product_changes_by_id"))
    op.drop_table("product_changes")
    op.drop_table("product_certificates")
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.drop_index("uq_products_source_source_id")
        batch_op.drop_index("uq_products_organisation_id_slug")
        batch_op.drop_index("ix_products_updated_at_id")
    op.drop_table("products")
