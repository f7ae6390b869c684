"""When a person must sign in, what was told of it, and what a renewal of tokens leaves behind until it has worked.

Columns are added and nothing is rebuilt.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("connections", sa.Column("refresh_expires_at", INSTANT))
    op.add_column("connections", sa.Column("previous_refresh_token", sa.Text()))
    op.add_column("connections", sa.Column("previous_access_token", sa.Text()))
    op.add_column("connections", sa.Column("renewing_since", INSTANT))
    op.add_column("connections", sa.Column("warned_days", sa.Integer()))
    op.add_column("connections", sa.Column("granted_at", INSTANT))
