"""The JSON shapes that commands share, with the field names that others build on; no table and no database here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from planrrr_cli.domain.connections import Connection
from planrrr_cli.domain.posts import Media, Problem, Severity
from planrrr_cli.domain.publications import RESOLVED, Attempt, ErrorNote, Publication, post_status
from planrrr_cli.domain.renewal import sign_in_by
from planrrr_cli.render import iso
from planrrr_cli.store.posts import PostView

Shape = dict[str, Any]


def short(identifier: str) -> str:
    """Eight characters of an id, enough for people and accepted by every command."""
    return identifier[:8]


def connection_shape(connection: Connection) -> Shape:
    """Everything but the tokens."""
    return {
        "id": connection.id,
        "platform": connection.platform.value,
        "account_id": connection.account_id,
        "account_name": connection.account_name,
        "status": connection.status.value,
        "status_reason": connection.status_reason,
        "expires_at": iso(connection.tokens.expires_at),
        "sign_in_by": iso(sign_in_by(connection)),
        "scopes": list(connection.scopes),
        "options": dict(connection.options),
        "held_until": iso(connection.held_until),
        "held_reason": connection.held_reason,
        "max_lateness_seconds": connection.max_lateness.total_seconds() if connection.max_lateness else None,
    }


def error_shape(error: ErrorNote | None) -> Shape | None:
    if error is None:
        return None
    shape: Shape = {"kind": error.kind.value, "message": error.message, "next": error.next}
    evidence = {"status": error.status, "code": error.code, "request_id": error.request_id}
    return shape | {name: value for name, value in evidence.items() if value is not None}


def publication_shape(publication: Publication) -> Shape:
    return {
        "id": publication.id,
        "platform": publication.platform.value,
        "connection_id": publication.connection.id,
        "account_name": publication.connection.account_name,
        "state": publication.state.value,
        "generation": publication.generation,
        "due_at": iso(publication.due_at),
        "wake_at": iso(publication.wake_at),
        "published_at": iso(publication.published_at),
        "attempts": publication.attempts,
        "remote_id": publication.remote_id,
        "permalink": publication.permalink,
        "error": error_shape(publication.error),
        "notices": list(publication.notices),
    }


def media_shape(medium: Media) -> Shape:
    return {
        "file": medium.file,
        "url": medium.url,
        "alt": medium.alt,
        "kind": medium.kind.value if medium.kind else None,
        "content_type": medium.content_type,
        "size": medium.size,
        "sha256": medium.sha256,
    }


def post_shape(view: PostView) -> Shape:
    post = view.post
    return {
        "id": post.id,
        "status": post_status(publication.state for publication in view.publications).value,
        "scheduled_at": iso(post.scheduled_at),
        "wall_time": post.wall_time,
        "zone": post.zone,
        "created_at": iso(view.created_at),
        "document": view.document,
        "text": post.text,
        "title": post.title,
        "link": post.link,
        "media": [media_shape(medium) for medium in post.media],
        "publications": [publication_shape(publication) for publication in view.publications],
    }


def attempt_shape(attempt: Attempt) -> Shape:
    return {
        "number": attempt.number,
        "kind": attempt.kind.value,
        "run_id": attempt.run_id,
        "began_at": iso(attempt.began_at),
        "ended_at": iso(attempt.ended_at),
        "outcome": attempt.outcome.value if attempt.outcome else None,
        "error": error_shape(attempt.error),
        "steps": [dict(step) for step in attempt.steps],
        "calls": [dict(call) for call in attempt.calls],
        "resolved": resolved_shape(attempt),
    }


def resolved_shape(attempt: Attempt) -> Shape | None:
    """Who ended a doubt, when, why, and what the platform had said before; None for what a run did."""
    for step in attempt.steps:
        if step.get("step") == RESOLVED:
            return {name: step.get(name) for name in ("at", "by", "answer", "reason", "platform_said")}
    return None


def problem_shape(problem: Problem) -> Shape:
    shape: Shape = {"rule": problem.rule, "message": problem.message}
    return shape if problem.medium is None else shape | {"medium": problem.medium}


def problem_shapes(found: Iterable[Problem], severity: Severity) -> list[Shape]:
    return [problem_shape(problem) for problem in found if problem.severity is severity]


def target_shape(platform: str, found: Iterable[Problem], more: Mapping[str, Any]) -> Shape:
    """One target of a ``validate`` report; ``more`` adds the counts and the connection where they are known."""
    errors = problem_shapes(found := list(found), Severity.ERROR)
    warnings = problem_shapes(found, Severity.WARNING)
    return {"platform": platform, "valid": not errors, **more, "errors": errors, "warnings": warnings}
