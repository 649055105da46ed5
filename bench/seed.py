"""A data folder full of people, for measuring: signed in, members of one fair, each in two direct conversations.

    python -m bench.seed --data FOLDER --people 1000 --hello FILE

Writes a hello frame for each person into the file, in which they come back with a resume token and ask for five topics,
and prints the topic of the lobby's channel. Rows are written through the project's own tables and database, in bulk:
signing in a thousand people one by one measures something else.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from chat.model import DIRECT, ROOM, Channel, ChannelMember
from chat.rules import direct_key
from fairs.model import Fair, Membership
from fairs.rules import BASE_ROLE
from people.model import Person, SignInSession
from people.sessions import Method
from people.tokens import digest, new_token
from rooms.model import LOBBY, Room
from server import models  # noqa: F401 - so that the foreign keys of all tables are known
from server.app import create_kernel
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.migrate import upgrade
from server.kernel.settings import Settings
from server.live import topics
from server.live.resume import Resume, sealed

VALID_FOR = timedelta(hours=1)
Values = dict[str, Any]


@dataclass(frozen=True)
class Somebody:
    """One of the people: the ids of the person, of their session, and of the conversation with the next one."""

    person: str
    session: str
    conversation: str


@dataclass(frozen=True)
class Place:
    """Where they all are."""

    fair: str
    lobby: str
    channel: str


async def fill(settings: Settings, people: int) -> tuple[Place, list[Somebody]]:
    """Bring the database up to date and everybody into it."""
    kernel = create_kernel(settings)
    place = Place(new_id(), new_id(), new_id())
    everybody = [Somebody(new_id(), new_id(), new_id()) for _ in range(people)]
    try:
        await upgrade(kernel.database)
        async with kernel.database.write() as work:
            await _add_people(work, everybody)
            await _add_place(work, place, everybody)
            await _add_conversations(work, everybody)
    finally:
        await kernel.database.close()
    return place, everybody


async def _add_people(work: UnitOfWork, everybody: Sequence[Somebody]) -> None:
    now = work.clock.now()
    persons = [_person(number, one.person, now) for number, one in enumerate(everybody)]
    await work.session.execute(insert(Person), persons)
    await work.session.execute(insert(SignInSession), [_session(one, now) for one in everybody])


def _person(number: int, id: str, now: datetime) -> Values:
    return {
        "id": id,
        "name": f"Visitor {number:04}",
        "email": f"visitor-{number:04}@bench.example",
        "email_confirmed_at": now,
        "locale": "en",
        "time_zone": "Europe/Vienna",
        "created_at": now,
    }


def _session(one: Somebody, now: datetime) -> Values:
    return {
        "id": one.session,
        "person_id": one.person,
        "token_hash": digest(new_token()),
        "method": Method.LINK,
        "user_agent": "Load client",
        "created_at": now,
        "last_seen_at": now,
    }


async def _add_place(work: UnitOfWork, place: Place, everybody: Sequence[Somebody]) -> None:
    now = work.clock.now()
    fair: Values = {
        "id": place.fair,
        "slug": "bench",
        "name": "Fair of figures",
        "tagline": "",
        "starts_on": now.date(),
        "ends_on": now.date(),
        "counted_from": now.date(),
        "time_zone": "Europe/Vienna",
        "created_at": now,
    }
    members: list[Values] = [
        {"fair_id": place.fair, "person_id": one.person, "role": BASE_ROLE, "since": now} for one in everybody
    ]
    lobby = {"id": place.lobby, "fair_id": place.fair, "kind": LOBBY, "slug": LOBBY, "name": ""}
    channel = {"id": place.channel, "kind": ROOM, "room_id": place.lobby, "created_at": now}
    for table, rows in ((Fair, [fair]), (Membership, members), (Room, [lobby]), (Channel, [channel])):
        await work.session.execute(insert(table), rows)


async def _add_conversations(work: UnitOfWork, everybody: Sequence[Somebody]) -> None:
    """Everybody has one with the next: two for each, in a ring."""
    now = work.clock.now()
    pairs = list(zip(everybody, [*everybody[1:], everybody[0]], strict=True))
    channels: list[Values] = [
        {"id": a.conversation, "kind": DIRECT, "direct_key": direct_key(a.person, b.person), "created_at": now}
        for a, b in pairs
    ]
    members: list[Values] = [
        {"channel_id": a.conversation, "person_id": person} for a, b in pairs for person in (a.person, b.person)
    ]
    await work.session.execute(insert(Channel), channels)
    await work.session.execute(insert(ChannelMember), members)


def hellos(settings: Settings, place: Place, everybody: Sequence[Somebody], now: datetime) -> list[str]:
    """Everybody's first frame."""
    common = [topics.chat(place.channel), topics.room(place.lobby)]
    frames = []
    for number, one in enumerate(everybody):
        own = [everybody[number - 1].conversation, one.conversation]
        wanted = [*common, topics.person(one.person), *(topics.chat(id) for id in own)]
        token = sealed(settings.secret_bytes, Resume(one.person, one.session), now + VALID_FOR)
        params = {"resume": token, "channels": dict.fromkeys(wanted)}
        frames.append(json.dumps({"i": 1, "m": "hello", "p": params}))
    return frames


def main() -> None:
    """Fill the data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--hello", type=Path, required=True)
    options = parser.parse_args()
    given: Values = {"data": options.data}
    settings = Settings(**given)
    place, everybody = asyncio.run(fill(settings, max(3, options.people)))
    frames = hellos(settings, place, everybody, create_kernel(settings).clock.now())
    options.hello.write_text("\n".join(frames) + "\n")
    print(topics.chat(place.channel))


if __name__ == "__main__":
    main()
