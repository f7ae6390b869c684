"""What attempts will spend is reserved before they begin: decided for all lanes of a turn together, written together.

Statements of one turn, whatever the number of lanes: two that lock the buckets (PostgreSQL only; three for new ones),
three that read what is counted (four where a bucket may be full), two that write. No more than nine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from planrrr_cli.domain.book import Book
from planrrr_cli.domain.errors import RateLimited
from planrrr_cli.domain.publications import Attempt, AttemptKind, Publication
from planrrr_cli.domain.quota import Bucket
from planrrr_cli.domain.settlement import ACCEPTED
from planrrr_cli.platforms import publisher_class
from planrrr_cli.publishing.quotas import Quotas, id_of, place_of
from planrrr_cli.store import Tx, quotas
from planrrr_cli.store.told import Owned

Needs = dict[Owned, tuple[Bucket, int]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A publication whose turn it is, and what would be done with it."""

    publication: Publication
    kind: AttemptKind

    @property
    def extra(self) -> bool:
        """It can wait: nothing that was promised for a time depends on it."""
        if self.kind is AttemptKind.CHECK:
            return bool(self.publication.checkpoint.get(ACCEPTED))
        return self.kind is not AttemptKind.PUBLISH


class Reserving:
    """One turn. ``refused``: those that find no room, by the ids of the publications, and when they will."""

    def __init__(
        self, tx: Tx, rules: Quotas, wanted: Iterable[Wanted], *, now: datetime, locked: bool = False
    ) -> None:
        """``locked``: this transaction has the buckets already, or writes nothing."""
        self.refused: dict[str, RateLimited] = {}
        self._tx = tx
        self._now = now
        self._needs: dict[str, Needs] = {}
        self._freed: list[str] = []
        self._reserved: list[quotas.Entry] = []
        self._promised: list[quotas.Entry] = []
        wanted = list(wanted)
        for one in wanted:
            self._needs[one.publication.id] = _needs(rules, one)
        asked: Needs = {}
        for needs in self._needs.values():
            for owned, (bucket, amount) in needs.items():
                asked[owned] = bucket, amount + asked.get(owned, (bucket, 0))[1]
        if not locked:
            quotas.lock(tx, asked)
        books = quotas.books(tx, asked, now=now)
        for needs in self._needs.values():  # more than a window holds could never begin
            for owned, (bucket, amount) in needs.items():
                needs[owned] = bucket, min(amount, books[owned].most())
        for one in wanted:
            self._decide(rules, one, books)

    def begun(self, publication: Publication, attempt: Attempt) -> tuple[str, ...]:
        """Reserve for it; the ids of what is reserved."""
        ids = []
        for owned, (bucket, amount) in self._needs[publication.id].items():
            ids.append(id_of(attempt.id, bucket.name))
            self._reserved.append(quotas.Entry(ids[-1], owned, self._now, amount, attempt.id))
            self._freed.append(place_of(publication, bucket))
        return tuple(ids)

    def write(self) -> None:
        """Make it durable with the transaction."""
        quotas.write(self._tx, freed=self._freed, reserved=self._reserved, promised=self._promised)

    def _decide(self, rules: Quotas, one: Wanted, books: dict[Owned, Book]) -> None:
        publication, last = one.publication, None
        needs = self._needs[publication.id]
        for owned, (bucket, amount) in needs.items():
            later = books[owned].ask(
                amount, now=self._now, mine=place_of(publication, bucket), extra=one.extra
            )
            if later is not None and (last is None or later > last[0]):
                last = later, owned, bucket, amount
        if last is None:
            for owned, (bucket, amount) in needs.items():
                books[owned].reserve(amount, now=self._now, mine=place_of(publication, bucket))
            return
        until, owned, bucket, amount = last
        self.refused[publication.id] = rules.refusal(
            bucket, publication.connection, until, books[owned].most()
        )
        if not one.extra:
            mine = place_of(publication, bucket)
            books[owned].promise(amount, until, mine)
            self._promised.append(quotas.Entry(mine, owned, until, amount))


def _needs(rules: Quotas, one: Wanted) -> Needs:
    """What it will use up, as far as that is known before."""
    recipe = publisher_class(one.publication.platform)
    found: Needs = {}
    for call, times in recipe.needs(one.publication, one.kind).items():
        for bucket, price in recipe.charges.get(call, ()):
            rule = rules.rule(bucket)
            owned = rules.owned(rule, one.publication.connection)
            found[owned] = rule, found.get(owned, (rule, 0))[1] + price * times
    return found
