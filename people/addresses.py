"""Mail addresses: one spelling for each, and nothing that only looks like one."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from people.text import DECOMPOSED, UnacceptableError
from web.i18n import N_

# Characters, by RFC 5321 (path of 256 without its brackets).
MOST = 254


def normalise(text: str) -> str:
    """The one spelling under which an address is kept: lower case, the domain in ASCII.

    A domain in other scripts is kept as `xn--...`, so that a look-alike is another address in
    every comparison. Raises UnacceptableError.
    """
    if len(text) > DECOMPOSED * MOST:
        raise _no_address()
    try:
        checked = validate_email(text.strip(" "), check_deliverability=False, allow_smtputf8=False, strict=True)
    except (EmailNotValidError, UnicodeError):
        raise _no_address() from None
    address = checked.ascii_email
    if address is None or len(address) > MOST:
        raise _no_address()
    return address.lower()


def mailbox(address: str) -> str:
    """Where the mails to a (normalised) address come together: `ada+fair@` and `ada+news@` are both read by `ada@`.

    For counting alone: elsewhere the two may be two people.
    """
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def _no_address() -> UnacceptableError:
    return UnacceptableError(N_("That is not a mail address we can write to."))


def readable(address: str) -> str:
    """An address as people know it: a domain of Latin letters decoded, any other one as it is kept.

    Cyrillic or Greek letters that look like Latin ones thus stay visible as `xn--...`.
    """
    local, _, domain = address.rpartition("@")
    try:
        decoded = domain.encode("ascii").decode("idna")
    except UnicodeError:
        return address
    return f"{local}@{decoded}" if all(_is_plain(character) for character in decoded) else address


def _is_plain(character: str) -> bool:
    return character in ".-" or character.isdigit() or unicodedata.name(character, "").startswith("LATIN SMALL LETTER")
