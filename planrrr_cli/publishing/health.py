"""What the end of an attempt says about the health of its platform: a reading of the evidence. Nothing is counted."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import ErrorKind, LeaseLost, NotDurable, PlatformError, Scope
from planrrr_cli.domain.publications import AttemptKind
from planrrr_cli.domain.settlement import held_by
from planrrr_cli.domain.steps import Processing, Published, Unknown
from planrrr_cli.publishing.attempt import Bug, Ended

_SICK = frozenset({ErrorKind.NETWORK_ERROR, ErrorKind.PLATFORM_API_ERROR, ErrorKind.OUTCOME_UNKNOWN})


class Word(StrEnum):
    """What the end of an attempt says about the health of its platform."""

    FAILED = "failed"  # the platform's own sickness
    TOLD_TO_WAIT = "told_to_wait"  # the platform sends everybody of an app, or everybody, away for a while
    ANSWERED = "answered"  # it answered, whatever it said about the post
    NOTHING = "nothing"


def word_of(ended: Ended) -> Word:
    """Said by the class of the ending. Where a recipe kept a failure to itself, as looks do, its last call tells."""
    ending = ended.ending
    if isinstance(ending, PlatformError) and ending.counts_for_breaker:
        return Word.FAILED
    if isinstance(ending, PlatformError) and held_by(ending) is not None:
        of_one = held_by(ending) is Scope.CONNECTION  # whose token it is says nothing about the service
        return Word.NOTHING if of_one and is_renewal(ended) else Word.TOLD_TO_WAIT
    if isinstance(ending, Tokens) and ending.access:
        return Word.ANSWERED
    if isinstance(ending, Published | Processing):
        return Word.ANSWERED
    if isinstance(ending, Bug | LeaseLost | NotDurable) or not ended.calls:
        return Word.NOTHING
    if not _is_sick(ended.calls[-1]):
        return Word.ANSWERED
    return Word.NOTHING if isinstance(ending, PlatformError) else Word.FAILED


def _is_sick(call: Mapping[str, object]) -> bool:
    """No answer, or one that only a platform in trouble gives."""
    return call.get("status") is None or call.get("error_kind") in _SICK


def is_renewal(ended: Ended) -> bool:
    """No attempt of a publication: the lane's token was to be refreshed."""
    return ended.work.attempt is None


def sends(ended: Ended) -> bool:
    """It set out to publish, and did not just look or add something."""
    attempt = ended.work.attempt
    return attempt is not None and attempt.kind in {AttemptKind.PUBLISH, AttemptKind.CHECK}


def got_through(ended: Ended) -> bool:
    """It published something, or the platform took it: nothing less proves that others could, too."""
    return sends(ended) and isinstance(ended.ending, Published | Processing)


def why_of(ended: Ended) -> str:
    """One sentence for the breaker's reason; of a platform's word also what a person can do."""
    error = ended.ending
    if isinstance(error, Unknown):
        return error.reason
    if not isinstance(error, PlatformError):
        call = ended.calls[-1] if ended.calls else {}
        return f"{call.get('call')} was answered {call.get('status') or 'with nothing'}"
    return f"{error.message}; {error.next_step}" if held_by(error) and error.next_step else error.message


def evidence_of(ended: Ended) -> dict[str, object]:
    """Status, code and request id, as far as they are known; JSON values only."""
    if isinstance(ended.ending, PlatformError):
        return dict(ended.ending.evidence())
    call = ended.calls[-1] if ended.calls else {}
    return {name: call[name] for name in ("status", "code", "request_id") if call.get(name) is not None}
