"""GET /{account}/content_publishing_limit: how many posts of a day are used up."""

from typing import Any, Final

from planrrr_cli.sandbox.facebook import errors as graph
from planrrr_cli.sandbox.facebook.times import read_time
from planrrr_cli.sandbox.instagram.fields import asked_fields, pick
from planrrr_cli.sandbox.instagram.model import Account
from planrrr_cli.sandbox.instagram.parameters import LIMIT
from planrrr_cli.sandbox.instagram.store import Store
from planrrr_cli.sandbox.instagram.visit import PUBLISH, Visit
from planrrr_cli.sandbox.wire import Reply, json_reply

DAY: Final = 86_400


def used(store: Store, account: Account, since: float | None = None) -> int:
    """Publishes within the last 24 hours, deleted ones too; a carousel is one. Other applications' are a number."""
    begin = max(store.now() - DAY, since or 0.0)
    mine = [store.media[media_id] for media_id in store.timeline[account.id]]
    own = sum(1 for media in mine if media.created_at > begin and not media.foreign)
    return own + account.published_elsewhere


def read(visit: Visit) -> Reply:
    """Without `fields` only quota_usage comes: .../reference/ig-user/content_publishing_limit (v24.0)."""
    account = visit.account(visit.node, PUBLISH)
    values = visit.values(LIMIT)
    since = read_time("since", values["since"]) if "since" in values else None
    now = visit.store.now()
    if since is not None and not now - DAY <= since <= now:
        raise graph.invalid_parameter("Param since must be a UNIX timestamp no older than 24 hours")
    told: dict[str, Any] = {
        "quota_usage": used(visit.store, account, since),
        "config": {"quota_total": account.quota_total, "quota_duration": DAY},
    }
    fields = asked_fields(visit.parameters.values.get("fields"))
    shown = pick("ContentPublishingLimitResponse", told, fields, ("quota_usage",))
    return json_reply({"data": [shown]})
