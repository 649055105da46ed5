"""What a request brings, checked by the models of its operation; everything that is wrong is said at once."""

from collections.abc import Mapping, Sequence
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from directory.api.declared import FILE
from server.kernel.http import ProblemError
from server.kernel.json import read_json

# Refusals that are named: whoever has more wrong than this reads the description again.
ERRORS_MOST = 20


def parameters(request: Request, model: type[BaseModel]) -> BaseModel:
    """The parameters of the address. Raises ProblemError 422."""
    given: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        given.setdefault(name, []).append(value)
    several = {name for name, field in model.model_fields.items() if get_origin(field.annotation) is list}
    twice = [name for name, values in given.items() if len(values) > 1 and name not in several]
    if twice:
        raise refused([(f"?{name}", "It is there twice.") for name in twice])
    read = {name: values if name in several else values[0] for name, values in given.items()}
    try:
        return model.model_validate(read)
    except ValidationError as error:
        raise refused([(f"?{at[0]}" if at else "?", said) for at, said in _errors(error)]) from None


async def body(request: Request, model: type[BaseModel]) -> BaseModel:
    """The body as JSON. Raises ProblemError 415 for another type, 400 for what is no JSON, 422 for another shape."""
    if _kind(request) != "application/json":
        raise ProblemError(
            415, "json_wanted", "The body must be application/json.", headers={"accept": "application/json"}
        )
    try:
        return model.model_validate(await read_json(request))
    except ValidationError as error:
        raise refused([("".join(f"/{_pointed(step)}" for step in at), said) for at, said in _errors(error)]) from None


def check_is_file(request: Request) -> None:
    """Raises ProblemError 415 for a body that is not sent as a file."""
    if _kind(request) != FILE:
        raise ProblemError(415, "file_wanted", f"The body must be a file, as {FILE}.", headers={"accept": FILE})


async def file(request: Request) -> bytes:
    """The body as it is. Raises ProblemError 422 for an empty one."""
    found = await request.body()
    if not found:
        raise no_file()
    return found


def no_file() -> ProblemError:
    """The answer to an empty body where a file is wanted."""
    return refused([("", "The body is empty: a file is wanted.")])


def refused(errors: Sequence[tuple[str, str]], status: int = 422, code: str = "invalid") -> ProblemError:
    """The answer to values that are not taken: pairs of where they stand and why."""
    named = [{"at": at, "said": said} for at, said in errors[:ERRORS_MOST]]
    detail = named[0]["said"] if named else ""
    return ProblemError(status, code, detail, errors=named)


def against_the_rules(errors: Mapping[str, str]) -> ProblemError:
    """The answer to values of the right shape that a rule of their field refuses."""
    return refused(list(errors.items()), 409, "refused")


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _errors(error: ValidationError) -> list[tuple[tuple[Any, ...], str]]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [(each["loc"], f"{each['msg'].removeprefix('Value error, ')}.") for each in found]


def _pointed(step: object) -> str:
    """A step of a JSON pointer (RFC 6901)."""
    return str(step).replace("~", "~0").replace("/", "~1")
