"""How a post gets onto Instagram: containers first, which nobody sees; then the one call that publishes one.

Status is read before every publishing call, also the first. One container becomes one post at most, so what is tried
again is always the same container, unless Instagram itself says that it is dead and the account's list lacks it.
https://developers.facebook.com/docs/instagram-platform/content-publishing (read 2026-11-23)
"""

from __future__ import annotations

from collections.abc import Generator
from typing import NoReturn

from planrrr_cli.domain.errors import (
    ContentRejected,
    MediaRejected,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
)
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import PointOfNoReturn, Processing, Published, Spend, Step, Steps, Unknown
from planrrr_cli.platforms.instagram.allowances import DAY, PUBLISHES
from planrrr_cli.platforms.instagram.calls import Calls
from planrrr_cli.platforms.instagram.codes import SUSPECTED, is_unready, is_used_up, patience_with
from planrrr_cli.platforms.instagram.containers import POST
from planrrr_cli.platforms.instagram.find import LIFE, find_listed
from planrrr_cli.platforms.instagram.making import Making
from planrrr_cli.platforms.instagram.quotas import Allowance, read_allowance
from planrrr_cli.platforms.instagram.replies import NAME
from planrrr_cli.platforms.instagram.status import Phase, Seen, look
from planrrr_cli.platforms.media import MediaSource
from planrrr_cli.platforms.meta.codes import HOUR
from planrrr_cli.platforms.meta.refusals import MediumNotRead


class Recipe:
    """One attempt at one publication."""

    def __init__(self, publication: Publication, calls: Calls, source: MediaSource) -> None:
        self.publication = publication
        self.account = publication.connection.account_id
        self.calls = calls
        self.making = Making(publication, calls, source)
        self._allowance: Allowance | None = None

    def steps(self) -> Steps:
        """Resumes wherever the checkpoint says."""
        if not self.making.made:
            yield from self._room_for_one()
        waiting = yield from self.making.steps()
        if waiting is not None:
            return waiting
        seen = look(self.calls, self._container)
        match seen.phase:
            case Phase.FINISHED:
                return (yield from self._publish())
            case Phase.PUBLISHED:
                return self._out()
            case Phase.ERROR | Phase.EXPIRED:
                return (yield from self._dead(seen))
            case Phase.UNCLEAR if self.making.sent:
                if self.making.age_of(POST) > LIFE:
                    return (yield from self._dead(Seen(Phase.EXPIRED)))
                said = f"Instagram does not say whether container {self._container} was published"
                raise OutcomeUnknown(said, platform=NAME)
            case Phase.UNCLEAR | Phase.IN_PROGRESS:
                return (yield from self.making.wait(POST, seen))

    @property
    def _container(self) -> str:
        return str(self.making.made[POST]["id"])

    @property
    def _is_counted(self) -> bool:
        """One container is one publication at most, however often it is sent."""
        return bool(self.making.made[POST].get("counted"))

    def _publish(self) -> Steps:
        yield from self._spend(0 if self._is_counted else 1)
        yield PointOfNoReturn()
        try:
            return Published(self.calls.publish(self.account, self._container))
        except MediumNotRead as error:
            if not is_unready(error):
                raise
            yield self.making.update(POST, counted=True)
            return (yield from self.making.wait(POST, Seen(Phase.IN_PROGRESS)))
        except RateLimited as error:
            yield self.making.update(POST, counted=True)
            if is_used_up(error):
                yield from self._used_up(error)
            raise
        except (ContentRejected, MediaRejected) as error:
            if not self.making.sent:
                raise
            raise _doubtful(error, f"{error.message}; an earlier try may be out") from None
        except OutcomeUnknown as error:
            if error.code == SUSPECTED:
                error.bucket = PUBLISHES
                error.retry_at = self.calls.clock.now() + patience_with(HOUR, self.publication.doubts)
                until = f"nothing more is published before {error.retry_at:%Y-%m-%d %H:%M} UTC"
                error.message += f"; it may be out all the same; {error.next_step}; {until}"
                error.args = (error.message,)
            raise

    def _out(self) -> Published:
        """It is out already; which post it is, only the list can say."""
        found = find_listed(self.publication, self.calls, is_out=True)
        if isinstance(found, Published):
            return found
        said = f"Instagram says that container {self._container} is published, but not as which post"
        raise OutcomeUnknown(f"{said}: {found.reason}", platform=NAME)

    def _dead(self, seen: Seen) -> Generator[Step, None, Published | Processing]:
        """A container that was sent gives way to a new one only when it is not among the account's posts."""
        if self.making.sent:
            found = find_listed(self.publication, self.calls, is_out=False)
            if isinstance(found, Published):
                return found
            if isinstance(found, Unknown) and not self._was_settled():
                yield self.making.note(unlisted=self.publication.doubts)
                raise OutcomeUnknown(f"{seen.reason}; {found.reason}", platform=NAME)
        return (yield from self.making.dead(POST, seen))

    def _was_settled(self) -> bool:
        """Whether this very question was answered since it was asked: by later looks, or by a person."""
        asked = self.making.notes.get("unlisted")
        return asked is not None and self.publication.doubts > int(asked)

    def _room_for_one(self) -> Generator[Step, None, None]:
        """Containers that could not be published in time would be made for nothing."""
        allowance = self._told()
        if allowance.is_used_up:
            yield from self._spend(1)
            return
        most = (PUBLISHES.limit if allowance.total is None else allowance.total) - 1
        try:
            yield Spend(PUBLISHES, 0, limit=most, used=allowance.used)
        except RateLimited as error:
            self._reworded(error)

    def _spend(self, amount: int) -> Generator[Step, None, None]:
        allowance = self._told()
        # A sending that Instagram refused is in our count, and not in its own.
        used = None if allowance.used is None else allowance.used + 1 - amount
        try:
            yield Spend(PUBLISHES, amount, limit=allowance.total, used=used)
        except RateLimited as error:
            self._reworded(error)

    def _used_up(self, refusal: RateLimited) -> Generator[Step, None, None]:
        """Instagram says that nothing is left. When there is room again our count knows, unless nothing but the refused
        call is in it: others have used it up, and nobody knows when."""
        self._allowance = None
        allowance = self._told()
        most, now = allowance.total or PUBLISHES.limit, self.calls.clock.now()
        try:
            yield Spend(PUBLISHES, 1, limit=most, used=max(most, allowance.used or 0))
        except RateLimited as counted:
            if counted.retry_at is not None and counted.retry_at < now + DAY - HOUR:
                raise
        refusal.bucket, refusal.retry_at = PUBLISHES, now + HOUR

    def _told(self) -> Allowance:
        """Asked at most once in an attempt, unless it turned out to be wrong."""
        if self._allowance is None:
            self._allowance = read_allowance(self.calls, self.account)
        return self._allowance

    def _reworded(self, error: RateLimited) -> NoReturn:
        told = self._told()
        known = (
            f"{told.used} of {told.total or PUBLISHES.limit} are used" if told.used is not None else "used up"
        )
        error.message = f"this account may not publish more on Instagram for now: {known} in 24 hours"
        if told.used is not None and not told.is_used_up:
            error.message += ", counting what is under way, or Instagram has restricted the account lately"
        error.args = (error.message,)
        raise error


def _doubtful(error: PlatformError, said: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        said, platform=NAME, status=error.status, code=error.code, request_id=error.request_id
    )
