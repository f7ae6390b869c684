"""The tables as they are now; how they came to be is in ``migrations``, what is done with them in the operations."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from planrrr_cli.domain.breaker import BreakerState
from planrrr_cli.domain.connections import ConnectionStatus, Platform
from planrrr_cli.domain.errors import ErrorKind, Scope
from planrrr_cli.domain.line import Standing
from planrrr_cli.domain.posts import MediaKind
from planrrr_cli.domain.publications import AttemptKind, Outcome, State
from planrrr_cli.store.columns import Id, Json, Seconds, UtcDateTime, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _error_columns() -> list[Column[str] | Column[int]]:
    return [
        Column("error_kind", Words),
        Column("error_message", Words),
        Column("error_next", Words),
        Column("error_status", Integer),
        Column("error_code", Words),
        Column("error_request_id", Words),
    ]


connections = Table(
    "connections",
    metadata,
    Column("id", Id, primary_key=True),
    Column("team_id", Words, nullable=False),
    Column("platform", Words, nullable=False),
    Column("account_id", Words, nullable=False),
    Column("account_name", Words, nullable=False),
    Column("access_token", Text, nullable=False),  # this and the next as Cipher writes them
    Column("refresh_token", Text),
    Column("token_expires_at", UtcDateTime),
    Column("status", Words, nullable=False),
    Column("status_reason", Words),
    Column("scopes", Json, nullable=False),
    Column("options", Json, nullable=False),
    Column("held_until", UtcDateTime),
    Column("held_reason", Words),
    Column("max_lateness", Seconds),
    Column("claim_id", Id),
    Column("claimed_by", Id),  # a run; no foreign key, since runs are forgotten sooner than what they did
    Column("leased_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    Column("token_secret", Text),  # as Cipher writes it, like the next but one
    Column("app_id", Words),
    Column("app_secret", Text),
    Column("refresh_expires_at", UtcDateTime),  # a person must sign in by then; NULL: no known end
    Column(
        "previous_refresh_token", Text
    ),  # the pair before, until the new one has worked once; as Cipher writes
    Column("previous_access_token", Text),
    Column("renewing_since", UtcDateTime),  # a renewal was sent, and its answer is not stored yet
    Column("warned_days", Integer),  # the last warning before the present refresh_expires_at
    Column("granted_at", UtcDateTime),  # when a person last signed in
    _one_of("platform", Platform),
    _one_of("status", ConnectionStatus),
    CheckConstraint("access_token <> '' OR removed_at IS NOT NULL", name="access_token"),
    CheckConstraint("refresh_token <> ''", name="refresh_token"),
    CheckConstraint(
        "(claim_id IS NULL) = (leased_until IS NULL) AND (claim_id IS NULL) = (claimed_by IS NULL)",
        name="claim",
    ),
)
_there = connections.c.removed_at.is_(None)
Index(
    "uq_connections_account",
    connections.c.team_id,
    connections.c.platform,
    connections.c.account_id,
    unique=True,
    sqlite_where=_there,
    postgresql_where=_there,
)
_claimed = connections.c.claim_id.is_not(None)
Index("ix_connections_claimed", connections.c.team_id, sqlite_where=_claimed, postgresql_where=_claimed)

posts = Table(
    "posts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("team_id", Words, nullable=False),
    Column("fingerprint", Words, nullable=False),
    Column("document", Words),
    Column("text", Text, nullable=False),
    Column("link", Text),
    Column("title", Text),
    Column("first_comment", Text),
    Column("options", Json, nullable=False),
    Column("overrides", Json, nullable=False),
    Column("scheduled_at", UtcDateTime),
    Column("wall_time", Words),
    Column("zone", Words),
    Column("max_lateness", Seconds),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("attached", Json, nullable=False, server_default="{}"),
    UniqueConstraint("fingerprint", "team_id"),  # the team comes last: alone it would lure planners
)

media = Table(
    "media",
    metadata,
    Column("post_id", Id, ForeignKey("posts.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("file", Text),
    Column("url", Text),
    Column("alt", Text),
    Column("kind", Words),
    Column("content_type", Words),
    Column("size", BigInteger),
    Column("sha256", Words),
    Column("shape", Json),
    Column("public_url", Text),
    PrimaryKeyConstraint("post_id", "position"),
    _one_of("kind", [kind for kind in MediaKind if kind is not MediaKind.SUBTITLES]),  # those are attached
    CheckConstraint("position >= 0", name="position"),
    CheckConstraint("(file IS NULL) <> (url IS NULL)", name="file_or_url"),
)

publications = Table(
    "publications",
    metadata,
    Column("id", Id, primary_key=True),
    Column("team_id", Words, nullable=False),
    Column("post_id", Id, ForeignKey("posts.id"), nullable=False),
    Column("connection_id", Id, ForeignKey("connections.id"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("state", Words, nullable=False),
    Column("due_at", UtcDateTime),
    Column("ordinal", Integer, nullable=False),
    Column("wake_at", UtcDateTime),
    Column("checkpoint", Json, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("spent", Integer, nullable=False),
    Column("interruptions", Integer, nullable=False),
    Column("sending_since", UtcDateTime),
    Column("first_sent_at", UtcDateTime),
    Column("doubts", Integer, nullable=False),
    Column("follow_ups", Integer, nullable=False),
    Column("doubt_looks", Integer, nullable=False),
    Column("absent_looks", Integer, nullable=False),
    Column("remote_id", Words),
    Column("permalink", Words),
    Column("published_at", UtcDateTime),
    *_error_columns(),
    Column("notices", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("held_by", Words),  # the scope of the breaker that it waits for
    UniqueConstraint("post_id", "connection_id", "generation"),
    _one_of("state", State),
    _one_of("error_kind", ErrorKind),
    CheckConstraint("generation >= 1", name="generation"),
    # wake_at is the index of work: what waits for a moment has one, and what nobody needs to look at has none.
    CheckConstraint("wake_at IS NOT NULL OR state NOT IN ('scheduled', 'processing')", name="wakes"),
    CheckConstraint(
        "wake_at IS NULL OR state IN ('scheduled', 'processing', 'in_doubt', 'published')", name="rests"
    ),
    CheckConstraint("due_at IS NOT NULL OR state <> 'scheduled'", name="due"),
)
_bound = publications.c.remote_id.is_not(None)
_awake = publications.c.wake_at.is_not(None)
_publishing = publications.c.state == "publishing"
_in_doubt = publications.c.state == "in_doubt"
_held = publications.c.held_by.is_not(None)
for _name, _columns, _where, _unique in (
    ("uq_publications_remote_id", ("connection_id", "remote_id"), _bound, True),
    ("ix_publications_bound", ("connection_id", "published_at"), _bound, False),
    ("ix_publications_awake", ("team_id", "wake_at"), _awake, False),
    ("ix_publications_lane_awake", ("connection_id", "wake_at"), _awake, False),
    ("ix_publications_lane_order", ("connection_id", "due_at", "created_at", "ordinal", "id"), _awake, False),
    ("ix_publications_publishing", ("team_id", "connection_id"), _publishing, False),
    ("ix_publications_in_doubt", ("team_id",), _in_doubt, False),
    ("ix_publications_held", ("connection_id",), _held, False),
    ("ix_publications_listing", ("due_at", "team_id"), None, False),
):
    Index(
        _name,
        *(publications.c[column] for column in _columns),
        unique=_unique,
        sqlite_where=_where,
        postgresql_where=_where,
    )

attempts = Table(
    "attempts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("publication_id", Id, ForeignKey("publications.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Words, nullable=False),
    Column("run_id", Id),  # this and the claim are NULL where a person settled it
    Column("claim_id", Id),
    Column("began_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("outcome", Words),
    Column("remote_id", Words),
    *_error_columns(),
    Column("steps", Json, nullable=False),
    Column("calls", Json, nullable=False),
    UniqueConstraint("publication_id", "number"),
    _one_of("kind", AttemptKind),
    _one_of("outcome", Outcome),
    _one_of("error_kind", ErrorKind),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended"),
)
_open = attempts.c.ended_at.is_(None)
Index("ix_attempts_open", attempts.c.publication_id, sqlite_where=_open, postgresql_where=_open)

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("team_id", Words, nullable=False),
    Column("host", Words, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("process_started", Words, nullable=False),
    Column("boot", Words, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("counts", Json, nullable=False),
)
Index("ix_runs_started", runs.c.team_id, runs.c.started_at)

# These four belong to accounts and apps of the platforms, which teams may share: they have no team.
# What the platform itself says of a bucket.
rate_limits = Table(
    "rate_limits",
    metadata,
    Column("bucket", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("exhausted_until", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("told_by", Words),  # the header, the field or the refusal
    Column("told_limit", BigInteger),
    Column("told_left", BigInteger),
    Column("told_percent", Integer),
    Column("resets_at", UtcDateTime),
    PrimaryKeyConstraint("bucket", "owner"),
)

# Whoever decides whether more of a bucket may be used up locks its row here until that is written.
buckets = Table(
    "buckets",
    metadata,
    Column("bucket", Words, nullable=False),
    Column("owner", Words, nullable=False),
    PrimaryKeyConstraint("bucket", "owner"),
)

spends = Table(
    "spends",
    metadata,
    Column("id", Id, primary_key=True),
    Column("bucket", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("spent_at", UtcDateTime, nullable=False),
    Column("amount", Integer, nullable=False),
    CheckConstraint("amount >= 1", name="amount"),
)
Index("ix_spends_bucket_owner_spent_at", spends.c.bucket, spends.c.owner, spends.c.spent_at)

# A platform is sick for everybody who uses this database: these two have no team either.
breakers = Table(
    "breakers",
    metadata,
    Column("scope", Words, nullable=False),
    Column("platform", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("failures", Json, nullable=False),
    Column("opened_at", UtcDateTime),
    Column("open_until", UtcDateTime),
    Column("trips", Integer, nullable=False),
    Column("successes", Integer, nullable=False),
    Column("probe_connection", Id),  # the place belongs to this lane's claim for as long as it has a lease
    Column("probe_claim", Id),
    Column("probe_since", UtcDateTime),
    Column("reason", Words, nullable=False),
    Column("last_success_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("platform", "scope", "owner"),
    _one_of("scope", Scope),
    _one_of("platform", Platform),
    _one_of("state", BreakerState),
    CheckConstraint("(state = 'closed') = (opened_at IS NULL)", name="opened"),
    CheckConstraint("(state = 'closed') = (open_until IS NULL)", name="ends"),
)

breaker_events = Table(
    "breaker_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("platform", Words, nullable=False),
    Column("scope", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("from_state", Words, nullable=False),
    Column("to_state", Words, nullable=False),
    Column("open_until", UtcDateTime),
    Column("why", Words, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("run_id", Id),  # NULL where a person did it, and then "by" says who
    Column("by", Words),
    _one_of("scope", Scope),
    _one_of("platform", Platform),
    _one_of("from_state", BreakerState),
    _one_of("to_state", BreakerState),
)
Index("ix_breaker_events_platform_at", breaker_events.c.platform, breaker_events.c.at)

# What attempts that are under way may still spend, and the moments that were promised to who found no room.
reservations = Table(
    "reservations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("bucket", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("standing", Words, nullable=False),
    Column(
        "attempt_id", Id
    ),  # who has reserved it; no foreign key, since attempts are forgotten by themselves
    _one_of("standing", Standing),
    CheckConstraint("amount >= 1", name="amount"),
)
Index("ix_reservations_bucket_owner", reservations.c.bucket, reservations.c.owner)
