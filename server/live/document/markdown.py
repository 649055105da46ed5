"""The protocol as a guide to read: prose, then a table for every message."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from server.live.document.schemas import fields_of, schemas_of, words_of
from server.live.wire.codes import ERRORS, Close, meaning
from server.live.wire.registry import EventSpec, Form, Protocol

GUIDE = Path(__file__).with_name("guide.md")
_FORMS = {
    Form.DURABLE: "durable: never lost, numbered by `s`",
    Form.STATE: "state: only the latest counts, by `v`",
    Form.PASSING: "passing: may be dropped",
}


def guide_of(protocol: Protocol) -> str:
    """The whole document."""
    schemas = schemas_of(protocol)
    shown: set[str] = set()
    parts = [GUIDE.read_text().rstrip(), "## Methods", *_methods(protocol, schemas, shown)]
    parts += ["## Events", *_events(protocol, schemas, shown)]
    parts += ["## Snapshots", *_snapshots(protocol, schemas, shown)]
    rest = [name for name in schemas if name not in shown]
    parts += ["## Parts of messages", *(_part(name, schemas) for name in rest)]
    parts += ["## Error codes", _errors(), "## Close codes", _closes()]
    return "\n\n".join(parts) + "\n"


def _methods(protocol: Protocol, schemas: Mapping[str, Any], shown: set[str]) -> Iterator[str]:
    for name, spec in protocol.methods.items():
        shown |= {spec.params.__name__, spec.result.__name__}
        yield f"### `{name}`"
        yield _text(spec.params)
        yield from _table("p", schemas[spec.params.__name__])
        yield f"Answer: {_text(spec.result)}"
        yield from _table("r", schemas[spec.result.__name__])


def _events(protocol: Protocol, schemas: Mapping[str, Any], shown: set[str]) -> Iterator[str]:
    for event in sorted(protocol.events, key=lambda each: (each.namespace, each.kind)):
        shown.add(event.data.__name__)
        yield f"### `{event.kind}` on {_topics(event)}"
        yield f"{_text(event.data)} ({_FORMS[event.form]})"
        yield from _table("d", schemas[event.data.__name__])


def _snapshots(protocol: Protocol, schemas: Mapping[str, Any], shown: set[str]) -> Iterator[str]:
    for namespace, model in protocol.snapshots.items():
        shown.add(model.__name__)
        yield f"### `{namespace}:<id>`"
        yield _text(model)
        yield from _table("snapshot", schemas[model.__name__])


def _part(name: str, schemas: Mapping[str, Any]) -> str:
    schema = schemas[name]
    return "\n\n".join([f"### {name}", schema.get("description", ""), *_table("field", schema)])


def _table(head: str, schema: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    for name, field, needed in fields_of(schema):
        shown = f"`{name}`" if needed else f"`{name}` (optional)"
        rows.append(f"| {shown} | {_cell(words_of(field))} | {_cell(field.get('description', ''))} |")
    if rows:
        yield "\n".join([f"| `{head}` | type | meaning |", "| --- | --- | --- |", *rows])


def _errors() -> str:
    rows = [f"| `{code}` | {'yes' if each.retry else 'no'} | {each.meaning} |" for code, each in ERRORS.items()]
    return "\n".join(["| code | retry | meaning |", "| --- | --- | --- |", *rows])


def _closes() -> str:
    rows = [f"| {int(code)} | {'yes' if code.come_back else 'no'} | {meaning(code)} |" for code in Close]
    return "\n".join(["| code | come back | meaning |", "| --- | --- | --- |", *rows])


def _topics(event: EventSpec) -> str:
    return "any topic" if event.namespace == "*" else f"`{event.namespace}:<id>`"


def _text(model: type) -> str:
    return " ".join((model.__doc__ or "").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
