"""How often: mails, passwords, uploads. Limits per address are tight, those per network leave room for companies."""

from starlette.requests import Request

from people.tokens import digest
from server.kernel.parts import kernel_of
from server.kernel.rate import address_of

MAILS_TO_ADDRESS = "5 per 15 minute"
MAILS_FROM_NETWORK = "200 per hour"
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
    await kernel_of(request).limiter.spend_all(network, ("mail to", MAILS_TO_ADDRESS, digest(email)))


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
