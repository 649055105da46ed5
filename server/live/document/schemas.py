"""The messages' JSON Schemas, and their types in words."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from server.live.wire.registry import Protocol
from server.live.wire.session import ChannelState, Failure

REF = "#/components/schemas/"
Schema = Mapping[str, Any]
_WORDS = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}


def models_of(protocol: Protocol) -> list[type[BaseModel]]:
    """Every message of the protocol, once, in the order of first mention."""
    models: list[type[BaseModel]] = []
    for spec in protocol.methods.values():
        models += [spec.params, spec.result]
    models += [each.data for each in protocol.events]
    models += protocol.snapshots.values()
    return list(dict.fromkeys([*models, ChannelState, Failure]))


def modules_of(protocol: Protocol) -> dict[str, str]:
    """In which module of `server.live.wire` each message stands, by its name; parts of messages included."""
    found: dict[str, str] = {}
    for module in {model.__module__ for model in models_of(protocol)}:
        for name, value in vars(sys.modules[module]).items():
            if isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ == module:
                found[name] = module.rpartition(".")[2]
    return found


def schemas_of(protocol: Protocol) -> dict[str, Any]:
    """JSON Schemas by name, with what they refer to. Raises ValueError when two messages have one name."""
    models = models_of(protocol)
    _, made = models_json_schema([(model, "validation") for model in models], ref_template=REF + "{model}")
    schemas: dict[str, Any] = made["$defs"]
    for name in schemas:
        if "__" in name:  # how pydantic tells two models of one name apart
            raise ValueError(f"two messages are called {name.rpartition('__')[2]}")
    return {name: _without_titles(schema) for name, schema in sorted(schemas.items())}


def fields_of(schema: Schema) -> Iterator[tuple[str, Schema, bool]]:
    """Name, schema and whether it must be there, of each field."""
    needed = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield name, field, name in needed


def words_of(schema: Schema) -> str:
    """A type as JSDoc and TypeScript write it."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REF)
    if "const" in schema:
        return f'"{schema["const"]}"'
    if "enum" in schema:
        return " | ".join(f'"{each}"' for each in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(words_of(each) for each in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"Array<{words_of(schema.get('items', {}))}>"
    if schema.get("type") == "object":
        return _object_words(schema)
    return _WORDS.get(str(schema.get("type")), "any")


def _object_words(schema: Schema) -> str:
    values = schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()), None)
    return f"Record<string, {words_of(values)}>" if isinstance(values, Mapping) else "Record<string, any>"


def _without_titles(value: Any) -> Any:
    """Titles only repeat the names."""
    if isinstance(value, dict):
        return {
            key: _without_titles(each) for key, each in value.items() if not (key == "title" and isinstance(each, str))
        }
    if isinstance(value, list):
        return [_without_titles(each) for each in value]
    return value
