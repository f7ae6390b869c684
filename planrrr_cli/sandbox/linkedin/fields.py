"""The fields of a JSON body and their types, and the check of a document against them; tables stand with the calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planrrr_cli.sandbox.linkedin import errors
from planrrr_cli.sandbox.linkedin.littletext import length_of


@dataclass(frozen=True, slots=True)
class Field:
    """`kind` is text, flag, number, map or list; `words` are the only texts allowed, `limit` counts UTF-16 units."""

    kind: str = "text"
    required: bool = False
    words: tuple[str, ...] = ()
    limit: int | None = None
    fields: "Mapping[str, Field]" = field(default_factory=dict)
    item: "Field | None" = None
    least: int = 0
    most: int | None = None


def text(*, required: bool = False, limit: int | None = None) -> Field:
    return Field(required=required, limit=limit)


def word(*words: str, required: bool = False) -> Field:
    return Field(required=required, words=words)


def flag() -> Field:
    return Field("flag")


def number(*, required: bool = False) -> Field:
    return Field("number", required)


def thing(fields: Mapping[str, Field], *, required: bool = False) -> Field:
    return Field("map", required, fields=fields)


def many(item: Field, *, least: int = 0, most: int | None = None, required: bool = False) -> Field:
    return Field("list", required, item=item, least=least, most=most)


TYPES: Mapping[str, type] = {
    "text": str,
    "flag": bool,
    "number": int,
    "map": dict,
    "list": list,
}


def check(document: dict[str, Any], fields: Mapping[str, Field]) -> None:
    """Raises LinkedInError: first for fields that do not exist (or are null), then for the first wrong one."""
    strange: list[str] = []
    _find_strange(document, fields, "", strange)
    if strange:
        raise errors.unpermitted_fields(strange)
    _check_map(document, fields, "")


def _find_strange(value: dict[str, Any], fields: Mapping[str, Field], path: str, found: list[str]) -> None:
    for name, inner in value.items():
        place, known = f"{path}/{name}", fields.get(name)
        if known is None or inner is None:
            found.append(place)
        elif known.kind == "map" and isinstance(inner, dict):
            _find_strange(inner, known.fields, place, found)
        elif known.kind == "list" and isinstance(inner, list) and known.item and known.item.kind == "map":
            for position, each in enumerate(inner):
                if isinstance(each, dict):
                    _find_strange(each, known.item.fields, f"{place}/{position}", found)


def _check_map(value: dict[str, Any], fields: Mapping[str, Field], path: str) -> None:
    for name, known in fields.items():
        if name in value:
            _check_one(value[name], known, f"{path}/{name}")
        elif known.required:
            raise errors.missing_field(f"{path}/{name}")


def _check_one(value: Any, known: Field, path: str) -> None:
    _check_type(value, known, path)
    if known.words and value not in known.words:
        raise errors.invalid_value(path, f"it must be one of {', '.join(known.words)}")
    if known.kind == "text" and known.limit is not None and length_of(value) > known.limit:
        raise errors.too_long(path, length_of(value), known.limit)
    if known.kind == "map":
        _check_map(value, known.fields, path)
    if known.kind == "list":
        _check_list(value, known, path)


def _check_type(value: object, known: Field, path: str) -> None:
    if not isinstance(value, TYPES[known.kind]) or (known.kind == "number" and isinstance(value, bool)):
        raise errors.invalid_value(path, f"it must be a {known.kind}")


def _check_list(value: list[Any], known: Field, path: str) -> None:
    if len(value) < known.least or (known.most is not None and len(value) > known.most):
        raise errors.invalid_value(path, f"it must have {known.least} to {known.most} elements")
    for position, each in enumerate(value):
        if known.item is not None:
            _check_one(each, known.item, f"{path}/{position}")
