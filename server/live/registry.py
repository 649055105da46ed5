"""Methods of the live line: described in `wire`, handled by features, allowed by the table of access."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.kernel.access import Access
from server.live.call import Handler
from server.live.wire.registry import MethodSpec, Protocol


class RegistryError(RuntimeError):
    """Descriptions, handlers and the table of access do not fit together: the server must not start."""


@dataclass(frozen=True, slots=True)
class Method:
    """Everything about one method."""

    spec: MethodSpec
    handler: Handler
    level: Access


class Registry:
    """Features add their handlers; `close` checks that nothing is missing and nothing is left over."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.methods: dict[str, Method] = {}
        self._handlers: dict[str, Handler] = {}

    def add(self, handlers: Mapping[str, Handler]) -> None:
        """Add a feature's handlers by method. Raises RegistryError on a method that is handled already."""
        for name in handlers:
            if name in self._handlers:
                raise RegistryError(f"{name} is handled twice")
        self._handlers.update(handlers)

    def close(self, levels: Mapping[str, Access]) -> None:
        """Fit all together. Raises RegistryError with everything that does not."""
        described, handled, allowed = self.protocol.methods.keys(), self._handlers.keys(), levels.keys()
        every = described | handled | allowed
        problems = [f"{name} is not described in server/live/wire" for name in sorted(every - described)]
        problems += [f"{name} has no handler" for name in sorted(every - handled)]
        problems += [f"{name} has no row in server/access.py" for name in sorted(every - allowed)]
        if problems:
            raise RegistryError("live methods: " + "; ".join(problems))
        specs = self.protocol.methods
        self.methods = {name: Method(specs[name], self._handlers[name], levels[name]) for name in specs}
