"""What `POST /_sandbox/accounts` and `revoke` change of an X account and of the application; checked, then done."""

from dataclasses import replace
from typing import Any, Final, TypeVar

from planrrr_cli.sandbox.x.frames import Generation
from planrrr_cli.sandbox.x.limits import PER_USER
from planrrr_cli.sandbox.x.model import ALL_SCOPES, Account, Plan
from planrrr_cli.sandbox.x.store import Store

Word = TypeVar("Word", Plan, Generation)

KNOWN: Final = frozenset(
    ["account_id", "scopes", "plan", "long_posts", "credits", "generation", "signed", "public", "limits"]
)


def change(store: Store, document: dict[str, Any]) -> bool:
    """False when the account is not ours. Raises ValueError with a sentence, and then changes nothing."""
    account = store.accounts.get(str(document.get("account_id")))
    if account is None:
        return False
    if strange := sorted(set(document) - KNOWN):
        raise ValueError(f"{strange[0]!r} cannot be changed; what can: {', '.join(sorted(KNOWN))}.")
    limits = _limits(document.get("limits", {}))
    credits_left = _flag(document, "credits", store.credits)
    changed = replace(
        account,
        scopes=_scopes(document.get("scopes", list(account.scopes))),
        plan=_word(document, "plan", Plan, account.plan),
        generation=_word(document, "generation", Generation, account.generation),
        long_posts=_flag(document, "long_posts", account.long_posts),
        signed=_flag(document, "signed", account.signed),
        public=_flag(document, "public", account.public),
    )
    store.accounts[account.id] = changed
    store.credits = credits_left
    for call, number in limits.items():
        store.limits.changed[call, account.id] = number
    if (changed.signed, changed.public) != (account.signed, account.public):
        store.sign_in(changed)
    return True


def revoke(store: Store, account_id: str, reason: str) -> bool:
    """The person takes the access back: every token of the account is dead, of both kinds."""
    if account_id not in store.accounts:
        return False
    if reason != "removed":
        raise ValueError("At X reason is removed.")
    for grant in [one for one in store.grants.values() if one.account_id == account_id]:
        store.kill(grant.token)
    for renewal in [one for one in store.renewals.values() if one.account_id == account_id]:
        store.spend(renewal.token)
    return True


def _flag(document: dict[str, Any], name: str, now: bool) -> bool:
    value = document.get(name, now)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is true or false.")
    return value


def _scopes(given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or not set(map(str, given)) <= set(ALL_SCOPES):
        raise ValueError(f"Only these scopes are known: {', '.join(ALL_SCOPES)}.")
    return tuple(map(str, given))


def _word(document: dict[str, Any], name: str, kinds: type[Word], now: Word) -> Word:
    word = document.get(name, now)
    if word not in list(kinds):
        raise ValueError(f"{name} is one of: {', '.join(kinds)}.")
    return kinds(word)


def _limits(given: object) -> dict[str, int]:
    """How many calls an account has per 15 minutes, by the call's name."""
    if not isinstance(given, dict) or not set(given) <= set(PER_USER):
        raise ValueError(f"limits holds numbers for some of: {', '.join(sorted(PER_USER))}.")
    for number in given.values():
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise ValueError("limits holds whole numbers, at least 0.")
    return dict(given)


def plan_told(account: Account) -> str:
    """What the importing side has words for: Enterprise or not."""
    return Plan.ENTERPRISE if account.plan is Plan.ENTERPRISE else Plan.SELF_SERVE
