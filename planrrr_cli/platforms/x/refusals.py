"""Refusals that only X's recipe tells apart; the run sees the classes of the domain behind them."""

from __future__ import annotations

from planrrr_cli.domain.errors import ContentRejected, ErrorKind, MediaRejected, RateLimited, UnexpectedReply


class SaysDuplicate(ContentRejected):
    """Refused since the account said the same before: a hint that an earlier try is out, and no proof."""


class ParentGone(ContentRejected):
    """The post that was to be answered is deleted or not to be seen."""


class MediaUnknown(MediaRejected):
    """X does not know the media ids (any more); uploading again may help once."""


class Forbidden(RateLimited):
    """A refusal without a reason, nothing was published: it is tried once more later, then it is a person's turn."""

    kind = ErrorKind.AUTH_FAILED_ERROR


class AppBlocked(RateLimited):
    """The developer app cannot publish for anybody: out of credit, capped, or not allowed to."""


class UnknownFields(UnexpectedReply):
    """X does not know the names of the fields that were asked for: it speaks the other generation of its API."""


class TokenDoubted(RateLimited):
    """A token that should be good was refused: the account waits, since X had days on which it refused all of them."""

    kind = ErrorKind.TOKEN_EXPIRED_ERROR
