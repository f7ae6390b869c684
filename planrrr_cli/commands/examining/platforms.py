"""The platforms from here: reachable, of one mind about the time, and still serving the versions that are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from planrrr_cli.commands.examining import Finding, Patient, Severity
from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import Platform
from planrrr_cli.platforms import publisher_class
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.wire import TransportError

MOST_SKEW = timedelta(seconds=60)
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 6.0
SYNC = "let the machine keep time by itself: timedatectl set-ntp true"


@dataclass(frozen=True, slots=True)
class Looked:
    """One host's answer: ``ahead`` is by how much this machine's clock is before the host's; None without a Date."""

    trouble: str | None = None
    ahead: timedelta | None = None


def clocks(patient: Patient) -> Iterator[Finding]:
    """Each host is asked once, without a token, all at the same time. What it answers otherwise does not matter."""
    app_of = patient.context.app
    hosts: dict[str, list[Platform]] = {}
    for platform in patient.platforms:
        parts = urlsplit(app_of(platform).api_url)
        hosts.setdefault(f"{parts.scheme}://{parts.netloc}/", []).append(platform)
    if not hosts:
        return
    transport = Transport(
        pool_size=len(hosts),
        connect_seconds=CONNECT_SECONDS,
        read_seconds=ANSWER_SECONDS,
        answer_seconds=ANSWER_SECONDS,
    )
    try:
        with ThreadPoolExecutor(len(hosts)) as pool:
            answers = list(pool.map(lambda host: _look(transport, host, patient.context.clock), hosts))
    finally:
        transport.close()
    for (host, platforms), looked in zip(hosts.items(), answers, strict=True):
        named = f"{' and '.join(platforms)} ({urlsplit(host).netloc})"
        if looked.trouble is not None:
            yield Finding(
                f"{named} cannot be reached from here: {looked.trouble}",
                "check network, DNS, firewall and proxy of this machine; posts wait meanwhile",
                platform=platforms[0],
            )
        elif looked.ahead is not None and abs(looked.ahead) > MOST_SKEW:
            yield Finding(
                f"the clock of this machine is {_skew(looked.ahead)} that of {named}",
                SYNC,
                platform=platforms[0],
            )


def _look(transport: Transport, host: str, clock: Clock) -> Looked:
    before = clock.now()
    try:
        reply = transport.send("GET", host, {})
    except TransportError as error:
        return Looked(str(error))
    after = clock.now()
    try:
        there = parsedate_to_datetime(reply.header("date") or "")
    except ValueError:
        return Looked()
    if there.tzinfo is None:
        there = there.replace(tzinfo=UTC)
    # A header names whole seconds, so the moment was up to one later; half of each is closest.
    return Looked(ahead=before + (after - before) / 2 - there - timedelta(seconds=0.5))


def database_clock(patient: Patient) -> Iterator[Finding]:
    """Runs go by the database's clock where it has one; ours matters for what others read."""
    there: datetime | None = patient.now
    if there is None:
        return
    ahead = patient.context.clock.now() - there
    if abs(ahead) > MOST_SKEW:
        yield Finding(f"the clock of this machine is {_skew(ahead)} the database's", SYNC, Severity.HINT)


def _skew(ahead: timedelta) -> str:
    seconds = abs(ahead).total_seconds()
    size = (
        f"{seconds:.0f} s"
        if seconds < 600
        else f"{seconds / 60:.0f} min"
        if seconds < 36000
        else f"{seconds / 3600:.0f} h"
    )
    return f"{size} {'ahead of' if ahead > timedelta(0) else 'behind'}"


def versions(patient: Patient) -> Iterator[Finding]:
    """Versions of APIs that are over or end soon."""
    said: set[str] = set()
    for platform in patient.platforms:
        for warning in publisher_class(platform).warnings(patient.context.app(platform), now=patient.moment):
            if warning not in said:
                said.add(warning)
                says, _, mend = warning.rpartition("; ")
                yield Finding(says or warning, mend if says else "see the settings", platform=platform)
