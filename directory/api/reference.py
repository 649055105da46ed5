"""The reference for people: the operations in words, made of the same declarations by which they are served."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

from directory.api.declared import FILE, VERSION, Operation
from directory.api.openapi import parameters_of, schema_of
from server.kernel.access import SCOPES, Access
from web.i18n import N_, translations

# Codes that are named; who wants the others reads the description for programs.
NAMED_MOST = 12
PART_NAMES = {
    "organisations": N_("Organisations"),
    "invitations": N_("Invitations to organisations"),
    "products": N_("Products"),
    "needs": N_("Needs and offers"),
    "answers": N_("Answers to needs"),
    "between": N_("Between both sides"),
    "contacts": N_("Requests for contact"),
    "news": N_("What you are told"),
    "lists": N_("Lists"),
    "bookmarks": N_("Bookmarks"),
    "notes": N_("Notes"),
    "searches": N_("Saved searches"),
    "partners": N_("Partners"),
    "imports": N_("Imports"),
    "servers": N_("Other servers"),
    "search": N_("Search"),
    "fairs": N_("Fairs"),
    "removals": N_("What has gone"),
    "me": N_("The token"),
}
_TYPES = {
    "integer": N_("whole number"),
    "number": N_("number"),
    "boolean": N_("true or false"),
    "object": N_("object"),
}
_FORMATS = {"date-time": N_("moment"), "date": N_("day"), "uuid": N_("id"), "uri": N_("address")}
# What a line of curl sends, by operation: small, and true to the shape.
_SAMPLES = {
    "create_organisation": '{"kind": "startup", "name": "Voltbus", "website": "https://voltbus.example"}',
    "start_list": '{"name": "Pilots for 2027"}',
    "change_list": '{"share_with": "\'$ORGANISATION\'"}',
    "set_words": '{"words": ["pilot 2027", "met in Essen"]}',
    "write_note": '{"text": "Asks for a second visit in March."}',
    "change_note": '{"text": "Asks for a second visit in May."}',
    "save_search": '{"name": "Chargers near Essen", "asked": {"q": "charger", "near": "Essen", "radius": "50"}}',
    "change_search": '{"alerts": false}',
    "ask_for_contact": '{"sender": "\'$OURS\'", "receiver": "\'$ID\'", "asks": "May we see your depot in spring?",'
    ' "offers": "A charger to try, for two weeks."}',
    "answer_contact": '{"do": "accepted"}',
    "answer_need": '{"organisation": "\'$OURS\'", "reason": "Our charger fits your grid connection."}',
    "move_answer": '{"do": "asked", "text": "By when could you deliver?"}',
    "sift_answer": '{"do": "passed"}',
    "merge_organisations": '{"into": "\'$REMAINS\'"}',
    "change_partner": '{"accent": "#1d5f8a"}',
    "connect_feed": '{"url": "https://voltbus.example/news.xml"}',
    "connect_server": '{"url": "https://fair.example"}',
    "map_import": '{"columns": {"Firma": "name", "Ort": "place"}}',
    "read_import": '{"sheet": "Mitglieder"}',
    "run_import": '{"do": "trial"}',
    "decide_duplicate": '{"do": "apart"}',
    "enter_talk": '{"title": "Depots at night", "organisation": "\'$ORGANISATION\'", "stage": "\'$STAGE\'",'
    ' "starts_at": "2027-03-02T14:00:00+01:00", "ends_at": "2027-03-02T14:30:00+01:00"}',
    "change_talk": '{"title": "Depots by day"}',
    "open_room": '{"kind": "stage", "name": "Main stage"}',
    "change_room": '{"name": "Large stage"}',
    "give_stand": '{"organisation": "\'$ORGANISATION\'"}',
    "change_member": '{"role": "editor"}',
    "invite_keeper": '{"email": "somebody@voltbus.example"}',
    "invite_member": '{"email": "somebody@voltbus.example", "role": "editor"}',
    "look_at_invitation": '{"token": "\'$INVITATION\'"}',
    "accept_invitation": '{"token": "\'$INVITATION\'"}',
    "answer_claim": '{"role": "member"}',
    "create_product": '{"organisation": "\'$ID\'", "texts": {"en": {"name": "Depot charger"}}}',
    "change_product": '{"price_from": 1200000, "currency": "EUR"}',
    "create_need": '{"organisation": "\'$ID\'", "kind": "seek", "category": "product", "publish": true,'
    ' "texts": {"en": {"title": "Chargers for a bus depot", "text": "Forty buses, every night."}}}',
    "change_need": '{"deadline": "2027-03-31"}',
    "turn_need": '{"do": "pause"}',
    "change_organisation": '{"founded": 2019, "texts": {"en": {"pitch": "Depots charge overnight"}}}',
}

# Files that are sent, and what the address must say besides.
_FILES = {
    "change_logo": "logo.png",
    "change_banner": "banner.jpg",
    "add_organisation_document": "catalogue.pdf",
    "add_product_document": "data-sheet.pdf",
    "add_need_document": "tender.pdf",
    "add_picture": "charger.jpg",
    "send_import": "members.csv",
}
_ASKED = {
    "add_organisation_document": "name=catalogue.pdf",
    "add_product_document": "name=data-sheet.pdf",
    "add_need_document": "name=tender.pdf",
    "add_picture": "said=The+charger+in+a+depot",
    "send_import": "name=members.csv&source=members",
}
_ID = re.compile(r"{(\w+)}")

Say = Callable[[str], str]


@dataclass(frozen=True)
class Value:
    """A parameter, or a field of a body."""

    name: str
    kind: str
    said: str
    required: bool


@dataclass(frozen=True)
class Explained:
    """An operation, for a reader."""

    name: str
    method: str
    path: str
    summary: str
    about: str
    scope: str  # empty: any token will do
    needs_token: bool
    parameters: Sequence[Value]
    body: Sequence[Value]
    answer: Sequence[Value]
    curl: str


@cache
def explained(operations: tuple[Operation, ...], locale: str, site: str) -> Sequence[tuple[str, Sequence[Explained]]]:
    """The operations by part, in a reader's language, made once; `site` is our own address."""
    say = translations(locale).gettext
    parts: dict[str, list[Explained]] = {}
    for one in operations:
        parts.setdefault(one.part, []).append(_explained(one, say, site))
    return [(say(PART_NAMES[part]), some) for part, some in parts.items()]


