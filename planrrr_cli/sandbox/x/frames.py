"""The shapes that X's answers and refusals travel in, in both generations of names; what they say is elsewhere.

Sources: docs.x.com, x-api/fundamentals/response-codes-and-errors (2026-08-22); the specification 2.167; X's own
`playground` (read 2026-11-24).
"""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from planrrr_cli.sandbox.wire import Reply

NEW_BASE: Final = "https://api.x.com/2/problems/"
OLD_BASE: Final = "https://api.twitter.com/2/problems/"
BLANK: Final = "about:blank"


class Generation(StrEnum):
    """Which names the service speaks: those before the specification 2.167, those after it, or both when asked."""

    BOTH = "both"
    TWEET = "tweet"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Wording:
    """What some problems say beyond title and detail. `parameters` is the list form of an invalid request."""

    extra: dict[str, Any] = field(default_factory=dict)
    parameters: tuple[tuple[str, dict[str, list[str]]], ...] = ()
    wrapped: bool = False


class Refusal(Exception):
    """Anything that answers a call instead of its result."""

    def reply(self, generation: Generation) -> Reply:
        raise NotImplementedError


class Problem(Refusal):
    """A problem document: `kind` is the last part of its type, or about:blank."""

    def __init__(
        self, status: int, title: str, detail: str, kind: str = BLANK, wording: Wording | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.title, self.kind = status, title, kind
        self.wording = wording or Wording()

    def document(self, generation: Generation) -> dict[str, Any]:
        base = OLD_BASE if generation is Generation.TWEET else NEW_BASE
        kind = self.kind if ":" in self.kind else base + self.kind
        told: dict[str, Any] = {"title": self.title, "detail": str(self), "type": kind}
        if self.kind == BLANK:
            told["status"] = self.status
        if self.wording.parameters:
            told = self._invalid(told, generation)
        return told | self.wording.extra

    def _invalid(self, told: dict[str, Any], generation: Generation) -> dict[str, Any]:
        """A list of messages, as long seen; flat, as the specification 2.167 has it."""
        message, parameters = self.wording.parameters[0]
        if generation is Generation.POST:
            name, values = next(iter(parameters.items()), ("", []))
            flat = {"parameter": name, "value": ",".join(values)} if name else {}
            return told | {"detail": message, "status": self.status} | flat
        listed = [
            {"parameters": parameters, "message": message} if parameters else {"message": message}
            for message, parameters in self.wording.parameters
        ]
        return {"errors": listed} | told

    def reply(self, generation: Generation) -> Reply:
        document = self.document(generation)
        if self.wording.wrapped and generation is Generation.TWEET:
            document = {"errors": [document]}
        return problem_reply(document, self.status)


class OAuthRefusal(Refusal):
    """The token endpoint's own form."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status, self.error = status, error

    def reply(self, generation: Generation) -> Reply:
        body = {"error": self.error, "error_description": str(self)}
        return json_reply(body, self.status)


class OldRefusal(Refusal):
    """The form of version 1.1, which gateways still use: numbered messages."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def reply(self, generation: Generation) -> Reply:
        return json_reply({"errors": [{"code": self.code, "message": str(self)}]}, self.status)


class DefaultError(Refusal):
    """The specification's `Error`."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def reply(self, generation: Generation) -> Reply:
        return json_reply({"code": self.code, "message": str(self)}, self.status)


def json_reply(document: object, status: int = 200) -> Reply:
    return _reply(document, status, "application/json; charset=utf-8")


def problem_reply(document: object, status: int) -> Reply:
    return _reply(document, status, "application/problem+json")


def _reply(document: object, status: int, kind: str) -> Reply:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Reply(status, body, (("Content-Type", kind),))
