"""What `POST /_sandbox/accounts` and `revoke` change of a LinkedIn account: scopes, role, limits, tokens, failures."""

from dataclasses import replace
from typing import Any

from planrrr_cli.sandbox.linkedin.model import ALL_SCOPES, ROLES, Account, Product
from planrrr_cli.sandbox.linkedin.store import Store

KEYS = ("account_id", "scopes", "role", "day_limit", "app_day_limit", "failing_posts")


def change(store: Store, document: dict[str, Any]) -> bool:
    """False when the account is not one of ours; raises ValueError with a sentence."""
    account = store.accounts.get(str(document.get("account_id")))
    if account is None:
        return False
    if strange := sorted(set(document) - set(KEYS)):
        raise ValueError(f"A LinkedIn account has no {strange[0]!r}; it has {', '.join(KEYS)}.")
    changed = replace(
        account,
        scopes=_scopes(document.get("scopes", list(account.scopes))),
        role=_role(account, document.get("role", account.role)),
        day_limit=_number(document, "day_limit", account.day_limit, optional=True),
        failing_posts=_number(document, "failing_posts", account.failing_posts) or 0,
    )
    app = store.apps[account.product]
    store.apps[account.product] = replace(
        app, day_limit=_number(document, "app_day_limit", app.day_limit, optional=True)
    )
    store.accounts[account.urn] = changed
    if "scopes" in document:
        store.tokens.set_scopes(changed)
    return True


def revoke(store: Store, account_id: str, reason: str) -> bool:
    """The member removes the app that the account uses: all their tokens of it are dead. Also by the member's URN."""
    whose = {
        (one.product, one.member) for one in store.accounts.values() if account_id in (one.urn, one.member)
    }
    whose |= {(Product.COMMUNITY, account_id)} if account_id == store.agent else set()
    if not whose:
        return False
    if reason != "removed":
        raise ValueError("At LinkedIn reason is removed.")
    for product, member in whose:
        store.tokens.revoke_all(product, member)
    return True


def _scopes(given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or not set(map(str, given)) <= set(ALL_SCOPES):
        raise ValueError(f"Only these scopes are known: {', '.join(ALL_SCOPES)}.")
    return tuple(map(str, given))


def _role(account: Account, given: object) -> str | None:
    if given is not None and (given not in ROLES or not account.is_organization):
        raise ValueError(f"An organization's role is one of {', '.join(ROLES)}, or null; a person has none.")
    return None if given is None else str(given)


def _number(
    document: dict[str, Any], name: str, default: int | None, *, optional: bool = False
) -> int | None:
    """A whole number; null is "no limit" where that makes sense."""
    value = document.get(name, default)
    if value is None and optional:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} is a whole number{', or null for no limit' if optional else ''}.")
    return value
