"""What is counted of one bucket and who is in line for it: whether more fits now, else the moment when it will.

Three things are counted: what was spent; what is reserved by attempts that are under way, which counts as spent now
for as long as they are; and the places that were promised to those who found no room. The n-th who is refused is
promised the moment when the n-th place frees, so that nobody asks twice in vain, and who comes later does not take it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from planrrr_cli.domain.quota import MARGIN, Bucket, Daily, Rolling, Told

ASK_AGAIN = timedelta(hours=1)  # when others, whom we cannot see, have used it up
KEPT = timedelta(minutes=5)  # so long a place is kept for whom it was promised to
ABANDONED = timedelta(hours=24)  # so old a reservation belongs to nobody any more
BRAKE = 0.9  # from this share on only what is due may spend


class Standing(StrEnum):
    """What is counted besides what was spent."""

    RESERVED = "reserved"  # by an attempt that is under way
    PROMISED = "promised"  # to a publication that found no room


@dataclass(frozen=True, slots=True)
class Used:
    """One entry: ``amount`` at ``at``. ``id`` only of what is reserved or promised."""

    at: datetime
    amount: int
    id: str = ""


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
        own = next((each for each in self.promised if each.id == mine), None) if mine else None
        most = self.most(limit)
        if extra:
            return self._extra(amount, most, now)
        need = min(amount, most)
        line = self._line(now, without=mine)
        if own is not None and own.at <= now:  # called up: it goes before all who were refused later
            line = [each for each in line if each.at <= now]
        others = max(0, (used or 0) - sum(each.amount for each in line if each.at <= now))
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
        last = max([earliest, *(each.at for each in line if each.at > now)])
        return self._first(line, need, most, last, now)

    def reserve(self, amount: int, *, now: datetime, mine: str = "") -> None:
        """Remember it for whoever asks next; ``mine``: the place that it takes."""
        self.promised = [each for each in self.promised if each.id != mine or not mine]
        self.reserved.append(Used(now, amount))

    def promise(self, amount: int, at: datetime, mine: str) -> None:
        """Keep that place for whoever asked."""
        self.promised = [each for each in self.promised if each.id != mine]
        self.promised.append(Used(at, amount, mine))

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

    def _line(self, now: datetime, *, without: str = "") -> list[Used]:
        """Everything in the order of its moment; what is under way and what is called up counts now."""
        line = list(self._past(now))
        line += [Used(now, each.amount) for each in self._open(now)]
        for each in self.promised:
            if each.at > now - KEPT and not (without and each.id == without):
                line.append(Used(max(now, each.at), each.amount))
        line.sort(key=lambda each: each.at)
        return line

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

    def _of_others(self, line: list[Used], now: datetime) -> datetime:
        """Nobody knows when what others used is free again; not before what is ours."""
        freed = [self.bucket.window.frees(each.at) for each in line if each.at <= now]
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
        start = max([now, *(each.at for each in line if each.at > now)])
        return min(self._first(line, min(amount, most), most, start, now), later)

    def _fits(self, line: list[Used], need: int, most: int, now: datetime) -> bool:
        """Neither the window that ends now nor one that ends with a promised place becomes too full."""
        window = self.bucket.window
        if isinstance(window, Daily):
            ends = window.ends(now)
            return sum(each.amount for each in line if each.at < ends) + need <= most
        total, first, at = need, 0, 0
        while at < len(line):
            end = max(line[at].at, now)
            if end > now and window.frees(now) <= end:
                return True
            while at < len(line) and max(line[at].at, now) == end:
                total += line[at].amount
                at += 1
            while window.frees(line[first].at) <= end:
                total -= line[first].amount
                first += 1
            if total > most:
                return False
        return total <= most

    def _first(self, line: list[Used], need: int, most: int, start: datetime, now: datetime) -> datetime:
        """The first moment from ``start`` on at which it fits."""
        window = self.bucket.window
        if isinstance(window, Daily):
            return self._day(window, line, need, most, start, now)
        inside = [each for each in line if each.at <= start and window.frees(each.at) > start]
        total, found = sum(each.amount for each in inside), start
        for each in inside:
            if total + need <= most:
                break
            total -= each.amount
            found = window.frees(each.at)
        return found

    def _day(
        self, window: Daily, line: list[Used], need: int, most: int, start: datetime, now: datetime
    ) -> datetime:
        """The first day from that of ``start`` on which it fits."""
        while True:
            began, ends = window.midnight(start), window.ends(start)
            if sum(each.amount for each in line if began <= each.at < ends) + need <= most:
                return start
            start = ends
