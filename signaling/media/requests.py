"""What requests to a node say: read, or refused."""

from typing import Any

from pydantic import ValidationError

from signaling import protocol
from signaling.media.sdp import Offer, SdpError, parse_offer
from signaling.protocol import MediaError


def offered(sdp: str) -> Offer:
    """An offer, read. Raises MediaError."""
    try:
        return parse_offer(sdp)
    except SdpError as error:
        raise MediaError("bad_request", f"sdp: {error}") from None


def given_to(methods: dict[str, tuple[type[protocol.Frame], type[protocol.Frame]]], method: str, params: Any) -> Any:
    """What a request says. Raises MediaError."""
    spec = methods.get(method)
    if spec is None:
        raise MediaError("unknown_method", method)
    try:
        return spec[0].model_validate(params)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise MediaError("bad_request", f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
