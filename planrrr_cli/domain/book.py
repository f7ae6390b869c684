"""What is counted of one bucket and who is in line for it: whether more fits now, else the moment when it will.

Three things are counted: what was spent; what is reserved by attempts that are under way, which counts as spent now
for as long as they are; and the places that were promised to those who found no room. The n-th who is refused is
promised the moment when the n-th place frees, so that nobody asks twice in vain, and who comes later does not take it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from planrrr_cli.domain.line import Line, Used, moment
from planrrr_cli.domain.quota import MARGIN, Bucket, Daily, Rolling, Told

ASK_AGAIN = timedelta(hours=1)  # when others, whom we cannot see, have used it up
KEPT = timedelta(minutes=5)  # so long a place is kept for whom it was promised to
ABANDONED = timedelta(hours=24)  # so old a reservation belongs to nobody any more
BRAKE = 0.9  # from this share on only what is due may spend


@dataclass(slots=True)
class Book:
    """One bucket as one transaction sees it. Nothing here is durable: whoever asks writes down what came of it.

    ``told`` is what the platform says, which wins over what was counted.
    """

    bucket: Bucket
    spent: list[Used] = field(default_factory=list)
    reserved: list[Used] = field(default_factory=list)
    promised: list[Used] = field(default_factory=list)
    told: Told | None = None
    _ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.expect(self.promised)

    def expect(self, places: Iterable[Used]) -> None:
        """These were promised before."""
        self.promised = sorted(places, key=moment)
        self._ids = {each.id for each in self.promised}

    def ask(
        self,
        amount: int,
        *,
        now: datetime,
        mine: str = "",
        extra: bool = False,
        limit: int | None = None,
        used: int | None = None,
    ) -> datetime | None:
        """None when ``amount`` more fits now, else the moment when it will.

        ``mine``: the id of the place that was promised to whoever asks. ``extra``: it can wait, so it keeps away from
        the last tenth. ``limit`` and ``used``: what the platform says this very moment. More than the whole limit at
        once is treated as the whole limit: it could never begin otherwise.
        """
        own, most = self._place(mine), self.most(limit)
        if extra:
            return self._extra(amount, most, now)
        need = min(amount, most)
        line = self._line(now, own)
        others = max(0, (used or 0) - sum(each.amount for each in line.now))
        earliest = self._earliest(need, now)
        if self._rests_on_word(now):
            return earliest if earliest > now else None
        if others and most - others < need:
            return max(earliest, self._of_others(line, now))
        most -= others
        if earliest <= now and self._fits(line, need, most, now):
            return None
        if own is not None and own.at > now and own.at >= earliest:
            return own.at
        return self._first(line, need, most, earliest)

    def reserve(self, amount: int, *, now: datetime, mine: str = "") -> None:
        """Remember it for whoever asks next; ``mine``: the place that it takes."""
        self._let_go(mine)
        self.reserved.append(Used(now, amount))

    def promise(self, amount: int, at: datetime, mine: str) -> None:
        """Keep that place for whoever asked."""
        self._let_go(mine)
        insort(self.promised, Used(at, amount, mine), key=moment)
        self._ids.add(mine)

    def counted(self, now: datetime) -> int:
        """What counts at this moment: spent within the window, or reserved."""
        return sum(each.amount for each in self._past(now)) + sum(each.amount for each in self._open(now))

    def waiting(self, now: datetime) -> int:
        """How many have been promised a place that is still to come, or kept."""
        return sum(1 for each in self.promised if each.at > now - KEPT)

    def most(self, limit: int | None = None) -> int:
        """The limit that holds: what the platform says, and never more than the operator wants."""
        said = limit if limit is not None else (self.told.limit if self.told else None)
        if said is None or said < 1:
            return self.bucket.limit
        return min(said, self.bucket.limit) if self.bucket.chosen else said

    def free_again(self, now: datetime) -> datetime | None:
        """When one more would fit, in the order of those who wait; None for now."""
        return self.ask(1, now=now)

    # -- what counts --

    def _past(self, now: datetime) -> Iterator[Used]:
        began = self.bucket.window.began(now)
        return (each for each in self.spent if each.at > began)

    def _open(self, now: datetime) -> Iterator[Used]:
        return (each for each in self.reserved if each.at > now - ABANDONED)

    def _place(self, mine: str) -> Used | None:
        """The place that is kept under that id."""
        if mine not in self._ids:
            return None
        return next(each for each in self.promised if each.id == mine)

    def _let_go(self, mine: str) -> None:
        if (own := self._place(mine)) is not None:
            self.promised.remove(own)
            self._ids.remove(mine)

    def _line(self, now: datetime, own: Used | None = None) -> Line:
        """``own`` is left out. Who was called up goes before all who were refused later: to him, only whose place came
        before his is in line, and nobody is to come."""
        line = sorted(self._past(now), key=moment)
        line += [Used(now, each.amount) for each in self._open(now)]
        kept = bisect_right(self.promised, now - KEPT, key=moment)
        if own is not None and own.at <= now:
            before = bisect_left(self.promised, own.at, key=moment)
            return Line(line + [Used(now, each.amount) for each in self.promised[kept:before]], [])
        to_come = bisect_right(self.promised, now, key=moment)
        line += [Used(now, each.amount) for each in self.promised[kept:to_come]]
        if own is not None:
            return Line(line, [each for each in self.promised[to_come:] if each is not own])
        return Line(line, self.promised, to_come)

    # -- what the platform says --

    def _earliest(self, need: int, now: datetime) -> datetime:
        told, earliest = self.told, now
        if told is None:
            return earliest
        if told.until is not None and told.until > now:
            earliest = told.until
        if told.left is not None and told.resets_at is not None and told.resets_at > now:
            unseen = sum(each.amount for each in self.spent if each.at > told.at)
            unseen += sum(each.amount for each in self._open(now))
            if unseen + min(need, self.most()) > told.left:
                earliest = max(earliest, told.resets_at + MARGIN)
        return earliest

    def _percent(self, now: datetime) -> int | None:
        """How much the platform says is used, while that is fresh."""
        window = self.bucket.window
        fresh = window.length if isinstance(window, Rolling) else ASK_AGAIN
        told = self.told
        return told.percent if told and now - told.at < fresh else None

    def _rests_on_word(self, now: datetime) -> bool:
        """Our number is a guess, and the platform says how much is used."""
        return self.bucket.guessed and self._percent(now) is not None

    def _of_others(self, line: Line, now: datetime) -> datetime:
        """Nobody knows when what others used is free again; not before what is ours."""
        freed = [self.bucket.window.frees(each.at) for each in line.now]
        if isinstance(self.bucket.window, Daily):
            return self.bucket.window.ends(now)
        return max(freed) if freed else now + min(ASK_AGAIN, self.bucket.window.length)

    # -- arithmetic --

    def _extra(self, amount: int, most: int, now: datetime) -> datetime | None:
        later = self.bucket.window.longest(now)
        earliest = self._earliest(amount, now)
        percent = self._percent(now)
        if percent is not None and percent >= 100 * BRAKE:
            return max(earliest, min(later, now + ASK_AGAIN))
        if earliest > now or self._rests_on_word(now):
            return earliest if earliest > now else None
        line, most = self._line(now), max(1, int(most * BRAKE))
        if self._fits(line, min(amount, most), most, now):
            return None
        return min(self._first(line, min(amount, most), most, now), later)

    def _fits(self, line: Line, need: int, most: int, now: datetime) -> bool:
        """Neither the window that ends now nor one that ends with a promised place becomes too full."""
        window = self.bucket.window
        total = need + sum(each.amount for each in line.now)
        if total > most:
            return False
        inside, first, last = list(line.now), 0, window.frees(now)
        for each in line.coming():
            if each.at >= last:
                break
            inside.append(each)
            total += each.amount
            while window.frees(inside[first].at) <= each.at:
                total -= inside[first].amount
                first += 1
            if total > most:
                return False
        return True

    def _first(self, line: Line, need: int, most: int, earliest: datetime) -> datetime:
        """The first moment, behind all who are in line, at which it fits."""
        window = self.bucket.window
        start = max(earliest, line.last.at) if line.last else earliest
        inside: list[Used] = []
        for each in line.backwards():
            if window.frees(each.at) <= start:
                break
            inside.append(each)
        total, found = sum(each.amount for each in inside), start
        for each in reversed(inside):
            if total + need <= most:
                break
            total -= each.amount
            found = window.frees(each.at)
        return found
