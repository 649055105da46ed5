"""coturn as it is deployed: whom it lets in, where it leads, and how much of it anybody gets."""

import asyncio
import os
import signal
import ssl
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bin.places import ROOT
from server.kernel.settings import Settings
from signaling.turn import LIFETIME, IceServer, ice_servers
from signaling.turn_client import TurnRefused, TurnUrl, allocation
from tests.support.certificate import write_certificate
from tests.support.daemon import answers, free_port, until
from tests.support.guard import Guard
from tests.support.patience import PATIENCE_S
from tests.support.services import program_of
from tests.support.turn import SECRET, Coturn

DENIED = "10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 127.0.0.2 0.0.0.0 224.0.0.1 255.255.255.255"
USER_QUOTA = 24  # as deploy/turnserver.conf says


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay is not given up because the machine stood still: it is asked thrice."""
    monkeypatch.setattr("signaling.turn_client.TRY_S", 5.0)
    monkeypatch.setattr("signaling.turn_client.ANSWER_S", 3 * 5.0)


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


class WithCaddysCertificate(Coturn):
    """The relay as docker-compose.yml starts it: with whatever certificate is the newest in Caddy's folders."""

    kept = "certificates/an-authority/turn.fair.example"

    def command(self) -> Sequence[str]:
        """By the script that looks for it."""
        mine = [word for word in super().command()[1:] if not word.startswith(("--cert=", "--pkey="))]
        return ["/bin/sh", str(ROOT / "deploy" / "turn.sh"), "turn.fair.example", "certificates", *mine]

    def environment(self) -> Mapping[str, str]:
        """It looks often."""
        path = f"{Path(program_of('coturn')).parent}:{os.environ['PATH']}"
        return {
            **os.environ,
            "PATH": path,
            "TMPDIR": str(self.folder),
            "TURN_LOOK_EVERY": "0.1",
            "RELAY_ADDRESS": "127.0.0.1",
        }

    def renew(self) -> ssl.SSLContext:
        """Caddy gets another certificate. What trusts that one alone.

        The relay may look between the two files: as the last of them is written after that, it looks again."""
        kept = self.folder / self.kept
        kept.mkdir(parents=True, exist_ok=True)
        write_certificate(kept, "127.0.0.1")
        trust = ssl.create_default_context(cafile=kept / "host.pem")
        key = (kept / "key.pem").rename(kept / "turn.fair.example.key")
        (kept / "host.pem").rename(kept / "turn.fair.example.crt")
        key.touch()
        return trust


async def test_a_renewed_certificate_is_taken_while_calls_go_on(tmp_path: Path, process_guard: Guard) -> None:
    relay = WithCaddysCertificate(tmp_path, process_guard)
    trust = relay.renew()
    relay.start()
    server = given(relay, "emil")
    try:
        async with allocation(relay.urls["tls"], server.username, server.credential, trust) as made:
            await shows(relay, relay.renew())
            with pytest.raises(ssl.SSLCertVerificationError):
                await greet(relay, trust)
            await made.permit("127.0.0.1")
    finally:
        assert relay.stop() != -signal.SIGKILL
    assert not answers(relay.port), "coturn ends with the script"


async def test_a_relay_whose_certificate_comes_later_begins_anew_with_it(tmp_path: Path, process_guard: Guard) -> None:
    relay = WithCaddysCertificate(tmp_path, process_guard)
    relay.ready = lambda: answers(relay.port)  # type: ignore[method-assign]
    relay.start()
    trust = relay.renew()
    await asyncio.to_thread(until, lambda: not relay.running, PATIENCE_S, "the relay to end")
    relay.start()
    try:
        await shows(relay, trust)
    finally:
        relay.stop()


async def greet(relay: Coturn, trust: ssl.SSLContext) -> None:
    """Shake hands by TLS. Raises OSError."""
    _, writer = await asyncio.open_connection("127.0.0.1", relay.tls_port, ssl=trust)
    writer.close()


async def shows(relay: Coturn, trust: ssl.SSLContext) -> None:
    """Wait until it has this certificate."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await greet(relay, trust)
            except OSError:
                await asyncio.sleep(0.05)


async def refusal(coturn: Coturn, username: str, credential: str) -> int:
    """With which code nobody is let in."""
    with pytest.raises(TurnRefused) as refused:
        async with allocation(coturn.urls["udp"], username, credential):
            pass
    return refused.value.code
