"""What is logged of a request that went wrong."""

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message
from structlog.testing import capture_logs

from server.kernel.errors import Answer, Errors
from tests.server.kernel.asgi import app_with


async def read(request: Request) -> Response:
    return Response(await request.body())


async def test_who_goes_away_in_the_middle_of_an_upload_is_no_fault_of_ours() -> None:
    app = app_with(Middleware(Errors, answer=Answer(lambda *_: Response())), endpoint=read)
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [(b"accept", b"text/html")]}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    with capture_logs() as logs:
        await app(scope, receive, send)

    assert sent[0]["status"] == 400
    assert logs == []
