"""The deployment files fit the program: what they set exists, and what they name is there."""

import re
from typing import Any

import pytest
import yaml

from bin.places import ROOT
from server.kernel.settings import Settings

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
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


def test_only_the_proxy_and_the_media_node_are_reached_from_outside() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"caddy", "media-node"}
    assert all(port.endswith("/udp") for port in SERVICES["media-node"]["ports"])


def test_workers_leave_calls_to_the_media_node() -> None:
    assert SERVICES["worker"]["environment"]["FAIRMATCH_MEDIA_NODE"] == "elsewhere"
    [port] = SERVICES["media-node"]["ports"]
    assert f"--port={port.split(':')[0]}" in SERVICES["media-node"]["command"]


def test_every_named_volume_is_declared() -> None:
    mounted = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", ())}
    assert {name for name in mounted if not name.startswith(".")} == set(COMPOSE["volumes"])


def test_a_worker_has_time_to_take_leave() -> None:
    longest = Settings.model_fields["drain_seconds"].default
    assert int(SERVICES["worker"]["stop_grace_period"].removesuffix("s")) > longest + 10


def test_what_the_image_copies_is_there() -> None:
    copied = [name for line in re.findall(r"^COPY (?!--)(.+)$", DOCKERFILE, re.MULTILINE) for name in line.split()[:-1]]
    assert copied
    assert all((ROOT / name).exists() for name in copied)
