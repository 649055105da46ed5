"""The protocol as AsyncAPI 3."""

import json
from typing import Any

from server.live.document.schemas import REF, schemas_of
from server.live.doors import SUBPROTOCOL
from server.live.limits import EVENTS_PER_FRAME
from server.live.wire.codes import ERRORS, Close, meaning
from server.live.wire.registry import EventSpec, Form, MethodSpec, Protocol
from server.live.wire.session import Failure

_CHANNEL = "#/channels/live"


def asyncapi_of(protocol: Protocol) -> str:
    """The document as JSON text."""
    return json.dumps(_document(protocol), indent=2, ensure_ascii=False) + "\n"


def _document(protocol: Protocol) -> dict[str, Any]:
    messages: dict[str, Any] = {"error": _error()}
    operations: dict[str, Any] = {}
    for name, spec in protocol.methods.items():
        messages |= {f"{name}.request": _request(name, spec), f"{name}.reply": _reply(name, spec)}
        operations[name] = _call(name, spec)
    for event in protocol.events:
        messages[_event_name(event)] = _event(event)
        operations[f"{_event_name(event)}.event"] = {  # a method may have the same name
            "action": "send",
            "channel": {"$ref": _CHANNEL},
            "messages": [{"$ref": f"{_CHANNEL}/messages/{_event_name(event)}"}],
            "summary": _first_line(event.data),
        }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Fairmatch, the live line",
            "version": SUBPROTOCOL.rpartition(".v")[2] + ".0.0",
            "description": "Typed messages with history, order and presence. docs/protocol.md explains them.",
        },
        "defaultContentType": "application/json",
        "servers": {"fair": _server()},
        "channels": {
            "live": {
                "address": "/live",
                "description": f"Subprotocol {SUBPROTOCOL}. A frame holds one message or an array of up to "
                f"{EVENTS_PER_FRAME}.",
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
                "messages": messages,
                "x-close-codes": {str(int(code)): meaning(code) for code in Close},
            }
        },
        "operations": operations,
        "components": {"schemas": schemas_of(protocol)},
    }


def _server() -> dict[str, Any]:
    return {"host": "{host}", "protocol": "wss", "variables": {"host": {"default": "localhost:8000"}}}


def _call(name: str, spec: MethodSpec) -> dict[str, Any]:
    return {
        "action": "receive",
        "channel": {"$ref": _CHANNEL},
        "messages": [{"$ref": f"{_CHANNEL}/messages/{name}.request"}],
        "summary": _first_line(spec.params),
        "reply": {
            "channel": {"$ref": _CHANNEL},
            "messages": [{"$ref": f"{_CHANNEL}/messages/{each}"} for each in (f"{name}.reply", "error")],
        },
    }


def _request(name: str, spec: MethodSpec) -> dict[str, Any]:
    number = {"type": "integer", "minimum": 0, "description": "Unique within the connection."}
    fields = {"i": number, "m": {"const": name}, "p": _ref(spec.params)}
    return {"name": f"{name}.request", "summary": _first_line(spec.params), "payload": _object(fields)}


def _reply(name: str, spec: MethodSpec) -> dict[str, Any]:
    fields = {"i": {"type": "integer", "description": "The request's number."}, "r": _ref(spec.result)}
    return {"name": f"{name}.reply", "summary": _first_line(spec.result), "payload": _object(fields)}


def _error() -> dict[str, Any]:
    fields = {"i": {"type": "integer", "description": "The request's number."}, "e": _ref(Failure)}
    return {
        "name": "error",
        "summary": "The request is refused.",
        "payload": _object(fields),
        "x-codes": {code: each.meaning for code, each in ERRORS.items()},
    }


def _event(event: EventSpec) -> dict[str, Any]:
    topic = "any topic" if event.namespace == "*" else f"{event.namespace}:<id>"
    fields: dict[str, Any] = {"c": {"type": "string", "description": topic}}
    if event.form is Form.DURABLE:
        fields["s"] = {"type": "integer", "minimum": 1, "description": "Its number in the channel: 1, 2, 3, ..."}
    if event.form is Form.STATE:
        fields["v"] = {"type": "integer", "description": "Only the highest counts."}
    fields |= {"k": {"const": event.kind}, "d": _ref(event.data)}
    payload = _object(fields)
    if event.form is Form.DURABLE:
        payload["properties"]["cid"] = {"type": "string", "description": "The sender's id for it."}
    return {"name": event.kind, "summary": _first_line(event.data), "payload": payload}


def _event_name(event: EventSpec) -> str:
    return f"{'any' if event.namespace == '*' else event.namespace}.{event.kind}"


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(fields), "properties": dict(fields)}


def _ref(model: type) -> dict[str, str]:
    return {"$ref": REF + model.__name__}


def _first_line(model: type) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]
