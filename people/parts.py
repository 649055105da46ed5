"""What people stands on besides the kernel, composed at the start."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from starlette.requests import HTTPConnection

from people import erasure, queries
from people.acquaintance import Acquaintances
from people.affiliations import Affiliations
from people.approaches import Approaches
from people.own_data import OwnData
from people.passkeys import Passkeys
from people.passwords import Passwords
from people.photos import Photos
from people.seals import Seal
from people.single_sign_on import SingleSignOn
from server.kernel.parts import Kernel


@dataclass(frozen=True)
class People:
    """The parts, and where other features join in: `own_data`, `acquaintances`, `approaches`."""

    kernel: Kernel
    passwords: Passwords
    passkeys: Passkeys
    photos: Photos
    own_data: OwnData
    acquaintances: Acquaintances
    affiliations: Affiliations
    approaches: Approaches
    single_sign_on: SingleSignOn | None  # None: not configured
    sent: Seal  # remembers in the browser to which address a mail went

    @classmethod
    def build(cls, kernel: Kernel) -> Self:
        """Compose the parts; registers the jobs."""
        secret = kernel.settings.secret_bytes
        kernel.kept.register(queries.has_photo)
        own_data = OwnData(kernel)
        own_data.register("profile", erasure.collect, erasure.forget)
        return cls(
            kernel=kernel,
            passwords=Passwords(),
            passkeys=Passkeys(kernel.settings, Seal(secret, "passkey", timedelta(minutes=5))),
            photos=Photos(kernel),
            own_data=own_data,
            acquaintances=Acquaintances(),
            affiliations=Affiliations(),
            approaches=Approaches(),
            single_sign_on=SingleSignOn.of(kernel.settings, Seal(secret, "single sign-on", timedelta(minutes=10))),
            sent=Seal(secret, "mail sent", timedelta(minutes=30)),
        )

    async def stop(self) -> None:
        """Let threads and connections end."""
        self.passwords.close()
        self.photos.close()
        if self.single_sign_on is not None:
            await self.single_sign_on.close()


def people_of(connection: HTTPConnection) -> People:
    """The parts that serve this request."""
    people: People = connection.app.state.people
    return people
