"""What a form brought: taken field by field, and shown again with everything in it when something is wrong."""

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from people.text import Rule, UnacceptableError
from web.i18n import translations
from web.render import locale_of

T = TypeVar("T")

# More fields than any form of ours has are refused before they are parsed.
FIELDS_MOST = 60


class Form:
    """The fields of a form, and what is wrong with them in the reader's language."""

    def __init__(self, data: FormData | None = None, locale: str = "en", /, **values: Any) -> None:
        self._data = data or FormData()
        self._gettext = translations(locale).gettext
        self._given = values
        self.errors: dict[str, str] = {}
        self.said = ""  # what is wrong with the form as a whole, such as that it was sent too often

    @classmethod
    async def of(cls, request: Request) -> "Form":
        """The form that a request brings. Raises what the kernel and the parser say of bad ones (413, 400)."""
        async with request.form(max_fields=FIELDS_MOST, max_files=0) as data:
            return cls(data, locale_of(request))

    def __getitem__(self, field: str) -> Any:
        """What to show in a field: as it was typed, else the value that the form was made with."""
        if field in self._data:
            return self.typed(field)
        return self._given.get(field, "")

    def __contains__(self, field: str) -> bool:
        """Whether the field came at all."""
        return field in self._data

    def typed(self, field: str) -> str:
        """The text as it came; empty when the field is missing or is a file."""
        value = self._data.get(field, "")
        return value if isinstance(value, str) else ""

    def all(self, field: str) -> list[str]:
        """Every value of a field that may come several times, or those that the form was made with."""
        if not self._data:
            return list(self._given.get(field, ()))
        return [value for value in self._data.getlist(field) if isinstance(value, str)]

    def take(self, field: str, rule: Rule[T], otherwise: T) -> T:
        """The field's value by a rule; when the rule refuses it, the reason is noted and `otherwise` returned."""
        return self.check(field, lambda: rule(self.typed(field)), otherwise)

    def check(self, field: str, rule: Callable[[], T], otherwise: T) -> T:
        """Whatever `rule` makes; a refusal is noted at the field."""
        try:
            return rule()
        except UnacceptableError as refused:
            self.refuse(field, refused.text, **refused.params)
            return otherwise

    def refuse(self, field: str, text: str, **params: Any) -> None:
        """Note why a field is not taken, once; `text` is a message id."""
        self.errors.setdefault(field, self._say(text, params))

    def say(self, text: str, **params: Any) -> None:
        """Note what is wrong with the form as a whole; `text` is a message id."""
        self.said = self._say(text, params)

    @property
    def good(self) -> bool:
        """Whether nothing was refused."""
        return not self.errors and not self.said

    def focus(self, field: str) -> dict[str, bool]:
        """Attributes for a field's control: the first one that was refused gets the focus."""
        return {"autofocus": True} if field == next(iter(self.errors), "") else {}

    def summary(self, prefix: str = "") -> list[tuple[str, str]]:
        """Pairs of a control's id (the field's name after a prefix) and what is wrong with it."""
        return [(f"{prefix}{field}", text) for field, text in self.errors.items()]

    def _say(self, text: str, params: dict[str, Any]) -> str:
        told = self._gettext(text)
        return told % params if params else told


async def uploaded(request: Request, field: str) -> bytes:
    """The content of the one file that a form brings; empty when none was chosen."""
    async with request.form(max_fields=FIELDS_MOST, max_files=1) as data:
        value = data.get(field)
        return await value.read() if isinstance(value, UploadFile) else b""
