"""The deployment files fit the program: what they set exists, and what they name is there."""

import json
import os
import re
import subprocess
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml

from bin.places import ROOT
from server.access import ROUTES
from server.kernel.access import Access
from server.kernel.hosts import FOR_MACHINES
from server.kernel.settings import Settings
from signaling.turn_client import TurnUrl
from tests.server.kernel.test_fetch import NOT_PUBLIC as EVERY_NOT_PUBLIC
from tests.support.patience import PATIENCE_S

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
RELAY = (ROOT / "deploy" / "turnserver.conf").read_text()
CADDY = (ROOT / "deploy" / "Caddyfile").read_text()
DENIED = re.findall(r"^denied-peer-ip=(.+)-(.+)$", RELAY, re.MULTILINE)
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# "::" itself: coturn takes no peer for it. The last ones are no addresses.
NOT_PUBLIC = [host for host in EVERY_NOT_PUBLIC if host not in ("::", "localhost", "1234")]
KNOWN = {f"FAIRMATCH_{name.upper()}" for name in Settings.model_fields}


def test_every_setting_in_the_deployment_is_one_that_the_program_knows() -> None:
    text = DOCKERFILE + (ROOT / "docker-compose.yml").read_text() + (ROOT / "docs" / "operator.md").read_text()
    assert set(re.findall(r"FAIRMATCH_[A-Z_]+[A-Z]", text)) <= KNOWN


@pytest.mark.parametrize("service", ["migrate", "worker"])
def test_what_the_program_needs_in_a_cluster_is_set(service: str) -> None:
    needed = {"FAIRMATCH_DATABASE_URL", "FAIRMATCH_REDIS_URL", "FAIRMATCH_SECRET", "FAIRMATCH_BASE_URL"}
    assert needed <= set(SERVICES[service]["environment"])


@pytest.mark.parametrize("service", ["postgres", "redis", "worker"])
def test_a_service_that_others_wait_for_says_when_it_is_healthy(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"][0] == "CMD"


def test_nobody_waits_for_a_service_that_is_not_there() -> None:
    waited_for = {name for service in SERVICES.values() for name in service.get("depends_on", ())}
    assert waited_for <= set(SERVICES)


def test_only_the_proxies_the_relay_and_the_media_node_are_reached_from_outside() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"caddy", "media-node"}
    assert all(port.endswith("/udp") for port in SERVICES["media-node"]["ports"])
    assert {name for name, service in SERVICES.items() if service.get("network_mode") == "host"} == {"turn", "router"}


def test_the_proxy_asks_the_program_before_it_fetches_a_certificate_for_a_name() -> None:
    asked = re.findall(r"ask http://worker:8000(\S+)", CADDY)
    assert [(ROUTES["GET", path], path in FOR_MACHINES) for path in asked] == [(Access.PUBLIC, True)]


def test_while_no_worker_is_there_the_proxy_says_so_in_both_languages() -> None:
    [said] = re.findall(r"handle_errors 502 503 504 \{.*?respond <<HTML\n(.*?)\n\s*HTML\n", CADDY, re.DOTALL)
    assert "does not answer just now" in said
    assert "antwortet gerade nicht" in said.partition('lang="de"')[2]


def test_browsers_are_sent_to_the_ports_and_ways_that_the_relay_has() -> None:
    urls = json.loads(SERVICES["worker"]["environment"]["FAIRMATCH_TURN_URLS"].replace("${DOMAIN}", "fair.example"))
    plain = int(_relay_setting("listening-port"))
    assert {TurnUrl.parse(url) for url in urls} == {
        TurnUrl("fair.example", plain, "UDP"),
        TurnUrl("fair.example", plain, "TCP"),
        TurnUrl("turn.fair.example", 443, "TLS"),  # see test_router.py
    }


@pytest.mark.parametrize("host", NOT_PUBLIC)
def test_the_relay_leads_to_no_address_that_is_not_public(host: str) -> None:
    address = ip_address(host.partition("%")[0])
    assert any(_lies_within(address, *ends) for ends in DENIED)


