"""What every imitated platform offers to the rest of the sandbox; the vocabulary of that boundary."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from re import Pattern
from typing import Any, Protocol

from planrrr_cli.sandbox.faults import CallKind
from planrrr_cli.sandbox.wire import Reply, Request


@dataclass(frozen=True, slots=True)
class Orders:
    """What a fault tells the twin to do while it performs a call, beside the call itself."""

    processing_looks: int = 0
    hide_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """A request that a twin understood. `perform` does it and always answers; `refuse_*` speak the call's dialect."""

    name: str
    kind: CallKind
    account_id: str | None
    perform: Callable[[Orders], Reply]
    status_reply: Callable[[int], Reply]
    error_reply: Callable[[int, int | None], Reply]
    rate_reply: Callable[[int], Reply]
    usage_headers: Callable[[int], tuple[tuple[str, str], ...]]
    expire_token: Callable[[], None]
    gateway_page: str


class Twin(Protocol):
    """One platform. Thread-safe: calls arrive from many connections at once."""

    platform: str
    calls: Mapping[str, CallKind]
    authorization: Pattern[str]  # the paths of its authorization pages, to which browsers send a form

    def claims(self, request: Request) -> bool:
        """Whether this request is for the platform: by its path, or by its token where hosts would tell."""
        ...

    def identify(self, request: Request) -> Call:
        """Name the call; never raises for what a client sent: a call that makes no sense answers with a refusal."""
        ...

    def accounts(self) -> list[dict[str, object]]:
        """Connections as `/_sandbox/accounts` shows them."""
        ...

    def account_name(self, account_id: str) -> str | None:
        """Its name for people; None when the account is not ours."""
        ...

    def choices(self) -> Mapping[str, str]:
        """Ids and names of whom a person can choose on its authorization pages."""
        ...

    def apps(self) -> dict[str, str]:
        """The application's id and secret, under the platform's own names."""
        ...

    def change_account(self, document: dict[str, Any]) -> bool:
        """Change scopes or tasks of one account; False when it is not ours. Raises ValueError with a sentence."""
        ...

    def change_app(self, document: dict[str, Any]) -> None:
        """Change how its application is set up. Raises ValueError with a sentence."""
        ...

    def app_settings(self) -> dict[str, object]:
        """What `change_app` can change, as it is now."""
        ...

    def revoke(self, account_id: str, reason: str) -> bool:
        """The person ends the access; False when the account is not ours. Raises ValueError with a sentence."""
        ...

    def settle(self) -> None:
        """Make public what the clock or finished processing has made due."""
        ...

    def reset(self) -> None:
        """Forget everything but the accounts and their tokens."""
        ...

    def dump(self) -> dict[str, Any]: ...

    def load(self, document: dict[str, Any]) -> None: ...
