"""The messages as JSDoc types for the browser's half."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from server.live.document.schemas import fields_of, modules_of, schemas_of, words_of
from server.live.wire.codes import ERRORS
from server.live.wire.registry import Form, Protocol

_HEAD = """\
// Made by `python -m server.live.document` from the messages in server/live/wire. Change those, not this.

"""
_WIDTH = 120

Refer = Callable[[str], str]


# The modules of the wire whose types stand in `types.js`; every other one has a file of its own, `types-<module>.js`.
_TOGETHER = frozenset({"chat", "message", "room", "session"})


def types_of(protocol: Protocol) -> dict[str, str]:
    """Every module by the name of its file: types only, nothing runs."""
    places = {name: _file_of(module) for name, module in modules_of(protocol).items()}
    schemas = schemas_of(protocol)
    texts = {}
    for file in ["types.js", *sorted(set(places.values()) - {"types.js"})]:
        refer = _references(file, places)
        # All in one comment: a type is looked up by its name, and three lines around each would be a third of the file.
        own = [(name, schema) for name, schema in schemas.items() if places.get(name, "types.js") == file]
        parts = [_comment([line for name, schema in own for line in _typedef(name, schema, refer)])]
        if file == "types.js":
            parts += [_error_codes(), _methods(protocol, refer), *_events(protocol, refer), _snapshots(protocol, refer)]
        texts[file] = _HEAD + "\n\n".join(parts) + "\n\nexport {};\n"
    return texts


def _file_of(module: str) -> str:
    return "types.js" if module in _TOGETHER else f"types-{module}.js"


def _references(file: str, places: Mapping[str, str]) -> Refer:
    """How a file names types: those of another file by an import."""

    def refer(words: str) -> str:
        def named(found: re.Match[str]) -> str:
            place = places.get(found[0], file)
            return found[0] if place == file else f'import("./{place}").{found[0]}'

        return re.sub(r"(?<![\w\"])[A-Z]\w+", named, words)

    return refer


def _typedef(name: str, schema: Mapping[str, Any], refer: Refer) -> list[str]:
    lines = [f"@typedef {{object}} {name}", *_wrapped(schema.get("description", ""), "  ", "  ")]
    for field, described, needed in fields_of(schema):
        shown = field if needed else f"[{field}]"
        text = described.get("description", "")
        lines += _wrapped(text, "  ", f"@property {{{refer(words_of(described))}}} {shown} ")
    return lines


def _error_codes() -> str:
    return _comment([f"@typedef {{{' | '.join(_quoted(code) for code in ERRORS)}}} ErrorCode"])


def _methods(protocol: Protocol, refer: Refer) -> str:
    lines = ["Every method with its parameters and its answer.", "", "@typedef {{"]
    for name, spec in protocol.methods.items():
        params, result = refer(spec.params.__name__), refer(spec.result.__name__)
        lines.append(f'  "{name}": {{ params: {params}, result: {result} }},')
    return _comment([*lines, "}} Methods"])


def _events(protocol: Protocol, refer: Refer) -> Iterator[str]:
    for form in Form:
        lines = [f"Every {form.value} event with its data.", "", "@typedef {{"]
        kinds = {each.kind: refer(each.data.__name__) for each in protocol.events if each.form is form}
        lines += [f'  "{kind}": {data},' for kind, data in kinds.items()]
        yield _comment([*lines, f"}}}} {form.value.title()}Events"])


def _snapshots(protocol: Protocol, refer: Refer) -> str:
    lines = ["What a newcomer is given, by the kind of topic.", "", "@typedef {{"]
    lines += [f"  {name}: {refer(model.__name__)}," for name, model in protocol.snapshots.items()]
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
