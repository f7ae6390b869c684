"""Checks a JSON body against a schema of X's specification, and says what is wrong in the words of its validator.

A schema here is a plain mapping: `type`, `properties`, `required`, `items`, `enum`, `pattern` and the bounds. Objects
take nothing beyond their properties; the specification allows that in a few places, where this is stricter.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from planrrr_cli.sandbox.x import problems

NAMES: Final[dict[type, str]] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}
ID: Final = {"type": "string", "pattern": "^[0-9]{1,19}$"}
TEXT: Final = {"type": "string"}
YES_OR_NO: Final = {"type": "boolean"}
ANY_OBJECT: Final = {"type": "object"}


def an_object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


def check(document: object, schema: dict[str, Any]) -> None:
    """Raises Problem 400 with everything that is wrong."""
    found = list(_faults(document, schema, "$"))
    if found:
        raise problems.invalid_requests(found)


Fault = tuple[str, dict[str, list[str]]]


def _faults(value: object, schema: dict[str, Any], path: str) -> Iterator[Fault]:
    wanted, given = schema["type"], NAMES[type(value)]
    if given != wanted:
        yield _fault(path, f"{given} found, {wanted} expected", value)
    elif isinstance(value, dict):
        yield from _object_faults(value, schema, path)
    elif isinstance(value, list):
        yield from _size_faults(len(value), schema, path, "minItems", "maxItems", "items in the array")
        for index, item in enumerate(value):
            yield from _faults(item, schema["items"], f"{path}[{index}]")
    elif isinstance(value, str):
        yield from _text_faults(value, schema, path)
    elif isinstance(value, int):
        if value < schema.get("minimum", value):
            yield _fault(path, f"must have a minimum value of {schema['minimum']}", value)
        if value > schema.get("maximum", value):
            yield _fault(path, f"must have a maximum value of {schema['maximum']}", value)


def _object_faults(value: dict[str, Any], schema: dict[str, Any], path: str) -> Iterator[Fault]:
    properties = schema.get("properties")
    if properties is None:
        return
    for name in schema.get("required", ()):
        if name not in value:
            yield _fault(f"{path}.{name}", "is missing but it is required", None)
    for name, part in value.items():
        if name in properties:
            yield from _faults(part, properties[name], f"{path}.{name}")
        else:
            message = "is not defined in the schema and the schema does not allow additional properties"
            yield _fault(f"{path}.{name[:100]}", message, None)


def _text_faults(value: str, schema: dict[str, Any], path: str) -> Iterator[Fault]:
    if any("\ud800" <= character <= "\udfff" for character in value):
        yield _fault(path, "is not valid Unicode", None)
        return
    if "enum" in schema and value not in schema["enum"]:
        listed = ", ".join(schema["enum"])
        yield _fault(path, f"does not have a value in the enumeration [{listed}]", value)
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value, re.ASCII):
        yield _fault(path, f"does not match the regex pattern {schema['pattern']}", value)
    yield from _size_faults(len(value), schema, path, "minLength", "maxLength", "characters")


def _size_faults(
    size: int, schema: dict[str, Any], path: str, least: str, most: str, what: str
) -> Iterator[Fault]:
    if size < schema.get(least, size):
        yield _fault(path, f"there must be a minimum of {schema[least]} {what}", None)
    if size > schema.get(most, size):
        yield _fault(path, f"there must be a maximum of {schema[most]} {what}", None)


def _fault(path: str, message: str, value: object) -> Fault:
    shown = [] if value is None else [str(value)[:200]]
    return f"{path}: {message}", {path: shown}
