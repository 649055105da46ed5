"""An organisation that was made of several keeps the source of each, with what that says."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_PLAIN = (
    "kind", "name", "legal_name", "website", "founded", "size", "stage", "business_model", "customer_focus",
    "country", "place", "postcode", "latitude", "longitude", "video_url", "visibility",
)  # fmt: skip
_TEXTS, _TAGS = ("pitch", "description"), ("industry", "technology", "market")
_PLACE = ("label", "place", "postcode", "country", "latitude", "longitude")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "organisation_sayings",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("said", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_sayings_organisation_id")
        ),
        sa.PrimaryKeyConstraint("source", "source_id", name=op.f("pk_organisation_sayings")),
    )
    with op.batch_alter_table("organisation_sayings") as batch:
        batch.create_index(batch.f("ix_organisation_sayings_organisation_id"), ["organisation_id"])
    _keep_sources_of_what_was_merged()


def downgrade() -> None:
    """Back: each source but the first belongs to one of the records again that became a part of the other one."""
    sayings, organisations, removals = _sayings(), _organisations(), _removals()
    parts: dict[str, list[str]] = defaultdict(list)
    free = sa.select(removals.c.merged_into_id, organisations.c.id).join_from(
        removals, organisations, organisations.c.id == removals.c.organisation_id
    )
    for into_id, id_ in op.get_bind().execute(free.where(organisations.c.source.is_(None)).order_by(removals.c.at)):
        parts[into_id].append(id_)
    later = sa.select(sayings).where(sayings.c.position > 0).order_by(sayings.c.position)
    for row in op.get_bind().execute(later).all():
        if parts[row.organisation_id]:
            _set_source(parts[row.organisation_id].pop(0), row.source, row.source_id)
    op.drop_table("organisation_sayings")


def _keep_sources_of_what_was_merged() -> None:
    """What was a part of another record still had its source, and its imports changed nothing any more. What a source
    said is what its record says; when that was last confirmed comes with its next import."""
    organisations, removals = _organisations(), _removals()
    both = removals.join(organisations, organisations.c.id == removals.c.organisation_id)
    query = sa.select(removals.c.merged_into_id, organisations.c.id).select_from(both)
    query = query.where(removals.c.merged_into_id.is_not(None), organisations.c.source.is_not(None))
    parts: dict[str, list[str]] = defaultdict(list)
    for into_id, id_ in op.get_bind().execute(query.order_by(removals.c.at, organisations.c.id)):
        parts[into_id].append(id_)
    for into_id, ids in parts.items():
        _keep(into_id, [into_id, *ids])


def _keep(into_id: str, ids: list[str]) -> None:
    organisations = _organisations()
    rows = {row.id: row for row in op.get_bind().execute(sa.select(organisations).where(organisations.c.id.in_(ids)))}
    brought = [rows[id_] for id_ in ids if rows[id_].source is not None]
    said = [_said(row) for row in brought]
    said[0] = _alone(said[0], said[1:])
    for row in brought:
        _set_source(row.id, None, None)
    _set_source(into_id, brought[0].source, brought[0].source_id)
    if len(brought) > 1:
        rows_of_it = [
            {"source": row.source, "source_id": row.source_id, "organisation_id": into_id, "position": at, "said": each}
            for at, (row, each) in enumerate(zip(brought, said, strict=True))
        ]
        op.bulk_insert(_sayings(), rows_of_it)


def _alone(said: dict[str, Any], others: list[dict[str, Any]]) -> dict[str, Any]:
    """What the first source says and no other one: the rest may have been filled in from them, and is theirs to change
    until it says so itself."""
    left = {}
    for name, value in said.items():
        if isinstance(value, list):
            value = [each for each in value if not any(each in other.get(name, []) for other in others)]
        elif name not in ("name", "kind") and any(other.get(name) == value for other in others):
            continue
        if value != []:
            left[name] = value
    return left


def _set_source(id_: str, source: str | None, source_id: str | None) -> None:
    table = _organisations()
    op.execute(table.update().where(table.c.id == id_).values(source=source, source_id=source_id))


def _said(organisation: sa.Row[Any]) -> dict[str, Any]:
    """The values of a record that are not blank, as lists of lists where they are several."""
    said = {name: getattr(organisation, name) for name in _PLAIN}
    for row in _hanging(organisation.id, "organisation_texts", "locale", *_TEXTS):
        said |= {f"{part}.{row.locale}": getattr(row, part) for part in _TEXTS}
    tags = [(row.kind, row.code) for row in _hanging(organisation.id, "organisation_tags", "kind", "code")]
    said |= {kind: sorted(code for each, code in tags if each == kind) for kind in _TAGS}
    said["languages"] = sorted(row.code for row in _hanging(organisation.id, "organisation_languages", "code"))
    said["links"] = _in_order(_hanging(organisation.id, "organisation_links", "position", "label", "url"))
    said["locations"] = _in_order(_hanging(organisation.id, "organisation_locations", "position", *_PLACE))
    blank = {"visibility": "public"}
    return {name: value for name, value in said.items() if value not in ("", None, [], blank.get(name, ""))}


def _hanging(id_: str, table: str, *names: str) -> Iterable[sa.Row[Any]]:
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in names]
    here = sa.table(table, sa.column("organisation_id"), *columns)
    return op.get_bind().execute(sa.select(*columns).select_from(here).where(here.c.organisation_id == id_)).all()


def _in_order(rows: Iterable[sa.Row[Any]]) -> list[list[Any]]:
    return [list(row[1:]) for row in sorted(rows, key=lambda row: row.position)]


def _organisations() -> sa.TableClause:
    return sa.table("organisations", *(sa.column(name) for name in ("id", "source", "source_id", *_PLAIN)))


def _removals() -> sa.TableClause:
    return sa.table("organisation_removals", *(sa.column(name) for name in ("organisation_id", "merged_into_id", "at")))


def _sayings() -> sa.TableClause:
    columns: list[sa.ColumnClause[Any]] = [
        sa.column(name) for name in ("source", "source_id", "organisation_id", "position")
    ]
    return sa.table("organisation_sayings", *columns, sa.column("said", sa.JSON(none_as_null=True)))
