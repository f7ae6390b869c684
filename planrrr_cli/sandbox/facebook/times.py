"""Graph's ways to write a moment: reading UNIX seconds or ISO 8601, writing +0000; strtotime texts are not imitated."""

from datetime import UTC, datetime

from planrrr_cli.sandbox.facebook import errors

SOONEST = 600
LATEST = 30 * 86_400


def graph_time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def read_time(name: str, text: str) -> int:
    """Seconds since the epoch; raises GraphError 100."""
    if text.isascii() and text.isdecimal() and len(text) < 12:
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as bad:
        raise errors.invalid_parameter(f"Param {name} must be a UNIX timestamp or an ISO 8601 date") from bad
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def read_schedule(text: str, now: float) -> int:
    """A scheduled_publish_time: 10 minutes to 30 days ahead (developers.facebook.com/docs/pages-api/posts)."""
    moment = read_time("scheduled_publish_time", text)
    if not SOONEST <= moment - now <= LATEST:
        raise errors.invalid_parameter(
            "The specified scheduled publish time is invalid: it must lie between 10 minutes and 30 days from now"
        )
    return moment
