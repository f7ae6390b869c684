"""What was used up of each rate limit; the public address of media.

Tables and columns are added and nothing is rebuilt.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("media", sa.Column("public_url", sa.Text()))
    op.create_table(
        "rate_limits",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("exhausted_until", INSTANT),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("bucket", "owner", name=op.f("pk_rate_limits")),
    )
    op.create_table(
        "spends",
        sa.Column("id", ID, nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("spent_at", INSTANT, nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spends")),
        sa.CheckConstraint("amount >= 1", name=op.f("ck_spends_amount")),
    )
    op.create_index("ix_spends_bucket_owner_spent_at", "spends", ["bucket", "owner", "spent_at"])
