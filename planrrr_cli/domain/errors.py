"""The whole error tree: the class says what the run does next; nothing here does it.

Texts of these errors are safe to print: they never hold a token, a URL with a query, or a header.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from planrrr_cli.domain.quota import Bucket


class ErrorKind(StrEnum):
    """The word that tables, metrics and JSON carry for a failure."""

    VALIDATION_ERROR = "VALIDATION_ERROR"
    MEDIA_UPLOAD_ERROR = "MEDIA_UPLOAD_ERROR"
    AUTH_FAILED_ERROR = "AUTH_FAILED_ERROR"
    TOKEN_EXPIRED_ERROR = "TOKEN_EXPIRED_ERROR"
    RATE_LIMIT_ERROR = "RATE_LIMIT_ERROR"
    NETWORK_ERROR = "NETWORK_ERROR"
    PLATFORM_API_ERROR = "PLATFORM_API_ERROR"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    INTERRUPTED = "INTERRUPTED"  # the process died in the middle; nothing irrevocable was under way
    INTERNAL_ERROR = "INTERNAL_ERROR"  # a bug of ours met one publication


class PlanrrrError(Exception):
    """An expected failure: one clear sentence for a person, and the exit code it deserves."""

    exit_code: ClassVar[int] = 1


class ConfigError(PlanrrrError):
    """A person must mend the settings (or the machine's set-up) before anything can work.

    ``problems``: a sentence each, where the text lists several.
    """

    exit_code = 78
    problems: tuple[str, ...] = ()


class TokenUnreadable(ConfigError):
    """One stored token cannot be decrypted, while others may be; its connection needs a new sign-in."""


class StoreUnavailable(PlanrrrError):
    """The database is away, locked, full or read-only; the next run tries again.

    ``recorded``: the log has a record of it, with more than this sentence.
    """

    exit_code = 75
    recorded = False


class NotFound(PlanrrrError):
    """What was named does not exist, or the name fits more than one thing."""


class Refused(PlanrrrError):
    """A command that would break a promise (send twice, lose something) was not carried out."""


class InvalidDocument(PlanrrrError):
    """A post document that cannot be understood; the text says file, place and mend."""


class UsageError(PlanrrrError):
    """Options that contradict each other or cannot be read."""

    exit_code = 2


class Scope(StrEnum):
    """Whom a rate limit or a breaker concerns."""

    CONNECTION = "connection"
    APP = "app"
    PLATFORM = "platform"
    TOKENS = "tokens"  # where an app's tokens are renewed, often another host; only breakers


class PlatformError(PlanrrrError):
    """Something a platform said or failed to say.

    ``status`` is the HTTP status (None when no answer came), ``code`` the platform's own code as text (for
    Facebook ``"190/460"``), ``request_id`` what their support asks for, ``next_step`` one sentence for a person.
    """

    kind: ClassVar[ErrorKind] = ErrorKind.PLATFORM_API_ERROR
    spends_attempt: ClassVar[bool] = True
    counts_for_breaker: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        platform: str,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        next_step: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.platform = platform
        self.status = status
        self.code = code
        self.request_id = request_id
        self.next_step = next_step

    def evidence(self) -> Mapping[str, object]:
        """The fields worth keeping in an attempt and in a log record; JSON values only."""
        found = {"status": self.status, "code": self.code, "request_id": self.request_id}
        return {name: value for name, value in found.items() if value is not None}


class ContentRejected(PlatformError):
    """The platform (or our reading of its rules) will never take this post as it is."""

    kind = ErrorKind.VALIDATION_ERROR


class MediaRejected(PlatformError):
    """One medium cannot be used; ``medium`` is its position in the post, counted from 0."""

    kind = ErrorKind.MEDIA_UPLOAD_ERROR

    def __init__(self, message: str, *, platform: str, medium: int | None = None, **more: object) -> None:
        super().__init__(message, platform=platform, **more)  # type: ignore[arg-type]
        self.medium = medium


class ConnectionRevoked(PlatformError):
    """Only a person can restore the permission; publications of the connection wait."""

    kind = ErrorKind.AUTH_FAILED_ERROR
    spends_attempt = False


class TokenExpired(PlatformError):
    """The token has run out; one refresh may help."""

    kind = ErrorKind.TOKEN_EXPIRED_ERROR
    spends_attempt = False


class RateLimited(PlatformError):
    """Too much was asked; nothing happened. ``retry_at`` is UTC, None when the platform named no time.

    ``bucket``: the one that is used up, so that nothing else has to wait. ``counted``: by us, not by the platform.
    ``blocked``: it is no limit of calls; the platform holds the account back, for spam or its policies.
    """

    kind = ErrorKind.RATE_LIMIT_ERROR
    spends_attempt = False

    def __init__(
        self,
        message: str,
        *,
        platform: str,
        retry_at: datetime | None = None,
        scope: Scope = Scope.CONNECTION,
        bucket: Bucket | None = None,
        counted: bool = False,
        blocked: bool = False,
        **more: object,
    ) -> None:
        super().__init__(message, platform=platform, **more)  # type: ignore[arg-type]
        self.retry_at = retry_at
        self.scope = scope
        self.bucket = bucket
        self.counted = counted
        self.blocked = blocked


class PlatformUnavailable(PlatformError):
    """Surely without effect: nothing was sent, or what was sent is harmless to repeat.

    ``never_sent``: no byte of the request can have reached the platform. ``refused``: the platform said no by a
    documented code. Only then is it good news for an irrevocable call; while a point of no return is open, anything
    less is treated as unknown.
    """

    kind = ErrorKind.NETWORK_ERROR
    counts_for_breaker = True
    refused: ClassVar[bool] = False

    def __init__(self, message: str, *, platform: str, never_sent: bool = False, **more: object) -> None:
        super().__init__(message, platform=platform, **more)  # type: ignore[arg-type]
        self.never_sent = never_sent


class UnexpectedReply(PlatformError):
    """An answer nobody documented, to a call that is harmless to repeat."""

    kind = ErrorKind.PLATFORM_API_ERROR
    counts_for_breaker = True


class OutcomeUnknown(PlatformError):
    """An irrevocable call was sent and nobody knows whether it took effect.

    ``bucket``: what the platform closed until ``retry_at`` with the same answer, for all who share it.
    """

    kind = ErrorKind.OUTCOME_UNKNOWN
    counts_for_breaker = True
    bucket: Bucket | None = None
    retry_at: datetime | None = None


class LeaseLost(PlanrrrError):
    """The right to the lane ran out immediately before an irrevocable call; that call was not sent."""


class NotDurable(PlanrrrError):
    """A step could not be committed (lane lost, database away, run told to stop), so the recipe must not go on."""
