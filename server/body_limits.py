"""How many bytes a request may bring, where that is more than usual: a row per route, as in server/access.py."""

from directory.imports.pages.bringing import FILE_MOST as IMPORT_MOST
from directory.needs.actions import FILE_MOST
from directory.organisations.pages.uploads import DOCUMENT_MOST
from meetings.files import FILE_MOST as MEETING_FILE_MOST
from meetings.timetable.wishes import FILE_MOST as WISHES_FILE_MOST
from people.photos import MOST_BYTES
from signaling.checks.measuring import UP_MOST as CHECK_MOST
from signaling.checks.trying import OFFER_BYTES
from signaling.livekit.webhook import BODY_BYTES as WEBHOOK_BYTES
from signaling.whip import BODY_BYTES

# Bytes of a body, for the routes that take more than server.kernel.body.DEFAULT_MAX_BODY.
BODY_LIMITS: dict[tuple[str, str], int] = {
    ("POST", "/csp-report"): 16 * 1024,
    ("POST", "/whip/{call}"): BODY_BYTES,
    ("POST", "/whep/{call}"): BODY_BYTES,
    ("POST", "/check"): 4 * 1024,
    ("POST", "/check/bytes"): CHECK_MOST,
    ("POST", "/check/node"): OFFER_BYTES,
    ("POST", "/livekit/webhook"): WEBHOOK_BYTES,
    ("PATCH", "/whip/{call}/{session}"): BODY_BYTES,
    ("PATCH", "/whep/{call}/{session}"): BODY_BYTES,
    ("POST", "/imports"): IMPORT_MOST + 64 * 1024,
    ("POST", "/api/v1/imports"): IMPORT_MOST,
    ("POST", "/imports/{batch}/mapping"): 2 * 1024 * 1024,  # a field for each of up to a thousand columns
    ("PUT", "/api/v1/organisations/{id}/logo"): MOST_BYTES,
    ("PUT", "/api/v1/organisations/{id}/banner"): MOST_BYTES,
    ("POST", "/api/v1/products/{id}/pictures"): MOST_BYTES,
    ("POST", "/api/v1/organisations/{id}/documents"): DOCUMENT_MOST,
    ("POST", "/api/v1/products/{id}/documents"): DOCUMENT_MOST,
    ("POST", "/api/v1/needs/{id}/documents"): FILE_MOST,
    ("POST", "/me/photo"): MOST_BYTES + 64 * 1024,  # the photo, and the form around it
    ("POST", "/me/notices/devices"): 8 * 1024,  # an address and two keys
    ("POST", "/o/{slug}/logo"): MOST_BYTES + 64 * 1024,
    ("POST", "/o/{slug}/banner"): MOST_BYTES + 64 * 1024,
    ("POST", "/o/{slug}/documents"): DOCUMENT_MOST + 64 * 1024,
    ("POST", "/meetings/{meeting}/files"): MEETING_FILE_MOST + 64 * 1024,
    ("POST", "/fairs/{fair}/meetings/timetable/wishes"): WISHES_FILE_MOST + 64 * 1024,
    ("POST", "/needs/{need}/files"): FILE_MOST + 64 * 1024,  # the same with an attachment
    ("POST", "/o/{slug}/products/{product}/pictures"): MOST_BYTES + 64 * 1024,
    ("POST", "/o/{slug}/products/{product}/documents"): DOCUMENT_MOST + 64 * 1024,
}
