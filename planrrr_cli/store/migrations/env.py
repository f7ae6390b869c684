"""How Alembic reaches the database: through the connection and the transaction that it is handed."""

from __future__ import annotations

from alembic import context

from planrrr_cli.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # The caller's transaction holds the whole migration: all of it is there afterwards, or nothing.
    transactional_ddl=False,
)
context.run_migrations()
