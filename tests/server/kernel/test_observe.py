import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY

from server.access import ROUTES
from server.kernel.observe import HIDDEN, hide_secrets, set_up_logs
from tests.server.kernel.logs import own_logs
from tests.support.backend import settings_with


@contextmanager
def product_logs() -> Iterator[None]:
    """The product's logs, for machines."""
    with own_logs():
        set_up_logs(settings_with(log_format="json"))
        yield


def errors_logged(said: str) -> float:
    return REGISTRY.get_sample_value("fairmatch_errors_logged_total", {"event": said}) or 0.0


@pytest.mark.parametrize(
    "name",
    ["token", "session_token", "ticket", "password", "cookie", "authorization", "text", "html", "payload", "subject"],
)
def test_a_secret_is_hidden_by_its_name(name: str) -> None:
    assert hide_secrets(None, "", {name: "very-secret"}) == {name: HIDDEN}


@pytest.mark.parametrize("name", ["context", "request_id", "path", "tokens_given", "connection"])
def test_ordinary_names_stay(name: str) -> None:
    assert hide_secrets(None, "", {name: "a value"}) == {name: "a value"}


@pytest.mark.parametrize(
    "text",
    [
        "GET /sign-in/link?token=very-secret HTTP/1.1",
        "wss://host/live?ticket=very-secret&x=1",
        "/sign-in/callback?state=very-secret&code=very-secret",
        "Authorization: Bearer very-secret",
        # What somebody has by a link alone; `POST /me/tokens/{token}` names one of one's own.
        *(path.replace("{token}", "very-secret") for method, path in ROUTES if method == "GET" and "{token}" in path),
    ],
)
def test_a_secret_inside_a_text_is_hidden(text: str) -> None:
    shown: Any = hide_secrets(None, "", {"event": text})["event"]

    assert "very-secret" not in shown
    assert HIDDEN in shown


def test_a_line_is_json_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    with product_logs(), structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("somewhere").info("it_happened", count=3)

    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["count"], line["level"], line["request_id"]) == ("it_happened", 3, "info", "r-1")
    assert line["timestamp"].endswith("Z")


def test_other_libraries_log_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    with product_logs():
        logging.getLogger("some.library").warning("asked %s", "/x?token=very-secret")

    line = json.loads(capsys.readouterr().out)
    assert line["event"] == f"asked /x?token={HIDDEN}"


@pytest.mark.parametrize(("said", "counted"), [("it_failed", "it_failed"), ("GET /x of anna failed", "elsewhere")])
def test_a_fault_that_is_logged_is_counted(said: str, counted: str) -> None:
    before = errors_logged(counted)
    with product_logs():
        structlog.get_logger("somewhere").warning(said)
        structlog.get_logger("somewhere").error(said)
        logging.getLogger("some.library").error(said)

    assert errors_logged(counted) == before + 2


def test_a_traceback_shows_no_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    secret = "very-" + "secret"
    with product_logs():
        try:
            assert secret
            raise ValueError("it failed")
        except ValueError:
            structlog.get_logger().exception("failed")

    line = json.loads(capsys.readouterr().out)
    assert "ValueError: it failed" in line["exception"]
    assert "very-secret" not in json.dumps(line)
