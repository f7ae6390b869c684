"""What happens next to a publication, when, and what a person can do; told from its row, and nothing is changed."""

from __future__ import annotations

from datetime import datetime

from planrrr_cli.commands.shapes import short
from planrrr_cli.commands.targets import waits
from planrrr_cli.domain.connections import ConnectionStatus
from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.publishing.admission import lateness
from planrrr_cli.render import exact


def what_next(one: Publication, now: datetime, gone: str | None = None) -> str:
    """One sentence; ``gone``: what to say when its account was removed."""
    if gone and one.state is not State.PUBLISHED:
        return f"nothing; {gone}"
    match one.state:
        case State.DRAFT:
            return f"nothing until it has a time: planrrr reschedule {short(one.id)} --at TIME"
        case State.SCHEDULED if late := lateness(one, now=now):
            return f"nothing by itself, since {late.error.message}; {late.error.next}"
        case State.SCHEDULED:
            return held_up(one, now, "it is sent") or f"it is sent {_when(one, now)}"
        case State.PUBLISHING:
            return "a run is working on it; should that run be dead, the next one takes over"
        case State.PROCESSING:
            asked, done = "the platform is asked", "whether it is done"
            return held_up(one, now, f"{asked} {done}") or f"{asked} {_when(one, now)} {done}"
        case State.IN_DOUBT if one.wake_at:
            asked = "the platform is asked"
            said = held_up(one, now, asked) or f"{asked} {_when(one, now)}"
            return f"{said}; nothing is sent again without proof"
        case State.IN_DOUBT:
            return (
                one.error.next if one.error else ""
            ) or f"a person ends the doubt: planrrr resolve {short(one.id)}"
        case State.PUBLISHED if one.wake_at:
            added = f"it is out; {_missing(one)}"
            return held_up(one, now, added) or f"{added} {_when(one, now)}"
        case State.PUBLISHED:
            return "nothing; it is out"
        case State.FAILED | State.MISSED:
            return (one.error.next if one.error else "") or f"planrrr reschedule {short(one.id)} --at now"
        case State.CANCELLED:
            return f"nothing; planrrr reschedule {short(one.id)} --at TIME brings it back"


def held_up(one: Publication, now: datetime, what: str) -> str | None:
    """Why ``what`` cannot happen at its time; None when nothing on the account is in its way."""
    if waiting := waits(one.connection):
        return f"{what} when its account may be used again: {waiting}"
    if waits_for_a_breaker(one, now) and one.wake_at:
        if one.error is None:
            return f"{what} at {exact(one.wake_at)}, when its breaker may let it pass"
        why = one.error.next if one.state is State.IN_DOUBT else one.error.message
        return f"{what} at {exact(one.wake_at)} ({why})"
    until = one.connection.held_until
    if until and until > now:
        return f"{what} at {exact(until)}, when the platform lets the account go on"
    return None


def waits_for_a_breaker(one: Publication, now: datetime) -> bool:
    return one.held_by is not None and one.wake_at is not None and one.wake_at > now


def rule_of(one: Publication, now: datetime) -> str | None:
    """Which rule put it where it is; None where nothing but its time, or a person, did."""
    match one.state:
        case State.SCHEDULED | State.PROCESSING | State.PUBLISHED:
            return _waiting_rule(one, now)
        case State.IN_DOUBT:
            return "breaker" if waits_for_a_breaker(one, now) else "doubt"
        case State.MISSED:
            return "max_lateness"
        case State.FAILED:
            kind = one.error.kind if one.error else None
            refused = kind in {ErrorKind.VALIDATION_ERROR, ErrorKind.MEDIA_UPLOAD_ERROR}
            return "refused" if refused else "attempts"
        case State.DRAFT | State.PUBLISHING | State.CANCELLED:
            return None


def _waiting_rule(one: Publication, now: datetime) -> str | None:
    if one.wake_at is None:
        return None
    if one.connection.status is not ConnectionStatus.ACTIVE:
        return str(one.connection.status)
    if waits_for_a_breaker(one, now):
        return "breaker"
    if one.connection.held_until and one.connection.held_until > now:
        return "account_hold"
    if one.error is None or one.wake_at <= now:
        return None
    return "rate_limit" if one.error.kind is ErrorKind.RATE_LIMIT_ERROR else "retry"


def _when(one: Publication, now: datetime) -> str:
    soon = one.wake_at is None or one.wake_at <= now
    return "with the next planrrr publish-due" if soon else f"at {exact(one.wake_at)}"


def _missing(one: Publication) -> str:
    comment = bool(one.post.first_comment) and not one.checkpoint.get("comment_id")
    address = "its address is looked up" if one.permalink is None else ""
    parts = [part for part in ("its first comment is added" if comment else "", address) if part]
    return " and ".join(parts) or "what comes after publishing is completed"
