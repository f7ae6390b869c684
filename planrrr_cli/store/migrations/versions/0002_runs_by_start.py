"""Runs by when they started, so that a run of the future, whose clock was wrong, is found at once."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_runs_started", "runs", ["team_id", "started_at"], unique=False)
