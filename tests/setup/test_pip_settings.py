"""What a machine has set for pip holds for uv, which does not read it by itself."""

from pathlib import Path

import pytest

from bin import pip_settings
from bin.console import ChoreError
from bin.places import UV_CACHE


@pytest.fixture(autouse=True)
def nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "UV_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def pinned(tmp_path: Path) -> Path:
    file = tmp_path / "pinned.txt"
    file.write_text("Jinja2==3.1.6 \\\n    --hash=sha256:00\n    # via fairmatch\ncss_inline==0.1\n")
    return file


def told(monkeypatch: pytest.MonkeyPatch, pinned: Path, *said: str) -> dict[str, str]:
    """The variables for uv where `pip config list` says this."""
    monkeypatch.setattr(pip_settings, "_said_by_pip", lambda: "".join(f"{line}\n" for line in said))
    variables = pip_settings.for_uv(pinned)
    assert variables.pop("UV_HTTP_RETRIES") == "2"
    return variables


def test_where_pip_looks_and_whom_it_trusts_uv_is_told_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch, pinned: Path
) -> None:
    variables = told(
        monkeypatch,
        pinned,
        "global.index-url='https://u:p@mirror.example/simple'",
        r"global.extra-index-url='\nfile:///one\nfile:///two'",
        "global.find-links='/wheels /more'",
        "global.trusted-host='a.example b.example'",
        "global.cert='/etc/ours.pem'",
        "global.timeout='60'",
        "install.no-cache-dir='true'",
    )
    assert variables == {
        "UV_DEFAULT_INDEX": "https://u:p@mirror.example/simple",
        "UV_INDEX": "file:///one file:///two",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INSECURE_HOST": "a.example b.example",
        "SSL_CERT_FILE": "/etc/ours.pem",
        "UV_HTTP_TIMEOUT": "60",
        "UV_NO_CACHE": "true",
    }


def test_a_proxy_of_pips_goes_before_the_environments(monkeypatch: pytest.MonkeyPatch, pinned: Path) -> None:
    variables = told(monkeypatch, pinned, "download.proxy='http://no.example'", "global.proxy='http://proxy.example'")
    assert variables == dict.fromkeys(
        ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://proxy.example"
    )


def test_the_environment_goes_before_the_section_of_install_and_that_before_the_rest(
    monkeypatch: pytest.MonkeyPatch, pinned: Path
) -> None:
    variables = told(
        monkeypatch,
        pinned,
        ":env:.cert='/env.pem'",
        ":env:.index-url=''",
        "install.cert='/install.pem'",
        "install.index-url='file:///install'",
        "global.cert='/global.pem'",
        "global.index-url='file:///global'",
        "download.find-links='/elsewhere'",
    )
    assert variables == {"SSL_CERT_FILE": "/env.pem", "UV_DEFAULT_INDEX": "file:///install"}


def test_a_certificate_that_the_environment_names_for_pips_library_goes_before_the_one_that_pip_is_set_to(
    monkeypatch: pytest.MonkeyPatch, pinned: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/library.pem")
    assert told(monkeypatch, pinned) == {"SSL_CERT_FILE": "/library.pem"}
    assert told(monkeypatch, pinned, "global.cert='/pip.pem'") == {"SSL_CERT_FILE": "/library.pem"}
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert told(monkeypatch, pinned, "global.cert='/pip.pem'") == {"SSL_CERT_FILE": "/pip.pem"}


def test_how_pip_talks_is_no_matter(monkeypatch: pytest.MonkeyPatch, pinned: Path) -> None:
    assert told(monkeypatch, pinned, ":env:.disable-pip-version-check='1'", "global.progress-bar='off'") == {}


@pytest.mark.parametrize("said", ["global.no-index='true'", "install.user='true'", "global.cert=/bare", "Hello."])
def test_what_uv_cannot_be_told_is_left_to_pip(monkeypatch: pytest.MonkeyPatch, pinned: Path, said: str) -> None:
    with pytest.raises(ChoreError):
        told(monkeypatch, pinned, said)


def test_constraints_on_other_packages_bind_nothing(monkeypatch: pytest.MonkeyPatch, pinned: Path) -> None:
    assert told(monkeypatch, pinned, constrained(pinned, "# ours\ntorch<=2.14\n\n")) == {}


@pytest.mark.parametrize(
    "constraints", ["jinja2<3\n", "  jinja2<3\n", "torch<=2.14\nCSS-Inline<1  # why\n", "-c more.txt\n"]
)
def test_constraints_that_may_bind_are_pips_to_apply(
    monkeypatch: pytest.MonkeyPatch, pinned: Path, constraints: str
) -> None:
    with pytest.raises(ChoreError, match="constraints on packages that are wanted"):
        told(monkeypatch, pinned, constrained(pinned, constraints))


def constrained(pinned: Path, constraints: str) -> str:
    """What pip says where it has these constraints."""
    file = pinned.with_name("constraints.txt")
    file.write_text(constraints)
    return f"global.constraint='{file}'"


def test_constraints_that_cannot_be_read_are_pips_to_complain_about(
    monkeypatch: pytest.MonkeyPatch, pinned: Path
) -> None:
    with pytest.raises(ChoreError, match="cannot be read"):
        told(monkeypatch, pinned, "global.constraint='/nowhere/constraints.txt'")


def test_pip_itself_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "file:///one  file:///two")
    monkeypatch.setenv("PIP_CERT", "/asked.pem")
    monkeypatch.setenv("PIP_QUIET", "1")
    said = pip_settings.read(pip_settings._said_by_pip())
    assert (said["extra-index-url"], said["cert"]) == ("file:///one file:///two", "/asked.pem")


def test_which_of_several_files_pip_follows_is_pips_to_know(monkeypatch: pytest.MonkeyPatch, pinned: Path) -> None:
    same = ("global.cert='/one.pem'", "global.cert='/one.pem'")
    assert told(monkeypatch, pinned, *same) == {"SSL_CERT_FILE": "/one.pem"}
    with pytest.raises(ChoreError, match="several files, which differ"):
        told(monkeypatch, pinned, "global.cert='/one.pem'", "global.cert='/two.pem'")


def test_uv_keeps_what_it_fetches_beside_what_pip_keeps_and_in_nobody_elses_home(
    monkeypatch: pytest.MonkeyPatch, pinned: Path, tmp_path: Path
) -> None:
    assert told(monkeypatch, pinned, "global.cache-dir='/scratch/pip'") == {"UV_CACHE_DIR": "/scratch/pip/uv"}
    monkeypatch.setenv("HOME", "/nowhere")
    assert told(monkeypatch, pinned) == {"UV_CACHE_DIR": str(UV_CACHE)}
    monkeypatch.setenv("HOME", str(tmp_path))
    assert told(monkeypatch, pinned) == {}
    monkeypatch.setattr("os.getuid", lambda: -1)
    assert told(monkeypatch, pinned) == {"UV_CACHE_DIR": str(UV_CACHE)}
    monkeypatch.setenv("UV_CACHE_DIR", "/chosen")
    assert told(monkeypatch, pinned) == {}
