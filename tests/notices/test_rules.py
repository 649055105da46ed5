"""What is taken from browsers, what is sent to them, and the key that it is signed with."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from notices.keys import BadKeyError, contact_of, key_of, new_key
from notices.rules import KEPT_MOST, NoSubscriptionError, Notice, payload, seconds_to_keep, subscription
from server.kernel.settings import Settings
from tests.kernel_fixtures import NOON
from tests.notices.service import Browser


def test_a_browsers_subscription_is_taken_as_it_is() -> None:
    browser = Browser("https://push.example/send/abc")
    taken = subscription(browser.subscription)
    assert (taken.endpoint, taken.p256dh) == (browser.endpoint, browser.subscription["keys"]["p256dh"])
    padded = {"keys": {name: f"{value}=" for name, value in browser.subscription["keys"].items()}}
    assert subscription(browser.subscription | padded) == taken


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "http://push.example/x"},
        {"endpoint": "https://a:b@push.example/x"},
        {"endpoint": "https://push.example:25/x"},
        {"endpoint": "https://push.example/" + "x" * 1_000},
        {"endpoint": "https://127.0.0.1/x"},
        {"endpoint": "https://[::1]/x"},
        {"endpoint": "//push.example"},
        {"endpoint": 7},
        {"keys": None},
        {"keys": {"p256dh": "BAAA", "auth": "AAAA"}},
        {"keys": {"p256dh": "B" + "A" * 86, "auth": "A" * 22}},  # not a point of the curve
        {"keys": {"p256dh": "\u00e4" * 87, "auth": "A" * 22}},
    ],
)
def test_what_is_no_subscription_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(NoSubscriptionError):
        subscription(Browser("https://push.example/x").subscription | change)
    with pytest.raises(NoSubscriptionError):
        subscription([change])


def test_a_notice_stays_small_and_leads_to_our_own_pages() -> None:
    long = Notice("ü" * 5_000, "\U0001f600" * 5_000, "/meetings", "t", NOON)
    assert len(payload(long)) < 1_500
    for path in ("https://evil.example/", "//evil.example", "/sign-in?next=//evil.example", "/a b"):
        with pytest.raises(ValueError, match="own pages"):
            payload(Notice("", "", path, "t", NOON))


def test_a_service_keeps_a_notice_as_long_as_it_is_of_use_and_a_day_at_most() -> None:
    assert seconds_to_keep(NOON + timedelta(seconds=90), NOON) == 90
    assert seconds_to_keep(NOON - timedelta(seconds=1), NOON) == 0
    assert seconds_to_keep(NOON + timedelta(days=9), NOON) == KEPT_MOST.total_seconds()


def test_a_key_is_32_bytes_and_whoever_sets_another_thing_is_told() -> None:
    key = new_key()
    assert key_of(Settings(push_key=SecretStr(f" {key.private}\n"))) == key
    assert key_of(Settings()) is None
    for wrong in ("abc", key.public, "A" * 43, "\u00e4"):
        with pytest.raises(BadKeyError, match="fairmatch push keys"):
            key_of(Settings(push_key=SecretStr(wrong)))


def test_push_services_write_to_whom_mails_come_from_unless_another_is_set() -> None:
    assert contact_of(Settings(mail_from="Fair <fair@example.org>")) == "mailto:fair@example.org"
    assert contact_of(Settings(push_contact="https://example.org/push")) == "https://example.org/push"
