"""What `POST /_sandbox/accounts`, `apps` and `revoke` change of channels: scopes, testing, limits, endings, tokens."""

from dataclasses import replace
from typing import Any, Final

from planrrr_cli.sandbox.applications import flag, only
from planrrr_cli.sandbox.youtube.model import ALL_SCOPES
from planrrr_cli.sandbox.youtube.quota import Bucket
from planrrr_cli.sandbox.youtube.schemas import VIDEO
from planrrr_cli.sandbox.youtube.store import Store

LIMITS: Final = {
    "uploads_per_day": Bucket.UPLOADS,
    "searches_per_day": Bucket.SEARCHES,
    "units_per_day": Bucket.UNITS,
}
KEYS: Final = ("account_id", "scopes", "verified", "testing", "upload_limit", "endings", *LIMITS)


def change(store: Store, document: dict[str, Any]) -> bool:
    """False when the channel is not one of ours; raises ValueError. Limits of the day are the project's."""
    channel = store.channels.get(str(document.get("account_id")))
    if channel is None:
        return False
    if strange := sorted(set(document) - set(KEYS)):
        raise ValueError(f"A YouTube channel has no {strange[0]!r}; it has {', '.join(KEYS)}.")
    limits = {bucket: _number(document, name, store.quota.limits[bucket]) for name, bucket in LIMITS.items()}
    changed = replace(
        channel,
        scopes=_scopes(document.get("scopes", list(channel.scopes))),
        verified=_yes_or_no(document, "verified", channel.verified),
        testing=_yes_or_no(document, "testing", channel.testing),
        upload_limit=_limit(document, channel.upload_limit),
        endings=_endings(document.get("endings", list(channel.endings))),
    )
    store.quota.limits |= limits
    store.channels[channel.id] = changed
    if changed.testing:
        store.tokens.limit(changed)
    return True


def change_app(store: Store, document: dict[str, Any]) -> None:
    """The consent screen is in testing, or in production: tokens that were given out in testing die all the same."""
    only(document, "testing")
    if "testing" not in document:
        return
    testing = flag(document, "testing", False)
    for channel in list(store.channels.values()):
        store.channels[channel.id] = replace(channel, testing=testing)
        if testing:
            store.tokens.limit(channel)


def revoke(store: Store, account_id: str, reason: str) -> bool:
    """The person removes the app from their account: every token of the channel is dead."""
    if account_id not in store.channels:
        return False
    if reason != "removed":
        raise ValueError("At Google reason is removed.")
    store.tokens.revoke_all(account_id)
    return True


def _scopes(given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or not set(map(str, given)) <= set(ALL_SCOPES):
        raise ValueError(f"Only these scopes are known: {', '.join(ALL_SCOPES)}.")
    return tuple(map(str, given))


def _yes_or_no(document: dict[str, Any], name: str, default: bool) -> bool:
    value = document.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is true or false.")
    return value


def _limit(document: dict[str, Any], default: int | None) -> int | None:
    if document.get("upload_limit", default) is None:
        return None
    return _number(document, "upload_limit", default or 0)


def _number(document: dict[str, Any], name: str, default: int) -> int:
    value = document.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} is a whole number.")
    return value


def _endings(given: object) -> tuple[str, ...]:
    assert isinstance(VIDEO, dict)
    words = {"failed": "failureReason", "rejected": "rejectionReason"}
    known = ["processed"]
    for name, reasons in words.items():
        known += [f"{name}:{reason}" for reason in VIDEO["status"][reasons].split("|")]
    if not isinstance(given, list) or not set(map(str, given)) <= set(known):
        raise ValueError(f"endings is a list of {', '.join(known)}.")
    return tuple(map(str, given))
