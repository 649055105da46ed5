"""All methods and events of the protocol, found in the modules of this package."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import ModuleType
from typing import TypeVar

from server.live.wire.message import Message, Params, Result

V = TypeVar("V")


class Form(Enum):
    """How an event may be lost."""

    DURABLE = "durable"  # never: it has a place in the channel's log
    STATE = "state"  # all but the latest
    PASSING = "passing"  # any time


@dataclass(frozen=True, slots=True)
class MethodSpec:
    """A method: its parameters, its answer, and which parameter names the topic that it acts on.

    `large`: its answer may hold a channel's history, so a connection gets such answers one after another.
    `ordered`: what is asked later counts on what was asked before, so a connection's are carried out one after another.
    """

    params: type[Params]
    result: type[Result]
    topic: str | None = None
    large: bool = False
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class EventSpec:
    """An event: on which topics (a namespace, or * for all), its kind, how it may be lost, and its data."""

    namespace: str
    kind: str
    form: Form
    data: type[Message]


@dataclass(frozen=True, slots=True)
class Protocol:
    """Everything that may cross the line."""

    methods: Mapping[str, MethodSpec] = field(default_factory=dict)
    events: tuple[EventSpec, ...] = ()
    snapshots: Mapping[str, type[Message]] = field(default_factory=dict)


def discover() -> Protocol:
    """Collect METHODS, EVENTS and SNAPSHOTS of every module in this package. Raises ValueError on a name twice."""
    methods: dict[str, MethodSpec] = {}
    events: list[EventSpec] = []
    snapshots: dict[str, type[Message]] = {}
    for module in _modules():
        _merge(methods, getattr(module, "METHODS", {}))
        _merge(snapshots, getattr(module, "SNAPSHOTS", {}))
        events += getattr(module, "EVENTS", [])
    if len({(each.namespace, each.kind) for each in events}) != len(events):
        raise ValueError("an event is described twice")
    return Protocol(methods, tuple(events), snapshots)


def _modules() -> Iterator[ModuleType]:
    package = importlib.import_module(__package__ or "")
    names = sorted(each.name for each in pkgutil.iter_modules(package.__path__))
    return (importlib.import_module(f"{__package__}.{name}") for name in names)


def _merge(into: dict[str, V], more: Mapping[str, V]) -> None:
    for name in more:
        if name in into:
            raise ValueError(f"{name} is described twice")
    into.update(more)