def test_the_relay_leads_to_public_addresses() -> None:
    """A range that begins with "::" would hold them all, as coturn reads it."""
    assert not any(first == "::" for first, _ in DENIED)
    for address in map(ip_address, ("8.8.8.8", "1.1.1.1", "2606:4700:4700::1111")):
        assert not any(_lies_within(address, *ends) for ends in DENIED)


def test_nobody_can_use_up_the_relay_and_all_together_have_ports() -> None:
    whole, one = int(_relay_setting("total-quota")), int(_relay_setting("user-quota"))
    ports = int(_relay_setting("max-port")) - int(_relay_setting("min-port")) + 1
    assert 0 < one * 10 <= whole <= ports
    assert int(_relay_setting("max-bps")) > 0


def test_workers_leave_calls_to_the_media_node() -> None:
    assert SERVICES["worker"]["environment"]["FAIRMATCH_MEDIA_NODE"] == "elsewhere"
    [port] = SERVICES["media-node"]["ports"]
    assert f"--port={port.split(':')[0]}" in SERVICES["media-node"]["command"]


def test_every_named_volume_is_declared() -> None:
    mounted = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", ())}
    assert {name for name in mounted if not name.startswith(".")} == set(COMPOSE["volumes"])


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_logs_does_not_fill_the_disk(service: str) -> None:
    logging = SERVICES[service]["logging"]
    assert logging["driver"] == "local", "which throws the oldest away"
    assert {"max-size", "max-file"} <= set(logging["options"])


def test_a_worker_has_time_to_take_leave() -> None:
    longest = Settings.model_fields["drain_seconds"].default
    assert int(SERVICES["worker"]["stop_grace_period"].removesuffix("s")) > longest + 10


def test_what_the_image_copies_is_there() -> None:
    copied = [name for line in re.findall(r"^COPY (?!--)(.+)$", DOCKERFILE, re.MULTILINE) for name in line.split()[:-1]]
    assert copied
    assert all((ROOT / name).exists() for name in copied)


def _lies_within(address: IPv4Address | IPv6Address, first: str, last: str) -> bool:
    ends = ip_address(first), ip_address(last)
    return address.version == ends[0].version and int(ends[0]) <= int(address) <= int(ends[1])


def _relay_setting(name: str) -> str:
    [value] = re.findall(rf"^{name}=(.+)$", RELAY, re.MULTILINE)
    assert isinstance(value, str)
    return value


@pytest.mark.parametrize(
    ("here", "media", "named", "relay"),
    [
        ("10.0.0.7 203.0.113.5 2001:db8::5", "203.0.113.5", "", "203.0.113.5"),
        ("10.0.0.7 172.17.0.1", "203.0.113.5", "", "10.0.0.7"),
        ("10.0.0.7 203.0.113.5", "203.0.113.5", "10.0.0.8", "10.0.0.8"),
    ],
)
def test_the_relay_sends_from_an_address_from_where_packets_get_out(
    tmp_path: Path, here: str, media: str, named: str, relay: str
) -> None:
    """Connections that the router passes on come in at 127.0.0.1, and coturn would send from there."""
    for name, says in (("hostname", f"echo {here}"), ("turnserver", f'echo "$@" >> {tmp_path}/told')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{says}\n")
        (tmp_path / name).chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": str(tmp_path), "MEDIA_ADDRESS": media}
    command = ["/bin/sh", str(ROOT / "deploy" / "turn.sh"), "turn.fair.example", str(tmp_path), "--realm=fair.example"]
    subprocess.run(command, env=environment | {"RELAY_ADDRESS": named}, timeout=PATIENCE_S, check=True)

    told = (tmp_path / "told").read_text().split()
    assert [word for word in told if word.startswith("--relay-ip")] == [f"--relay-ip={relay}"]
    assert "--realm=fair.example" in told
