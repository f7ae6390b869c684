"""`connections import`: accounts from a JSON document with the field names of the Node worker; all of it or nothing."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from planrrr_cli import render
from planrrr_cli.commands.account_options import options_from
from planrrr_cli.commands.connections import SCHEMA, show_table
from planrrr_cli.commands.shapes import connection_shape
from planrrr_cli.context import Context
from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.errors import InvalidDocument, UsageError
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.store import connections
from planrrr_cli.store.connections import NewConnection

LARGEST = 16 * 1024 * 1024


class BadEntry(Exception):
    """One entry that cannot be taken; the text is the sentence for a person, and never holds a token."""


def import_connections(ctx: Context, source: str, *, as_json: bool) -> int:
    """Adds or renews every account of the document, or none when any entry is wrong."""
    read, wrong = _read_all(_entries(_text(source)))
    if wrong:
        if as_json:
            render.document({"schema": SCHEMA, "added": 0, "updated": 0, "connections": [], "errors": wrong})
        for one in wrong:
            render.say(f"entry {one['entry']}: {one['message']}")
        render.say(
            f"nothing was imported: {render.counted(len(wrong), 'entry is', 'entries are')} not usable"
        )
        return 1
    found, added = _write(ctx, read)
    notices = _notices(ctx, found)
    if as_json:
        shapes = [connection_shape(connection) for connection in found]
        counts = {"added": added, "updated": len(found) - added}
        render.document(
            {"schema": SCHEMA} | counts | {"connections": shapes, "errors": [], "notices": notices}
        )
    elif found:
        show_table(found, ctx)
    for notice in notices:
        render.say(f"notice: {notice}")
    render.say(f"{render.counted(added, 'connection')} added, {len(found) - added} renewed")
    return 0


def _write(ctx: Context, read: Sequence[NewConnection]) -> tuple[list[Connection], int]:
    now = ctx.clock.now()
    with ctx.store.transaction() as tx:
        results = [connections.add(tx, new, now=now) for new in read]
    return [connection for connection, _ in results], sum(added for _, added in results)


def _notices(ctx: Context, found: Sequence[Connection]) -> list[str]:
    said = []
    for one in found:
        ends = one.tokens.expires_at
        if ends and ends <= ctx.clock.now() and one.tokens.refresh is None:
            said.append(
                f"the token of {one.platform} {render.clean(one.account_name)} ended at {render.when(ends)}"
            )
    return said


def _text(source: str) -> str:
    try:
        raw = sys.stdin.buffer.read(LARGEST + 1) if source == "-" else _bytes(Path(source))
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidDocument(f"{source} is not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{source} cannot be read: {error.strerror}") from None
    if len(raw) > LARGEST:
        raise InvalidDocument(f"{source} is larger than 16 MB; split it")
    return text


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _entries(text: str) -> Sequence[object]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = (
            f", line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        )
        raise InvalidDocument(f"the document is not valid JSON{place}") from None
    if isinstance(document, Mapping):
        document = document.get("connections")
    if not isinstance(document, list):
        raise InvalidDocument('the document must be a JSON list of connections, or {"connections": [...]}')
    return document


def _read_all(entries: Sequence[object]) -> tuple[list[NewConnection], list[dict[str, Any]]]:
    read: list[NewConnection] = []
    wrong: list[dict[str, Any]] = []
    seen: dict[tuple[Platform, str], int] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            new = _connection(entry)
            first = seen.setdefault((new.platform, new.account_id), number)
            if first != number:
                raise BadEntry(f"it names the same {new.platform} account as entry {first}")
            read.append(new)
        except BadEntry as bad:
            wrong.append({"entry": number, "message": str(bad)})
    return read, wrong


def _connection(entry: object) -> NewConnection:
    if not isinstance(entry, Mapping):
        raise BadEntry("it is not a JSON object")
    platform = _platform(entry)
    account_id = _text_field(entry, "accountId", numbers=True)
    metadata = entry.get("metadata") or {}
    if not isinstance(metadata, Mapping):
        raise BadEntry("metadata is not a JSON object")
    return NewConnection(
        platform=platform,
        account_id=account_id,
        account_name=_text_field(entry, "accountName", default=account_id),
        tokens=_tokens(entry),
        scopes=_scopes(entry.get("scopes")),
        options=_options(platform, account_id, metadata),
        max_lateness=None,
        app_id=_text_field(entry, "appId", default="") or None,
        app_secret=_token(entry, "appSecret", needed=False),
    )


def _platform(entry: Mapping[str, object]) -> Platform:
    name = _text_field(entry, "platform")
    try:
        return Platform(name.lower())
    except ValueError:
        raise BadEntry(f'platform "{render.preview(name, 30)}" is not one of {", ".join(Platform)}') from None


def _tokens(entry: Mapping[str, object]) -> Tokens:
    refresh = _token(entry, "refreshToken", needed=False)
    access = _token(entry, "accessToken", needed=True)
    assert access is not None
    secret = _token(entry, "accessTokenSecret", needed=False)
    return Tokens(access, refresh, _moment(entry.get("expiresAt")), secret)


def _token(entry: Mapping[str, object], name: str, *, needed: bool) -> Secret | None:
    value = entry.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        if needed:
            raise BadEntry(f"{name} is missing or empty")
        return None
    if not isinstance(value, str):
        raise BadEntry(f"{name} is not a text")
    token = value.strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise BadEntry(f"{name} does not look like a token: it must be printable ASCII without spaces")
    return Secret(token)


def _text_field(
    entry: Mapping[str, object], name: str, *, default: str | None = None, numbers: bool = False
) -> str:
    value = entry.get(name)
    if numbers and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        if default is None:
            raise BadEntry(f"{name} is missing or empty")
        return default
    if not isinstance(value, str):
        raise BadEntry(f"{name} is not a text")
    if len(value) > 500 or any(
        "\ud800" <= character <= "\udfff" or character == "\x00" for character in value
    ):
        raise BadEntry(f"{name} is too long, or holds characters that cannot be stored")
    return value.strip()


def _scopes(value: object) -> tuple[str, ...]:
    """A list, or one text as OAuth writes it."""
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(scope for scope in re.split(r"[,\s]+", value) if scope)
    if isinstance(value, list) and all(isinstance(scope, str) for scope in value):
        return tuple(value)
    raise BadEntry("scopes is neither a list of texts nor one text")


def _options(platform: Platform, account_id: str, metadata: Mapping[str, object]) -> dict[str, Any]:
    page = metadata.get("pageId")
    if page is not None and (isinstance(page, bool) or not isinstance(page, str | int)):
        raise BadEntry("metadata.pageId is not a text")
    if platform is Platform.FACEBOOK:
        return {"page_id": str(page or account_id)}
    try:
        options = options_from(platform, metadata)
    except ValueError as error:
        raise BadEntry(f"metadata: {error}") from None
    return options | ({"page_id": str(page)} if page else {})


def _moment(value: object) -> datetime | None:
    """ISO 8601 with a zone, or milliseconds since 1970 as JavaScript counts them."""
    try:
        if value is None or value == "":
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        moment = None
    if moment is None:
        raise BadEntry("expiresAt is not a time like 2026-12-01T09:00:00Z")
    if moment.tzinfo is None:
        raise BadEntry("expiresAt has no zone; write it like 2026-12-01T09:00:00Z")
    return moment.astimezone(UTC)
