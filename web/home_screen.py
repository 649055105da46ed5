"""What a device needs to keep Fairmatch on its home screen and open it in a window of its own: the web app manifest."""

import json
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from web.i18n import N_, translations

NAME = "Fairmatch"
PAPER = "#fbf9f5"
# By the names that bin/app_icons.py gives them: size in pixels, and what the picture is for.
_ICONS = MappingProxyType(
    {
        "images/app-192.png": (192, "any"),
        "images/app-512.png": (512, "any"),
        "images/app-512-whole.png": (512, "maskable"),
    }
)
_WAYS = MappingProxyType({"/meetings": N_("Meetings"), "/messages": N_("Messages"), "/discover": N_("Discover")})
_ABOUT = N_("Start-ups and companies find each other")


def manifest(locale: str, url: Callable[[str], str]) -> bytes:
    """The manifest in one language; `url` is the address of an asset (W3C, Web Application Manifest).

    Its own address changes with its content; the device knows the application again by the id.
    """
    _ = translations(locale).gettext
    said: dict[str, Any] = {
        "id": "/",
        "name": NAME,
        "short_name": NAME,
        "description": _(_ABOUT),
        "lang": locale,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {"src": url(path), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for path, (size, purpose) in _ICONS.items()
        ],
        "shortcuts": [{"name": _(name), "url": path} for path, name in _WAYS.items()],
    }
    return json.dumps(said, ensure_ascii=False).encode()
