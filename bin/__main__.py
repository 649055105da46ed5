"""Start a chore, on a Python that its packages are built for; this file is read by old ones too."""

import os
import shutil
import sys

OLDEST = (3, 11)
# The last one for which every pinned package is built; some cannot be built by whoever installs them (OR-Tools).
NEWEST = (3, 14)
KNOWN = ("python3.14", "python3.13", "python3.12", "python3.11")


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
    if sys.version_info < OLDEST:
        told = "Fairmatch needs Python 3.11 or newer, not " + here + ": install a newer one and run this again.\n"
    else:
        told = "Fairmatch's packages are built for Python 3.11 to 3.14, not for " + here
        told += ": install one of those beside it and run this again.\n"
    sys.stderr.write(told)
    return 1


if __name__ == "__main__":
    sys.exit(main())
