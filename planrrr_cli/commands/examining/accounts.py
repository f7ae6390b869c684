"""The accounts: who must sign in, what was not granted, and tokens that end before what is scheduled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from planrrr_cli import render
from planrrr_cli.commands.examining import Finding, Patient, Severity
from planrrr_cli.domain.connections import Connection, ConnectionStatus, Platform
from planrrr_cli.domain.errors import ConfigError, TokenUnreadable
from planrrr_cli.domain.renewal import last_moment, renew_from
from planrrr_cli.platforms.signing_in import SIGN_INS, SignIn, sign_in_of
from planrrr_cli.publishing.sign_ins import by_when, called, command, outlasted
from planrrr_cli.store import connections

PRESSING = timedelta(days=7)
AHEAD = timedelta(days=14)
TESTING = timedelta(days=7, hours=1)  # what Google gives to an app in status "Testing"
# Which `refresh-tokens` should have renewed long ago; tokens that live for hours are renewed when they are needed.
LONG_LIVED = frozenset({Platform.FACEBOOK, Platform.INSTAGRAM, Platform.LINKEDIN})
LATE = timedelta(days=2)
STALE = timedelta(hours=1)


def standing(patient: Patient) -> Iterator[Finding]:
    """Accounts on which nothing goes out now."""
    if not patient.accounts:
        mend = "add one: planrrr connect facebook (or another platform)"
        yield Finding("there are no accounts", mend, Severity.HINT)
    for one in patient.accounts:
        if one.status is ConnectionStatus.NEEDS_REAUTH:
            why = f": {one.status_reason}" if one.status_reason else ""
            yield _of(one, f"{called(one)} needs somebody to sign in{why}", command(one))
        elif one.status is ConnectionStatus.PAUSED:
            mend = f"run, when it may go on: planrrr connections resume {one.id[:8]}"
            yield _of(one, f"{called(one)} is paused, and its posts wait", mend, Severity.HINT)
        elif (trouble := _unreadable(patient, one)) is not None:
            says, _, mend = trouble.rpartition("; ")
            yield _of(
                one, f"the tokens of {called(one)} cannot be read: {says or trouble}", mend or command(one)
            )


def _unreadable(patient: Patient, one: Connection) -> str | None:
    try:
        with patient.context.store.reading() as tx:
            connections.find(tx, one.id)
    except TokenUnreadable as error:
        return str(error)
    except ConfigError:
        return None  # no key at all: that is a finding about the key
    return None


def permissions(patient: Patient) -> Iterator[Finding]:
    """What was not granted at the sign-in, as far as the platform said what was."""
    for one in patient.accounts:
        if not one.scopes or one.tokens.secret is not None:
            continue
        way = _way(one)
        for wanted in way.lacking(one.scopes, way.wanted):
            yield _of(
                one,
                f"{called(one)} lacks the permission {wanted.scope}: without it {wanted.why}",
                f"{command(one)}, and agree to it",
                Severity.PROBLEM if wanted.needed else Severity.HINT,
            )


def _way(one: Connection) -> SignIn:
    ways = [sign_in_of(one.platform, name) for name in SIGN_INS[one.platform]]
    return next((way for way in ways if way.fits(one.account_id, one.options)), ways[0])


def ends(patient: Patient) -> Iterator[Finding]:
    """Who must sign in soon, and what is scheduled for later than an account lasts."""
    now = patient.moment
    with patient.context.store.reading() as tx:
        late = {one.connection.id: one for one in outlasted(tx, patient.accounts, now=now)}
    for one in patient.accounts:
        if one.status is ConnectionStatus.NEEDS_REAUTH:
            continue
        testing = _in_testing(one)
        if testing:
            yield testing
        end = last_moment(one, now=now)
        if end is None:
            continue
        severity = Severity.PROBLEM if end.at - now <= PRESSING else Severity.HINT
        if one.id in late:
            posts = late[one.id].publications
            count = render.counted(len(posts), "publication")
            ids = ", ".join(each.publication_id[:8] for each in posts[:3]) + (", …" if len(posts) > 3 else "")
            says = f"{called(one)} has {count} ({ids}) scheduled for after {end.at:%Y-%m-%d %H:%M} UTC, when {end.why}"
            yield _of(one, says, command(one), severity)
        elif end.at - now <= AHEAD:
            yield _of(one, f"{called(one)}: {by_when(end, end.at - now)}", command(one), severity)


def _in_testing(one: Connection) -> Finding | None:
    """https://developers.google.com/identity/protocols/oauth2#expiration (read 2026-11-23)."""
    last = one.tokens.refresh_expires_at
    if one.platform is not Platform.YOUTUBE or last is None:
        return None
    if one.granted_at is not None and last - one.granted_at > TESTING:
        return None
    return _of(
        one,
        f"Google ends the sign-in of {called(one)} on {last:%Y-%m-%d %H:%M} UTC, since the app's consent screen is in "
        "status “Testing”, where each lasts 7 days",
        f"set the publishing status to “In production” in the Google Cloud console, then {command(one)}",
    )


def renewals(patient: Patient) -> Iterator[Finding]:
    """Tokens that should have been renewed, and developer apps that are needed for it."""
    now, settings_of = patient.moment, patient.context.app
    for one in patient.accounts:
        if one.status is not ConnectionStatus.ACTIVE:
            continue
        begun = one.renewing_since
        if begun is not None and now - begun > STALE:
            says = (
                f"whether the tokens of {called(one)} were renewed at {begun:%Y-%m-%d %H:%M} UTC is not known"
            )
            yield _of(one, says, f"run: planrrr refresh-tokens --connection {one.id[:8]}")
            continue
        since = renew_from(one)
        if one.platform in LONG_LIVED and since is not None and now - since > LATE:
            yield _of(
                one,
                f"the tokens of {called(one)} were to be renewed from {since:%Y-%m-%d} on, and were not",
                "run planrrr refresh-tokens once a day, from cron or the timer in systemd/",
            )
        if one.tokens.refresh is not None and one.tokens.secret is None:
            app = settings_of(one.platform).of(one)
            names = sign_in_of(one.platform).settings
            if not app.app_id and not (app.facebook and app.facebook.app_id):
                yield _of(
                    one,
                    f"the tokens of {called(one)} cannot be renewed without its developer app",
                    f"set {names[0]} and {names[1]}",
                )


def _of(one: Connection, says: str, mend: str, severity: Severity = Severity.PROBLEM) -> Finding:
    mend = f"run: {mend}" if mend.startswith("planrrr ") else mend
    return Finding(says, mend, severity, one.platform, one.id)
