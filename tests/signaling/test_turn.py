"""Credentials for coturn."""

from datetime import UTC, datetime

from pydantic import SecretStr

from server.kernel.settings import Settings
from signaling.turn import ice_servers, link_headers, password

NOW = datetime(2026, 9, 14, 12, tzinfo=UTC)


def test_the_password_is_what_coturn_computes() -> None:
    """As printed by `openssl dgst -sha1 -hmac north | base64` for the same text."""
    assert password("north", "1789430400:anna") == "UkMmUaMLnMX40+MBVVhCNvyorvg="


def test_people_get_names_that_end_and_no_secret() -> None:
    settings = Settings(
        stun_urls=["stun:turn.example.org"], turn_urls=["turn:turn.example.org:3478"], turn_secret=SecretStr("north")
    )
    stun, turn = ice_servers(settings, "anna", NOW)
    assert (stun.username, stun.credential) == ("", "")
    expires, _, name = turn.username.partition(":")
    assert name == "anna"
    assert 0 < int(expires) - NOW.timestamp() <= 12 * 3600
    assert "north" not in turn.credential
    links = link_headers([stun, turn])
    assert links[0] == '<stun:turn.example.org>; rel="ice-server"'
    assert f'username="{turn.username}"' in links[1]


def test_without_a_secret_there_is_no_turn() -> None:
    assert ice_servers(Settings(turn_urls=["turn:turn.example.org"]), "anna", NOW) == []
