"""The history of the tables, run by Alembic from ``planrrr_cli.store.migrating``; needs no ini file."""
