"""Imports, as programs see and steer them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field

from directory.api.shapes.common import Paged, PageOf
from directory.api.shapes.files import SENT_NAME_MOST
from directory.api.shapes.lists import OFFSET
from directory.api.shapes.organisations import Kind
from directory.api.shapes.values import SOUND, Country, Given, GivenId, Id, Moment, Query, Shown, coded, one_of, up_to
from directory.imports.actions import SOURCE_MOST
from directory.imports.duplicates import APART, LEFT_OUT, MERGED, Proposal
from directory.imports.mapping.aliases import KINDS, ORGANISATIONS
from directory.imports.model import ImportBatch, ImportRow, ImportRun
from directory.imports.reading.limits import COLUMNS_MOST, NAME_MOST
from directory.imports.runs import COUNTS, OUTCOMES, WHATS
from directory.imports.shown import IMPORTED, MAPPING, TRIED, UNDONE, WORKING, step_of
from directory.organisations.licences import LICENCES, UNKNOWN
from web.i18n import LOCALES, N_

STEPS = (MAPPING, WORKING, TRIED, IMPORTED, UNDONE)
LEFT = N_("Columns by name, each with the field that it is taken as; what is left out is not taken.")
CODE_MOST = 60


class Run(Shown):
    """A way through a file: a trial, the import, or its undoing."""

    what: Annotated[str, coded(WHATS)]
    asked_at: Moment
    ended_at: Moment | None
    stopped: bool = Field(description=N_("Whether somebody stopped it."))
    failure: str = Field(description=N_("Why it ended before its end; or empty."))
    counts: dict[str, int] = Field(description=N_("How many rows, and what became of them."))

    @classmethod
    def of(cls, row: ImportRun, failure: str) -> Self:
        """A run, with why it ended before its end."""
        asked_at: datetime = row.asked_at
        counts = {name: getattr(row, name) for name in COUNTS}
        stopped = row.stopped_at is not None
        return cls(
            what=row.what, asked_at=asked_at, ended_at=row.ended_at, stopped=stopped, failure=failure, counts=counts
        )


class Taking(Shown):
    """How the columns are taken."""

    columns: dict[str, str] = Field(description=LEFT)
    organisation_kind: str = Field(description=N_("Where a row does not say it."))
    country: str = Field(description=N_("Where a row does not say it."))
    language: str = Field(description=N_("Of the texts; empty: it is recognised."))

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """A mapping as it is kept."""
        return cls(
            columns=dict(stored["columns"]),
            organisation_kind=stored["organisation_kind"],
            country=stored["country"],
            language=stored["locale"],
        )


class Import(Shown):
    """A file on its way into the directory."""

    id: Id
    kind: Annotated[str, coded(KINDS)]
    source: str = Field(description=N_("Who keeps the records."))
    partner: Id | None = Field(description=N_("The partner for whose network it is; null: for the whole directory."))
    file_name: str
    bytes: int
    created_at: Moment
    step: Annotated[str, coded(STEPS)] = Field(description=N_("How far it is."))
    sheets: list[str] = Field(description=N_("Of a workbook: what it holds."))
    sheet: str = Field(description=N_("Of a workbook: which of them is read."))
    columns: list[str] = Field(description=N_("The columns of the file, in its order."))
    mapping: Taking
    run: Run | None = Field(description=N_("The latest run."))

    @classmethod
    def of(cls, batch: ImportBatch, runs: Sequence[ImportRun], failure: str) -> Self:
        """A batch with its runs, the latest first."""
        created_at: datetime = batch.created_at
        return cls(
            id=batch.id,
            kind=batch.kind,
            source=batch.source,
            partner=batch.partner_id,
            file_name=batch.file_name,
            bytes=batch.bytes,
            created_at=created_at,
            step=step_of(runs),
            sheets=list(batch.reading["sheets"]),
            sheet=batch.reading["sheet"],
            columns=list(batch.reading["columns"]),
            mapping=Taking.of(batch.mapping),
            run=Run.of(runs[0], failure) if runs else None,
        )


class ImportPage(PageOf[Import]):
    """The imports, the latest first."""


class ImportQuery(Paged):
    """Which page."""

    after: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")] | None = None


class FileQuery(Query):
    """What is said with a file."""

    name: Annotated[str, up_to(SENT_NAME_MOST, 1)] = Field(description=N_("How the file is called, such as a.csv."))
    source: Annotated[str, up_to(SOURCE_MOST)] = Field(
        "", description=N_("Who keeps the records: the same with each file. Empty: as the file is called.")
    )
    kind: Annotated[str, one_of(KINDS)] = ORGANISATIONS
    partner: GivenId | None = Field(
        None, description=N_("For the network of this partner, by its id: one for which you speak.")
    )
    licence: Annotated[str, one_of(sorted({*LICENCES.codes, UNKNOWN}))] | None = Field(
        None,
        description=N_(
            "On which terms the source gives its records. Left out: as was said before; “unknown” takes that back."
        ),
    )


class GivenReading(Given):
    """How the file is to be read."""

    sheet: Annotated[str, up_to(NAME_MOST)] = Field("", description=N_("Of a workbook; empty: the one that says most."))
    kind: Annotated[str, one_of(KINDS)] = ORGANISATIONS


class GivenTaking(Given):
    """How the columns are to be taken. The whole of it is given."""

    columns: Annotated[
        dict[str, Annotated[str, up_to(CODE_MOST)]],
        Field(max_length=COLUMNS_MOST, json_schema_extra={"propertyNames": {"pattern": SOUND}}, description=LEFT),
    ]
    organisation_kind: Kind = "company"
    country: Country = ""
    language: Annotated[str, one_of(sorted(LOCALES), unknown=True)] = ""


class RunNew(Given):
    """What is to be done with a file."""

    do: Annotated[str, one_of((*WHATS, "stop"))]


class Row(Shown):
    """What became of a row, or would become of it."""

    number: int = Field(description=N_("Among the rows that are not empty, from 1."))
    line: int = Field(description=N_("Where it stands in the file."))
    source_id: str
    name: str
    outcome: Annotated[str, coded(OUTCOMES)]
    record: Id | None = Field(description=N_("The organisation or product."))
    remarks: list[str] = Field(description=N_("What was left out, or why it was refused: with column and reason."))

    @classmethod
    def of(cls, row: ImportRow, remarks: Sequence[str]) -> Self:
        """A row of the report."""
        plain = {name: getattr(row, name) for name in ("number", "line", "source_id", "name", "outcome")}
        return cls(**plain, record=row.record_id, remarks=list(remarks))


class RowPage(PageOf[Row]):
    """A page of the report, in the order of the file."""


class RowQuery(Paged):
    """Which rows."""

    after: Annotated[str, Field(pattern=OFFSET.replace("{0,4}", "{0,8}"))] | None = None
    outcome: Annotated[str, one_of(OUTCOMES)] | None = None


class Duplicate(Shown):
    """A row that may be an organisation that is there already."""

    id: Id
    row: int = Field(description=N_("Its number in the report."))
    name: str = Field(description=N_("What the row calls it."))
    alike: int = Field(description=N_("How alike both are, of 100."))
    organisation: Id
    organisation_name: str

    @classmethod
    def of(cls, one: Proposal) -> Self:
        """What somebody is asked."""
        name = str(one.fields.get("name", ""))
        there = one.organisation
        return cls(
            id=one.id, row=one.number, name=name, alike=one.alike, organisation=there.id, organisation_name=there.name
        )


class DuplicatePage(PageOf[Duplicate]):
    """Open questions, the surest first: 50 at a time."""


class Decision(Given):
    """What becomes of it: the same organisation, another one, or left out."""

    do: Annotated[str, one_of((MERGED, APART, LEFT_OUT))]