def _explained(one: Operation, say: Say, site: str) -> Explained:
    return Explained(
        name=one.name,
        method=one.method,
        path=one.whole_path,
        summary=say(one.summary),
        about=say(one.about) if one.about else "",
        scope=SCOPES.get(one.level, ""),
        needs_token=one.level is not Access.API,
        parameters=[_parameter(each, say) for each in parameters_of(one) if each["in"] == "query"],
        body=_of(one.body, "validation", say),
        answer=_of(one.answer, "serialization", say) if one.method == "GET" else (),
        curl=curl(one, site),
    )


def curl(one: Operation, site: str) -> str:
    """A line that can be tried."""
    parts = ["curl"]
    if one.method != "GET":
        parts.append(f"-X {one.method}")
    if one.level is not Access.API:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if one.body is not None:
        parts.append(f"-H \"Content-Type: application/json\" -d '{_SAMPLES[one.name]}'")
    if one.brings_file:
        parts.append(f'-H "Content-Type: {FILE}" --data-binary @{_FILES[one.name]}')
    return " ".join([*parts, _tried(one, site)])


def _tried(one: Operation, site: str) -> str:
    """The address, with a variable of the shell for each id."""
    path = _ID.sub(lambda found: f"${found[1].upper()}", one.path)
    asked = _ASKED.get(one.name, "")
    return f'"{site}{VERSION}{path}?{asked}"' if asked else f"{site}{VERSION}{path}"


def _parameter(given: Mapping[str, Any], say: Say) -> Value:
    said = say(given["description"]) if given.get("description") else ""
    return Value(given["name"], kind_of(given["schema"], {}, say), said, bool(given["required"]))


def _of(model: type[BaseModel] | None, mode: JsonSchemaMode, say: Say) -> list[Value]:
    """The fields of what is sent or answered."""
    if model is None:
        return []
    schema = schema_of(model, mode)
    return list(_values(schema, schema.get("$defs", {}), say, asked=mode == "validation"))


def _values(
    schema: Mapping[str, Any], defs: Mapping[str, Any], say: Say, before: str = "", *, asked: bool
) -> Sequence[Value]:
    """The fields of an object; those of objects in it under their whole names. `asked`: somebody has to send it."""
    found: list[Value] = []
    for name, given in schema.get("properties", {}).items():
        inner = _resolved(given, defs)
        if inner.get("type") == "object" and "properties" in inner:
            found += _values(inner, defs, say, f"{before}{name}.", asked=asked)
            continue
        said = say(given["description"]) if given.get("description") else ""
        required = asked and not before and name in schema.get("required", ())
        found.append(Value(before + name, kind_of(given, defs, say), said, required))
    return found


def kind_of(schema: Mapping[str, Any], defs: Mapping[str, Any], say: Say) -> str:
    """What kind of value a schema describes, in words."""
    schema = _resolved(schema, defs)
    if "anyOf" in schema:
        kinds = [kind_of(each, defs, say) for each in schema["anyOf"] if each.get("type") != "null"]
        return say(N_("%(kind)s, or null")) % {"kind": kinds[0]}
    if "enum" in schema or "const" in schema:
        return _codes([each for each in schema.get("enum", [schema.get("const")]) if each != ""], say)
    if schema.get("type") == "array":
        return _list(schema, defs, say)
    if schema.get("format") in _FORMATS:
        return say(_FORMATS[schema["format"]])
    if schema.get("type") == "string":
        most = schema.get("maxLength")
        return say(N_("text, at most %(most)s characters")) % {"most": most} if most else say(N_("text"))
    return say(_TYPES[schema["type"]]) + _bounds(schema)


def _codes(codes: Sequence[Any], say: Say) -> str:
    if len(codes) > NAMED_MOST:
        return say(N_("one of %(count)s codes")) % {"count": len(codes)}
    return say(N_("one of %(codes)s")) % {"codes": ", ".join(str(code) for code in codes)}


def _list(schema: Mapping[str, Any], defs: Mapping[str, Any], say: Say) -> str:
    inner = _resolved(schema["items"], defs)
    if inner.get("type") == "object" and "properties" in inner:
        return say(N_("list of objects with %(names)s")) % {"names": ", ".join(inner["properties"])}
    return say(N_("list, each %(kind)s")) % {"kind": kind_of(inner, defs, say)}


def _bounds(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    return f" {int(least)}–{int(most)}" if least is not None and most is not None else ""


def _resolved(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Mapping[str, Any] = defs[schema["$ref"].rpartition("/")[2]]
    return found
