"""The same commands with PostgreSQL instead of SQLite."""

from __future__ import annotations

import json


def test_a_post_goes_from_document_to_page_on_postgresql(
    process, control, write, environ, postgres_server
) -> None:
    environ["DATABASE_URL"] = postgres_server.create(migrated=False)
    try:
        assert "openssl rand" in process("init", code=78).err
        environ["ENCRYPTION_KEY"] = "5a" * 32
        assert "planrrr init" in process("list", code=78).err
        assert process("init", "--json").json["database"]["action"] == "created"
        accounts = control.get("accounts")
        process("connections", "import", "-", stdin=json.dumps(accounts))
        name = write("a.md", front=f"to: 'facebook:{accounts['connections'][0]['accountId']}'")
        assert process("add", name, "--at", "now", "--json").json["added"] == 1
        assert process("add", name, "--at", "now", "--json").json["unchanged"] == 1
        assert process("publish-due", "--json").json["published"] == 1
        assert process("publish-due", "--json").json["publications"] == []
        (post,) = process("list", "--json").json["posts"]
        assert post["status"] == "published"
        assert "attempt 1" in process("explain", post["id"][:10]).out
        assert len(control.posts()) == 1
    finally:
        postgres_server.drop(environ["DATABASE_URL"])
