"""Public pages for search engines: a language by the address, the head, and no page twice."""

import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.kernel.etag import has_already
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.i18n import LOCALES


def head_of(request: Request, path: str) -> dict[str, Any]:
    """What `layouts/engines.html` needs for the head of a public page at this path."""
    return {
        "public_at": kernel_of(request).settings.public_url + path,
        "asked_lang": request.query_params.get("lang", ""),
        "locales": LOCALES,
    }


def speak_as_asked(request: Request) -> None:
    """Answer in the language that the address asks for, where it does: each language has an address of its own.

    Raises ProblemError 404 for one that there is not.
    """
    asked = request.query_params.get("lang")
    if asked is not None and asked not in LOCALES:
        raise not_found()
    if asked is not None:
        request.state.locale = asked


def for_engines(request: Request, answer: Response) -> Response:
    """The answer with a tag, or 304 where a search engine has the page already.

    Browsers get no tag: the copy that they keep belongs to the nonce of one answer.
    """
    if request.state.person is not None or "sec-fetch-mode" in request.headers:
        return answer
    once = request.state.nonce.encode()
    tag = f'W/"{hashlib.sha256(bytes(answer.body).replace(once, b"")).hexdigest()[:32]}"'
    if has_already(request.headers.get("if-none-match", ""), tag.removeprefix("W/")):
        return Response(status_code=304, headers={"etag": tag})
    answer.headers["etag"] = tag
    return answer
