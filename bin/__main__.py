"""Start a chore, on a Python that its packages are built for; this file is read by old ones too."""

import os
import shutil
import sys

OLDEST = (3, 11)
# The last one for which every pinned package is built; some cannot be built by whoever installs them (OR-Tools).
NEWEST = (3, 14)
KNOWN = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]


def main() -> int:
    """Run the chore that the command line names; the exit code says how it went."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return _with_known_python()
    from bin.chores import run

    return run(sys.argv[1:])


def _with_known_python() -> int:
    for name in KNOWN:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, "-m", "bin", *sys.argv[1:]])
    here = ".".join(str(part) for part in sys.version_info[:3])
    known = f"3.{OLDEST[1]} to 3.{NEWEST[1]}"
    sys.stderr.write(f"Fairmatch needs Python {known}, not {here}: install one of them and run this again.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
