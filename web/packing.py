"""What is sent packed to those who can unpack it: on a slow line a page is there in a third of the time.

A proxy in front may do so, too, and leaves alone what is packed already.
"""

import gzip
import re

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

# A browser says "gzip, deflate, br"; "gzip;q=0" is a refusal.
_TAKEN = re.compile(r"(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)", re.I)
# Of 9. What is packed for one answer alone is packed as fast as can be: the rest would save a tenth more of it.
_FASTEST = 1
# Smaller things fit a packet as they are.
WORTH_PACKING_BYTES = 500


def takes_packed(headers: Headers) -> bool:
    """Whether whoever asks can unpack what they get."""
    return _TAKEN.search(headers.get("accept-encoding", "")) is not None


def packed(content: bytes, level: int = 9) -> bytes:
    """The content in gzip's form, the same whenever it is made."""
    return gzip.compress(content, level, mtime=0)


class PackedPage(HTMLResponse):
    """A page that is packed as it is sent; until then its `body` is what was rendered."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the page in the form that was asked for."""
        self.headers.add_vary_header("Accept-Encoding")
        if takes_packed(Headers(scope=scope)) and len(self.body) >= WORTH_PACKING_BYTES:
            self.body = packed(bytes(self.body), _FASTEST)
            self.headers["Content-Encoding"] = "gzip"
            self.headers["Content-Length"] = str(len(self.body))
        await super().__call__(scope, receive, send)
