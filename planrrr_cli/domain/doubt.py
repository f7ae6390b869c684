"""Doubt: when to look, how much evidence proves absence, and when a person has to decide. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from planrrr_cli.domain.steps import Absent, Finding, Landed, Published


@dataclass(frozen=True, slots=True)
class Patience:
    """A platform's waiting rules, as delays after the point of no return; ``source`` says where they were read.

    A publication is proved absent by ``proof_looks`` successful looks without a match, the last of them at least
    ``proof_after`` after the point of no return, and not before every look that is planned until then was made at its
    distance from the one before: a clock that was set forward must not make half an hour out of a minute.
    ``proof_after`` None: looking can never prove absence.
    After ``most_looks`` looks that settled nothing it is a person's turn.
    """

    looks: tuple[timedelta, ...]
    proof_looks: int
    proof_after: timedelta | None
    most_looks: int
    source: str

    def next_look(self, looked: int, *, sent_at: datetime, now: datetime) -> datetime | None:
        """The moment of the next look after ``looked`` looks; None when it is a person's turn.

        A doubt found late (the host was down for a day) still gets its first look at once; the following ones keep
        their distances, since the clock may have been set forward and the call may be under way until now.
        """
        if looked >= self.most_looks or not self.looks:
            return None
        # A clock that was fast then must not delay the looks until it would be right
        sent_at = min(sent_at, now)
        if looked == 0:
            return max(now, sent_at + self.looks[0])
        if looked < len(self.looks):
            apart = self.looks[looked] - self.looks[looked - 1]
            return max(now + apart, sent_at + self.looks[looked])
        return now + self.looks[-1]


def by_listing(source: str) -> Patience:
    """How long to look in an account's list of posts that names no delay of its own: half an hour proves absence."""
    looks = (
        timedelta(seconds=10),
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=15),
        timedelta(minutes=30),
    )
    return Patience(looks, proof_looks=2, proof_after=looks[-1], most_looks=12, source=source)


@dataclass(frozen=True, slots=True)
class Found:
    published: Published


@dataclass(frozen=True, slots=True)
class GoOn:
    """One of several calls took effect; the recipe goes on after it."""

    landed: Landed


@dataclass(frozen=True, slots=True)
class ProvedAbsent:
    """Sending again is safe."""

    reason: str


@dataclass(frozen=True, slots=True)
class LookAgain:
    """``absent_looks`` counts the successful looks without a match, this one included."""

    at: datetime
    reason: str
    absent_looks: int


@dataclass(frozen=True, slots=True)
class AskPerson:
    reason: str


Verdict = Found | GoOn | ProvedAbsent | LookAgain | AskPerson


def weigh(
    finding: Finding, patience: Patience, *, looked: int, absent_looks: int, sent_at: datetime, now: datetime
) -> Verdict:
    """What one more look means, after ``looked`` earlier ones of which ``absent_looks`` read well and found nothing."""
    if isinstance(finding, Published):
        return Found(finding)
    if isinstance(finding, Landed):
        return GoOn(finding)
    if isinstance(finding, Absent):
        absent_looks += 1
        if _proves(finding, patience, looked, absent_looks, now - sent_at):
            return ProvedAbsent(finding.reason)
    elif finding.ask_person:
        return AskPerson(finding.reason)
    at = patience.next_look(looked + 1, sent_at=sent_at, now=now)
    return LookAgain(at, finding.reason, absent_looks) if at else AskPerson(finding.reason)


def _proves(finding: Absent, patience: Patience, looked: int, absent_looks: int, waited: timedelta) -> bool:
    if finding.conclusive:
        return True
    if patience.proof_after is None or waited < patience.proof_after:
        return False
    planned = sum(look < patience.proof_after for look in patience.looks)
    return absent_looks >= patience.proof_looks and looked >= planned
