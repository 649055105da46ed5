"""Checks in words: what they say, and what to do about it. All texts are message ids."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from babel.numbers import format_decimal

from signaling.checks.model import ConnectionCheck
from signaling.checks.rules import OTHERWISE_WELL, ROADS, Road, Trouble, troubles_of
from web.i18n import N_, formats

# How a check ended, as people are told apart in `queries.GROUPS`: words and icon.
ENDS = {
    "video": (N_("Enough for sound and picture"), "circle-check"),
    "silent": (N_("Without a microphone"), "triangle-alert"),
    "sound": (N_("Enough for sound, not for a picture"), "triangle-alert"),
    "text": (N_("Not enough for a call: write instead"), "circle-alert"),
    "untried": (N_("Not known: no call of more than two was tried"), "info"),
}
# What is wrong, and what helps, to be read by whom it concerns as well as by who helps them.
HINTS = {
    Trouble.BLOCKED: N_(
        "The network lets no call through. Its administrators can open it; another network, such as a phone's, "
        "helps at once."
    ),
    Trouble.PAIRS: N_(
        "The server for calls of more than two cannot be reached from here: nothing but a call of two may work. "
        "Opening UDP to it helps, or another network."
    ),
    Trouble.UNTRIED: N_(
        "The way to the server for calls of more than two was not tried. Enter a call before the fair."
    ),
    Trouble.SILENT: N_("No microphone works. Plug one in, and allow it in the browser's address bar."),
    Trouble.SLOW_UP: N_("Too little gets out. A cable instead of Wi-Fi helps, and pausing whatever else is uploading."),
    Trouble.SLOW_DOWN: N_("Too little comes in. A cable instead of Wi-Fi helps, or another network."),
    Trouble.FAR: N_("Answers take long. Leave a pause after speaking, and switch a VPN off where that is allowed."),
    Trouble.DETOUR: N_(
        "Calls go by a detour here (TCP or TLS). It works; opening UDP in the network makes them smoother."
    ),
    Trouble.ONLY_443: N_(
        "Of all ways only TLS on port 443 is open here. Calls work; opening UDP in the network makes them smoother."
    ),
    Trouble.UNSEEN: N_("No camera works. Taking part without a picture is possible."),
}
# The ways through the network, in the order of rules.ROADS; as in fm-check.js.
WAYS: dict[Road, str] = {
    "node": N_("Media server, UDP"),
    "stun": N_("Directly to others"),
    "udp": N_("Relayed, UDP"),
    "tcp": N_("Relayed, TCP"),
    "tls": N_("Relayed, TLS on another port"),
    "tls443": N_("Relayed, TLS on port 443"),
}
# Of a check from before the two were told apart.
_ANY_TLS: dict[Road, str] = {"tls": N_("Relayed, TLS")}
# Mbit/s. What is measured in an instant says no more than that there is plenty; as in fm-check.js.
TOLD_MOST = 100


@dataclass(frozen=True)
class CheckShown:
    """A check on a page."""

    at: datetime
    end: str  # one of ENDS
    words: str
    icon: str
    hints: list[str]
    down: str  # Mbit/s, as the reader writes numbers
    up: str
    round_trip_ms: int
    open: list[str]  # of WAYS, those that were tried
    shut: list[str]

    @classmethod
    def of(cls, check: ConnectionCheck, locale: str) -> Self:
        """A check as people of this language read it."""
        end = "silent" if check.known in OTHERWISE_WELL and not check.microphone else check.known
        roads = check.found.roads
        ways = WAYS | (_ANY_TLS if check.node is None and check.tls443 is None else {})
        return cls(
            check.at,
            end,
            *ENDS[end],
            [HINTS[trouble] for trouble in troubles_of(check.found)],
            _mbits(check.down_kbps, locale),
            _mbits(check.up_kbps, locale),
            check.round_trip_ms,
            [ways[road] for road in ROADS if roads.get(road) is True],
            [ways[road] for road in ROADS if roads.get(road) is False],
        )


def _mbits(kbps: int, locale: str) -> str:
    if kbps > TOLD_MOST * 1000:
        return f"> {TOLD_MOST}"
    return format_decimal(kbps / 1000, "#,##0.0", locale=formats(locale))
