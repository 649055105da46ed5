"""Port 443 for two: the name that is asked for leads to the relay or to the web, and the web knows where from."""

import asyncio
import json
import re
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from bin.places import ROOT
from signaling.turn_client import TurnUrl
from tests.support.guard import Guard
from tests.support.patience import PATIENCE_S
from tests.support.router import ROUTER, Router, needs_haproxy, server_of

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
CADDY = (ROOT / "deploy" / "Caddyfile").read_text()
RELAY = (ROOT / "deploy" / "turnserver.conf").read_text()
PROXY_V2 = b"\r\n\r\n\x00\r\nQUIT\n"  # how the header begins: HAProxy's proxy-protocol.txt, 2.2
FIRST_BYTES = 16 + 12 + 1  # that header with two addresses of IPv4, and one byte of what follows
HELLO = 0x16  # the first byte of TLS


def test_the_name_that_leads_to_the_relay_is_what_browsers_are_told_and_what_its_certificate_is_for() -> None:
    [routed] = re.findall(r'req\.ssl_sni -i "(\S+)"', ROUTER)
    [told] = [url for url in json.loads(SERVICES["worker"]["environment"]["FAIRMATCH_TURN_URLS"]) if "turns:" in url]
    assert TurnUrl.parse(told.replace("${DOMAIN}", "D")) == TurnUrl(routed.replace("${DOMAIN}", "D"), 443, "TLS")
    assert re.search(rf"^{re.escape(routed.replace('${', '{$'))} {{$", CADDY, re.MULTILINE)
    assert SERVICES["turn"]["entrypoint"][1:] == ["/etc/coturn/turn.sh", routed, "/caddy/caddy/certificates"]
    assert "./deploy/turn.sh:/etc/coturn/turn.sh:ro" in SERVICES["turn"]["volumes"]
    assert "caddy:/caddy:ro" in SERVICES["turn"]["volumes"]
    assert "caddy:/data" in SERVICES["caddy"]["volumes"]


def test_the_router_leads_to_the_ports_that_caddy_and_the_relay_have_on_this_machine() -> None:
    host, port, _ = server_of("web")
    assert f"{host}:{port}:443" in SERVICES["caddy"]["ports"]
    assert not [each for each in SERVICES["caddy"]["ports"] if each.startswith("443:") and not each.endswith("/udp")]
    [secure] = re.findall(r"^tls-listening-port=(\d+)$", RELAY, re.MULTILINE)
    assert server_of("relay")[:2] == ("127.0.0.1", int(secure))
    settings = SERVICES["router"]["environment"]
    assert settings == {"DOMAIN": "${DOMAIN}", "ROUTER_LISTEN": "${ROUTER_LISTEN:-:::443}"}
    assert set(re.findall(r"\$\{(\w+)\}", re.sub(r"#.*", "", ROUTER))) == set(settings)
    assert "./deploy/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro" in SERVICES["router"]["volumes"]


def test_a_router_that_is_to_end_does_not_wait_for_people_who_stay() -> None:
    """HAProxy's image says SIGUSR1, at which it takes nobody new and waits for all who are there until it is killed."""
    assert SERVICES["router"]["stop_signal"] == "SIGTERM"


def test_the_web_is_told_where_people_come_from_and_believes_nobody_else() -> None:
    assert server_of("web")[2] == "send-proxy-v2"
    [wrapped] = re.findall(r"servers :443 \{\s+listener_wrappers \{(.+?)\n\t\t\}", CADDY, re.DOTALL)
    assert re.sub(r"\{.*?\}", "", wrapped, flags=re.DOTALL).split() == ["proxy_protocol", "tls"]  # in this order
    [believed] = re.findall(r"allow (.+)", wrapped)
    networks = [ip_network(each) for each in believed.split()]
    assert all(network.is_private for network in networks)
    assert any(ip_address("172.18.0.1") in network for network in networks if network.version == 4)


def test_the_relay_is_told_nothing_as_its_port_for_tls_does_not_listen_to_it() -> None:
    assert server_of("relay")[2] == ""
    assert "tcp-proxy-port" not in RELAY
    assert not [word for word in SERVICES["turn"]["command"] if "tcp-proxy-port" in word]


@asynccontextmanager
async def _noting(found: "asyncio.Queue[bytes]") -> AsyncIterator[int]:
    """A port where what comes first is noted, and nothing answered."""

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(4_096)
        while first.startswith(PROXY_V2) and len(first) < FIRST_BYTES:  # it may come by itself
            first += await reader.read(4_096)
        found.put_nowait(first)
        writer.close()

    async with await asyncio.start_server(note, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


def hello(name: str, protocol: str) -> bytes:
    """What a browser says first."""
    context = ssl.create_default_context()
    context.set_alpn_protocols([protocol])
    said = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), said, server_hostname=name).do_handshake()
    return said.read()


@needs_haproxy
async def test_names_lead_where_they_should_with_the_address_for_the_web(tmp_path: Path, process_guard: Guard) -> None:
    web, relay = asyncio.Queue[bytes](), asyncio.Queue[bytes]()
    async with _noting(web) as web_port, _noting(relay) as relay_port:
        with Router(tmp_path, process_guard, {"web": web_port, "relay": relay_port}) as router:

            async def came(say: bytes, to: "asyncio.Queue[bytes]") -> bytes:
                _, writer = await asyncio.open_connection("127.0.0.1", router.port, local_addr=("127.0.0.2", 0))
                writer.write(say)
                first = await asyncio.wait_for(to.get(), PATIENCE_S)
                writer.close()
                assert web.empty()
                assert relay.empty()
                return first

            for name in ("turn.fair.example", "TURN.fair.example"):
                assert (await came(hello(name, "stun.turn"), relay))[0] == HELLO
            for name, protocol in (
                ("fair.example", "h2"),
                ("partner.example", "h2"),
                ("turn.partner.example", "h2"),
                ("turn.fair.example", "acme-tls/1"),  # a certificate authority that looks whether the name is ours
            ):
                first = await came(hello(name, protocol), web)
                assert first.startswith(PROXY_V2)
                [length] = struct.unpack_from("!H", first, 14)
                assert socket.inet_ntoa(first[16:20]) == "127.0.0.2"
                assert first[16 + length] == HELLO
            # Whoever says where they come from themselves, or speaks no TLS, gets nowhere.
            for lie in (
                b"PROXY TCP4 10.1.1.1 10.1.1.1 1 1\r\n" + hello("fair.example", "h2"),
                b"GET / HTTP/1.1\r\n\r\n",
            ):
                reader, writer = await asyncio.open_connection("127.0.0.1", router.port)
                writer.write(lie)
                assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
                writer.close()
            assert web.empty()
            assert relay.empty()
