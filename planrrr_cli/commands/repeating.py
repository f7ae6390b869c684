"""Whether a new post says what another one of the account says, where the platform would refuse it at its due time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from planrrr_cli.commands.shapes import Shape, short
from planrrr_cli.domain.connections import Connection
from planrrr_cli.domain.posts import Post, same_text
from planrrr_cli.platforms import publisher_class
from planrrr_cli.store import Tx, repeats


def repeated(tx: Tx, post: Post, where: Sequence[Connection], at: datetime, post_id: str) -> list[Shape]:
    """One error for each account on which the text is planned or out within the platform's hours of ``at``."""
    found = ((connection, _other(tx, post, connection, at, post_id)) for connection in where)
    return [
        {"platform": connection.platform.value, "rule": "repeated_text", "message": message}
        for connection, message in found
        if message is not None
    ]


def _other(tx: Tx, post: Post, connection: Connection, at: datetime, post_id: str) -> str | None:
    platform = connection.platform
    limit = publisher_class(platform).rules_for(connection).repeats
    if limit is None:
        return None
    text = post.adapted(platform).text
    for publication_id, due_at, other in repeats.around(tx, connection.id, at, timedelta(hours=limit.value)):
        if other.id != post_id and same_text(text, other.adapted(platform).text):
            return (
                f"{platform} refuses the same text within {limit.value} hours, and {short(publication_id)} says it at "
                f"{due_at:%Y-%m-%d %H:%M} UTC; change the text, or add --allow-duplicate"
            )
    return None
