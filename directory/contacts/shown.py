"""How requests for contact stand, in words."""

from web.i18n import N_

STATE_NAMES = {
    "waiting": N_("Waits for an answer"),
    "accepted": N_("Accepted"),
    "declined": N_("Declined"),
    "not_relevant": N_("Marked as not relevant"),
    "expired": N_("Over without an answer"),
}
STATE_MARKS = {"waiting": "warn", "accepted": "done", "declined": "idle", "not_relevant": "danger", "expired": "idle"}
