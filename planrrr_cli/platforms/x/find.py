"""Looks for a part whose sending is in doubt: reads only, and proves nothing from a failed read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from planrrr_cli.domain.doubt import by_listing
from planrrr_cli.domain.errors import ConnectionRevoked, PlatformError, RateLimited, TokenExpired
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import PARTS, Absent, Finding, Landed, Published, Unknown
from planrrr_cli.platforms.x.calls import Calls
from planrrr_cli.platforms.x.links_to import permalink
from planrrr_cli.platforms.x.match import Sorted, Sought, created_at, sort
from planrrr_cli.platforms.x.options import read_options
from planrrr_cli.platforms.x.parts import parts_of
from planrrr_cli.platforms.x.timeline import read_timeline

CLOCKS_DISAGREE = timedelta(minutes=2)
CLOCK_WRONG = timedelta(hours=25)  # a clock that was set a day fast must not make a live post look too old
REFUSED_AS_DUPLICATE = "refused_as_duplicate"  # checkpoint key: the number of the part, from 0

PATIENCE = by_listing(
    "our own choice: X documents no delay; users saw moments (Rishikant181/Rettiwt-API issue 526) and minutes "
    "(linvi/tweetinvi issue 455, read 2026-11-23)"
)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the timeline saw of the part in doubt."""

    found: Sorted
    complete: bool
    moments: Mapping[str, datetime | None]


def find(publication: Publication, calls: Calls, account: str) -> Finding:
    """Raises ConnectionRevoked or TokenExpired (the token is dead) and RateLimited (stay away); else a Finding."""
    try:
        seen = look(publication, calls, account)
    except TokenExpired as error:
        if publication.error is not None and publication.error.status == error.status:
            # The token was renewed since the look before: https://docs.x.com/incidents tells of such days
            return Unknown(f"X refuses even a renewed token: {error.message}")
        raise
    except (ConnectionRevoked, RateLimited):
        raise
    except PlatformError as error:
        return Unknown(f"the look failed: {error.message}")
    return _finding(publication, seen, calls.site)


def look(publication: Publication, calls: Calls, account: str) -> Look:
    """Reads the posts that may be the part in doubt; raises PlatformError."""
    sought = sought_in(publication, calls.clock.now())
    refused = publication.checkpoint.get(REFUSED_AS_DUPLICATE) is not None
    done = _done(publication)
    after = done[-1] if done and not refused else None
    since = None if refused else sought.surely_since  # a refused repetition may repeat something much older
    timeline = read_timeline(calls, account, since=since, after=after)
    moments = {str(post.get("id")): created_at(post) for post in timeline.posts}
    return Look(sort(timeline.posts, sought), timeline.complete, moments)


def sought_in(publication: Publication, now: datetime) -> Sought:
    """The part that was sent last, which is the first that is not known to be out."""
    options, done = read_options(publication.post.options), _done(publication)
    parts = parts_of(publication.post, options)
    part = parts[min(len(done), len(parts) - 1)]
    # The earlier of the two: a clock that was set back between two sendings makes the second look older.
    known = [at for at in (publication.first_sent_at, publication.sending_since) if at]
    sent = min(known, default=now)
    media, earlier = (
        publication.checkpoint.get("media") or {},
        publication.checkpoint.get("earlier_media") or {},
    )
    uploads = []
    for position in map(str, part.media):
        ids = [*earlier.get(position, []), *([media[position]["id"]] if position in media else [])]
        uploads.append(frozenset(ids))
    return Sought(
        text=part.text,
        since=sent - CLOCKS_DISAGREE,
        surely_since=sent - CLOCK_WRONG,
        media=tuple(uploads),
        has_poll=options.poll is not None and not done,
        parent=done[-1] if done else options.reply_to,
        bound=publication.other_remote_ids,
        known=frozenset(done),
    )


def _done(publication: Publication) -> list[str]:
    return list(publication.checkpoint.get(PARTS) or [])


def landed(publication: Publication, remote_id: str) -> Landed | Published | None:
    """What ``remote_id`` is as the part of a thread that is in doubt; None when the post is none."""
    out, parts = [*_done(publication), remote_id], parts_of(publication.post)
    if len(parts) == 1:
        return None
    if len(out) >= len(parts):
        return Published(out[0])
    return Landed(f"part {len(out)} of {len(parts)} is out", {PARTS: out})


def _finding(publication: Publication, seen: Look, site: str) -> Finding:
    found = seen.found
    if len(found.same) == 1:
        out = [*_done(publication), found.same[0]]
        part = landed(publication, found.same[0])
        if isinstance(part, Landed):
            return part
        return Published(out[0], permalink(site, publication.connection, out[0]))
    if len(found.same) > 1:
        return Unknown(f"{len(found.same)} posts of the account fit; only a person can tell", ask_person=True)
    if found.unclear:
        return Unknown("a post of the account fits as far as X shows it")
    if publication.checkpoint.get(REFUSED_AS_DUPLICATE) is not None:
        if said := said_before(publication, seen, site):
            return Absent(said, conclusive=True)
        return Unknown("X refused it as said before, and it is not among the account's posts")
    if not seen.complete:
        return Unknown("the account has too many posts since then to read them all")
    return Absent("it is not among the account's posts")


def said_before(publication: Publication, seen: Look, site: str) -> str | None:
    """The post that X means when it refuses a repetition, in a sentence; None when there is none."""
    if not seen.found.earlier:
        return None
    identity = max(seen.found.earlier, key=int)
    moment = seen.moments.get(identity)
    when = f" on {moment:%Y-%m-%d %H:%M} UTC" if moment else ""
    return f"the account said the same{when}: {permalink(site, publication.connection, identity)}"
