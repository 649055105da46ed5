"""Needs, their answers, requests for contact, the news of both, and introductions."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "contact_requests",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("from_id", sa.String(), nullable=False),
        sa.Column("to_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("cid", sa.String(), nullable=False),
        sa.Column("asks", sa.String(), nullable=False),
        sa.Column("offers", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["organisations.id"], name=op.f("fk_contact_requests_from_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_contact_requests_person_id")),
        sa.ForeignKeyConstraint(["to_id"], ["organisations.id"], name=op.f("fk_contact_requests_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_requests")),
    )
    op.create_index("ix_contact_requests_from_id_at", "contact_requests", ["from_id", "at"], unique=False)
    op.create_index("ix_contact_requests_to_id_at", "contact_requests", ["to_id", "at"], unique=False)
    op.create_index("uq_contact_requests_person_id_cid", "contact_requests", ["person_id", "cid"], unique=True)
    op.create_table(
        "needs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("budget_from", sa.BigInteger(), nullable=True),
        sa.Column("budget_to", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("radius_km", sa.Integer(), nullable=True),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["persons.id"], name=op.f("fk_needs_author_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_needs_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs")),
    )
    op.create_index(op.f("ix_needs_author_id"), "needs", ["author_id"], unique=False)
    op.create_index(op.f("ix_needs_organisation_id"), "needs", ["organisation_id"], unique=False)
    op.create_index("ix_needs_state_kind_published_at", "needs", ["state", "kind", "published_at"], unique=False)
    op.create_index("ix_needs_updated_at_id", "needs", ["updated_at", "id"], unique=False)
    op.create_table(
        "news",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_news_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
    )
    op.create_index("ix_news_person_id_at", "news", ["person_id", "at"], unique=False)
    op.create_index(op.f("ix_news_subject"), "news", ["subject"], unique=False)
    op.create_index("uq_news_person_id_key", "news", ["person_id", "key"], unique=True)
    op.create_table(
        "news_mail_silences",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_news_mail_silences_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_news_mail_silences")),
    )
    op.create_table(
        "contact_replies",
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after_seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_contact_replies_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["contact_requests.id"], name=op.f("fk_contact_replies_request_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_contact_replies")),
    )
    op.create_index(op.f("ix_contact_replies_by_id"), "contact_replies", ["by_id"], unique=False)
    op.create_table(
        "need_answers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("need_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("cid", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=True),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_need_answers_need_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_need_answers_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_need_answers_person_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_need_answers_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_answers")),
    )
    op.create_index(op.f("ix_need_answers_organisation_id"), "need_answers", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_need_answers_product_id"), "need_answers", ["product_id"], unique=False)
    op.create_index(
        "uq_need_answers_need_id_organisation_id", "need_answers", ["need_id", "organisation_id"], unique=True
    )
    op.create_index("uq_need_answers_person_id_cid", "need_answers", ["person_id", "cid"], unique=True)
    op.create_table(
        "need_changes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("need_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_need_changes_by_id")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_need_changes_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_changes")),
    )
    op.create_index(op.f("ix_need_changes_by_id"), "need_changes", ["by_id"], unique=False)
    op.create_index("ix_need_changes_need_id_at", "need_changes", ["need_id", "at"], unique=False)
    op.create_table(
        "need_files",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("need_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["persons.id"], name=op.f("fk_need_files_added_by_id")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_need_files_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_files")),
    )
    op.create_index(op.f("ix_need_files_added_by_id"), "need_files", ["added_by_id"], unique=False)
    op.create_index(op.f("ix_need_files_file"), "need_files", ["file"], unique=False)
    op.create_index(op.f("ix_need_files_need_id"), "need_files", ["need_id"], unique=False)
    op.create_table(
        "need_reminders",
        sa.Column("need_id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_need_reminders_need_id")),
        sa.PrimaryKeyConstraint("need_id", "expires_at", name=op.f("pk_need_reminders")),
    )
    op.create_table(
        "need_tags",
        sa.Column("need_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_need_tags_need_id")),
        sa.PrimaryKeyConstraint("need_id", "kind", "code", name=op.f("pk_need_tags")),
    )
    op.create_index("ix_need_tags_kind_code", "need_tags", ["kind", "code"], unique=False)
    op.create_table(
        "need_texts",
        sa.Column("need_id", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("gets", sa.String(), nullable=False),
        sa.Column("shown_as", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_need_texts_need_id")),
        sa.PrimaryKeyConstraint("need_id", "locale", name=op.f("pk_need_texts")),
    )
    op.create_table(
        "introductions",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_introductions_channel_id")),
        sa.PrimaryKeyConstraint("channel_id", "about", name=op.f("pk_introductions")),
    )
    op.create_table(
        "need_answer_steps",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("with_id", sa.String(), nullable=True),
        sa.Column("cid", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["need_answers.id"], name=op.f("fk_need_answer_steps_answer_id")),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_need_answer_steps_by_id")),
        sa.ForeignKeyConstraint(["with_id"], ["persons.id"], name=op.f("fk_need_answer_steps_with_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_answer_steps")),
    )
    op.create_index("ix_need_answer_steps_answer_id_kind", "need_answer_steps", ["answer_id", "kind"], unique=False)
    op.create_index(op.f("ix_need_answer_steps_with_id"), "need_answer_steps", ["with_id"], unique=False)
    op.create_index("uq_need_answer_steps_answer_id_number", "need_answer_steps", ["answer_id", "number"], unique=True)
    op.create_index("uq_need_answer_steps_by_id_cid", "need_answer_steps", ["by_id", "cid"], unique=True)


def downgrade() -> None:
    """Back."""
    op.drop_index("uq_need_answer_steps_by_id_cid", table_name="need_answer_steps")
    op.drop_index("uq_need_answer_steps_answer_id_number", table_name="need_answer_steps")
    op.drop_index(op.f("ix_need_answer_steps_with_id"), table_name="need_answer_steps")
    op.drop_index("ix_need_answer_steps_answer_id_kind", table_name="need_answer_steps")
    op.drop_table("need_answer_steps")
    op.drop_table("introductions")
    op.drop_table("need_texts")
    op.drop_index("ix_need_tags_kind_code", table_name="need_tags")
    op.drop_table("need_tags")
    op.drop_table("need_reminders")
    op.drop_index(op.f("ix_need_files_need_id"), table_name="need_files")
    op.drop_index(op.f("ix_need_files_file"), table_name="need_files")
    op.drop_index(op.f("ix_need_files_added_by_id"), table_name="need_files")
    op.drop_table("need_files")
    op.drop_index("ix_need_changes_need_id_at", table_name="need_changes")
    op.drop_index(op.f("ix_need_changes_by_id"), table_name="need_changes")
    op.drop_table("need_changes")
    op.drop_index("uq_need_answers_person_id_cid", table_name="need_answers")
    op.drop_index("uq_need_answers_need_id_organisation_id", table_name="need_answers")
    op.drop_index(op.f("ix_need_answers_product_id"), table_name="need_answers")
    op.drop_index(op.f("ix_need_answers_organisation_id"), table_name="need_answers")
    op.drop_table("need_answers")
    op.drop_index(op.f("ix_contact_replies_by_id"), table_name="contact_replies")
    op.drop_table("contact_replies")
    op.drop_table("news_mail_silences")
    op.drop_index("uq_news_person_id_key", table_name="news")
    op.drop_index(op.f("ix_news_subject"), table_name="news")
    op.drop_index("ix_news_person_id_at", table_name="news")
    op.drop_table("news")
    op.drop_index("ix_needs_updated_at_id", table_name="needs")
    op.drop_index("ix_needs_state_kind_published_at", table_name="needs")
    op.drop_index(op.f("ix_needs_organisation_id"), table_name="needs")
    op.drop_index(op.f("ix_needs_author_id"), table_name="needs")
    op.drop_table("needs")
    op.drop_index("uq_contact_requests_person_id_cid", table_name="contact_requests")
    op.drop_index("ix_contact_requests_to_id_at", table_name="contact_requests")
    op.drop_index("ix_contact_requests_from_id_at", table_name="contact_requests")
    op.drop_table("contact_requests")
