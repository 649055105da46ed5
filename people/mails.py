"""Mails about accounts. None of them carries anything that a stranger typed into a form: not even a name."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel
from web.i18n import N_, translations


class Change(StrEnum):
    """What a person is told about, because somebody else might have done it."""

    PASSWORD_SET = "password set"  # noqa: S105 - the name of a change
    PASSWORD_REMOVED = "password removed"  # noqa: S105
    PASSKEY_ADDED = "passkey added"
    PASSKEY_REMOVED = "passkey removed"
    TOKEN_MADE = "token made"  # noqa: S105


@dataclass(frozen=True)
class Letter:
    """A mail that we write: its template below templates/mail, and its subject as a message id."""

    template: str
    subject: str


SIGN_IN = Letter("sign_in", N_("Your sign-in link"))
NO_ACCOUNT = Letter("no_account", N_("No account with this address yet"))
CONFIRM = Letter("confirm", N_("Please confirm your address"))
ALREADY = Letter("already", N_("You already have an account"))
NEW_ADDRESS = Letter("new_address", N_("Please confirm your new address"))
ADDRESS_CHANGED = Letter("address_changed", N_("Your address was changed"))
SECURITY = Letter("security", N_("Your sign-in was changed"))
ERASED = Letter("erased", N_("Your account is erased"))


async def send(kernel: Kernel, uow: UnitOfWork, to: str, letter: Letter, locale: str, **context: Any) -> None:
    """Have a letter sent after the commit, in the receiver's language."""
    subject = translations(locale).gettext(letter.subject)
    context |= {"home": kernel.settings.public_url, "to": to}
    await kernel.mail.send(uow, to=to, subject=subject, template=letter.template, context=context, locale=locale)
