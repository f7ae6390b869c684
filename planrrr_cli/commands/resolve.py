"""`resolve`: a person ends a doubt that looking did not end, after the platform was asked once more."""

from __future__ import annotations

import getpass
import re
import socket
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from planrrr_cli import render
from planrrr_cli.commands.asking import confirm
from planrrr_cli.commands.choosing import choose
from planrrr_cli.commands.shapes import publication_shape, short
from planrrr_cli.commands.showing import why
from planrrr_cli.context import Context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import PlatformError, Refused, UsageError
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.domain.steps import Absent, Finding, Landed, Published, Unknown
from planrrr_cli.platforms import PLATFORMS
from planrrr_cli.store import publications
from planrrr_cli.store.loading import BOUND_RECENTLY, load

LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says: ``url`` or ``remote_id`` when it is out, neither when it is not."""

    url: str | None
    remote_id: str | None
    reason: str | None

    @property
    def is_out(self) -> bool:
        return self.url is not None or self.remote_id is not None


def resolve(
    ctx: Context,
    name: str,
    *,
    published: str | None,
    not_published: bool,
    remote_id: str | None,
    reason: str | None,
    yes: bool,
    as_json: bool,
) -> int:
    """Ends the doubt as ``published`` or sends it again; refuses what the platform itself contradicts."""
    if (published is None and remote_id is None) != not_published:
        raise UsageError("say what is true: either --published URL, or --not-published")
    answer = Answer(_checked(published), _checked_id(remote_id), reason)
    publication = _doubtful(ctx, name)
    finding = _ask_platform(ctx, publication)
    out = _agreed(publication, answer, finding)
    confirm(_question(publication, out), yes=yes)
    with ctx.store.transaction() as tx:
        publications.resolve(
            tx,
            publication.id,
            published=out.remote_id if out else None,
            permalink=out.permalink if out else None,
            by=_who(reason),
            now=ctx.clock.now(),
        )
        publication = publications.find(tx, publication.id)
    if as_json:
        render.document({"schema": "planrrr.resolve/1", "publications": [publication_shape(publication)]})
    where = f"published as {publication.remote_id}" if out else "sent again with the next planrrr publish-due"
    render.say(f"{short(publication.id)} is no longer in doubt: {where}")
    return 0


def _checked(url: str | None) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.isprintable():
        raise UsageError(f"{render.clean(url)!r} is not the address of a post; copy it from the browser")
    return url


def _checked_id(remote_id: str | None) -> str | None:
    if remote_id is None:
        return None
    plain = remote_id.isascii() and remote_id.isprintable() and " " not in remote_id
    if not remote_id or not plain or len(remote_id) > LONGEST_ID:
        raise UsageError(
            f"{render.preview(remote_id)!r} is not a platform's id of a post; copy it from the address"
        )
    return remote_id


def _doubtful(ctx: Context, name: str) -> Publication:
    """The publication that is in doubt, with everything that asking its platform needs."""
    with ctx.store.reading() as tx:
        found = choose(tx, name).publications
        doubtful = [one for one in found if one.state is State.IN_DOUBT]
        if not doubtful:
            raise Refused("; ".join(f"{short(one.id)} is {_state(one)}, not in doubt" for one in found))
        if len(doubtful) > 1:
            ids = ", ".join(f"{short(one.id)} ({one.platform})" for one in doubtful)
            raise UsageError(f"several publications of this post are in doubt; name one: {ids}")
        only, since = doubtful[0].id, ctx.clock.now() - BOUND_RECENTLY
        return load(tx, [only], tokens=True, bound_since=since)[only]


def _state(one: Publication) -> str:
    known = f" ({one.permalink or one.remote_id})" if one.state is State.PUBLISHED else ""
    return one.state.value.replace("_", " ") + known


def _ask_platform(ctx: Context, one: Publication) -> Finding | None:
    """One more look, reading only; None when the platform cannot be asked."""
    if one.platform not in PLATFORMS:
        return None
    render.say(f"asking {one.platform} …")
    try:
        finding = ctx.publisher(one.connection).find(one)
    except PlatformError as error:
        render.say(f"{one.platform} could not be asked: {error.message}")
        return None
    if isinstance(finding, Absent | Unknown):
        render.say(f"{one.platform} was asked: {finding.reason}")
    elif isinstance(finding, Landed):
        render.say(f"{one.platform} was asked: {finding.reason}; the rest is still to come")
    else:
        render.say(f"{one.platform} was asked: it is there, {finding.permalink or finding.remote_id}")
    return finding


def _agreed(one: Publication, answer: Answer, finding: Finding | None) -> Published | None:
    """What is to be written: where it is out, or None for sending it again."""
    if isinstance(finding, Landed):
        raise Refused(
            f"{finding.reason}, so nothing has to be decided; the rest goes out with planrrr publish-due"
        )
    seen = finding if isinstance(finding, Published) else None
    if not answer.is_out:
        if seen:
            raise Refused(
                f"{one.platform} has it ({seen.permalink or seen.remote_id}), so it is not sent again; use --published"
            )
        return None
    named = answer.remote_id or (remote_id_in(answer.url, one) if answer.url else None)
    if seen and named and named != seen.remote_id and named not in (seen.permalink or ""):
        raise Refused(
            f"{one.platform} says that it is {seen.permalink or seen.remote_id}, which is not what was named"
        )
    if seen:
        return Published(seen.remote_id, seen.permalink or answer.url)
    if named is None:
        raise UsageError("this address does not tell the platform's id of the post; add --remote-id ID")
    return Published(named, answer.url)


def remote_id_in(url: str, one: Publication) -> str | None:
    """The platform's id of a post in its address; None where the address does not hold it."""
    if one.platform is not Platform.FACEBOOK:
        return None
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    page = one.connection.options.get("page_id") or one.connection.account_id
    if found := re.search(r"/(\d+_\d+)(?:/|$)", parts.path):
        return found[1]
    if found := re.search(r"/(?:videos|reel)/(?:[^/]+/)?(\d+)(?:/|$)", parts.path):
        return found[1]
    if parts.path.rstrip("/").endswith("watch") and query.get("v", "").isdigit():
        return query["v"]
    story = re.search(r"/posts/(?:[^/]+/)?(\d+)(?:/|$)", parts.path)
    number = story[1] if story else query.get("story_fbid", "")
    return f"{page}_{number}" if number.isdigit() else None


def _question(one: Publication, out: Published | None) -> str:
    called = f"{short(one.id)} ({render.preview(one.post.text, 40)}) on {one.platform}"
    if out:
        return f"Note {called} as published at {render.clean(out.permalink or out.remote_id)}?"
    said = f" Last word: {render.clean(why(one.error))}." if one.error else ""
    return f"{said} Send {called} again? If it is out after all, it will be there twice.".strip()


def _who(reason: str | None) -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}" + (f": {render.clean(reason)}" if reason else "")
