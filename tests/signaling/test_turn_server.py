"""coturn as it is deployed: whom it lets in, where it leads, and how much of it anybody gets."""

import asyncio
import ssl
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from server.kernel.settings import Settings
from signaling.turn import LIFETIME, IceServer, ice_servers
from signaling.turn_client import TurnRefused, TurnUrl, allocation
from tests.support.daemon import free_port
from tests.support.turn import SECRET, Coturn

DENIED = "10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 127.0.0.2 0.0.0.0 224.0.0.1 255.255.255.255"
USER_QUOTA = 24  # as deploy/turnserver.conf says


@pytest.fixture
def trust(coturn: Coturn) -> ssl.SSLContext:
    """The trust in its certificate."""
    return ssl.create_default_context(cafile=coturn.folder / "host.pem")


def given(coturn: Coturn, person: str, *, ago: timedelta = timedelta()) -> IceServer:
    """What the server gave this person, so long ago."""
    settings = Settings(turn_urls=list(coturn.urls.values()), turn_secret=SecretStr(SECRET))
    [server] = ice_servers(settings, person, datetime.now(UTC) - ago)
    return server


@pytest.mark.parametrize("way", ["udp", "tcp", "tls"])
async def test_whoever_was_given_credentials_gets_an_address_by_each_way(
    coturn: Coturn, trust: ssl.SSLContext, way: str
) -> None:
    server = given(coturn, "anna")
    async with allocation(coturn.urls[way], server.username, server.credential, trust) as made:
        assert len(made.address) == 8
        await made.permit("127.0.0.1")  # where the tests' media node is


async def test_credentials_end(coturn: Coturn) -> None:
    late = given(coturn, "anna", ago=LIFETIME + timedelta(seconds=2))
    assert await refusal(coturn, late.username, late.credential) == 401


async def test_nobody_gives_themselves_more_time(coturn: Coturn) -> None:
    server = given(coturn, "anna")
    longer = f"{int(server.username.split(':')[0]) + 1}:anna"
    assert await refusal(coturn, longer, server.credential) == 401


async def test_no_way_leads_into_the_operators_network(coturn: Coturn) -> None:
    server = given(coturn, "berta")
    async with allocation(coturn.urls["udp"], server.username, server.credential) as made:
        for host in DENIED.split():
            with pytest.raises(TurnRefused, match="403"):
                await made.permit(host)
        await made.permit("8.8.8.8")


async def test_one_person_gets_so_many_addresses_and_another_one_still_some(coturn: Coturn) -> None:
    greedy, other = given(coturn, "carla"), given(coturn, "dora")
    async with AsyncExitStack() as held:
        for _ in range(USER_QUOTA):
            await held.enter_async_context(allocation(coturn.urls["udp"], greedy.username, greedy.credential))
        assert await refusal(coturn, greedy.username, greedy.credential) == 486
        async with allocation(coturn.urls["udp"], other.username, other.credential):
            pass


async def test_a_server_that_is_not_there_is_an_error_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.turn_client.TRY_S", 0.02)
    for way in ("udp", "tcp"):
        with pytest.raises(OSError):
            async with allocation(f"turn:127.0.0.1:{free_port()}?transport={way}", "a", "b"):
                pass


async def test_what_is_no_turn_server_is_an_error() -> None:
    async def chatter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(chatter, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises((OSError, ValueError)):
            async with allocation(f"turn:127.0.0.1:{port}?transport=tcp", "a", "b"):
                pass


def test_addresses_are_taken_apart() -> None:
    assert TurnUrl.parse("turn:turn.example") == TurnUrl("turn.example", 3478, "UDP")
    assert TurnUrl.parse("turn:[2001:db8::1]:80?transport=tcp") == TurnUrl("2001:db8::1", 80, "TCP")
    assert TurnUrl.parse("turns:turn.example") == TurnUrl("turn.example", 5349, "TLS")
    assert TurnUrl.parse("turns:turn.example:443?transport=tcp") == TurnUrl("turn.example", 443, "TLS")
    for wrong in ("stun:turn.example", "turns:turn.example?transport=udp", "turn:", "turn:a:b", "https://turn.example"):
        with pytest.raises(ValueError, match="no address"):
            TurnUrl.parse(wrong)


async def refusal(coturn: Coturn, username: str, credential: str) -> int:
    """With which code nobody is let in."""
    with pytest.raises(TurnRefused) as refused:
        async with allocation(coturn.urls["udp"], username, credential):
            pass
    return refused.value.code
