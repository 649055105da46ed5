import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from server.kernel.refusal import (
    NotReachable,
    StartRefused,
    alone_or_connected,
    make_writable,
    only_server,
    refuse_unsupported,
)
from tests.support.backend import settings_with

DATABASE = "postgresql://fair@db/fair"


def test_settings_that_go_together_are_fine() -> None:
    refuse_unsupported(settings_with())
    refuse_unsupported(settings_with(workers=4, database_url=DATABASE, redis_url="redis://redis"))
    refuse_unsupported(settings_with(base_url="https://fair.example.org/", trusted_proxies="::1, 10.0.0.0/8"))
    refuse_unsupported(
        settings_with(trusted_proxies="*", smtp_url=SecretStr("smtps://fair:a%23b@mail.example.org:465"))
    )


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"workers": 2}, "Several workers need PostgreSQL"),
        ({"workers": 2, "redis_url": "redis://redis"}, "Several workers need PostgreSQL"),
        ({"workers": 2, "database_url": DATABASE}, "Several workers need Redis"),
        ({"redis_url": "http://redis"}, "FAIRMATCH_REDIS_URL must begin with"),
        ({"bus_cluster": ["redis://one"]}, "FAIRMATCH_BUS_CLUSTER needs FAIRMATCH_REDIS_URL"),
        ({"redis_url": "redis://redis", "bus_cluster": ["one:6379"]}, "Each address in FAIRMATCH_BUS_CLUSTER"),
        ({"redis_url": "redis://redis:port/0"}, "FAIRMATCH_REDIS_URL cannot be read"),
        ({"redis_url": "redis://:a#b@redis:6379/0"}, "FAIRMATCH_REDIS_URL cannot be read"),
        ({"redis_url": "redis://redis", "bus_cluster": ["redis://[::1"]}, "FAIRMATCH_BUS_CLUSTER cannot be read"),
        ({"database_url": "mysql://db/fair"}, "FAIRMATCH_DATABASE_URL must begin with"),
        ({"base_url": "fair.example.org"}, "FAIRMATCH_BASE_URL must begin with"),
        ({"base_url": "https://"}, "FAIRMATCH_BASE_URL must be https:// and the host alone"),
        ({"base_url": "https://fair.example.org:port"}, "FAIRMATCH_BASE_URL must be https:// and the host alone"),
        ({"base_url": "https://example.org/fair"}, "FAIRMATCH_BASE_URL must be https:// and the host alone"),
        ({"trusted_proxies": "127.0.0.1, caddy"}, "FAIRMATCH_TRUSTED_PROXIES must be addresses or networks"),
        ({"smtp_url": SecretStr("mail.example.org")}, "FAIRMATCH_SMTP_URL cannot be read"),
        ({"smtp_url": SecretStr("http://mail.example.org")}, "FAIRMATCH_SMTP_URL cannot be read"),
        ({"smtp_url": SecretStr("smtps://fair:a#b@mail.example.org")}, "FAIRMATCH_SMTP_URL cannot be read"),
        ({"mail_from": "Our fair"}, "FAIRMATCH_MAIL_FROM must have a mail address in it"),
        ({"stun_urls": ["stun.example.org"]}, "Each address in FAIRMATCH_STUN_URLS must begin with stun:"),
        ({"turn_urls": ["turn.example.org"]}, "Each address in FAIRMATCH_TURN_URLS must begin with turn: or turns:"),
        ({"livekit_url": "livekit.example.org"}, "FAIRMATCH_LIVEKIT_URL cannot be read"),
        ({"livekit_url": "wss://livekit.example.org", "livekit_key": "us"}, "FAIRMATCH_LIVEKIT_URL needs"),
        ({"oidc_issuer": "https://id.example.org"}, "FAIRMATCH_OIDC_ISSUER and FAIRMATCH_OIDC_CLIENT_ID need"),
    ],
)
def test_settings_that_do_not_go_together_are_refused_in_one_sentence(settings: dict[str, object], reason: str) -> None:
    with pytest.raises(StartRefused) as refused:
        refuse_unsupported(settings_with(**settings))

    assert str(refused.value).startswith(reason)
    assert "\n" not in str(refused.value)


def test_what_is_refused_repeats_no_password() -> None:
    with pytest.raises(StartRefused) as refused:
        refuse_unsupported(settings_with(smtp_url=SecretStr("smtps://fair:4711#0815@mail.example.org")))

    assert not {"4711", "0815"} & set(re.findall(r"\d+", str(refused.value)))


def test_a_data_folder_that_is_made_is_its_owners_alone_and_one_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir(mode=0o755)
    for name in ("own", "shared"):
        make_writable(tmp_path / name)

    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("own", "shared")]
    assert modes == [0o700, 0o755]


def test_a_data_folder_that_cannot_be_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StartRefused, match=r"cannot be written .* set FAIRMATCH_DATA to another folder"):
        make_writable(tmp_path / "file")


def test_a_data_folder_has_one_server(tmp_path: Path) -> None:
    with (
        only_server(tmp_path),
        pytest.raises(StartRefused, match="already runs on the data folder"),
        only_server(tmp_path),
    ):
        pass


def test_a_data_folder_is_free_again_after_its_server(tmp_path: Path) -> None:
    for _ in range(2):
        with only_server(tmp_path):
            pass


def test_a_killed_server_leaves_no_lock_behind(tmp_path: Path) -> None:
    holding = (
        "import os, sys; from pathlib import Path; from server.kernel.refusal import only_server\n"
        "with only_server(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", holding, str(tmp_path)], check=False)

    with only_server(tmp_path):
        assert (tmp_path / "server.lock").read_text().isdecimal()


async def test_servers_without_redis_do_not_share_a_database(postgresql_url: str) -> None:
    alone = settings_with(database_url=postgresql_url)

    async with alone_or_connected(alone):
        with pytest.raises(StartRefused, match="several need Redis"):
            async with alone_or_connected(alone):
                pass


async def test_servers_with_redis_share_a_database_but_not_with_one_without(postgresql_url: str) -> None:
    connected = settings_with(database_url=postgresql_url, redis_url="redis://redis")

    async with alone_or_connected(connected), alone_or_connected(connected):
        with pytest.raises(StartRefused, match="several need Redis"):
            async with alone_or_connected(settings_with(database_url=postgresql_url)):
                pass


async def test_a_database_that_does_not_answer_may_do_so_later() -> None:
    with pytest.raises(NotReachable, match="does not answer") as refused:
        async with alone_or_connected(settings_with(database_url="postgresql://fair@127.0.0.1:9/fair")):
            pass

    assert refused.value.code == 1
