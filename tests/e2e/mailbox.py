"""What a person finds in their mailbox."""

import asyncio
import re
from email import message_from_bytes, policy
from pathlib import Path

from tests.support.patience import PATIENCE_S
from tests.support.server_process import Servers

LOOK_EVERY_S = 0.05
SIGN_IN = re.compile(r"/sign-in/link\?token=[\w-]{43}")
INVITATION = re.compile(r"/invitation\?token=[\w-]{43}")
RENEWAL = re.compile(r"/needs/end/[^\s?]+\?do=renew")
FOUND = re.compile(r"/discover/saved|/o/[\w-]+")
LATER = re.compile(r"/meetings/[\w-]+/later/\d+")


async def link_to(servers: Servers, address: str, which: re.Pattern[str] = SIGN_IN) -> str:
    """The path of the link in the newest mail to an address that has one; waits for the mail."""
    return (await links_to(servers, address, which))[-1]


async def links_to(servers: Servers, address: str, which: re.Pattern[str], within: float = PATIENCE_S) -> list[str]:
    """The paths of all such links, the newest last; waits so many seconds for a mail with one."""
    for _ in range(int(within / LOOK_EVERY_S)):
        if found := _links(servers.backend.data / "mail", address, which):
            return found
        await asyncio.sleep(LOOK_EVERY_S)
    raise AssertionError(f"no mail to {address} in {within} s")


def _links(folder: Path, address: str, which: re.Pattern[str]) -> list[str]:
    mails = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml")))
    texts = (str(mail.get_body(("plain",)).get_content()) for mail in mails if mail["to"] == address)
    return [link for text in texts for link in which.findall(text)]
