"""How a page of messages stands from top to bottom, and how a text becomes HTML."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chat.shown import NOBODY, Author, Shown
from chat.texts import mention
from chat.timeline import Day, New, Row, rendered, timeline

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)
AYLIN = Author("00000000-0000-7000-8000-000000000001", "Aylin Demir", None)
BERND = Author("00000000-0000-7000-8000-000000000002", "Bernd Kowalski", None)


def _said(seq: int, who: Author, minutes: float, *, deleted: bool = False) -> Shown:
    return Shown(f"m{seq}", seq, who, f"number {seq}", NOON + timedelta(minutes=minutes), deleted=deleted)


def _shape(*messages: Shown, me: str = BERND.id, read: int = 99) -> list[str]:
    def shape(item: Day | New | Row) -> str:
        match item:
            case Day():
                return "day"
            case New():
                return "new"
            case Row(message, follows):
                return f"{message.id}{' follows' if follows else ''}"

    return [shape(item) for item in timeline(messages, me=me, read=read, zone=BERLIN)]


def test_messages_of_one_person_within_five_minutes_are_one_block() -> None:
    said = [_said(1, AYLIN, 0), _said(2, AYLIN, 4.9), _said(3, AYLIN, 9.9), _said(4, BERND, 10), _said(5, AYLIN, 11)]
    assert _shape(*said) == ["day", "m1", "m2 follows", "m3", "m4", "m5"]


def test_a_deleted_message_ends_a_block() -> None:
    assert _shape(_said(1, AYLIN, 0, deleted=True), _said(2, AYLIN, 1)) == ["day", "m1", "m2"]


def test_a_day_begins_at_midnight_of_the_reader() -> None:
    before, after = _said(1, AYLIN, 9 * 60 + 59), _said(2, AYLIN, 10 * 60)  # 23:59 and 00:00 in Berlin
    assert _shape(before, after) == ["day", "m1", "day", "m2"]


def test_the_line_stands_above_the_first_message_of_somebody_else_that_is_not_read() -> None:
    said = [
        _said(1, AYLIN, 0),
        _said(2, BERND, 1),
        _said(3, AYLIN, 2, deleted=True),
        _said(4, AYLIN, 3),
        _said(5, AYLIN, 4),
    ]
    assert _shape(*said, read=1) == ["day", "m1", "m2", "m3", "new", "m4", "m5 follows"]
    assert "new" not in _shape(*said, read=5)
    assert _shape(*said, me=AYLIN.id, read=0) == ["day", "m1", "new", "m2", "m3", "m4", "m5 follows"]


def test_former_participants_are_not_taken_for_one_person_with_others() -> None:
    assert _shape(_said(1, NOBODY, 0, deleted=True), _said(2, NOBODY, 1)) == ["day", "m1", "m2"]


def test_what_people_type_never_becomes_markup() -> None:
    html = rendered('<img src=x onerror="alert(1)"> & https://example.org/?q="><script>', AYLIN.id)
    assert "<img" not in html
    assert "<script" not in html
    assert '<a href="https://example.org/?q=" rel="noopener nofollow ugc" target="_blank">' in html


def test_a_call_is_marked_and_ones_own_name_more_so() -> None:
    text = mention(AYLIN.id, "Aylin <b>")
    assert rendered(text, AYLIN.id) == (
        f'<span class="mention mention-me" data-person="{AYLIN.id}"><bdi>@Aylin &lt;b&gt;</bdi></span>'
    )
    assert 'class="mention"' in rendered(text, BERND.id)
