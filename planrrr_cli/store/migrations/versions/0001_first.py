"""The first tables: connections, posts, media, publications, attempts, runs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")

STATES = "draft scheduled publishing processing in_doubt published failed missed cancelled"
OUTCOMES = "published processing deferred retried failed in_doubt missed interrupted lease_lost"
ERROR_KINDS = (
    "VALIDATION_ERROR MEDIA_UPLOAD_ERROR AUTH_FAILED_ERROR TOKEN_EXPIRED_ERROR RATE_LIMIT_ERROR NETWORK_ERROR "
    "PLATFORM_API_ERROR OUTCOME_UNKNOWN INTERRUPTED INTERNAL_ERROR"
)


def _one_of(column: str, words: str) -> str:
    listed = ", ".join(f"'{word}'" for word in words.split())
    return f"{column} IN ({listed})"


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _error_columns() -> list[sa.Column[Any]]:
    words = ("error_kind", "error_message", "error_next")
    more = ("error_code", "error_request_id")
    return [
        *(sa.Column(name, sa.Text()) for name in words),
        sa.Column("error_status", sa.Integer()),
        *(sa.Column(name, sa.Text()) for name in more),
    ]


def upgrade() -> None:
    op.create_table(
        "connections",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("account_name", sa.Text(), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text()),
        sa.Column("token_expires_at", INSTANT),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text()),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("held_until", INSTANT),
        sa.Column("held_reason", sa.Text()),
        sa.Column("max_lateness", sa.Double()),
        sa.Column("claim_id", ID),
        sa.Column("claimed_by", ID),
        sa.Column("leased_until", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.CheckConstraint(
            "platform IN ('facebook', 'instagram', 'x', 'youtube', 'linkedin')",
            name=op.f("ck_connections_platform"),
        ),
        sa.CheckConstraint(
            "status IN ('active', 'needs_reauth', 'paused')", name=op.f("ck_connections_status")
        ),
        sa.CheckConstraint(
            "access_token <> '' OR removed_at IS NOT NULL", name=op.f("ck_connections_access_token")
        ),
        sa.CheckConstraint("refresh_token <> ''", name=op.f("ck_connections_refresh_token")),
        sa.CheckConstraint(
            "(claim_id IS NULL) = (leased_until IS NULL) AND (claim_id IS NULL) = (claimed_by IS NULL)",
            name=op.f("ck_connections_claim"),
        ),
    )
    op.create_index(
        "ix_connections_claimed", "connections", ["team_id"], unique=False, **_where("claim_id IS NOT NULL")
    )
    op.create_index(
        "uq_connections_account",
        "connections",
        ["team_id", "platform", "account_id"],
        unique=True,
        **_where("removed_at IS NULL"),
    )
    op.create_table(
        "posts",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("document", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("first_comment", sa.Text()),
        sa.Column("options", JSON, nullable=False),
        sa.Column("overrides", JSON, nullable=False),
        sa.Column("scheduled_at", INSTANT),
        sa.Column("wall_time", sa.Text()),
        sa.Column("zone", sa.Text()),
        sa.Column("max_lateness", sa.Double()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("fingerprint", "team_id", name=op.f("uq_posts_fingerprint_team_id")),
    )
    op.create_table(
        "media",
        sa.Column("post_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("alt", sa.Text()),
        sa.Column("kind", sa.Text()),
        sa.Column("content_type", sa.Text()),
        sa.Column("size", sa.BigInteger()),
        sa.Column("sha256", sa.Text()),
        sa.PrimaryKeyConstraint("post_id", "position", name=op.f("pk_media")),
        sa.CheckConstraint("kind IN ('image', 'gif', 'video', 'document')", name=op.f("ck_media_kind")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_media_position")),
        sa.CheckConstraint("(file IS NULL) <> (url IS NULL)", name=op.f("ck_media_file_or_url")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_media_post_id"), ondelete="CASCADE"),
    )
    op.create_table(
        "publications",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("connection_id", ID, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("wake_at", INSTANT),
        sa.Column("checkpoint", JSON, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("interruptions", sa.Integer(), nullable=False),
        sa.Column("sending_since", INSTANT),
        sa.Column("first_sent_at", INSTANT),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("follow_ups", sa.Integer(), nullable=False),
        sa.Column("doubt_looks", sa.Integer(), nullable=False),
        sa.Column("absent_looks", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.Text()),
        sa.Column("permalink", sa.Text()),
        sa.Column("published_at", INSTANT),
        *_error_columns(),
        sa.Column("notices", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.CheckConstraint(
            _one_of("state", STATES),
            name=op.f("ck_publications_state"),
        ),
        sa.CheckConstraint(
            _one_of("error_kind", ERROR_KINDS),
            name=op.f("ck_publications_error_kind"),
        ),
        sa.CheckConstraint("generation >= 1", name=op.f("ck_publications_generation")),
        sa.CheckConstraint(
            "wake_at IS NOT NULL OR state NOT IN ('scheduled', 'processing')",
            name=op.f("ck_publications_wakes"),
        ),
        sa.CheckConstraint(
            "wake_at IS NULL OR state IN ('scheduled', 'processing', 'in_doubt', 'published')",
            name=op.f("ck_publications_rests"),
        ),
        sa.CheckConstraint("due_at IS NOT NULL OR state <> 'scheduled'", name=op.f("ck_publications_due")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_publications_post_id")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_publications_connection_id")
        ),
        sa.UniqueConstraint(
            "post_id",
            "connection_id",
            "generation",
            name=op.f("uq_publications_post_id_connection_id_generation"),
        ),
    )
    op.create_index(
        "ix_publications_awake",
        "publications",
        ["team_id", "wake_at"],
        unique=False,
        **_where("wake_at IS NOT NULL"),
    )
    op.create_index(
        "ix_publications_bound",
        "publications",
        ["connection_id", "published_at"],
        unique=False,
        **_where("remote_id IS NOT NULL"),
    )
    op.create_index(
        "ix_publications_in_doubt",
        "publications",
        ["team_id"],
        unique=False,
        **_where("state = 'in_doubt'"),
    )
    op.create_index(
        "ix_publications_lane_awake",
        "publications",
        ["connection_id", "wake_at"],
        unique=False,
        **_where("wake_at IS NOT NULL"),
    )
    op.create_index(
        "ix_publications_lane_order",
        "publications",
        ["connection_id", "due_at", "created_at", "ordinal", "id"],
        unique=False,
        **_where("wake_at IS NOT NULL"),
    )
    op.create_index("ix_publications_listing", "publications", ["due_at", "team_id"], unique=False)
    op.create_index(
        "ix_publications_publishing",
        "publications",
        ["team_id", "connection_id"],
        unique=False,
        **_where("state = 'publishing'"),
    )
    op.create_index(
        "uq_publications_remote_id",
        "publications",
        ["connection_id", "remote_id"],
        unique=True,
        **_where("remote_id IS NOT NULL"),
    )
    op.create_table(
        "attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("publication_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("run_id", ID),
        sa.Column("claim_id", ID),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("outcome", sa.Text()),
        sa.Column("remote_id", sa.Text()),
        *_error_columns(),
        sa.Column("steps", JSON, nullable=False),
        sa.Column("calls", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.CheckConstraint(
            "kind IN ('publish', 'check', 'reconcile', 'follow_up')", name=op.f("ck_attempts_kind")
        ),
        sa.CheckConstraint(
            _one_of("outcome", OUTCOMES),
            name=op.f("ck_attempts_outcome"),
        ),
        sa.CheckConstraint(
            _one_of("error_kind", ERROR_KINDS),
            name=op.f("ck_attempts_error_kind"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_attempts_number")),
        sa.CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_attempts_ended")),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_attempts_publication_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("publication_id", "number", name=op.f("uq_attempts_publication_id_number")),
    )
    op.create_index(
        "ix_attempts_open", "attempts", ["publication_id"], unique=False, **_where("ended_at IS NULL")
    )
    op.create_table(
        "runs",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("process_started", sa.Text(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("counts", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
