"""The tables of imports: files that were brought, runs over them, what became of each row, and what is asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base

_JSON_OR_NULL = JSON(none_as_null=True)


class ImportBatch(Base):
    """A file that somebody brought, how it is read, and how its columns are taken."""

    __tablename__ = "import_batches"
    __table_args__ = (Index("ix_import_batches_source_created_at", "source", "created_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]  # one of mapping.aliases.KINDS
    source: Mapped[str]  # who keeps the records, as `Organisation.source`
    file_name: Mapped[str]  # as it was called where it came from
    file: Mapped[str]  # where it lies below the data folder; removed when nothing needs it any more
    bytes: Mapped[int] = mapped_column(BigInteger)
    reading: Mapped[dict[str, Any]]  # reading.Source.stored, and `sample`: lines and cells of the first rows
    mapping: Mapped[dict[str, Any]]  # mapping.Mapping.stored
    # The partner institution whose people brought it: its network gets what is made of it. None: who runs the platform.
    partner_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)  # None: the command line


class ImportRun(Base):
    """One way through a batch: a trial, the import, or its undoing; asked for by somebody, and done in chunks.

    What was done of it is committed with each chunk, so a run that was cut off goes on behind its last one.
    """

    __tablename__ = "import_runs"

    id: Mapped[str] = mapped_column(primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("import_batches.id"), index=True)
    what: Mapped[str]  # one of runs.WHATS
    asked_at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)
    # 1 while it is at work, else empty: one run at a time, whatever the number of workers.
    working: Mapped[int | None] = mapped_column(unique=True)
    seen_at: Mapped[datetime | None]  # its last sign of life
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]  # somebody asked it to stop; it does behind its next chunk
    stopped_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    failure: Mapped[dict[str, Any] | None] = mapped_column(
        _JSON_OR_NULL
    )  # why it ended before its end: a message id and its parameters
    line: Mapped[int]  # up to which the file was read, for the progress
    rows: Mapped[int]
    made: Mapped[int]
    changed: Mapped[int]
    same: Mapped[int]
    duplicates: Mapped[int]
    refused: Mapped[int]
    kept: Mapped[int]  # left alone because somebody edited them since, or edited a field themselves
    noted: Mapped[int]  # taken, with something left out


class ImportRow(Base):
    """What became of a row of a file, or would become of it as long as there was only a trial."""

    __tablename__ = "import_rows"
    __table_args__ = (
        Index("ix_import_rows_batch_id_outcome_number", "batch_id", "outcome", "number"),
        Index("ix_import_rows_batch_id_source_id", "batch_id", "source_id"),
    )

    batch_id: Mapped[str] = mapped_column(ForeignKey("import_batches.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # among the rows that are not empty, from 1
    line: Mapped[int]  # where it stands in the file
    source_id: Mapped[str]
    outcome: Mapped[str]  # one of runs.OUTCOMES
    record_id: Mapped[str | None]  # the organisation or product; empty in a trial of what is new
    name: Mapped[str]  # as the report shows it
    notes: Mapped[list[dict[str, Any]] | None] = mapped_column(
        _JSON_OR_NULL
    )  # mapping.record.Note.stored; why it was refused stands first
    before: Mapped[dict[str, Any] | None] = mapped_column(
        _JSON_OR_NULL
    )  # of what was changed: directory.batches.packed


class ImportDuplicate(Base):
    """A row may be an organisation that is there already: held back until a person decides, and remembered then."""

    __tablename__ = "import_duplicates"
    __table_args__ = (Index("ix_import_duplicates_source_source_id", "source", "source_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("import_batches.id"), index=True)
    number: Mapped[int]
    source: Mapped[str]
    source_id: Mapped[str]
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    alike: Mapped[int]  # of 100
    fields: Mapped[dict[str, Any]]  # what the row says: directory.batches.packed
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)
    decision: Mapped[str]  # one of duplicates.DECISIONS; empty while open


class ImportName(Base):
    """A key under which an organisation, or a row of a trial, is found by its likes: see mapping.names."""

    __tablename__ = "import_names"
    __table_args__ = (Index("ix_import_names_batch_id", "batch_id"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    batch_id: Mapped[str] = mapped_column(primary_key=True)  # empty: an organisation of the directory
    subject: Mapped[str] = mapped_column(primary_key=True, index=True)  # the organisation, or the row's line
    core: Mapped[str]
    domain: Mapped[str]


class ImportNameMark(Base):
    """Up to which change the names follow the organisations; one row."""

    __tablename__ = "import_name_marks"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    updated_at: Mapped[datetime]
    organisation_id: Mapped[str]


class ImportMapping(Base):
    """How the columns of a source's files were taken last, for the next time."""

    __tablename__ = "import_mappings"

    source: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    mapping: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)
