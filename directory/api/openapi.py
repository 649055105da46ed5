"""The description of the API as OpenAPI 3.1, made of the same declarations by which it is served."""

import re
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from directory.api.declared import FILE, Operation
from directory.api.shapes.common import Problem
from server.kernel.access import SCOPES, Access
from server.kernel.http import PROBLEM_TYPE

_REF = "#/components/schemas/{model}"
_JSON = "application/json"
# What every operation may answer with, whatever it does.
_ALWAYS = {
    401: "The token is missing, unknown, revoked or expired.",
    403: "The token was made without the scope that this needs.",
    413: "The body is larger than the server takes.",
    422: "The request is not of the described shape; errors names what is wrong.",
    429: "Too many requests. Retry-After says when to try again.",
    500: "Something went wrong here. It has been noted.",
    503: "The server cannot answer right now. Retry-After says when to try again.",
}
_OWN = {
    403: "The token was made without the scope that this needs, or its owner does not manage the record.",
    404: "There is no such record, or not for you.",
    409: "The request is of the described shape, but a rule refuses it; code and errors say which.",
    412: "The header If-Match names another version by its ETag: the record has changed since you have read it.",
}
_BYTES = {"type": "string", "format": "binary"}
_SOME_BYTES = _BYTES | {"minLength": 1}
_TEXT = {"schema": {"type": "string"}}
_HEADERS: dict[str, Any] = {
    "RateLimit": {"description": 'What is left of the limit, as `"api";r=299;t=60`.', **_TEXT},
    "RateLimit-Policy": {"description": 'The limit, as `"api";q=300;w=60`.', **_TEXT},
    "ETag": {
        "description": "The version: If-None-Match asks for another one, If-Match insists on it.",
        **_TEXT,
    },
    "Link": {"description": 'The address of the next page, with rel="next".', **_TEXT},
    "Location": {"description": "The path of the new record.", **_TEXT},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}},
    "WWW-Authenticate": {"description": "How to say who you are (RFC 6750).", **_TEXT},
}
_LIMITED = ("RateLimit", "RateLimit-Policy")


@cache
def document(operations: tuple[Operation, ...], site: str) -> Mapping[str, Any]:
    """The whole description, made once; `site` is our own address."""
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.whole_path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fairmatch directory",
            "version": "1",
            "description": "Organisations, products, needs, partners, programmes. What is public needs no token.",
        },
        "servers": [{"url": site}],
        "tags": [{"name": part} for part in dict.fromkeys(one.part for one in operations)],
        "paths": paths,
        "components": {
            "schemas": _schemas(operations),
            "headers": _HEADERS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": f"Made by a person at {site}/me/tokens."}
            },
        },
    }


def parameters_of(operation: Operation) -> list[dict[str, Any]]:
    """What the address of an operation takes, the path's id first."""
    schema = operation.query.model_json_schema(ref_template=_REF)
    required = schema.get("required", ())
    found = [_parameter(name, given, name in required) for name, given in schema.get("properties", {}).items()]
    schema = {"type": "string", "format": "uuid"}
    return [*({"name": name, "in": "path", "required": True, "schema": schema} for name in operation.ids), *found]


def schema_of(model: type[BaseModel], mode: JsonSchemaMode) -> dict[str, Any]:
    """The schema of what is sent (validation) or answered (serialization), with what it refers to in $defs."""
    found: dict[str, Any] = _plain(model.model_json_schema(mode=mode))
    return found


def _operation(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.part],
        "summary": one.summary,
        "security": _security(one.level),
        "parameters": parameters_of(one),
        "responses": _responses(one),
    }
    if one.about:
        found["description"] = one.about
    if one.body is not None:
        content = {_JSON: {"schema": {"$ref": _REF.format(model=one.body.__name__)}}}
        found["requestBody"] = {"required": True, "content": content}
    if one.brings_file:
        found["requestBody"] = {"required": True, "content": {FILE: {"schema": _SOME_BYTES}}}
    return found


def _security(level: Access) -> list[dict[str, list[str]]]:
    if level is Access.API:
        return [{}, {"token": [SCOPES[level]]}]
    return [{"token": [SCOPES[level]] if level in SCOPES else []}]


def _responses(one: Operation) -> dict[str, Any]:
    found = {str(one.status): _success(one)}
    if one.method == "GET" and one.answer is not None:
        found["304"] = {"description": "You have this version already.", "headers": _headers("ETag", *_LIMITED)}
    own = {status: _OWN[status] for status in (*((404,) if one.ids else ()), *one.refusals)}
    body = {400: "The body is no JSON.", 415: "The body is not application/json."} if one.body else {}
    body |= {415: f"The body is not {FILE}."} if one.brings_file else {}
    for status, why in sorted((_ALWAYS | body | own).items()):
        found[str(status)] = _problem(status, why)
    found["default"] = _problem(0, "Anything else that went wrong.")
    return found


def _success(one: Operation) -> dict[str, Any]:
    headers = [*_LIMITED]
    if one.answer is not None:
        headers.append("ETag")
    if "next" in (one.answer.model_fields if one.answer else ()):
        headers.append("Link")
    if one.status == HTTPStatus.CREATED:
        headers.append("Location")
    found: dict[str, Any] = {"description": HTTPStatus(one.status).phrase, "headers": _headers(*headers)}
    if one.answer is not None:
        found["content"] = {_JSON: {"schema": {"$ref": _REF.format(model=one.answer.__name__)}}}
    if one.gives_file:
        found["content"] = {FILE: {"schema": _BYTES}}
    return found


def _problem(status: int, why: str) -> dict[str, Any]:
    headers = {401: ("WWW-Authenticate",), 429: ("Retry-After", *_LIMITED), 503: ("Retry-After",)}.get(status, ())
    content = {PROBLEM_TYPE: {"schema": {"$ref": _REF.format(model=Problem.__name__)}}}
    return {"description": why, "content": content} | ({"headers": _headers(*headers)} if headers else {})


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _parameter(name: str, given: dict[str, Any], required: bool) -> dict[str, Any]:
    """A parameter. No address can say null: there one leaves it out."""
    said = [each for each in given.get("anyOf", ()) if each != {"type": "null"}]
    whole = (said[0] if said else {}) | {key: value for key, value in given.items() if value is not None}
    schema = _plain({key: value for key, value in whole.items() if key not in ("description", "anyOf")})
    found = {"name": name, "in": "query", "required": required, "schema": schema}
    return found | ({"description": whole["description"]} if "description" in whole else {})


def _schemas(operations: tuple[Operation, ...]) -> dict[str, Any]:
    asked: dict[type[BaseModel], JsonSchemaMode] = {Problem: "serialization"}
    for one in operations:
        if one.answer is not None:
            asked[one.answer] = "serialization"
        if one.body is not None:
            asked[one.body] = "validation"
    _by_model, found = models_json_schema(list(asked.items()), ref_template=_REF)
    return {name: _plain(schema) for name, schema in found["$defs"].items()}


def _plain(schema: Any) -> Any:
    """Without titles, which only repeat the names, and with descriptions in one line."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    titled = isinstance(schema.get("title"), str)
    return {
        key: re.sub(r"\s+", " ", value).strip() if key == "description" and isinstance(value, str) else _plain(value)
        for key, value in schema.items()
        if not (key == "title" and titled)
    }
