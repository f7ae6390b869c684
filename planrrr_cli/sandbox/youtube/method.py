"""What a method of the API is: its path, what it asks of the caller, what it takes, who answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from planrrr_cli.sandbox.wire import Reply
from planrrr_cli.sandbox.youtube.arriving import Arrived
from planrrr_cli.sandbox.youtube.schemas import Schema
from planrrr_cli.sandbox.youtube.visit import Visit


@dataclass(frozen=True, slots=True)
class Media:
    """What an upload may bring. `check` refuses before the bytes come, `finish` makes something of them."""

    accepts: tuple[str, ...]
    limit: int
    domain: str
    check: Callable[[Visit, dict[str, Any]], None]
    finish: Callable[[Visit, dict[str, Any], Arrived], dict[str, Any]]
    publishes: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """`scopes` are those of which one is enough; none: nobody need say who calls (OAuth)."""

    call: str
    verb: str
    path: str
    run: Callable[[Visit], Reply] | None = None
    scopes: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    resource: str = ""
    schema: Schema = field(default_factory=dict)
    media: Media | None = None
