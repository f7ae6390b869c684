"""Looks for an Instagram publication whose sending is in doubt: reads only, and proves nothing from a failed read.

The container's status is an exact handle. It does not name the medium, which the account's list has to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.doubt import Patience
from planrrr_cli.domain.errors import ConnectionRevoked, PlatformError, RateLimited, TokenExpired
from planrrr_cli.domain.posts import MediaKind
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Absent, Finding, Published, Unknown
from planrrr_cli.platforms.instagram.calls import Calls
from planrrr_cli.platforms.instagram.containers import noted
from planrrr_cli.platforms.instagram.form import form_of
from planrrr_cli.platforms.instagram.match import FIELDS, Sought, sort
from planrrr_cli.platforms.instagram.media_rules import Form
from planrrr_cli.platforms.instagram.status import Phase, Seen, look
from planrrr_cli.platforms.meta.graph import MOST_PAGES, text_of
from planrrr_cli.platforms.meta.replies import lacks_permission
from planrrr_cli.platforms.meta.shown import moment

CLOCKS_DISAGREE = timedelta(minutes=2)
CLOCK_WRONG = timedelta(hours=25)  # a host's clock that was a day fast must not make a live post look too old
SOON_AFTER = timedelta(minutes=15)
LIFE = timedelta(hours=24, minutes=30)  # of a container, and some time for clocks that disagree

# A container becomes one post at most, so what is proved here only lets the *same* container be published again:
# FINISHED twice, two minutes apart, and nothing in the list. Where the status cannot be read it takes the container's
# whole life to prove anything, hence the many late looks. Publishing may still be under way at first.
# https://developers.facebook.com/docs/instagram-platform/content-publishing (read 2026-11-23) names this check.
_LOOKS = (45, 3 * 60, 10 * 60, 30 * 60, 2 * 3600, 6 * 3600)
_LONG_ENOUGH = (
    4  # looks, until a post that is out but not listed, or that only seems to fit, is for a person to judge
)
PATIENCE = Patience(
    tuple(timedelta(seconds=seconds) for seconds in _LOOKS),
    proof_looks=2,
    proof_after=timedelta(minutes=3),
    most_looks=11,
    source="our own choice, after https://developers.facebook.com/docs/instagram-platform/content-publishing "
    "(read 2026-11-23), which names the check and no time",
)


def find(publication: Publication, calls: Calls) -> Finding:
    """Raises ConnectionRevoked or TokenExpired (the tokens are dead) and RateLimited (stay away); else a Finding."""
    container = noted(publication.checkpoint)
    if container is None:
        return Unknown("nobody noted which container was sent", ask_person=True)
    seen = _status(calls, str(container["id"]))
    listed = find_listed(publication, calls, is_out=seen.phase is Phase.PUBLISHED)
    if isinstance(listed, Published):
        return listed
    name = f"container {container['id']}"
    match seen.phase:
        case Phase.PUBLISHED:
            return Unknown(
                f"Instagram says that it is out ({name}), but not which post it is: {listed.reason}",
                ask_person=publication.doubt_looks >= _LONG_ENOUGH - 1
                or (isinstance(listed, Unknown) and listed.ask_person),
            )
        case Phase.IN_PROGRESS:
            return Unknown(f"Instagram has not finished with {name}")
        case _ if isinstance(listed, Unknown):
            return replace(listed, ask_person=listed.ask_person or publication.doubt_looks >= _LONG_ENOUGH)
        case Phase.ERROR | Phase.EXPIRED:
            return Absent(f"{name} has {_end(seen)}, and {listed.reason}", conclusive=True)
        case Phase.FINISHED:
            return Absent(f"{name} is ready and not published, and {listed.reason}")
        case Phase.UNCLEAR:
            age = calls.clock.now() - datetime.fromisoformat(container["at"])
            if age > LIFE:
                return Absent(f"{name} is more than a day old, and {listed.reason}", conclusive=True)
            return Unknown(f"Instagram does not say how far {name} is, and {listed.reason} so far")


def _end(seen: Seen) -> str:
    return "expired" if seen.phase is Phase.EXPIRED else f"failed ({seen.reason})"


def _status(calls: Calls, container: str) -> Seen:
    """A look that fails says nothing; the list may say more."""
    try:
        return look(calls, container)
    except (ConnectionRevoked, TokenExpired, RateLimited):
        raise
    except PlatformError as error:
        return Seen(Phase.UNCLEAR, words=error.message)


def find_listed(publication: Publication, calls: Calls, *, is_out: bool) -> Published | Absent | Unknown:
    """The one post of the account's list that fits; Absent when none does and the list was read well.

    ``is_out``: Instagram says that the container is published. Without that word a post that has none proves nothing:
    it may be another one of ours, whose sending is in doubt as well.

    Raises ConnectionRevoked, TokenExpired and RateLimited.
    """
    try:
        sought = sought_for(publication, calls)
        media, complete = recent(calls, publication.connection.account_id, sought)
        found = sort(media, sought)
        same = [one for one in found.same if _has_all_items(one, publication, calls)]
    except ConnectionRevoked as error:
        if not lacks_permission(error):
            raise
        # The permissions to publish are those to read, so this passes more often than it stays.
        return Unknown(f"{error.message}; the account's posts cannot be read")
    except (TokenExpired, RateLimited):
        raise
    except PlatformError as error:
        return Unknown(f"the look failed: {error.message}")
    if same and sought.wordless and not is_out:
        return Unknown("a post without words fits, which may be another one")
    if len(same) == 1:
        return published(same[0])
    if len(same) > 1:
        return Unknown(f"{len(same)} posts of the account fit; only a person can tell", ask_person=True)
    if found.unclear:
        return Unknown("a post of the account fits as far as Instagram shows it")
    if not complete:
        return Unknown("the account has too many posts since then to read them all")
    return Absent("it is not among the account's posts")


def sought_for(publication: Publication, calls: Calls) -> Sought:
    """What a post of the account is compared with."""
    known = [at for at in (publication.first_sent_at, publication.sending_since) if at]
    # The earlier of the two: a clock that was set back between two sendings makes the second look older.
    first = min(known, default=calls.clock.now())
    kinds = {int(key): MediaKind(kind) for key, kind in (publication.checkpoint.get("kinds") or {}).items()}
    known_kinds = [kinds.get(at, medium.kind) for at, medium in enumerate(publication.post.media)]
    form = form_of(publication.post, known_kinds)
    return Sought(
        form=form or Form.IMAGE,
        text=publication.post.text,
        since=first - CLOCKS_DISAGREE,
        surely_since=first - CLOCK_WRONG,
        until=max(known, default=first) + SOON_AFTER,
        story_video=form is Form.STORY and known_kinds[:1] == [MediaKind.VIDEO],
        bound=publication.other_remote_ids,
    )


def recent(calls: Calls, account: str, sought: Sought) -> tuple[list[Mapping[str, Any]], bool]:
    """The account's posts since then; False when there were more than we read.

    ``since`` may be ignored, so ages are looked at here as well. Stories have a list of their own.
    """
    edge = "stories" if sought.form is Form.STORY else "media"
    params = {"fields": FIELDS}
    if edge == "media":
        params |= {"since": str(int(sought.surely_since.timestamp())), "limit": "50"}
    media: list[Mapping[str, Any]] = []
    for number, some in enumerate(
        calls.pages(account, edge, call=f"instagram.{edge}.list", **params), start=1
    ):
        media += some
        ages = [moment(one.get("timestamp")) for one in some]
        if ages and all(age is not None and age < sought.surely_since for age in ages):
            return media, True
        if number == MOST_PAGES:
            return media, not some
    return media, True


def _has_all_items(medium: Mapping[str, Any], publication: Publication, calls: Calls) -> bool:
    """Whether a carousel has as many items as were sent; where Instagram does not say, the rest has to do."""
    if len(publication.post.media) < 2:
        return True
    try:
        body = calls.read(str(medium["id"]), "children", call="instagram.media.read", fields="id")
    except (TokenExpired, RateLimited):
        raise
    except PlatformError as error:
        if isinstance(error, ConnectionRevoked) and not lacks_permission(error):
            raise
        return True
    data = body.get("data")
    return not isinstance(data, list) or len(data) == len(publication.post.media)


def published(medium: Mapping[str, Any]) -> Published:
    return Published(str(medium["id"]), text_of(medium, "permalink"))
