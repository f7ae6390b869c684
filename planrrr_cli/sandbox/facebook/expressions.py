"""Reads Graph's `fields=` expressions, `a,b{c,d.limit(5){e}}`, into nested dicts; knows no field names."""

import re
from typing import Final

from planrrr_cli.sandbox.facebook import errors

Fields = dict[str, "Fields"]

TOKEN: Final = re.compile(r"\s*([A-Za-z_]\w*|[{},]|\.\w+\([^()]*\))\s*")
DEPTH = 8


def read_fields(text: str) -> Fields:
    """Raises GraphError 100 for what cannot be read. Modifiers such as `.limit(5)` are read and have no effect."""
    tokens: list[str] = []
    position = 0
    while position < len(text):
        found = TOKEN.match(text, position)
        if found is None or len(tokens) > 2000:
            raise _syntax(text[position:])
        tokens.append(found[1])
        position = found.end()
    fields, rest = _level(tokens, 0, 0)
    if rest != len(tokens):
        raise _syntax("".join(tokens[rest:]))
    return fields


def _level(tokens: list[str], at: int, depth: int) -> tuple[Fields, int]:
    fields: Fields = {}
    while at < len(tokens) and tokens[at] not in "{},":
        name = tokens[at]
        at += 1
        while at < len(tokens) and tokens[at].startswith("."):
            at += 1
        fields[name] = {}
        if at < len(tokens) and tokens[at] == "{":
            if depth == DEPTH:
                raise _syntax("{")
            fields[name], at = _level(tokens, at + 1, depth + 1)
            if at >= len(tokens) or tokens[at] != "}":
                raise _syntax("the end")
            at += 1
        if at < len(tokens) and tokens[at] == ",":
            at += 1
        else:
            break
    return fields, at


def _syntax(rest: str) -> errors.GraphError:
    return errors.GraphError(400, 2500, f'Syntax error "Expected name." at: {rest[:80]}')
