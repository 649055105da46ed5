"""The server, to which two people are a crowd: `python -m tests.e2e.crowded serve ...`."""

from server.live import presence


def main() -> None:
    """Run it."""
    from server.cli import app

    presence.NAMED, presence.NAMED_AGAIN = 1, 0
    app()


if __name__ == "__main__":
    main()
