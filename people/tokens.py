"""Secrets that open something: 256 random bits in a cookie or a link, and only their hash in the database."""

import hashlib
import re
import secrets

_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """256 random bits as 43 characters that fit into URLs and cookies."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token: SHA-256, in hexadecimal. Random 256 bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_token(text: str | None) -> bool:
    """Whether a text has the shape of a token at all; saves asking the database about noise."""
    return text is not None and _SHAPE.fullmatch(text) is not None
