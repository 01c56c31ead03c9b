"""Holds requests against the request types of the vendors' own libraries.

Reads a JSON object a line: {"api": "anthropic" | "openai", "headers": [[name, value], ...], "body": text}. Prints what is
wrong, a line for each fault, and ends with 3 where something is. The types are taken more strictly than the libraries
take them: a field that they do not know is wrong, as it is for the vendors, and nothing is read as another type.
"""

import json
import sys

from anthropic.types.message_create_params import MessageCreateParamsNonStreaming, MessageCreateParamsStreaming
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming, CompletionCreateParamsStreaming
from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

VERSIONS = {"2023-06-01", "2026-10-21"}
# Fields of the libraries' types that go into headers, never into the body.
IN_HEADERS = {"anthropic": {"user_profile_id", "workspace_id"}, "openai": set()}
TYPES = {
    "anthropic": (MessageCreateParamsNonStreaming, MessageCreateParamsStreaming),
    "openai": (CompletionCreateParamsNonStreaming, CompletionCreateParamsStreaming),
}


def models(schema, found):
    """The names of the definitions that are answers' types: the libraries take those in requests too, with any field."""
    for definition in schema.get("definitions", []):
        if definition["type"] == "model":
            found.add(definition["ref"])
    return found


def strict(schema, answers):
    """The schema with closed objects, and with lists in place of iterables, which a text would be too."""
    if isinstance(schema, list):
        return [strict(one, answers) for one in schema]
    if isinstance(schema, tuple):
        return tuple(strict(one, answers) for one in schema)
    if not isinstance(schema, dict):
        return schema
    schema = {key: strict(value, answers) for key, value in schema.items()}
    kind = schema.get("type")
    if kind == "generator":
        schema["type"] = "list"
    elif kind == "typed-dict":
        schema["extra_behavior"] = "forbid"
    elif kind == "union":
        asked = [one for one in schema["choices"] if not is_answer(one, answers)]
        schema["choices"] = asked or schema["choices"]
    return schema


def is_answer(schema, answers):
    if isinstance(schema, tuple):
        schema = schema[0]
    if schema["type"] in ("union", "tagged-union"):
        choices = schema["choices"]
        return all(is_answer(one, answers) for one in (choices.values() if isinstance(choices, dict) else choices))
    return schema["type"] == "model" or schema.get("schema_ref") in answers


def validator(type_):
    schema = TypeAdapter(type_).core_schema
    return SchemaValidator(strict(schema, models(schema, set())))


def header_faults(api, headers):
    names = [name.lower() for name, _ in headers]
    values = {name.lower(): value for name, value in headers}
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"header {name} comes twice"
    if values.get("content-type", "").split(";")[0] != "application/json":
        yield f"content-type is {values.get('content-type')!r}"
    if api == "anthropic":
        if values.get("anthropic-version") not in VERSIONS:
            yield f"anthropic-version is {values.get('anthropic-version')!r}"
        if "x-api-key" in values and "authorization" in values:
            yield "a key and a token are sent both"
    elif "x-api-key" in values:
        yield "x-api-key is sent to an API that does not know it"
    if "authorization" in values and not values["authorization"].startswith("Bearer "):
        yield "authorization is not of the kind Bearer"


def body_faults(api, text, validators):
    try:
        body = json.loads(text)
    except ValueError as error:
        yield f"the body is no JSON: {error}"
        return
    if not isinstance(body, dict):
        yield "the body is no object"
        return
    for name in sorted(IN_HEADERS[api] & body.keys()):
        yield f"{name} belongs into a header"
    try:
        validators[api][body.get("stream") is True].validate_json(text, strict=True)
    except ValidationError as error:
        # A block that fits no type is wrong in as many ways as there are types.
        for one in error.errors(include_url=False)[:8]:
            yield f"{'.'.join(map(str, one['loc']))}: {one['msg']} (it is {one['input']!r:.80})"
    if api == "anthropic":
        points = text.count('"cache_control"')
        if points > 4:
            yield f"{points} cache breakpoints, at most 4 are taken"


def main():
    validators = {api: [validator(one) for one in types] for api, types in TYPES.items()}
    wrong = False
    for number, line in enumerate(sys.stdin, 1):
        request = json.loads(line)
        api = request["api"]
        for fault in [*header_faults(api, request["headers"]), *body_faults(api, request["body"], validators)]:
            print(f"request {number} ({api}): {fault}")
            wrong = True
    sys.exit(3 if wrong else 0)


main()
