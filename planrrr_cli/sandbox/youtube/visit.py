"""One understood request on its way through a method: who calls, what was asked and sent."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from planrrr_cli.sandbox.twin import Orders
from planrrr_cli.sandbox.wire import Request
from planrrr_cli.sandbox.youtube import errors, uploaderrors
from planrrr_cli.sandbox.youtube.model import Channel
from planrrr_cli.sandbox.youtube.schemas import check
from planrrr_cli.sandbox.youtube.store import Store

if TYPE_CHECKING:
    from planrrr_cli.sandbox.youtube.method import Method


@dataclass(frozen=True, slots=True)
class Visit:
    """`body` is the whole of a small body, None where the bytes are read as they arrive.

    `call` is how faults name the request; `parts` and `asked` are the parts named and the other parameters, checked.
    """

    store: Store
    request: Request
    method: "Method"
    query: list[tuple[str, str]]
    body: bytes | None = None
    orders: Orders = field(default_factory=Orders)
    caller: Channel | None = None
    call: str = ""
    parts: tuple[str, ...] = ()
    asked: dict[str, Any] = field(default_factory=dict)

    @property
    def channel(self) -> Channel:
        assert self.caller is not None
        return self.caller

    def document(self, raw: bytes | None = None) -> dict[str, Any]:
        """The JSON object that was sent, by the method's schema; only what the named parts allow."""
        content = self.body if raw is None else raw
        if content is None:
            raise uploaderrors.too_large()
        try:
            document = json.loads(content.decode() or "{}")
        except (ValueError, RecursionError):
            raise errors.parse_error() from None
        if not isinstance(document, dict):
            raise errors.parse_error()
        check(document, self.method.schema, self.method.resource)
        for name in document:
            if name in self.method.parts and name not in (*self.parts, "id"):
                raise errors.unexpected_part(name)
        return document


def token_of(request: Request) -> str:
    """The access token that a request names, good or not; in the header only."""
    scheme, _, token = request.header("Authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
