"""One measurement in a process and a network of its own: `python -m bench.media.alone SYSTEM CASE SECONDS VIEWERS`.

Janus finds its addresses by itself and passes loopback over. So everything of one measurement, server and load, lives
in a network namespace with a device of its own and no way out. All systems are measured there alike.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import asdict

from bench.media.cases import CASES, Case, scaled
from bench.media.fairmatch import Fairmatch
from bench.media.janus import Janus
from bench.media.load import Figures, Load
from bench.media.peer import RawPeer
from bench.media.systems import System
from bench.media.two_nodes import TwoNodes
from bench.places import ROOT
from bench.processes import ServerError, cores

SYSTEMS: dict[str, type[Fairmatch] | type[Janus]] = {"fairmatch": Fairmatch, "janus": Janus}
ADDRESS = "10.77.0.1"
MEASURE_S = 280
_NETWORK = (
    "ip link set lo up && ip link add here type veth peer name there && ip addr add "
    f'{ADDRESS}/24 dev here && ip link set here up && ip link set there up && exec "$@"'
)


def has_network() -> bool:
    """Whether a namespace can be made here."""
    return bool(_unshare()) and subprocess.run([*_unshare(), "true"], capture_output=True, check=False).returncode == 0


def _unshare() -> list[str]:
    if not (shutil.which("unshare") and shutil.which("ip")):
        return []
    own = [] if os.geteuid() == 0 else ["-r"]
    return ["unshare", *own, "-n", "sh", "-c", _NETWORK, "sh"]


def measure(system: str, case: Case) -> Figures:
    """Measure in a process of its own. Raises ServerError with what went wrong."""
    here = [sys.executable, "-m", "bench.media.alone", system, case.name, str(case.seconds), str(case.viewers)]
    inside = _unshare() if has_network() else []
    try:
        done = subprocess.run(
            [*inside, *here], cwd=ROOT, capture_output=True, text=True, timeout=MEASURE_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise ServerError(f"it did not finish in {MEASURE_S} s") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        raise ServerError(lines[-1])
    return Figures(**json.loads(done.stdout.strip().splitlines()[-1]))


def main() -> None:
    """Measure, in the network that we are in, and print the figures."""
    name, case_name, seconds, viewers = sys.argv[1:]
    if _has_address():
        RawPeer.host = ADDRESS
    case = scaled(next(case for case in CASES if case.name == case_name), float(seconds), int(viewers))
    own = cores()[1]
    if own is not None:
        os.sched_setaffinity(0, {own})
    system: System = TwoNodes(case.viewers // 2) if case.nodes > 1 else SYSTEMS[name]()
    with redirect_stdout(sys.stderr):  # what nodes log is no figure
        figures = asyncio.run(Load(system, case).run())
    print(json.dumps(asdict(figures)))


def _has_address() -> bool:
    listed = subprocess.run(["ip", "-br", "addr"], capture_output=True, text=True, check=False)
    return ADDRESS in listed.stdout


if __name__ == "__main__":
    main()
