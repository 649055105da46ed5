"""How large a request may be: its head, and its body, counted as it arrives so that nothing large is ever held."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.kernel.http import ProblemError

# Forms and JSON are small; what needs more says so in server.body_limits.BODY_LIMITS.
DEFAULT_MAX_BODY = 1024 * 1024
# All headers of one request together; the address comes on top.
MAX_HEAD = 32 * 1024
# The scope's entry with the limit in bytes; the guard raises it for the routes that take files.
MAX_BODY_KEY = "fairmatch.max_body"


class SizeLimit:
    """Refuses a head that is too large, and a body that is, or claims to be, above the limit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEAD:
            raise ProblemError(431, "head_too_large", "The headers of this request are larger than the server takes.")
        scope[MAX_BODY_KEY] = DEFAULT_MAX_BODY
        claimed = _claimed(scope)
        read = 0

        async def limited() -> Message:
            nonlocal read
            if claimed > scope[MAX_BODY_KEY]:
                raise too_large()
            message = await receive()
            read += len(message.get("body", b""))
            if read > scope[MAX_BODY_KEY]:
                raise too_large()
            return message

        await self.app(scope, limited, send)


def too_large() -> ProblemError:
    """The answer to a body above the limit; the rest of it is not read."""
    return ProblemError(413, "too_large", "This is larger than the server takes.", headers={"connection": "close"})


def _claimed(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
