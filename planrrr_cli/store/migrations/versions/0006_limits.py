"""What platforms say of their limits, what attempts have reserved, and who is in line.

Tables and columns are added and nothing is rebuilt.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("rate_limits", sa.Column("told_by", sa.Text()))
    op.add_column("rate_limits", sa.Column("told_limit", sa.BigInteger()))
    op.add_column("rate_limits", sa.Column("told_left", sa.BigInteger()))
    op.add_column("rate_limits", sa.Column("told_percent", sa.Integer()))
    op.add_column("rate_limits", sa.Column("resets_at", INSTANT))
    op.create_table(
        "buckets",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "owner", name=op.f("pk_buckets")),
    )
    op.create_table(
        "reservations",
        sa.Column("id", ID, nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("attempt_id", ID),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
        sa.CheckConstraint("standing IN ('reserved', 'promised')", name=op.f("ck_reservations_standing")),
        sa.CheckConstraint("amount >= 1", name=op.f("ck_reservations_amount")),
    )
    op.create_index("ix_reservations_bucket_owner", "reservations", ["bucket", "owner"])
