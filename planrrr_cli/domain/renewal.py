"""When tokens are renewed, and by when a person must sign in: arithmetic on what the platforms say. No I/O, no clock.

What the platforms say of the lives of tokens (each read 2026-11-23):
Instagram, 60 days, renewed from its second day on, never after its end:
https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
Facebook Login, 60 days for the user token behind a Page's; 90 days of access to data, which only a sign-in begins anew:
https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
LinkedIn, 60 days, and where there is a refresh token a year from the sign-in, which no renewal prolongs:
https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens
Google, six months without use, seven days while the consent screen is in status "Testing":
https://developers.google.com/identity/protocols/oauth2
X says two hours of the access token and nothing of the refresh token; six months without use is what others have seen:
https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from planrrr_cli.domain.connections import Connection, ConnectionStatus, Platform

EARLY = timedelta(days=14)  # before its end a token is renewed that prolongs itself, or lives for weeks
LATE = timedelta(minutes=10)  # before its end a token is renewed that lives for hours
STOPPED = timedelta(days=13)  # so short before its end what should have renewed itself has not
DATA_ACCESS = timedelta(days=90)
UNUSED = timedelta(days=182)
YEAR = timedelta(days=365)
MARKS = (14, 7, 3, 1)  # days before a person must sign in, at which it is said, once each


@dataclass(frozen=True, slots=True)
class End:
    """A moment after which a connection publishes nothing until a person signs in. ``by_itself``: renewing moves it."""

    at: datetime
    why: str
    by_itself: bool = False


def ends(connection: Connection) -> tuple[End, ...]:
    """All that are known, the next first; none where no end is known. The tokens may be sealed."""
    return tuple(sorted(_ends(connection), key=lambda one: one.at))


def _ends(connection: Connection) -> Iterator[End]:
    tokens, granted = connection.tokens, connection.granted_at
    last = tokens.refresh_expires_at
    if tokens.secret is not None:
        return  # OAuth 1.0a: it ends by no date
    if _is_behind_page(connection):
        if tokens.refresh is None:
            yield from _end(tokens.expires_at, "its token ends")
        elif last is not None:
            yield End(last, "the user token behind the Page's token ends", by_itself=True)
            if granted is not None:
                yield End(granted + DATA_ACCESS, "Meta lets an app read for 90 days after a sign-in")
    elif connection.platform is Platform.INSTAGRAM:
        yield from _end(tokens.expires_at, "its token ends", by_itself=True)
    elif tokens.refresh is None:
        yield from _end(tokens.expires_at, "its token ends, and there is no refresh token")
    elif connection.platform is Platform.LINKEDIN:
        yield from _end(
            last or (granted and granted + YEAR), "its refresh token ends, a year after the sign-in"
        )
    elif connection.platform is Platform.YOUTUBE and last is not None:
        yield End(last, "Google ends this sign-in")
    else:
        unused = tokens.expires_at and tokens.expires_at + UNUSED
        yield from _end(last or unused, "a refresh token dies after six months without use", by_itself=True)


def _end(at: datetime | None, why: str, *, by_itself: bool = False) -> Iterator[End]:
    if at is not None:
        yield End(at, why, by_itself)


def _is_behind_page(connection: Connection) -> bool:
    """The token is a Page's, made from a user token of Facebook Login, which stands in the place of a refresh token."""
    facebook = connection.options.get("login") == "facebook"
    return connection.platform is Platform.FACEBOOK or (
        connection.platform is Platform.INSTAGRAM and facebook
    )


def last_moment(connection: Connection, *, now: datetime) -> End | None:
    """The end that a person has to forestall; None while there is none, or renewing moves all of them."""
    near = (one for one in ends(connection) if not one.by_itself or one.at - now <= STOPPED)
    return next(near, None)


def sign_in_by(connection: Connection, *, now: datetime | None = None) -> datetime | None:
    """The last moment by which a person must sign in; None where no end is known.

    Where renewing moves every end, it is the moment by which one would have to if renewing stopped today.
    """
    known = ends(connection)
    pressing = last_moment(connection, now=now) if now is not None else None
    lasting = next((one for one in known if not one.by_itself), None)
    found = pressing or lasting or next(iter(known), None)
    return found.at if found else None


def renew_from(connection: Connection, *, within: timedelta | None = None) -> datetime | None:
    """The moment from which the tokens are to be renewed; None when there is nothing that renewing would move.

    ``within``: so long before an end, for all alike. Else early where a token prolongs itself or lives for weeks, and
    late where each renewal uses up a refresh token or is made in passing.
    """
    if connection.status is ConnectionStatus.NEEDS_REAUTH or connection.tokens.secret is not None:
        return None
    if connection.renewing_since is not None:
        return connection.renewing_since  # whether the answer was lost is to be known soon
    moments = [at - (lead if within is None else within) for at, lead in _renewable(connection)]
    return min(moments, default=None)


def _renewable(connection: Connection) -> Iterator[tuple[datetime, timedelta]]:
    """The ends that renewing moves, and how long before each it is done."""
    tokens = connection.tokens
    if tokens.refresh is None and (
        connection.platform is not Platform.INSTAGRAM or _is_behind_page(connection)
    ):
        return
    long_lived = connection.platform in {Platform.FACEBOOK, Platform.INSTAGRAM, Platform.LINKEDIN}
    shortened = (  # near the end of LinkedIn's year there is nothing more to gain
        connection.platform is Platform.LINKEDIN
        and tokens.refresh_expires_at is not None
        and tokens.expires_at is not None
        and tokens.refresh_expires_at - tokens.expires_at < timedelta(hours=1)
    )
    if tokens.expires_at is not None and not shortened:
        yield tokens.expires_at, EARLY if long_lived else LATE
    if _is_behind_page(connection) and tokens.refresh_expires_at is not None:
        yield tokens.refresh_expires_at, EARLY


def warning(connection: Connection, *, now: datetime) -> int | None:
    """The mark, in days, that has been reached and not been told; None when there is nothing new to tell."""
    end = last_moment(connection, now=now)
    if end is None or connection.status is ConnectionStatus.NEEDS_REAUTH:
        return None
    left = end.at - now
    reached = [days for days in MARKS if left <= timedelta(days=days)]
    told = connection.warned_days
    if told is not None and left > timedelta(days=told):
        told = None  # the end has moved since
    mark = min(reached, default=None)
    return mark if mark is not None and (told is None or mark < told) else None
