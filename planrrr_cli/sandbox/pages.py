"""The pages for people: what was posted and the calls that led to it, at / and at every permalink; no scripts."""

import re
from html import escape
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from planrrr_cli.sandbox.clock import iso
from planrrr_cli.sandbox.journal import Record
from planrrr_cli.sandbox.layout import page
from planrrr_cli.sandbox.ledger import Entry
from planrrr_cli.sandbox.media import Medium
from planrrr_cli.sandbox.twin import Twin
from planrrr_cli.sandbox.wire import Reply, Request
from planrrr_cli.sandbox.world import World

# Permalinks that do not begin with the platform's name; and an API that does.
PERMALINK: Final = re.compile(
    r"^/(?:(?:\w{1,15}|i/web)/status/\d{1,19}|feed/update/[^/]+|watch)/?$", re.ASCII
)
NO_PAGES: Final = "/youtube/v3/"
SHOWN_POSTS = 200
DEEPEST = 30
SHOWN_REQUESTS = 200


class Pages:
    def __init__(self, world: World, twins: list[Twin]) -> None:
        self._world = world
        self._twins = twins

    def claims(self, request: Request) -> bool:
        if request.method not in ("GET", "HEAD") or request.path.startswith(NO_PAGES):
            return False
        first = request.path.split("/")[1] if request.path.startswith("/") else ""
        if request.path in ("/", "/favicon.ico") or PERMALINK.match(request.path):
            return True
        return first in {twin.platform for twin in self._twins}

    def answer(self, request: Request) -> Reply:
        for twin in self._twins:
            twin.settle()
        if request.path == "/favicon.ico":
            return Reply(204)
        entries = self._world.ledger.entries()
        if request.path == "/":
            return page("What was posted", self._index(entries))
        return self._permalink(request, entries)

    def _index(self, entries: list[Entry]) -> str:
        posts = [entry for entry in entries if entry.parent is None]
        accounts: dict[tuple[str, str], list[Entry]] = {}
        for entry in reversed(posts):
            accounts.setdefault((entry.platform, entry.account_id), []).append(entry)
        parts = ["<h1>planrrr sandbox</h1>", "<p class=soft>Nothing here has left this machine.</p>"]
        for (platform, account_id), mine in accounts.items():
            parts.append(
                f"<h2>{escape(platform.capitalize())}: {escape(self._name(account_id))} ({len(mine)})</h2>"
            )
            parts += [self._post(entry, entries) for entry in mine[:SHOWN_POSTS]]
        if not posts:
            parts.append("<article><p>Nothing was posted yet.</p></article>")
        return "".join(parts) + self._requests(self._world.journal.records()[-SHOWN_REQUESTS:])

    def _permalink(self, request: Request, entries: list[Entry]) -> Reply:
        path = unquote(request.path).rstrip("/")
        if path == "/watch":
            path += f"?{request.query}"
        entry = _entry_of(path, entries)
        if entry is None:
            return page("Not found", '<h1>There is no such post</h1><p><a href="/">All posts</a></p>', 404)
        wanted = set(entry.requests)
        for comment in _comments(entry, entries):
            wanted |= set(comment.requests)
        records = [record for record in self._world.journal.records() if record.sequence in wanted]
        above = next((each for each in entries if each.remote_id == entry.parent), None)
        parent = f'<p><a href="{escape(above.path)}">In reply to this post</a></p>' if above else ""
        body = (
            f'<p><a href="/">All posts</a></p>{parent}{self._post(entry, entries)}{self._requests(records)}'
        )
        return page(self._name(entry.account_id), body)

    def _name(self, account_id: str) -> str:
        return next((name for twin in self._twins if (name := twin.account_name(account_id))), account_id)

    def _post(self, entry: Entry, entries: list[Entry], depth: int = 0) -> str:
        if depth == DEEPEST:
            return f'<p><a href="{escape(entry.path)}">The thread goes on</a></p>'
        calls = " ".join(f'<a href="/#request-{number}">#{number}</a>' for number in entry.requests)
        parts = [
            f'<article id="post-{entry.sequence}"><header><b>{escape(self._name(entry.account_id))}</b> · ',
            f'<a href="{escape(entry.path)}">{iso(entry.created_at)[:19]}Z</a>',
            " · deleted" if entry.deleted else "",
            "</header>",
            f"<h3>{escape(entry.title)}</h3>" if entry.title else "",
            f"<p>{escape(entry.text)}</p>" if entry.text else "",
            _link(entry.link),
            "".join(self._medium(medium) for medium in entry.media),
            "".join(_extra(name, value) for name, value in entry.extra.items()),
            f"<div><small>{escape(entry.remote_id)} · calls {calls}</small></div>",
            "".join(self._post(comment, entries, depth + 1) for comment in _comments(entry, entries)),
            "</article>",
        ]
        return "".join(parts)

    def _medium(self, medium: Medium) -> str:
        alt = escape(medium.alt or "")
        caption = f"<figcaption>{alt or 'no alt text'}</figcaption>" if medium.kind == "image" else ""
        if medium.kind == "image" and self._world.gallery.get(medium.sha256) is not None:
            shown = f'<img src="/_sandbox/media/{medium.sha256}" alt="{alt}" loading="lazy">'
        else:
            shown = f"<div class=box><span>{escape(medium.kind)}, {medium.size:,} bytes</span></div>"
        return f"<figure>{shown}{caption}</figure>"

    def _requests(self, records: list[Record]) -> str:
        rows = "".join(
            f'<tr id="request-{record.sequence}"><td>{record.sequence}<td>{escape(record.method)}'
            f"<td>{escape(record.path[:80])}<td>{escape(record.call or '')}"
            f"<td>{'dropped' if record.status is None else record.status}<td>{'yes' if record.effect else ''}"
            f"<td>{escape(record.fault or '')}</tr>"
            for record in reversed(records)
        )
        head = "<tr><th>#<th>method<th>path<th>call<th>status<th>effect<th>fault</tr>"
        return f"<h2>Calls</h2><div class=scroll><table>{head}{rows}</table></div>"


def _entry_of(path: str, entries: list[Entry]) -> Entry | None:
    """A comment that has no page of its own is shown on its post's page."""
    last = path.rpartition("/")[2]
    for entry in entries:
        if entry.parent is None and (
            entry.path.rstrip("/") == path or last in (entry.remote_id, entry.post_id)
        ):
            return entry
    return next((each for each in entries if each.path.rstrip("/") == path or each.remote_id == last), None)


def _extra(name: str, value: Any) -> str:
    """A line like `poll: options: Yes, No · duration_minutes: 60`."""
    if isinstance(value, dict):
        told = " · ".join(f"{key}: {_told(part)}" for key, part in value.items())
    else:
        told = _told(value)
    return f"<p><small>{escape(name)}: {escape(told)}</small></p>"


def _told(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _comments(entry: Entry, entries: list[Entry]) -> list[Entry]:
    return [each for each in entries if each.parent is not None and each.parent == entry.remote_id]


def _link(link: str | None) -> str:
    if not link:
        return ""
    if urlsplit(link).scheme in ("http", "https"):
        return f'<p><a rel="noreferrer nofollow" href="{escape(link)}">{escape(link)}</a></p>'
    return f"<p>{escape(link)}</p>"
