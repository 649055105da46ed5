"""The kinds of values of which the API's models are made. What their schemas say is what is checked.

What a text may say beyond its length is decided by the rules of its field, which are the forms' as well.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic.annotated_handlers import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from directory.organisations.vocabulary import country_codes
from people import languages

# No column of PostgreSQL holds NUL, and our reader of JSON refuses it.
SOUND = r"^[^\x00]*$"
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)


class Given(BaseModel):
    """A part of a body that somebody sends. What is not described is refused."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Shown(BaseModel):
    """A part of an answer. What is unknown is an empty text, or null where it is a number, a day or a moment."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Query(BaseModel):
    """The parameters of an address. One that is not described is refused: a misspelt filter would filter nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class OneOf:
    """A text that is one of these codes."""

    codes: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A literal of these codes."""
        return core_schema.literal_schema(list(self.codes))


def one_of(codes: Iterable[str], *, unknown: bool = False) -> OneOf:
    """One of these codes; with `unknown` also an empty text."""
    return OneOf((*([""] if unknown else []), *codes))


def coded(codes: Iterable[str]) -> Any:
    """What the schema says of a code in an answer: examples, since what an older version has kept is shown, too."""
    return Field(examples=sorted(codes)[:3])


def up_to(most: int, least: int = 0) -> Any:
    """What the schema says of a text of so many characters."""
    return Field(min_length=least, max_length=most, pattern=SOUND)


def left_out() -> Any:
    """The default of a value that stays as it is when it is left out: it is never looked at, and no schema has it."""
    return Field(default_factory=lambda: None)


def _whole(value: Any) -> Any:
    """JSON knows one kind of number: 2.0 is 2."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _typed_number(value: Any) -> Any:
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueError("a whole number")
    return value


def _flag(value: Any) -> Any:
    if value not in ("true", "false", True, False):
        raise ValueError("true or false")
    return value in ("true", True)


def _moment(value: Any) -> Any:
    """A moment as RFC 3339 writes it, with its zone."""
    if not isinstance(value, str):
        return value
    found = _MOMENT.fullmatch(value)
    if found is None:
        raise ValueError("a moment with its zone, such as 2026-09-14T12:00:00Z")
    day, time, part, zone = found.groups()
    written = f"{day}T{time.replace(':60', ':59')}.{(part or '0').ljust(6, '0')}{zone.upper()}"
    try:
        return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("a moment that there was or will be") from None


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _uuid(value: Any) -> Any:
    if isinstance(value, str) and not _UUID.fullmatch(value):
        raise ValueError("an id")
    return value.lower() if isinstance(value, str) else value


# An id in an answer, and one that somebody sends.
Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
GivenId = Annotated[str, Field(json_schema_extra={"format": "uuid"}), AfterValidator(_uuid)]
Address = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Moment = Annotated[datetime, BeforeValidator(_moment), PlainSerializer(_written, return_type=str, when_used="json")]
Day = Annotated[date, BeforeValidator(_day)]
# Behind the bounds of a number in a body, and in an address.
WHOLE, TYPED, FLAG = BeforeValidator(_whole), BeforeValidator(_typed_number), BeforeValidator(_flag)
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Country = Annotated[str, one_of(sorted(country_codes()), unknown=True)]
LanguageCode = Annotated[str, one_of(sorted(code for code, _name in languages.choices("en")))]
