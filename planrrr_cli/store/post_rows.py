"""Rows of posts and media to domain values and back: pure translation, no statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from planrrr_cli.domain.posts import Media, MediaKind, Post, Shape
from planrrr_cli.store import schema
from planrrr_cli.store.rows import Row


def post(row: Row, found: Iterable[Media]) -> Post:
    p = schema.posts.c
    return Post(
        text=row[p.text],
        media=tuple(found),
        link=row[p.link],
        title=row[p.title],
        first_comment=row[p.first_comment],
        options=row[p.options],
        overrides=row[p.overrides],
        attached=_attached(row[p.attached]),
        scheduled_at=row[p.scheduled_at],
        wall_time=row[p.wall_time],
        zone=row[p.zone],
        max_lateness=row[p.max_lateness],
        id=row[p.id],
        team_id=row[p.team_id],
    )


def medium(row: Row) -> Media:
    m = schema.media.c
    return Media(
        file=row[m.file],
        url=row[m.url],
        alt=row[m.alt],
        kind=MediaKind(row[m.kind]) if row[m.kind] else None,
        content_type=row[m.content_type],
        size=row[m.size],
        sha256=row[m.sha256],
        shape=Shape(**row[m.shape]) if row[m.shape] else None,
        public_url=row[m.public_url],
    )


def _attached(stored: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, Media]]:
    return {
        platform: {option: _file(fields) for option, fields in files.items()}
        for platform, files in stored.items()
    }


def _file(fields: Mapping[str, Any]) -> Media:
    found = Media(**fields)
    return replace(
        found,
        kind=MediaKind(found.kind) if found.kind else None,
        shape=Shape(**fields["shape"]) if fields.get("shape") else None,
    )


def attached_values(attached: Mapping[str, Mapping[str, Media]]) -> dict[str, Any]:
    """The JSON column of the files that options name."""
    return {
        platform: {option: asdict(medium) for option, medium in files.items()}
        for platform, files in attached.items()
    }
