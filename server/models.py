"""Every module with tables, so that the metadata is whole. A feature with tables adds its line here."""

from people import model as people_model
from server.kernel import outbox

__all__ = ["outbox", "people_model"]
