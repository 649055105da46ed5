"""How often: mails, passwords, uploads. Limits per address are tight, those per network leave room for companies."""

from starlette.requests import Request

from people.addresses import mailbox
from people.tokens import digest
from server.kernel.parts import kernel_of
from server.kernel.rate import address_of

MAILS_TO_ADDRESS = "5 per 15 minute"
MAILS_FROM_NETWORK = "200 per hour"
# Invitations into organisations: of one person, of one person to one address, and to one address by everybody.
INVITATIONS, INVITATIONS_OF_ONE, INVITATIONS_TO_ADDRESS = "40 per day", "10 per day", "20 per day"
# Guesses at one account. The way in by mail stays open meanwhile.
PASSWORDS_OF_ADDRESS = "10 per 15 minute"
PASSWORDS_FROM_NETWORK = "200 per 15 minute"
PASSKEYS_FROM_NETWORK = "300 per 15 minute"
PHOTOS = "20 per hour"
ARCHIVES = "6 per hour"
# Password, address, erasure: what asks for a proof, each person.
PROOFS = "20 per 15 minute"


async def mail_may_go(request: Request, email: str) -> None:
    """Count a mail to an address that a stranger typed. Raises ProblemError 429."""
    network = ("mail from", MAILS_FROM_NETWORK, address_of(request))
    await kernel_of(request).limiter.spend_all(network, ("mail to", MAILS_TO_ADDRESS, _reader(email)))


async def invitation_may_go(request: Request, email: str) -> None:
    """Count an invitation that the signed-in person sends to an address. Raises ProblemError 429."""
    person_id, reader = request.state.person.id, _reader(email)
    await kernel_of(request).limiter.spend_all(
        ("invitation", INVITATIONS, person_id),
        ("invitation to", INVITATIONS_OF_ONE, person_id, reader),
        ("invited", INVITATIONS_TO_ADDRESS, reader),
    )


async def password_may_be_tried(request: Request, email: str) -> None:
    """Count an attempt to sign in with a password. Raises ProblemError 429."""
    network = ("password from", PASSWORDS_FROM_NETWORK, address_of(request))
    await kernel_of(request).limiter.spend_all(network, ("password of", PASSWORDS_OF_ADDRESS, digest(email)))


async def passkey_may_be_tried(request: Request) -> None:
    """Count an attempt to sign in with a passkey. Raises ProblemError 429."""
    await kernel_of(request).limiter.spend("passkey", PASSKEYS_FROM_NETWORK, address_of(request))


async def may(request: Request, what: str, limit: str) -> None:
    """Count something that the signed-in person does. Raises ProblemError 429."""
    await kernel_of(request).limiter.spend(what, limit, request.state.person.id)


def _reader(email: str) -> str:
    """Who reads an address, for counting."""
    return digest(mailbox(email))
