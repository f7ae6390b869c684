"""Faults that the sandbox was told to commit: reading their documents, and deciding which call one strikes."""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Strike(StrEnum):
    """Before: the call has no effect. After: it has had its effect, then things go wrong."""

    BEFORE = "before"
    AFTER = "after"


class Kind(StrEnum):
    """What goes wrong; the number that follows a colon is the argument."""

    STATUS = "status"  # status:NNN[:...]   an HTTP status with the body that the platform gives it
    ERROR = "error"  # error:CODE[:SUBCODE] the platform's own error, with the status seen for it
    RESET = "reset"  # TCP reset instead of an answer
    LOST = "lost"  # the connection is closed instead of an answer
    HTML = "html"  # html[:STATUS]      an HTML error page, status 200 unless told
    TRUNCATED = (
        "truncated"  # truncated[:exact]  JSON cut in the middle; exact: Content-Length tells the cut length
    )
    ERROR_200 = "error_200"  # HTTP 200 with the body of a server error
    SUCCESS_FALSE = "success_false"  # HTTP 200 {"success": false}
    EMPTY = "empty"  # HTTP 200 without a body
    HOLD = "hold"  # hold:SECONDS       real seconds of silence, then the true answer
    BREAK = "break"  # break:N            an upload breaks after N bytes, which are kept
    PROCESSING = "processing"  # processing:N       video stays in processing for N looks
    HIDE = "hide"  # hide:SECONDS       the new post cannot be read back for so long (sandbox clock)
    EXPIRE_TOKEN = "expire_token"  # before: dead for this call already; after: from the next call on
    USAGE = "usage"  # usage:PERCENT      the platform's usage headers
    RATE = "rate"  # rate:MINUTES       the account's rate limit, with the time to wait


COMMANDS = frozenset({Kind.PROCESSING, Kind.HIDE, Kind.EXPIRE_TOKEN, Kind.USAGE, Kind.HOLD})
NUMBERED = frozenset(
    {Kind.STATUS, Kind.ERROR, Kind.HOLD, Kind.BREAK, Kind.PROCESSING, Kind.HIDE, Kind.USAGE, Kind.RATE}
)
STRIKELESS = frozenset({Kind.PROCESSING, Kind.HIDE, Kind.USAGE})


LIMITED = frozenset({Kind.BREAK, Kind.PROCESSING, Kind.HIDE})


@dataclass(frozen=True, slots=True)
class CallKind:
    """One call of a platform: what it is, and which of the kinds that few calls can obey it obeys."""

    says: str
    obeys: frozenset[Kind] = frozenset()


class BadFault(Exception):
    """The document does not describe a fault; the text is a sentence for a person."""


@dataclass(slots=True)
class Fault:
    """One armed fault; `times` -1 is for ever. The counters change under the lock of `Faults`."""

    call: str
    strike: Strike
    kind: Kind
    arguments: tuple[str, ...] = ()
    skip: int = 0
    times: int = 1
    account_id: str | None = None
    seen: int = 0
    struck: int = 0

    @property
    def number(self) -> float:
        return float(self.arguments[0])

    def matches(self, call: str, account_id: str | None) -> bool:
        if self.account_id is not None and self.account_id != account_id:
            return False
        if self.call in ("*", call):
            return True
        return self.call.endswith(".*") and call.startswith(self.call[:-1])

    def document(self) -> dict[str, object]:
        shown: dict[str, object] = {
            "call": self.call,
            "strike": self.strike,
            "kind": ":".join([self.kind, *self.arguments]),
            "skip": self.skip,
            "times": self.times,
            "struck": self.struck,
        }
        return shown | ({"account_id": self.account_id} if self.account_id else {})


@dataclass(slots=True)
class Faults:
    """The armed faults in the order they came; the first that matches a call strikes it."""

    _armed: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, fault: Fault) -> None:
        with self._lock:
            self._armed.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def documents(self) -> list[dict[str, object]]:
        with self._lock:
            return [fault.document() for fault in self._armed]

    def take(
        self, call: str, account_id: str | None, strike: Strike | None, kinds: Collection[Kind]
    ) -> Fault | None:
        """The fault that strikes this call now, counted as having struck; None is the usual answer."""
        if not self._armed:
            return None
        with self._lock:
            for fault in self._armed:
                if fault.kind not in kinds or (strike is not None and fault.strike is not strike):
                    continue
                if 0 <= fault.times <= fault.struck or not fault.matches(call, account_id):
                    continue
                fault.seen += 1
                if fault.seen > fault.skip:
                    fault.struck += 1
                    return fault
        return None

    def give_back(self, fault: Fault) -> None:
        """It could not strike after all: the call was refused by the twin itself."""
        with self._lock:
            fault.struck -= 1
            fault.seen -= 1


