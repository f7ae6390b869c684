"""`limits`: what is used of each limit of the platforms, what they say of it themselves, and when there is room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice

from planrrr_cli import render
from planrrr_cli.commands.shapes import Shape
from planrrr_cli.commands.showing import zone
from planrrr_cli.commands.targets import read_platform
from planrrr_cli.context import Context
from planrrr_cli.domain.book import Book
from planrrr_cli.domain.connections import Connection, Platform
from planrrr_cli.domain.errors import Scope
from planrrr_cli.domain.quota import Bucket, Rolling, Told
from planrrr_cli.platforms import PLATFORMS, publisher_class
from planrrr_cli.publishing.quotas import Quotas, rules_of
from planrrr_cli.store import Tx, connections, lanes, quotas
from planrrr_cli.store.told import Owned

AT_ONCE = 2000  # buckets that are read together


@dataclass(frozen=True, slots=True)
class Line:
    """One bucket of one account or app. ``account`` is None for an app's."""

    platform: Platform
    bucket: Bucket
    owner: str
    account: Connection | None
    book: Book

    @property
    def touched(self) -> bool:
        book = self.book
        return bool(book.spent or book.reserved or book.promised or book.told)


def limits(ctx: Context, *, platform_name: str | None, everything: bool, as_json: bool) -> int:
    """Of the team's accounts and their apps; what others know of the same accounts is counted, too."""
    platform = read_platform(platform_name) if platform_name else None
    rules = rules_of(ctx)
    with ctx.store.reading() as tx:
        ctx.follow(lanes.database_now(tx))
        now = ctx.clock.now()
        found = dict(_buckets(rules, connections.listing(tx, platform=platform, tokens=False)))
        books = books_of(tx, {owned: one[1] for owned, one in found.items()}, now)
    lines = [
        Line(platform, bucket, owned[1], account, books[owned])
        for owned, (platform, bucket, account) in found.items()
    ]
    if as_json:
        render.document({"schema": "planrrr.limits/1", "limits": [_shape(line, now) for line in lines]})
        return 0
    shown = [line for line in lines if everything or line.touched]
    if shown:
        head = ["limit", "account", "used", "of", "per", "free again", "from"]
        render.table(head, [_row(line, now, zone(ctx)) for line in shown])
    if not lines:
        render.say("no accounts; add one: planrrr connect PLATFORM")
    elif len(shown) < len(lines):
        more = render.counted(len(lines) - len(shown), "limit")
        render.say(f"nothing is used of {more}{' more' if shown else ''}; --all lists them")
    return 0


def books_of(tx: Tx, wanted: Mapping[Owned, Bucket], now: datetime) -> dict[Owned, Book]:
    """A part at a time: a statement takes so many parameters and no more."""
    found: dict[Owned, Book] = {}
    asked = iter(wanted.items())
    while part := {owned: (bucket, bucket.limit) for owned, bucket in islice(asked, AT_ONCE)}:
        found |= quotas.books(tx, part, now=now)
    return found


def _buckets(
    rules: Quotas, accounts: Sequence[Connection]
) -> Iterator[tuple[Owned, tuple[Platform, Bucket, Connection | None]]]:
    for account in accounts:
        if account.platform not in PLATFORMS:
            continue
        for each in publisher_class(account.platform).buckets:
            bucket = rules.rule(each)
            whose = account if bucket.scope is Scope.CONNECTION else None
            yield rules.owned(bucket, account), (account.platform, bucket, whose)


def _row(line: Line, now: datetime, where: tzinfo) -> list[str]:
    book, told = line.book, line.book.told
    whose = line.account.account_name if line.account else f"app {line.owner}".rstrip()
    used = str(book.counted(now))
    if told is not None and told.percent is not None:
        used += f" ({told.percent} %)"
    if waiting := book.waiting(now):
        used += f", {waiting} wait"
    free = book.free_again(now)
    return [
        line.bucket.name,
        render.preview(whose, 24),
        used,
        str(book.most()),
        str(line.bucket.window),
        render.exact(free, where) if free else "now",
        _origin(line, where),
    ]


def _origin(line: Line, where: tzinfo) -> str:
    told = line.book.told
    if told is not None and told.source:
        said = [f"{told.left} left until {render.exact(told.resets_at, where)}"] if told.resets_at else []
        said += [f"nothing before {render.exact(told.until, where)}"] if told.until else []
        return f"{told.source} at {render.exact(told.at, where)}" + "".join(f", {each}" for each in said)
    return "planrrr.toml" if line.bucket.chosen else line.bucket.source


def _shape(line: Line, now: datetime) -> Shape:
    book, bucket, window = line.book, line.bucket, line.bucket.window
    return {
        "platform": line.platform.value,
        "bucket": bucket.name,
        "called": str(bucket),
        "scope": bucket.scope.value,
        "owner": line.owner,
        "connection_id": line.account.id if line.account else None,
        "account_name": line.account.account_name if line.account else None,
        "used": book.counted(now),
        "reserved": sum(each.amount for each in book.reserved),
        "waiting": book.waiting(now),
        "limit": book.most(),
        "window": str(window),
        "window_seconds": int(window.length.total_seconds()) if isinstance(window, Rolling) else None,
        "zone": None if isinstance(window, Rolling) else window.zone,
        "chosen": bucket.chosen,
        "guessed": bucket.guessed,
        "source": "planrrr.toml" if bucket.chosen else bucket.source,
        "learned": _learned(book.told),
        "free_again_at": render.iso(book.free_again(now)),
    }


def _learned(told: Told | None) -> Shape | None:
    if told is None:
        return None
    return {
        "from": told.source,
        "at": render.iso(told.at),
        "limit": told.limit,
        "left": told.left,
        "resets_at": render.iso(told.resets_at),
        "percent": told.percent,
        "until": render.iso(told.until),
    }
