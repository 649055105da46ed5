"""Pages of lists that are short enough to be counted: how many of them stand before this one is in the address."""

from starlette.requests import Request

from server.kernel.http import not_found

# More than any such list has, and less than a database cannot count to.
_DIGITS = 7


def offset_in(request: Request, name: str = "after") -> int:
    """How many of a list stand on earlier pages. Raises ProblemError 404 for what our pages do not say."""
    given = request.query_params.get(name, "0")
    if not (given.isascii() and given.isdecimal() and len(given) <= _DIGITS):
        raise not_found()
    return int(given)
