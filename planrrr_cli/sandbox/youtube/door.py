"""What every API call must pass before it is done: token, scopes, quota, query parameters, parts."""

import re
from dataclasses import replace
from typing import Any, Final

from planrrr_cli.sandbox.youtube import errors, quotaerrors
from planrrr_cli.sandbox.youtube.model import Access
from planrrr_cli.sandbox.youtube.quota import Bucket
from planrrr_cli.sandbox.youtube.visit import Visit, token_of

# The discovery document's own parameters of every method. `fields` and the like are taken without effect.
EVERYWHERE: Final[dict[str, str]] = {
    "$.xgafv": "1|2",
    "alt": "json",
    "fields": "string",
    "key": "string",
    "prettyPrint": "boolean",
    "quotaUser": "string",
    "uploadType": "string",
    "upload_protocol": "string",
}
USED_UP: Final = {
    Bucket.UPLOADS: quotaerrors.uploads_used_up,
    Bucket.SEARCHES: quotaerrors.searches_used_up,
    Bucket.UNITS: quotaerrors.units_used_up,
}


def admit(visit: Visit) -> Visit:
    """The visit with its caller, parts and parameters; raises Refusal. What is refused later was counted."""
    visit = recognize(visit)
    if (bucket := visit.store.quota.take(visit.call, visit.store.now())) is not None:
        refuse = USED_UP[bucket]
        raise refuse()
    return read_query(visit)


def recognize(visit: Visit) -> Visit:
    """Who calls, with at least one of the method's scopes."""
    token = token_of(visit.request)
    if not token:
        raise errors.missing_token()
    access = visit.store.tokens.good(token, visit.store.now())
    if access is None:
        raise errors.dead_token()
    if not set(held(visit, access)) & set(visit.method.scopes):
        raise errors.insufficient_scope(visit.method.scopes)
    return replace(visit, caller=visit.store.channels[access.channel])


def held(visit: Visit, access: Access) -> tuple[str, ...]:
    """A scope counts while the token has it and the person has not taken it back."""
    now = visit.store.channels[access.channel].scopes
    return tuple(scope for scope in access.scopes if scope in now)


def read_query(visit: Visit) -> Visit:
    """Raises Refusal for names that the method does not know and values of a wrong kind."""
    known = {**EVERYWHERE, **visit.method.parameters}
    given: dict[str, list[str]] = {}
    for name, value in visit.query:
        if name not in known and name != "part":
            raise errors.unknown_parameter(name[:100])
        given.setdefault(name, []).append(value)
    asked = {name: _value(name, known[name], values) for name, values in given.items() if name != "part"}
    parts: tuple[str, ...] = ()
    if visit.method.parts:
        parts = tuple(dict.fromkeys(one for text in given.get("part", []) for one in text.split(",") if one))
        if not parts:
            raise errors.required("part")
        for part in parts:
            if part not in visit.method.parts:
                raise errors.unknown_part(part[:100])
    return replace(visit, parts=parts, asked=asked)


def _value(name: str, kind: str, values: list[str]) -> Any:
    """`kind` is a type, words with | between them, `[string]` or a range as 1..50."""
    if kind == "[string]":
        return list(dict.fromkeys(one for text in values for one in text.split(",") if one))
    text = values[-1]
    if kind == "boolean":
        if text not in ("true", "false"):
            raise errors.wrong_value(name, "TYPE_BOOL", f'"{text[:100]}"')
        return text == "true"
    if found := re.fullmatch(r"(\d+)\.\.(\d+)", kind):
        if not (text.isascii() and text.isdecimal() and len(text) < 9):
            raise errors.wrong_value(name, "TYPE_UINT32", f'"{text[:100]}"')
        if not int(found[1]) <= int(text) <= int(found[2]):
            told = f"Invalid value '{text}'. Values must be within the range: [{found[1]}, {found[2]}]"
            raise errors.google(400, "invalidParameter", told, location=name, kind="parameter")
        return int(text)
    if kind != "string" and text not in kind.split("|"):
        raise errors.wrong_value(name, "TYPE_ENUM", f'"{text[:100]}"')
    return text
