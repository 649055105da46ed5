"""The messages as JSDoc types for the browser's half."""

from collections.abc import Iterator, Mapping
from typing import Any

from server.live.document.schemas import fields_of, schemas_of, words_of
from server.live.wire.codes import ERRORS
from server.live.wire.registry import Form, Protocol

_HEAD = """\
// Made by `python -m server.live.document` from the messages in server/live/wire. Change those, not this.

"""
_WIDTH = 120


def types_of(protocol: Protocol) -> str:
    """The whole module: types only, nothing runs."""
    # All in one comment: a type is looked up by its name, and three lines around each would be a third of the file.
    parts = [_comment([line for name, schema in schemas_of(protocol).items() for line in _typedef(name, schema)])]
    parts += [_error_codes(), _methods(protocol), *_events(protocol), _snapshots(protocol)]
    return _HEAD + "\n\n".join(parts) + "\n\nexport {};\n"


def _typedef(name: str, schema: Mapping[str, Any]) -> list[str]:
    lines = [f"@typedef {{object}} {name}", *_wrapped(schema.get("description", ""), "  ", "  ")]
    for field, described, needed in fields_of(schema):
        shown = field if needed else f"[{field}]"
        text = described.get("description", "")
        lines += _wrapped(text, "  ", f"@property {{{words_of(described)}}} {shown} ")
    return lines


def _error_codes() -> str:
    return _comment([f"@typedef {{{' | '.join(_quoted(code) for code in ERRORS)}}} ErrorCode"])


def _methods(protocol: Protocol) -> str:
    lines = ["Every method with its parameters and its answer.", "", "@typedef {{"]
    for name, spec in protocol.methods.items():
        lines.append(f'  "{name}": {{ params: {spec.params.__name__}, result: {spec.result.__name__} }},')
    return _comment([*lines, "}} Methods"])


def _events(protocol: Protocol) -> Iterator[str]:
    for form in Form:
        lines = [f"Every {form.value} event with its data.", "", "@typedef {{"]
        kinds = {each.kind: each.data.__name__ for each in protocol.events if each.form is form}
        lines += [f'  "{kind}": {data},' for kind, data in kinds.items()]
        yield _comment([*lines, f"}}}} {form.value.title()}Events"])


def _snapshots(protocol: Protocol) -> str:
    lines = ["What a newcomer is given, by the kind of topic.", "", "@typedef {{"]
    lines += [f"  {name}: {model.__name__}," for name, model in protocol.snapshots.items()]
    return _comment([*lines, "}} Snapshots"])


def _quoted(text: str) -> str:
    return f'"{text}"'


def _comment(lines: list[str]) -> str:
    body = "\n".join(f" * {line}".rstrip() for line in lines)
    return f"/**\n{body}\n */"


def _wrapped(text: str, indent: str, first: str = "") -> list[str]:
    """The text in lines that fit; those after the first begin with `indent`."""
    lines = [first]
    for word in text.split():
        if len(lines[-1]) + 1 + len(word) > _WIDTH - len(" * "):
            lines.append(indent + word)
        else:
            lines[-1] += word if lines[-1] in ("", indent) else f" {word}"
    return [line for line in lines if line.strip()]
