"""Where to go after signing in: a path of this server, and no other place."""

from urllib.parse import urlsplit

START = "/"
# Characters; longer ones are no address of ours.
MOST = 500


def onward(wanted: str | None) -> str:
    """The wanted path if it stays on this server, else the start page.

    Browsers read a backslash as a slash and drop control characters and leading space, so
    none of them may be there.
    """
    path = wanted or START
    if len(path) > MOST or not path.startswith("/") or path.startswith("//"):
        return START
    if "\\" in path or not path.isprintable() or not path.isascii() or " " in path:
        return START
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or parts.path.startswith(("/sign-", "/register")):
        return START
    return path
