"""What this machine has set for pip, in uv's words: uv reads neither pip's files nor its part of the environment."""

import ast
import os
import re
import subprocess
from pathlib import Path

from bin.console import ChoreError
from bin.places import PYTHON, ROOT, UV_CACHE, environment

# pip's name, and the variables in which uv is told the same.
_IN_UV = {
    "index-url": ("UV_DEFAULT_INDEX",),
    "extra-index-url": ("UV_INDEX",),
    "find-links": ("UV_FIND_LINKS",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "cert": ("SSL_CERT_FILE",),
    "proxy": ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"),
    "timeout": ("UV_HTTP_TIMEOUT",),
    "default-timeout": ("UV_HTTP_TIMEOUT",),
    "no-cache-dir": ("UV_NO_CACHE",),
}
# How pip talks and where it keeps its own things: not what it installs, nor from where.
_NO_MATTER = {
    *("config-file", "disable-pip-version-check", "no-python-version-warning", "no-warn-script-location"),
    *("no-input", "progress-bar", "quiet", "verbose", "no-color", "log", "cache-dir", "retries", "no-compile"),
    *("root-user-action", "require-virtualenv", "break-system-packages"),
}
# pip's HTTP library listens to these first.
_CERT_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
# pip is the next try: without a network it shall come soon, and say so.
_SOON_TIRED = {"UV_HTTP_RETRIES": "2"}
_UV_SEPARATORS = {"find-links": ","}
# `pip install` looks in these sections; the later ones have the last word.
_SECTIONS = ("global", "install", ":env:")


def for_uv(pinned: Path) -> dict[str, str]:
    """The environment in which uv finds the packages of this file as pip would, and where pip would.

    Raises ChoreError where pip is set to something that uv cannot be told.
    """
    settings = read(_said_by_pip())
    if constraints := settings.pop("constraint", ""):
        _refuse_if_bound(constraints, pinned)
    return _cache(settings) | in_uv(settings)


def _said_by_pip() -> str:
    command = [str(PYTHON), "-m", "pip", "config", "list"]
    aloud = environment(PIP_QUIET="0", PIP_VERBOSE="0")  # a quiet pip says nothing here either
    try:
        said = subprocess.run(command, cwd=ROOT, env=aloud, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ChoreError("pip does not say how it is set.") from error
    return said.stdout


def read(listed: str) -> dict[str, str]:
    """What `pip config list` printed, as far as `pip install` heeds it: by name, lists with single spaces.

    Raises ChoreError where two files differ: newer ones list what each file says, and not which of them pip follows.
    """
    found = [(section, name, " ".join(value.split())) for section, name, value in map(_setting, listed.splitlines())]
    if len(set(found)) > len({(section, name) for section, name, _ in found}):
        raise ChoreError("pip is set in several files, which differ.")
    # What is set to nothing is not set, for pip.
    return {name: value for wanted in _SECTIONS for section, name, value in found if section == wanted and value}


def _setting(line: str) -> tuple[str, str, str]:
    try:
        if parts := re.fullmatch(r"([^.]+)\.([^=]+)=(.*)", line):
            return parts[1], parts[2], str(ast.literal_eval(parts[3]))
    except (ValueError, SyntaxError):
        pass
    raise ChoreError("pip says in an unknown way how it is set.")


def in_uv(settings: dict[str, str]) -> dict[str, str]:
    """The same settings as variables for uv; what it does not know raises ChoreError."""
    if foreign := settings.keys() - _IN_UV.keys() - _NO_MATTER:
        raise ChoreError(f"pip is set to something that uv does not know: {', '.join(sorted(foreign))}.")
    named = next((os.environ[name] for name in _CERT_VARIABLES if os.environ.get(name)), "")
    known = {**settings, **({"cert": named} if named else {})}
    return _SOON_TIRED | {
        variable: value.replace(" ", _UV_SEPARATORS.get(name, " "))
        for name, value in known.items()
        for variable in _IN_UV.get(name, ())
    }


def _cache(settings: dict[str, str]) -> dict[str, str]:
    """Where uv keeps what it has fetched: beside pip's own, where that has a place, and never in a home that is
    somebody else's or cannot be written."""
    if os.environ.get("UV_CACHE_DIR"):
        return {}
    if place := settings.get("cache-dir"):
        return {"UV_CACHE_DIR": str(Path(place).expanduser() / "uv")}
    home = Path.home() if os.environ.get("HOME") else None
    if home and home.is_dir() and home.stat().st_uid == os.getuid() and os.access(home, os.W_OK):
        return {}
    return {"UV_CACHE_DIR": str(UV_CACHE)}


def _refuse_if_bound(files: str, pinned: Path) -> None:
    """Constraints are pip's to apply, except those on packages that are not wanted here: they bind nothing."""
    wanted = _names(pinned.read_text())
    for file in files.split():
        try:
            bound = _names(Path(file).read_text())
        except (OSError, ValueError) as error:
            raise ChoreError("pip's constraints cannot be read.") from error
        if not bound.isdisjoint({*wanted, ""}):
            raise ChoreError("pip has constraints on packages that are wanted here.")


def _names(requirements: str) -> set[str]:
    """The packages that these lines are about, in one spelling; an empty name for a line that is about none."""
    whole = requirements.replace("\\\n", " ")  # a line may go on behind its end
    lines = [line for each in whole.splitlines() if not (line := each.strip()).startswith("#")]
    names = [re.match(r"[A-Za-z0-9][\w.-]*|", line) for line in lines if line]
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in names if name}
