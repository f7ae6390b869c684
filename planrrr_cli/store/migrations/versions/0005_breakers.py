"""Circuit breakers, their history, and which publications wait for one.

Tables and a column are added and nothing is rebuilt.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
PLATFORMS = "'facebook', 'instagram', 'x', 'youtube', 'linkedin'"
SCOPES = "'connection', 'app', 'platform', 'tokens'"
STATES = "'closed', 'open', 'half_open'"


def upgrade() -> None:
    op.add_column("publications", sa.Column("held_by", sa.Text()))
    held = sa.text("held_by IS NOT NULL")
    op.create_index(
        "ix_publications_held", "publications", ["connection_id"], sqlite_where=held, postgresql_where=held
    )
    op.create_table(
        "breakers",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failures", JSON, nullable=False),
        sa.Column("opened_at", INSTANT),
        sa.Column("open_until", INSTANT),
        sa.Column("trips", sa.Integer(), nullable=False),
        sa.Column("successes", sa.Integer(), nullable=False),
        sa.Column("probe_connection", ID),
        sa.Column("probe_claim", ID),
        sa.Column("probe_since", INSTANT),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("last_success_at", INSTANT),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "scope", "owner", name=op.f("pk_breakers")),
        sa.CheckConstraint(f"scope IN ({SCOPES})", name=op.f("ck_breakers_scope")),
        sa.CheckConstraint(f"platform IN ({PLATFORMS})", name=op.f("ck_breakers_platform")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_breakers_state")),
        sa.CheckConstraint("(state = 'closed') = (opened_at IS NULL)", name=op.f("ck_breakers_opened")),
        sa.CheckConstraint("(state = 'closed') = (open_until IS NULL)", name=op.f("ck_breakers_ends")),
    )
    op.create_table(
        "breaker_events",
        sa.Column("id", ID, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("open_until", INSTANT),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("run_id", ID),
        sa.Column("by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breaker_events")),
        sa.CheckConstraint(f"scope IN ({SCOPES})", name=op.f("ck_breaker_events_scope")),
        sa.CheckConstraint(f"platform IN ({PLATFORMS})", name=op.f("ck_breaker_events_platform")),
        sa.CheckConstraint(f"from_state IN ({STATES})", name=op.f("ck_breaker_events_from_state")),
        sa.CheckConstraint(f"to_state IN ({STATES})", name=op.f("ck_breaker_events_to_state")),
    )
    op.create_index("ix_breaker_events_platform_at", "breaker_events", ["platform", "at"])
