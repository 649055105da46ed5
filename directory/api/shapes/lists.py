"""What people keep about organisations, and the searches that they keep, as programs see and write them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field

from directory.api.shapes.common import CURSOR, Paged, PageOf
from directory.api.shapes.organisations import PAGE, codes
from directory.api.shapes.search import KINDS as FOUND
from directory.api.shapes.values import Address, Given, GivenId, Id, Moment, Shown, coded, left_out, one_of, up_to
from directory.lists.queries import Entry, ListShown, NoteShown
from directory.lists.rules import LABEL_MOST, LABELS_MOST, NAME_MOST, NOTE_MOST
from directory.organisations.vocabulary import KINDS
from directory.search.asking import PLACE_MOST, QUERY_MOST, RADII_KM, VALUE_LENGTH_MOST, VALUES_MOST
from directory.search.saved import NAME_MOST as SEARCH_NAME_MOST
from directory.search.saved import Kept
from web.i18n import N_

SHARED = N_("The organisation whose people see it as well, by its name; empty: you alone.")
SHARE = N_("An organisation that you belong to, by its id, whose people see it as well; null: you alone.")
WORD = N_("Only those that have this word.")
MINE = N_("Whether it is yours; else a colleague's.")
# How many entries stand before a page: lists are short enough to count.
OFFSET = r"^[1-9][0-9]{0,4}$"


class Shortlist(Shown):
    """A list of organisations."""

    id: Id
    name: str
    shared_with: str = Field(description=SHARED)
    organisations: int = Field(description=N_("How many are on it."))

    @classmethod
    def of(cls, one: ListShown) -> Self:
        """A list that the viewer sees."""
        return cls(id=one.id, name=one.name, shared_with=one.team, organisations=one.count)


class ShortlistPage(PageOf[Shortlist]):
    """All lists that you see, by name."""


class ShortlistChange(Given):
    """What is to be changed of a list. What is left out stays."""

    name: Annotated[str, up_to(NAME_MOST, 1)] = left_out()
    share_with: GivenId | None = Field(default_factory=lambda: None, description=SHARE)


class ShortlistNew(Given):
    """A new list."""

    name: Annotated[str, up_to(NAME_MOST, 1)]
    share_with: GivenId | None = Field(default_factory=lambda: None, description=SHARE)


class Listed(Shown):
    """An organisation on a list, with what you see written down about it."""

    id: Id
    name: str
    kind: Annotated[str, coded(codes(KINDS))]
    page: Address = Field(description=PAGE)
    place: str
    country: str
    website: str
    since: Moment = Field(description=N_("Since when it is on the list."))
    words: list[str]
    notes: list[str]

    @classmethod
    def of(cls, one: Entry, words: list[str], notes: list[str], site: str) -> Self:
        """An entry of a list that the viewer sees; `site` is our own address."""
        plain = {name: getattr(one, name) for name in ("id", "name", "kind", "place", "country", "website")}
        return cls(**plain, page=f"{site}/o/{one.slug}", since=one.at, words=words, notes=notes)


class ListedPage(PageOf[Listed]):
    """A page of a list, by name."""


class ListedQuery(Paged):
    """Which entries."""

    after: Annotated[str, Field(pattern=OFFSET, description=CURSOR)] | None = None
    word: Annotated[str, up_to(LABEL_MOST)] = Field("", description=WORD)


class Note(Shown):
    """Something that was written down about an organisation."""

    id: Id
    text: str
    by: str = Field(description=N_("Who wrote it; empty: somebody who is gone."))
    mine: bool = Field(description=MINE)
    shared_with: str = Field(description=SHARED)
    at: Moment
    edited_at: Moment | None

    @classmethod
    def of(cls, one: NoteShown, viewer_id: str) -> Self:
        """A note that the viewer sees."""
        plain = {name: getattr(one, name) for name in ("id", "text", "at", "edited_at")}
        return cls(**plain, by=one.by_name, mine=one.by_id == viewer_id, shared_with=one.team)


class NotePage(PageOf[Note]):
    """The notes that you see about an organisation, the latest first."""


class NoteNew(Given):
    """Something to write down."""

    text: Annotated[str, up_to(NOTE_MOST, 1)]
    share_with: GivenId | None = Field(default_factory=lambda: None, description=SHARE)


class NoteChange(Given):
    """The same, put otherwise."""

    text: Annotated[str, up_to(NOTE_MOST, 1)]


class SharedWords(Shown):
    """Words that the people of one of your organisations share."""

    share_with: Id = Field(description=N_("The organisation."))
    words: list[str]


class Words(Shown):
    """The words that you see on an organisation."""

    words: list[str] = Field(description=N_("All of them, each once."))
    own: list[str] = Field(description=N_("Those that only you see."))
    shared: list[SharedWords]

    @classmethod
    def of(cls, by_scope: Mapping[str | None, Sequence[str]]) -> Self:
        """From the words that the viewer sees, by the organisation that shares them (None: their own)."""
        every = dict.fromkeys(word for words in by_scope.values() for word in words)
        shared = sorted((id_, words) for id_, words in by_scope.items() if id_ is not None)
        return cls(
            words=sorted(every, key=str.lower),
            own=list(by_scope.get(None, ())),
            shared=[SharedWords(share_with=id_, words=list(words)) for id_, words in shared],
        )


class GivenWords(Given):
    """The words that are to be on it, whole: yours, or those that you share with an organisation."""

    words: Annotated[list[Annotated[str, up_to(LABEL_MOST, 1)]], Field(max_length=LABELS_MOST)]
    share_with: GivenId | None = Field(default_factory=lambda: None, description=SHARE)


Values = Annotated[list[Annotated[str, up_to(VALUE_LENGTH_MOST, 1)]], Field(max_length=VALUES_MOST)]


class Question(Given):
    """What is looked for, as in the search."""

    q: Annotated[str, up_to(QUERY_MOST)] = left_out()
    kind: Annotated[str, one_of(FOUND)] = left_out()
    type: Values = left_out()
    industry: Values = left_out()
    technology: Values = left_out()
    country: Values = left_out()
    stage: Values = left_out()
    size: Values = left_out()
    language: Values = left_out()
    near: Annotated[str, up_to(PLACE_MOST)] = left_out()
    radius: Annotated[str, one_of([str(km) for km in RADII_KM])] = left_out()

    def given(self) -> dict[str, Any]:
        """What was said, by parameter."""
        return {name: getattr(self, name) for name in sorted(self.model_fields_set)}


class SavedSearch(Shown):
    """A search that you keep."""

    id: Id
    name: str
    page: Address = Field(description=N_("What it finds, for people."))
    alerts: bool = Field(description=N_("Whether you are told what is new in it."))
    mails: bool = Field(description=N_("Whether by mail as well, once a day at most."))
    new: int = Field(description=N_("How much is new in it and was not looked at."))
    created_at: Moment

    @classmethod
    def of(cls, kept: Kept, site: str) -> Self:
        """A search of the viewer's; `site` is our own address."""
        row = kept.search
        created_at: datetime = row.created_at
        return cls(
            id=row.id,
            name=row.name,
            page=site + kept.asked.path,
            alerts=row.alerts,
            mails=row.mails,
            new=kept.new,
            created_at=created_at,
        )


class SavedSearchPage(PageOf[SavedSearch]):
    """The searches that you keep, the newest first."""


class SavedSearchNew(Given):
    """A search to keep."""

    name: Annotated[str, up_to(SEARCH_NAME_MOST, 1)]
    asked: Question
    alerts: bool = True
    mails: bool = False


class SavedSearchChange(Given):
    """Whether you are told what is new in it. What is left out stays."""

    alerts: bool = left_out()
    mails: bool = left_out()
