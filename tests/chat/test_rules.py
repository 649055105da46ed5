"""Who may write, edit and delete."""

from datetime import UTC, datetime, timedelta

from chat.model import DIRECT, ROOM
from chat.rules import EDIT_WITHIN, Rights, direct_key, may_delete, may_edit

NOW = datetime(2026, 9, 14, 12, tzinfo=UTC)


def test_a_mute_ends_by_itself_at_its_moment() -> None:
    rights = Rights(ROOM, moderate=False, muted=True, muted_until=NOW + timedelta(minutes=15))
    assert not rights.may_send(NOW)
    assert rights.may_send(NOW + timedelta(minutes=15))


def test_a_mute_without_an_end_stays() -> None:
    assert not Rights(ROOM, moderate=False, muted=True).may_send(NOW + timedelta(days=400))


def test_nobody_writes_into_a_closed_conversation() -> None:
    assert not Rights(DIRECT, moderate=False, closed=True).may_send(NOW)


def test_one_corrects_ones_own_words_and_soon() -> None:
    assert may_edit("aylin", NOW, "aylin", NOW + EDIT_WITHIN - timedelta(seconds=1))
    assert not may_edit("aylin", NOW, "aylin", NOW + EDIT_WITHIN)
    assert not may_edit("aylin", NOW, "bernd", NOW)


def test_one_deletes_ones_own_words_and_a_moderator_anybodys() -> None:
    assert may_delete("aylin", "aylin", moderate=False)
    assert may_delete("aylin", "dev", moderate=True)
    assert not may_delete("aylin", "bernd", moderate=False)


def test_a_pair_has_one_key_whoever_begins() -> None:
    assert direct_key("a", "b") == direct_key("b", "a")
