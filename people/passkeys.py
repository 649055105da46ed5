"""Passkeys (WebAuthn): discoverable credentials that stand for the person without a name or password."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from people.addresses import readable
from people.challenges import spend
from people.model import Passkey, Person
from people.seals import Seal
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError
from server.kernel.ids import new_id
from server.kernel.settings import Settings

# More are no sign of a person with many devices.
MOST = 20
NAME_MOST = 60  # characters

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Begun:
    """A ceremony that the browser goes on with: options for it as JSON, and what it brings back in a cookie."""

    options: dict[str, Any]
    cookie: str


class Passkeys:
    """Both ceremonies. The challenge travels in a sealed cookie, and is noted as spent when it is answered."""

    def __init__(self, settings: Settings, seal: Seal) -> None:
        self._origin = settings.public_url
        self.host = urlsplit(settings.public_url).hostname or ""
        self._seal = seal

    @property
    def lifetime_seconds(self) -> int:
        """How long a ceremony may take."""
        return int(self._seal.lifetime.total_seconds())

    def begin_adding(self, person: Person, existing: list[Passkey], now: datetime) -> Begun:
        """Options to make a new passkey for a person, on a device that has none of theirs yet."""
        options = generate_registration_options(
            rp_id=self.host,
            rp_name="Fairmatch",
            user_id=person.id.encode(),
            user_name=readable(person.email or ""),
            user_display_name=person.name,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in existing],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )
        return self._begun(options_to_json(options), options.challenge, person.id, now)

    def begin_signing_in(self, now: datetime) -> Begun:
        """Options to sign in with whatever passkey the person picks."""
        options = generate_authentication_options(
            rp_id=self.host, user_verification=UserVerificationRequirement.REQUIRED
        )
        return self._begun(options_to_json(options), options.challenge, "", now)

    async def add(self, uow: UnitOfWork, person: Person, answer: Any, cookie: str | None, name: str) -> Passkey:
        """Keep the passkey that a device made. Raises ProblemError 400 on anything that does not hold."""
        challenge = await self._challenge(uow, cookie, person.id)
        try:
            made = verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except Exception as error:
            raise _unreadable(error) from error
        if await _by_credential(uow.session, made.credential_id) is not None:
            raise refused()
        passkey = Passkey(
            id=new_id(),
            person_id=person.id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=name,
            created_at=uow.clock.now(),
        )
        uow.session.add(passkey)
        return passkey

    async def sign_in(self, uow: UnitOfWork, answer: Any, cookie: str | None) -> Person:
        """Whose passkey signed. Raises ProblemError 400 on anything that does not hold."""
        challenge = await self._challenge(uow, cookie, "")
        passkey = await _by_credential(uow.session, _credential_id(answer))
        person = await uow.session.get(Person, passkey.person_id) if passkey else None
        if passkey is None or person is None or person.erased_at is not None:
            raise refused()
        try:
            proven = verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except Exception as error:
            raise _unreadable(error) from error
        passkey.sign_count = proven.new_sign_count
        passkey.last_used_at = uow.clock.now()
        return person

    def _begun(self, options: str, challenge: bytes, person_id: str, now: datetime) -> Begun:
        cookie = self._seal.close({"challenge": bytes_to_base64url(challenge), "person": person_id}, now)
        return Begun(json.loads(options), cookie)

    async def _challenge(self, uow: UnitOfWork, cookie: str | None, person_id: str) -> bytes:
        """The challenge that this browser was given for this purpose, now spent."""
        begun = self._seal.open(cookie, uow.clock.now())
        if begun is None or begun["person"] != person_id:
            raise refused()
        if not await spend(uow, begun["challenge"], self._seal.lifetime):
            raise refused()
        return base64url_to_bytes(begun["challenge"])


async def of_person(session: AsyncSession, person_id: str) -> list[Passkey]:
    """A person's passkeys, the oldest first."""
    mine = select(Passkey).where(Passkey.person_id == person_id)
    return list(await session.scalars(mine.order_by(Passkey.created_at)))


def refused() -> ProblemError:
    """The one answer to every answer that does not hold: it says nothing about which accounts there are."""
    return ProblemError(400, "passkey_refused", "This passkey was not accepted.")


def _unreadable(error: Exception) -> ProblemError:
    """The answer to foreign bytes, whatever the parsers of CBOR, keys and certificates say about them."""
    log.info("passkey_refused", reason=type(error).__name__)
    return refused()


async def _by_credential(session: AsyncSession, credential_id: bytes) -> Passkey | None:
    return await session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def _credential_id(answer: Any) -> bytes:
    try:
        return base64url_to_bytes(answer["id"])
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise refused() from error
