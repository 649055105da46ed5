"""Programs say who they are by a token in each request (RFC 6750), and hear in the same words what is wrong with it."""

from collections.abc import Set
from typing import Protocol

from starlette.requests import HTTPConnection

from server.kernel.access import Person
from server.kernel.http import ProblemError

_CHALLENGE = 'Bearer realm="Fairmatch"'


class Holder(Protocol):
    """Who sent a token, and what it opens."""

    @property
    def person(self) -> Person:
        """Whose token it is."""
        ...

    @property
    def scopes(self) -> Set[str]:
        """What it opens, see `server.kernel.access.SCOPES`."""
        ...


def bearer_of(connection: HTTPConnection) -> str | None:
    """The token that a request brings; None: it brings none. Raises ProblemError 401 for another kind of proof."""
    given = connection.headers.get("authorization")
    if given is None:
        return None
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer":
        raise token_refused()
    return token.strip()


def token_wanted() -> ProblemError:
    """The answer where a token is needed and none came."""
    detail = "This needs a token: Authorization: Bearer …"
    return ProblemError(401, "token_wanted", detail, headers={"www-authenticate": _CHALLENGE})


def token_refused() -> ProblemError:
    """The answer to a token that is none of ours, or has ended."""
    headers = {"www-authenticate": f'{_CHALLENGE}, error="invalid_token"'}
    return ProblemError(401, "token_refused", "This token is unknown, revoked or expired.", headers=headers)


def scope_wanted(scope: str) -> ProblemError:
    """The answer to a token that was not made for this."""
    headers = {"www-authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{scope}"'}
    return ProblemError(403, "scope_wanted", f"This token was made without the scope {scope}.", headers=headers)
