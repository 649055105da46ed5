"""The table of notices."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class PushDevice(Base):
    """Somebody switched push notices on in one browser. It goes with the session there, and when its service says that
    the address is no more."""

    __tablename__ = "push_devices"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sign_in_sessions.id", ondelete="CASCADE"), unique=True)
    endpoint: Mapped[str]  # where the browser's push service takes notices for it; a secret of the two
    endpoint_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256, in hexadecimal digits
    p256dh: Mapped[str]  # the browser's key and secret (RFC 8291), base64url without padding
    auth: Mapped[str]
    server_key: Mapped[str]  # our public key that it was made for: with another one its service takes nothing
    added_at: Mapped[datetime]