def read_fault(document: object, calls: Mapping[str, CallKind]) -> Fault:
    """A fault from its JSON document; raises BadFault. `calls` are the names that exist."""
    if not isinstance(document, dict):
        raise BadFault("A fault is a JSON object with call, strike and kind.")
    if strange := sorted(set(document) - {"call", "strike", "kind", "skip", "times", "account_id"}):
        raise BadFault(f"A fault has no {strange[0]!r}; it has call, strike, kind, skip, times, account_id.")
    kind, arguments = _kind(document.get("kind"))
    strike = _strike(document.get("strike"), kind)
    account_id = document.get("account_id")
    if account_id is not None and not isinstance(account_id, str):
        raise BadFault("account_id is text.")
    return Fault(
        call=_call(document.get("call"), kind, calls),
        strike=strike,
        kind=kind,
        arguments=arguments,
        skip=_whole(document, "skip", 0, 0),
        times=_whole(document, "times", 1, -1),
        account_id=account_id,
    )


def _kind(text: object) -> tuple[Kind, tuple[str, ...]]:
    if not isinstance(text, str) or text.split(":")[0] not in list(Kind):
        raise BadFault(f"Unknown kind {text!r}; the kinds are: {', '.join(Kind)}.")
    kind, *arguments = text.split(":")
    found = Kind(kind)
    if found in NUMBERED and not arguments:
        raise BadFault(f"{found} needs a number after a colon, as in {found}:5.")
    most = {Kind.ERROR: 2, Kind.HTML: 1, Kind.TRUNCATED: 1}.get(found, 1 if found in NUMBERED else 0)
    if len(arguments) > most:
        raise BadFault(f"{found} takes at most {most} argument(s).")
    if found is Kind.TRUNCATED:
        if arguments not in ([], ["exact"]):
            raise BadFault("truncated takes nothing or 'exact'.")
    else:
        _check_numbers(found, arguments)
    return found, tuple(arguments)


def _check_numbers(kind: Kind, arguments: list[str]) -> None:
    fractional = kind in (Kind.HOLD, Kind.HIDE)
    for position, argument in enumerate(arguments):
        digits = argument.replace(".", "", 1) if fractional else argument
        if kind is Kind.ERROR and position == 0:  # Graph has errors -1 and -2
            digits = digits.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal()):
            raise BadFault(f"{argument!r} is not a number that {kind} can use.")
    if kind in (Kind.STATUS, Kind.HTML) and arguments and not 200 <= int(arguments[0]) <= 599:
        raise BadFault("An HTTP status lies between 200 and 599.")


def _strike(value: object, kind: Kind) -> Strike:
    if value is None and kind in STRIKELESS:
        return Strike.AFTER
    if value not in list(Strike):
        raise BadFault(f"strike is 'before' or 'after', not {value!r}.")
    if kind is Kind.BREAK and value != Strike.BEFORE:
        raise BadFault("break strikes 'before' only: it interrupts an upload while it arrives.")
    return Strike(str(value))


def _call(value: object, kind: Kind, calls: Mapping[str, CallKind]) -> str:
    if isinstance(value, str):
        meant = [name for name in calls if Fault(value, Strike.BEFORE, kind).matches(name, None)]
        able = [name for name, call in calls.items() if kind not in LIMITED or kind in call.obeys]
        if meant and not set(meant) & set(able):
            raise BadFault(f"{value} cannot obey {kind}; these can: {', '.join(sorted(able))}.")
        if meant:
            return value
    raise BadFault(
        f"Unknown call {value!r}; the calls are: {', '.join(sorted(calls))}, or a part of one with '.*'."
    )


def _whole(document: dict[str, Any], name: str, default: int, least: int) -> int:
    value = document.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise BadFault(f"{name} is a whole number, at least {least}.")
    return value
