"""Every module with tables, so that the metadata is whole. A feature with tables adds its line here."""

from booths import model as booths_model
from booths.cards import model as cards_model
from chat import model as chat_model
from directory.connectors import model as connectors_model
from directory.contacts import model as contacts_model
from directory.imports import model as imports_model
from directory.lists import model as lists_model
from directory.needs import model as needs_model
from directory.news import model as news_model
from directory.organisations import model as organisations_model
from directory.partners import model as partners_model
from directory.products import model as products_model
from directory.search import model as search_model
from fairs import model as fairs_model
from meetings import model as meetings_model
from meetings.teams import model as teams_model
from meetings.timetable import model as timetable_model
from notices import model as notices_model
from people import model as people_model
from rooms import model as rooms_model
from server.kernel import outbox
from server.live import model as live_model
from signaling import model as signaling_model
from signaling.checks import model as checks_model
from signaling.recordings import model as recordings_model

__all__ = [
    "booths_model",
    "cards_model",
    "chat_model",
    "checks_model",
    "connectors_model",
    "contacts_model",
    "fairs_model",
    "imports_model",
    "lists_model",
    "live_model",
    "meetings_model",
    "needs_model",
    "news_model",
    "notices_model",
    "organisations_model",
    "outbox",
    "partners_model",
    "people_model",
    "products_model",
    "recordings_model",
    "rooms_model",
    "search_model",
    "signaling_model",
    "teams_model",
    "timetable_model",
]
