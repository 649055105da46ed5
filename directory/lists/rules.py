"""Decisions about lists, words and notes, without database and clock."""

from collections.abc import Collection, Iterable

from people.text import UnacceptableError, one_line, paragraphs
from web.i18n import N_

# Characters.
NAME_MOST, LABEL_MOST, NOTE_MOST = 80, 40, 4_000
# Of one person: lists; of one list: organisations; on one organisation, for one viewer: words and notes.
LISTS_MOST, ENTRIES_MOST, LABELS_MOST, NOTES_MOST = 100, 2_000, 20, 200


class RefusedError(Exception):
    """A rule says no. `code` is stable: not_there, not_yours, too_many, not_your_team."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def list_name(typed: str) -> str:
    """The name of a list. Raises UnacceptableError."""
    clean = one_line(NAME_MOST)(typed)
    if not clean:
        raise UnacceptableError(N_("Please give the list a name."))
    return clean


def note_text(typed: str) -> str:
    """The text of a note. Raises UnacceptableError."""
    clean = paragraphs(NOTE_MOST)(typed)
    if not clean:
        raise UnacceptableError(N_("Please write something first."))
    return clean


def labels(typed: str) -> list[str]:
    """The words of a field in which they stand with commas between them: each once, in the order of typing.

    Raises UnacceptableError.
    """
    rule = one_line(LABEL_MOST)
    words = once(filter(None, (rule(part) for part in typed.replace(";", ",").split(","))))
    if len(words) > LABELS_MOST:
        raise UnacceptableError(N_("At most %(most)s words, please."), most=LABELS_MOST)
    return words


def once(words: Iterable[str]) -> list[str]:
    """The same words without those that differ from an earlier one in capitals alone."""
    first: dict[str, str] = {}
    for word in words:
        first.setdefault(word.casefold(), word)
    return list(first.values())


def differences(held: Collection[str], wanted: Collection[str]) -> tuple[list[str], list[str]]:
    """What has to come and what has to go, so that what is held becomes what is wanted; by `once`'s measure."""
    have, want = {word.casefold() for word in held}, {word.casefold() for word in wanted}
    return (
        [word for word in wanted if word.casefold() not in have],
        [word for word in held if word.casefold() not in want],
    )
