"""Decisions about requests for contact, without database and clock: what a request costs, and when it comes back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from web.i18n import N_

# Requests that an organisation can send in a day. Few enough to be chosen with care; answered ones come back at once.
DAILY = 5
DAY = timedelta(hours=24)
# What "not relevant" costs the sender, on top of the request itself, and for how long.
PENALTY = 2
PENALTY_FOR = timedelta(days=7)
# Requests that wait for an answer at the same time: whoever has so many asked too many people.
WAITING_MOST = 30
# After that long a request that nobody answered is over.
EXPIRES_AFTER = timedelta(days=30)
# After a refusal, or "not relevant", the same organisation is asked again at the earliest so much later.
AGAIN_AFTER = timedelta(days=90)

STATES = ("waiting", "accepted", "declined", "not_relevant", "expired")
WAITING, ACCEPTED, DECLINED, NOT_RELEVANT, EXPIRED = STATES

# Characters of what is asked and of what is offered: both must be there.
TEXT_MOST, TEXT_LEAST = 600, 20
# Of a refusal in own words.
WORDS_MOST = 600

# A response rate is shown from so many requests on; the younger ones that wait are not held against anybody.
RATE_FROM = 5
RATE_GRACE = timedelta(days=3)
RATE_OVER = timedelta(days=180)

# Prepared reasons of a refusal.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "no_time": N_("We have no time for it at present."),
        "have_one": N_("We already work with somebody."),
        "wrong_people": N_("We are not the right ones for this."),
        "own": "",
    }
)


@dataclass(frozen=True)
class Sent:
    """A request of an organisation, as far as its budget goes."""

    at: datetime
    state: str
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Budget:
    """What an organisation can send now. `next_at`: when the next one comes back by itself; None: nothing is spent."""

    left: int
    waiting: int
    next_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether another request may go."""
        return self.left > 0 and self.waiting < WAITING_MOST


def budget(sent: Iterable[Sent], now: datetime) -> Budget:
    """What is left of the daily budget.

    A request takes one of `DAILY`; it comes back when it is answered, at the latest after a day. One that was marked
    as not relevant stays taken and takes `PENALTY` more, for `PENALTY_FOR` after it was marked.
    """
    requests = list(sent)
    until = [moment for each in requests for moment in _taken_until(each) if moment > now]
    waiting = sum(1 for each in requests if each.state == WAITING and not is_over(each.at, now))
    return Budget(max(0, DAILY - len(until)), waiting, min(until, default=None))


def _taken_until(request: Sent) -> list[datetime]:
    """When each of the units that a request takes comes back."""
    if request.state == NOT_RELEVANT and request.answered_at is not None:
        return [request.answered_at + PENALTY_FOR] * (1 + PENALTY)
    return [request.at + DAY] if request.state == WAITING else []


def is_over(at: datetime, now: datetime) -> bool:
    """Whether a request of this moment, which nobody has answered, waits no more."""
    return at <= now - EXPIRES_AFTER


def may_ask_again(last: Sent | None, now: datetime) -> bool:
    """Whether an organisation may be asked by one that has asked it before."""
    if last is None:
        return True
    if last.state == WAITING:
        return is_over(last.at, now)
    return last.answered_at is None or last.answered_at <= now - AGAIN_AFTER


@dataclass(frozen=True)
class ResponseRate:
    """How an organisation answers: of how many requests so many, and within how many hours on average."""

    asked: int
    answered: int
    hours: float

    @property
    def percent(self) -> int:
        """Answered ones of a hundred."""
        return round(100 * self.answered / self.asked)

    @property
    def telling(self) -> bool:
        """Whether there are enough of them to say something."""
        return self.asked >= RATE_FROM
