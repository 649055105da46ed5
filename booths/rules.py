"""When talks are, and who speaks, without database and clock."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from people.text import LINE_MOST, UnacceptableError, name, one_line
from web.i18n import N_

# Characters of a title: two lines on a phone; and of what it is about: a page.
TITLE_MOST, TEXT_MOST = 120, 5_000
# People of one talk: a panel is larger than a pair, and smaller than its audience.
SPEAKERS_MOST = 12
# Minutes that a talk takes.
SHORTEST, LONGEST = 5, 480
# Talks and rooms of one fair: a congress has some hundred; beyond it lies a program that went wild.
TALKS_MOST, ROOMS_MOST = 1_000, 200
DAY = 24 * 60
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True)
class When:
    """A talk's place in a fair: the number of its day (0 is `Fair.counted_from`), minutes after midnight, and how many
    of them it takes."""

    day: int
    begins: int
    minutes: int

    @property
    def ends(self) -> int:
        """Minutes after midnight at which it is over."""
        return self.begins + self.minutes

    def overlaps(self, other: "When") -> bool:
        """Whether both are going on at some minute. One may begin when another ends."""
        return self.day == other.day and self.begins < other.ends and other.begins < self.ends

    def moments(self, counted_from: date, zone: str) -> tuple[datetime, datetime]:
        """When it begins and ends, in UTC, at a fair whose days are counted from this one in this zone."""
        midnight = datetime.combine(counted_from + timedelta(days=self.day), datetime.min.time(), ZoneInfo(zone))
        begins = (midnight + timedelta(minutes=self.begins)).astimezone(UTC)
        return begins, begins + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Speaker:
    """Somebody who speaks: a name, and who they are on one line, which may be empty."""

    name: str
    line: str = ""


def speakers_of(typed: str) -> tuple[Speaker, ...]:
    """The people of a talk as they are typed: one on a line, who they are behind a comma. Raises UnacceptableError."""
    rows = (row.partition(",") for row in typed.splitlines() if row.strip(" ,"))
    return listed([(called, said) for called, _comma, said in rows])


def listed(people: Iterable[tuple[str, str]]) -> tuple[Speaker, ...]:
    """People by their names and lines, each name once. Raises UnacceptableError."""
    # A comma ends a name where people are typed.
    clean = [Speaker(name(called.replace(",", " ")), one_line(LINE_MOST)(said)) for called, said in people]
    found = tuple({each.name: each for each in clean}.values())
    if len(found) > SPEAKERS_MOST:
        raise UnacceptableError(N_("At most %(most)s people, please."), most=SPEAKERS_MOST)
    return found


def typed_as(people: Iterable[Speaker]) -> str:
    """The same people as somebody would have typed them, see `speakers_of`."""
    return "\n".join(f"{each.name}, {each.line}" if each.line else each.name for each in people)


def minutes_of(clock: str) -> int | None:
    """Minutes after midnight of a time such as 14:30; None for what is no time."""
    found = _CLOCK.fullmatch(clock)
    return int(found[1]) * 60 + int(found[2]) if found else None


def clock_of(minutes: int) -> str:
    """A time such as 14:30, of minutes after midnight."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def wrong_with(when: When, days: range, others: Iterable[When]) -> str | None:
    """Why a talk cannot be then, at a fair with days of these numbers: a code, see `actions.RefusedError`. `others` are
    on the same stage."""
    if when.day not in days:
        return "no_such_day"
    if not SHORTEST <= when.minutes <= LONGEST or when.ends > DAY:
        return "too_long"
    return "stage_taken" if any(when.overlaps(other) for other in others) else None
