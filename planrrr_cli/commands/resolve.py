"""`resolve`: a person ends a doubt that looking did not end, after the platform was asked once more."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli import render
from planrrr_cli.commands.asking import confirm
from planrrr_cli.commands.choosing import choose
from planrrr_cli.commands.outlook import what_next
from planrrr_cli.commands.post_addresses import read_address, read_remote_id, remote_id_in, same_post
from planrrr_cli.commands.shapes import publication_shape, resolved_shape, short
from planrrr_cli.commands.who import read_reason, who
from planrrr_cli.context import Context
from planrrr_cli.domain.errors import ConfigError, PlatformError, Refused, UsageError
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.domain.steps import Finding, Landed, Published, Unknown
from planrrr_cli.platforms import publisher_class
from planrrr_cli.platforms.base import Objection, Publisher
from planrrr_cli.store import publications
from planrrr_cli.store.loading import BOUND_RECENTLY, load

log = logging.getLogger("planrrr")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says: ``url`` or ``remote_id`` when it is out, neither when it is not."""

    url: str | None
    remote_id: str | None
    reason: str | None

    @property
    def is_out(self) -> bool:
        return self.url is not None or self.remote_id is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the platform says: ``found`` by itself, ``named`` of the post that the person named; None: not asked."""

    found: Finding | None = None
    named: Published | Objection | Unknown | None = None
    calls: tuple[Mapping[str, Any], ...] = ()
    why_not: str = ""

    @property
    def said(self) -> str:
        if self.found is None:
            return f"could not be asked: {self.why_not}"
        if isinstance(self.found, Published):
            return f"was asked: it is there, {_where(self.found)}"
        if isinstance(self.named, Published):
            return f"was asked: the post that was named fits, {_where(self.named)}"
        return "was asked: " + "; ".join([self.found.reason, *([self.named.reason] if self.named else [])])


def _where(there: Published) -> str:
    return there.permalink or there.remote_id


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
    one, locked_out = _doubtful(ctx, name)
    answer = _read(ctx, one, published, remote_id, reason)
    named = _named(one, answer)
    asked = _ask(ctx, one, named, locked_out)
    out = _with_the_rest(one, _agreed(one, answer, named, asked))
    confirm(_question(one, out, ctx.clock.now()), yes=yes)
    now = ctx.clock.now()
    evidence = publications.Evidence(
        one.doubts, one.sending_since, f"{one.platform} {asked.said}", asked.calls, _more_to_come(one, out)
    )
    with ctx.store.transaction() as tx:
        publications.resolve(
            tx,
            one.id,
            published=out.remote_id if isinstance(out, Published) else None,
            permalink=out.permalink if isinstance(out, Published) else None,
            landed=out.notes if isinstance(out, Landed) else None,
            by=who(),
            now=now,
            reason=answer.reason,
            evidence=evidence,
        )
        after = publications.find(tx, one.id)
        last = publications.attempts_of(tx, one.id)[-1]
    told = resolved_shape(last) or {}
    log.info("doubt resolved", extra={"publication_id": one.id, "platform": one.platform.value, **told})
    if as_json:
        shape = publication_shape(after) | {"resolved": told, "next": what_next(after, now)}
        render.document({"schema": "planrrr.resolve/1", "publications": [shape]})
    said = what_next(after, now)
    if isinstance(out, Published) and after.wake_at is None:
        said = f"it is published, {_where(out)}"
    render.say(f"{short(one.id)} is no longer in doubt: {said}")
    return 0


def _doubtful(ctx: Context, name: str) -> tuple[Publication, str]:
    """The publication that is in doubt, with everything that asking its platform needs, or why it cannot be asked."""
    since = ctx.clock.now() - BOUND_RECENTLY
    with ctx.store.reading() as tx:
        found = choose(tx, name).publications
        doubtful = [one.id for one in found if one.state is State.IN_DOUBT]
        if not doubtful:
            raise Refused("; ".join(f"{short(one.id)} is {_state(one)}, not in doubt" for one in found))
        if len(doubtful) > 1:
            ids = ", ".join(f"{short(one.id)} ({one.platform})" for one in found if one.id in doubtful)
            raise UsageError(f"several publications of this post are in doubt; name one: {ids}")
        try:
            one = load(tx, doubtful, tokens=True, bound_since=since)[doubtful[0]]
        except ConfigError as error:  # a lost key must not lock a doubt in
            return load(tx, doubtful, bound_since=since)[doubtful[0]], str(error)
        return one, one.connection.tokens.unreadable or ""


def _state(one: Publication) -> str:
    known = f" ({one.permalink or one.remote_id})" if one.state is State.PUBLISHED else ""
    return one.state.value.replace("_", " ") + known


def _read(
    ctx: Context, one: Publication, published: str | None, remote_id: str | None, reason: str | None
) -> Answer:
    api_url = ctx.app(one.platform).api_url
    url = read_address(published, one.platform, api_url=api_url) if published is not None else None
    named = read_remote_id(remote_id, one) if remote_id is not None else None
    return Answer(url, named, read_reason(reason))


def _named(one: Publication, answer: Answer) -> str | None:
    """The platform's id of the post that the person means, as far as it is told."""
    named = answer.remote_id or (remote_id_in(answer.url, one) if answer.url else None)
    if named and (bound := next((other for other in one.other_remote_ids if same_post(named, other)), None)):
        raise Refused(f"{bound} is another publication's post already; one post cannot be both")
    return named


