"""docs/access.md: every route and every live method with who may call it, from the table that is enforced."""

from collections.abc import Iterable
from pathlib import Path

from server.access import LIVE_METHODS, ROUTES

PAGE = Path(__file__).parent.parent / "docs" / "access.md"

_HEAD = """# Who may do what

For developers. Each route and each live method has a row in one table, `server/access.py`; one without a row keeps the
server from starting. Beyond what stands here, queries give everybody only what they may see. What the routes below
`/api/` do is said by the server itself, at `/api`; the live methods are described in [protocol.md](protocol.md).
This page is made by `make docs`.
"""


def markdown() -> str:
    """The whole page."""
    routes = ((f"{method} {path}", level.value) for (method, path), level in ROUTES.items())
    methods = ((name, level.value) for name, level in LIVE_METHODS.items())
    return f"{_HEAD}\n## Routes\n\n{_table('route', routes)}\n## Live methods\n\n{_table('method', methods)}"


def _table(what: str, rows: Iterable[tuple[str, str]]) -> str:
    return f"| {what} | who |\n| --- | --- |\n" + "".join(f"| `{name}` | {who} |\n" for name, who in rows)
