"""The tables of people. What changes is a record with who and when, not a flag."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, LargeBinary, exists
from sqlalchemy.orm import Mapped, column_property, mapped_column

from server.kernel.tables import Base


class AdminGrant(Base):
    """Somebody was made platform administrator."""

    __tablename__ = "admin_grants"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    granted_at: Mapped[datetime]
    granted_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))  # None: on the command line
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class Person(Base):
    """Somebody with an account.

    Erased: the row stays for what hangs on it, with an empty name (shown as "Former participant") and no
    address; nothing says any more who it was.
    """

    __tablename__ = "persons"
    __table_args__ = (Index(None, "created_at", "id"),)  # the search follows who came, in this order

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    # Normalised by `people.addresses.normalise`. None: erased, nobody can sign in and no mail goes out.
    email: Mapped[str | None] = mapped_column(unique=True)
    email_confirmed_at: Mapped[datetime | None]
    password_hash: Mapped[str | None]  # Argon2 with its parameters in it; None: signs in without a password
    locale: Mapped[str]  # "en" or "de"
    time_zone: Mapped[str]  # IANA name
    organisation: Mapped[str] = mapped_column(default="")
    position: Mapped[str] = mapped_column(default="")
    languages: Mapped[list[str]] = mapped_column(default=list)  # ISO 639-1 codes, see people.languages
    seeks: Mapped[str] = mapped_column(default="")
    offers: Mapped[str] = mapped_column(default="")
    photo: Mapped[str | None] = mapped_column(index=True)  # name among the files, 512 px square
    photo_small: Mapped[str | None] = mapped_column(index=True)  # the same, 96 px square
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    # Whether the person runs the platform. Computed when the row is read; what is newly made has it after a refresh.
    admin: Mapped[bool] = column_property(
        exists().where(AdminGrant.person_id == id, AdminGrant.revoked_at.is_(None)).correlate_except(AdminGrant)
    )

    @property
    def photo_url(self) -> str:
        """Where the browser gets the small photo; empty when there is none."""
        return f"/photos/{self.photo_small}" if self.photo_small else ""


class SignInSession(Base):
    """A browser in which somebody is signed in. The row outlives its end, to be shown and counted."""

    __tablename__ = "sign_in_sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256 of the cookie, in hexadecimal digits
    method: Mapped[str]  # one of people.sessions.Method
    user_agent: Mapped[str]  # summary such as "Firefox on Linux"; the full text is not kept
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class ApiToken(Base):
    """A token by which a program acts for somebody. The row outlives its end, for its owner's archive."""

    __tablename__ = "api_tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    name: Mapped[str]  # what its owner calls it
    token_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256, in hexadecimal digits; the token is shown once
    scopes: Mapped[list[str]]  # of server.kernel.access.SCOPES
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]  # to about a minute
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))

    @property
    def last_moment(self) -> datetime:
        """The last moment at which it is good: on the day that its owner chose, when it ends with that day."""
        return self.expires_at - timedelta(microseconds=1)


class SignInLink(Base):
    """A link in a mail that proves who reads an address. Single use."""

    __tablename__ = "sign_in_links"

    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]  # one of people.links.Purpose
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)  # None: registers
    email: Mapped[str] = mapped_column(index=True)
    next_path: Mapped[str]  # where to go afterwards, a path of this server
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Registration(Base):
    """What somebody typed to register, until the link in the mail proves the address."""

    __tablename__ = "registrations"

    link_id: Mapped[str] = mapped_column(ForeignKey("sign_in_links.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str]
    # Counts only when the link is opened in the browser that set it: else a stranger who registers
    # with somebody's address would know the password of the account that its owner then confirms.
    password_hash: Mapped[str | None]
    browser_hash: Mapped[str]
    locale: Mapped[str]
    time_zone: Mapped[str]


class Passkey(Base):
    """A WebAuthn credential."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)  # COSE
    sign_count: Mapped[int]
    name: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class Identity(Base):
    """Somebody as a single sign-on provider knows them."""

    __tablename__ = "identities"
    __table_args__ = (Index(None, "issuer", "subject", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[datetime]


class SpentChallenge(Base):
    """A challenge that was answered, kept until it would have expired, so that no answer counts twice."""

    __tablename__ = "spent_challenges"

    digest: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Consent(Base):
    """Somebody agreed to something, in the wording of a day."""

    __tablename__ = "consents"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    kind: Mapped[str]  # one of people.consent.Kind
    wording: Mapped[str]  # version of the text that was agreed to, a date
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