def _ask(ctx: Context, one: Publication, named: str | None, locked_out: str) -> Asked:
    """One more look, reading only."""
    if locked_out:
        asked = Asked(why_not=locked_out)
    else:
        render.say(f"asking {one.platform} …")
        asked = _look(ctx.publisher(one.connection), one, named)
    render.say(f"{one.platform} {asked.said}")
    return asked


def _look(publisher: Publisher, one: Publication, named: str | None) -> Asked:
    try:
        found = publisher.find(one)
        look = publisher.look_at(one, named) if named and not isinstance(found, Published) else None
    except PlatformError as error:
        return Asked(calls=tuple(publisher.api.calls), why_not=error.message)
    return Asked(found, look, tuple(publisher.api.calls))


def _with_the_rest(one: Publication, out: Published | Landed | None) -> Published | Landed | None:
    """One part of a thread may be what was in doubt; then the others are still to come."""
    if not isinstance(out, Published):
        return out
    return publisher_class(one.platform).landed(one, out.remote_id) or out


def _agreed(one: Publication, answer: Answer, named: str | None, asked: Asked) -> Published | Landed | None:
    """What is to be written: where it is out, or None for sending it again."""
    if isinstance(asked.found, Landed):
        if not answer.is_out:
            raise Refused(f"{asked.found.reason} on {one.platform}, so it is not sent again; use --published")
        return asked.found
    seen = asked.found if isinstance(asked.found, Published) else None
    if seen is None and isinstance(asked.named, Published):
        seen = asked.named
    if not answer.is_out:
        if seen:
            raise Refused(f"{one.platform} has it, so it is not sent again; use --published {_where(seen)}")
        return None
    if seen:
        if named and not same_post(named, seen.remote_id) and named not in (seen.permalink or "").split("/"):
            raise Refused(f"{one.platform} says that it is {_where(seen)}, which is not what was named")
        return Published(seen.remote_id, seen.permalink or answer.url)
    if named is None:
        raise UsageError("this address does not tell the platform's id of the post; add --remote-id ID")
    if isinstance(asked.named, Objection):
        if asked.named.final:
            raise Refused(asked.named.reason)
        if answer.reason is None:
            raise Refused(f"{asked.named.reason}; if you know better, say how: --reason TEXT")
    return Published(named, answer.url)


def _more_to_come(one: Publication, out: Published | Landed | None) -> bool:
    """Whether a run may have something to add to what is out: the address, a first comment, files that options name."""
    return isinstance(out, Published) and bool(
        out.permalink is None or one.post.first_comment or one.post.attachments or one.post.options
    )


def _question(one: Publication, out: Published | Landed | None, now: datetime) -> str:
    called = f"{short(one.id)} ({render.preview(one.post.text, 40)}) on {one.platform}"
    if isinstance(out, Landed):
        return f"Note that {out.reason} of {called}, and let the rest follow?"
    if out:
        return f"Note {called} as published at {render.clean(out.permalink or out.remote_id)}?"
    sent = one.sending_since or one.first_sent_at
    since = f" It was sent {_ago(now - sent)} ago." if sent else ""
    look = f" By itself the platform is asked at {render.exact(one.wake_at)}." if one.wake_at else ""
    return f"Send {called} again?{since}{look} If it is out after all, it will be there twice."


def _ago(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    return render.counted(minutes, "minute") if minutes < 120 else render.counted(minutes // 60, "hour")
