"""OAuth 1.0a secrets and own developer apps of connections; files that a platform's options name; shapes of media.

Columns are added and nothing is rebuilt: on SQLite a rebuilt table would drop the rows that refer to the old one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for name in ("token_secret", "app_id", "app_secret"):
        op.add_column("connections", sa.Column(name, sa.Text()))
    op.add_column("posts", sa.Column("attached", JSON, nullable=False, server_default="{}"))
    op.add_column("media", sa.Column("shape", JSON))
