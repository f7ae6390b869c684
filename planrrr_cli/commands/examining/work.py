"""The work: whether runs come, what is in doubt, and which breakers are open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from planrrr_cli import render
from planrrr_cli.commands.examining import Finding, Patient, Severity
from planrrr_cli.domain.breaker import BreakerState
from planrrr_cli.platforms import PLATFORMS
from planrrr_cli.store import breakers as stored_breakers
from planrrr_cli.store import examining, waiting

SOME_MINUTES = timedelta(minutes=5)
LONG_IN_DOUBT = timedelta(hours=24)


def runs(patient: Patient) -> Iterator[Finding]:
    """Something has been due for minutes, nothing keeps it, and no run came: cron or the timer does not fire."""
    now = patient.moment
    with patient.context.store.reading() as tx:
        overdue = examining.ready_since(tx, now=now, before=now - SOME_MINUTES, platforms=PLATFORMS)
        last = examining.last_run(tx)
        held = waiting.due(tx, now=now, platforms=PLATFORMS)
    if not overdue or held.get("other_run") or (last is not None and last > now - SOME_MINUTES):
        return
    came = f"the last run began at {last:%Y-%m-%d %H:%M} UTC" if last is not None else "no run ever came"
    yield Finding(
        f"{render.counted(overdue, 'publication')} have been due for more than 5 minutes, and {came}",
        "let cron or the systemd timer call planrrr publish-due every minute, as this user and with these settings "
        "(crontab.example, systemd/), and look at its log",
    )


def doubts(patient: Patient) -> Iterator[Finding]:
    """What a person has to end, and what has been looked for without success for long."""
    now = patient.moment
    with patient.context.store.reading() as tx:
        stuck = waiting.doubts(tx)
        old = examining.in_doubt_since(tx, before=now - LONG_IN_DOUBT) - stuck
    if stuck:
        yield Finding(
            f"{render.counted(stuck, 'publication')} in doubt wait for a person to say whether they are out",
            "look with planrrr list --state in_doubt, then run planrrr resolve ID",
        )
    if old > 0:
        says = f"{render.counted(old, 'publication')} have been in doubt for more than a day and are still looked for"
        yield Finding(says, "look with planrrr list --state in_doubt and planrrr explain ID", Severity.HINT)


def breakers(patient: Patient) -> Iterator[Finding]:
    """Platforms that are left alone now."""
    now = patient.moment
    with patient.context.store.reading() as tx:
        found = stored_breakers.every(tx, now=now)
    for key, one in sorted(found.items(), key=lambda item: str(item[0])):
        if one.is_closed:
            continue
        until = (
            f" until {one.open_until:%Y-%m-%d %H:%M} UTC" if one.open_until and one.open_until > now else ""
        )
        state = "is being probed" if one.state is BreakerState.HALF_OPEN else f"is open{until}"
        why = f": {one.reason}" if one.reason else ""
        yield Finding(
            f"the breaker of {key} {state}{why}",
            f"see planrrr breaker-status; it closes by itself, or run planrrr breaker reset {key.platform}",
            platform=key.platform,
        )
