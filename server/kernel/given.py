"""Settings as they were given: read, or refused with a sentence for each that cannot be; and names that are none."""

import difflib
import types
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from server.kernel.refusal import StartRefused
from server.kernel.settings import Settings

_KINDS = {bool: "true or false", int: "a whole number", float: "a number", list: 'a list as in ["one", "two"]'}
# Not settings, and yet read from the environment: by the tests and by a point at which they have a server fail.
_OF_TESTS = ("test_", "failpoint")


class UnreadableSettings(StartRefused):
    """Settings that cannot be read; `wrong` has a sentence for each."""

    def __init__(self, wrong: list[str]) -> None:
        super().__init__(" ".join(wrong))
        self.wrong = wrong


def read_settings(**typed: Any) -> Settings:
    """The settings, with what was typed put over them. Raises UnreadableSettings, which repeats no value: it may be a
    secret."""
    try:
        return Settings(**typed)
    except ValidationError as error:
        names = dict.fromkeys(str(each["loc"][0]) for each in error.errors(include_input=False))
        raise UnreadableSettings([_sentence(name) for name in names]) from None


def unknown_settings() -> dict[str, str]:
    """Names that were given and look like settings and are none, each with the setting that may be meant."""
    given = {**DotEnvSettingsSource(Settings).env_vars, **EnvSettingsSource(Settings).env_vars}
    prefix = variable("").lower()
    names = [name.removeprefix(prefix) for name in sorted(given) if name.startswith(prefix)]
    strange = [name for name in names if name not in Settings.model_fields and not name.startswith(_OF_TESTS)]
    return {variable(name): _nearest(name) for name in strange}


def variable(name: str) -> str:
    """A setting's name in the environment."""
    return f"{Settings.model_config['env_prefix']}{name.upper()}"


def _nearest(name: str) -> str:
    return next(map(variable, difflib.get_close_matches(name, Settings.model_fields, n=1)), "")


def _sentence(name: str) -> str:
    return f"{variable(name)} must be {_wanted(Settings.model_fields[name])}."


def _wanted(field: FieldInfo) -> str:
    kind: Any = field.annotation
    if get_origin(kind) is Literal:
        return " or ".join(get_args(kind))
    kind = get_origin(kind) if isinstance(kind, types.GenericAlias) else kind
    least = next((rule.ge for rule in field.metadata if isinstance(rule, Ge)), None)
    most = next((rule.le for rule in field.metadata if isinstance(rule, Le)), None)
    span = "" if least is None else f" from {least}" if most is None else f" from {least} to {most}"
    return f"{_KINDS.get(kind, 'a text')}{span}"
