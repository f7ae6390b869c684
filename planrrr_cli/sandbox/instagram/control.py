"""What `POST /_sandbox/accounts`, `apps` and `revoke` change of the Instagram twin; checked whole, then done."""

from dataclasses import replace
from typing import Any, Final

from planrrr_cli.sandbox.applications import flag, only
from planrrr_cli.sandbox.facebook import setup
from planrrr_cli.sandbox.facebook.model import REVOCATIONS
from planrrr_cli.sandbox.instagram.model import SCOPES, Account, Media
from planrrr_cli.sandbox.instagram.publishing import PRODUCTS, shortcode
from planrrr_cli.sandbox.instagram.store import Store

KEYS: Final = (
    "account_id",
    "scopes",
    "quota_total",
    "container_limit",
    "published_elsewhere",
    "page_reads_fail",
    "status_lag",
    "captions_without_at",
    "failing_containers",
    "foreign_posts",
)
FOREIGN: Final = {"caption", "media_type", "media_product_type", "seconds_ago"}
TYPES: Final = ("IMAGE", "VIDEO", "CAROUSEL_ALBUM")


def change(store: Store, document: dict[str, Any]) -> bool:
    """False when the account is not one of ours; raises ValueError with a sentence."""
    account = store.accounts.get(str(document.get("account_id")))
    if account is None:
        return False
    if strange := sorted(set(document) - set(KEYS)):
        raise ValueError(f"An Instagram account has no {strange[0]!r}; it has {', '.join(KEYS)}.")
    changed = replace(
        account,
        scopes=_scopes(account, document.get("scopes", list(account.scopes))),
        quota_total=_number(document, "quota_total", account.quota_total),
        container_limit=_number(document, "container_limit", account.container_limit),
        published_elsewhere=_number(document, "published_elsewhere", account.published_elsewhere),
        status_lag=_number(document, "status_lag", int(account.status_lag)),
        page_reads_fail=_flag(document, "page_reads_fail", account.page_reads_fail),
        captions_without_at=_flag(document, "captions_without_at", account.captions_without_at),
        failing_containers=_numbers(document, "failing_containers", account.failing_containers),
    )
    foreign = [_foreign(store, account, each) for each in _list(document, "foreign_posts")]
    store.keep(changed)
    for media in foreign:
        store.media[media.id] = media
        store.timeline[account.id].append(media.id)
    return True


def change_app(store: Store, document: dict[str, Any]) -> None:
    """`flat_answers`: a redeemed code is answered without the documented `data`, as third parties saw it."""
    only(document, "flat_answers")
    store.flat_answers = flag(document, "flat_answers", store.flat_answers)


def revoke(store: Store, account_id: str, reason: str) -> bool:
    """The account's own tokens of Instagram Login; with Facebook Login those of the person behind its Page."""
    account = store.accounts.get(account_id)
    if account is None:
        return False
    if account.page_id is not None:
        return setup.revoke(store.graph, account.page_id, reason)
    reasons = {name: subcode for name, subcode in REVOCATIONS.items() if name != "role"}
    if reason not in reasons:
        raise ValueError(f"With Instagram Login reason is one of: {', '.join(reasons)}.")
    for grant in list(store.grants.values()):
        if grant.account_id == account_id and grant.dead is None:
            store.kill(grant.token, reasons[reason])
    return True


def _scopes(account: Account, given: object) -> tuple[str, ...]:
    known = SCOPES[account.login]
    if not isinstance(given, list) or not set(map(str, given)) <= set(known):
        raise ValueError(f"Only these scopes are known: {', '.join(known)}.")
    return tuple(map(str, given))


def _number(document: dict[str, Any], name: str, now: int) -> int:
    value = document.get(name, now)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} is a whole number, at least 0.")
    return value


def _numbers(document: dict[str, Any], name: str, now: tuple[int, ...]) -> tuple[int, ...]:
    value = document.get(name, list(now))
    if not isinstance(value, list) or not all(type(each) is int for each in value):
        raise ValueError(f"{name} is a list of subcodes, one for each of the next containers.")
    return tuple(value)


def _flag(document: dict[str, Any], name: str, now: bool) -> bool:
    value = document.get(name, now)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is true or false.")
    return value


def _list(document: dict[str, Any], name: str) -> list[Any]:
    value = document.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"{name} is a list.")
    return value


def _foreign(store: Store, account: Account, given: Any) -> Media:
    """Somebody posted in the app: the lists show it, the ledger (what came through the API) does not."""
    if not isinstance(given, dict) or set(given) - FOREIGN:
        raise ValueError(f"A foreign post has {', '.join(sorted(FOREIGN))}.")
    media_type, caption = given.get("media_type", "IMAGE"), given.get("caption", "")
    product = given.get("media_product_type", "REELS" if media_type == "VIDEO" else "FEED")
    age = given.get("seconds_ago", 0)
    if media_type not in TYPES or product not in PRODUCTS.values() or not isinstance(caption, str):
        raise ValueError(f"media_type is one of {', '.join(TYPES)}; caption is text.")
    if not isinstance(age, int | float) or isinstance(age, bool):
        raise ValueError("seconds_ago is a number.")
    media = Media(
        store.new_id(), account.id, "", media_type, product, store.now() - age, caption, foreign=True
    )
    media.shortcode = shortcode(store)
    return media
