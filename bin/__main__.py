"""Start a chore, on a Python that is new enough; this file is read by old ones too."""

import os
import shutil
import sys

OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")


def main() -> int:
    """Run the chore that the command line names; the exit code says how it went."""
    if sys.version_info < OLDEST:
        return _with_newer_python()
    from bin.chores import run

    return run(sys.argv[1:])


def _with_newer_python() -> int:
    for name in NEWER:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, "-m", "bin", *sys.argv[1:]])
    here = ".".join(str(part) for part in sys.version_info[:3])
    sys.stderr.write(f"Fairmatch needs Python 3.11 or newer, not {here}: install a newer one and run this again.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
