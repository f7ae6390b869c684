"""What `POST /_sandbox/accounts`, `apps` and `revoke` change of the Facebook twin; checked, then done."""

from dataclasses import replace
from typing import Any

from planrrr_cli.sandbox.applications import flag, only
from planrrr_cli.sandbox.facebook.model import ALL_SCOPES, ALL_TASKS, REVOCATIONS
from planrrr_cli.sandbox.facebook.store import Store


def change(store: Store, document: dict[str, Any]) -> bool:
    """False when the Page is not one of ours; raises ValueError with a sentence."""
    page = store.pages.get(str(document.get("account_id")))
    if page is None:
        return False
    scopes = _words(document.get("scopes", list(page.scopes)), ALL_SCOPES)
    tasks = _words(document.get("tasks", list(page.tasks)), ALL_TASKS)
    store.pages[page.id] = replace(page, scopes=scopes, tasks=tasks)
    return True


def _words(given: object, known: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(given, list) or not set(map(str, given)) <= set(known):
        raise ValueError(f"Only these are known: {', '.join(known)}.")
    return tuple(map(str, given))


def change_app(store: Store, document: dict[str, Any]) -> None:
    """`expires_in_left_out`: token answers do not tell for how long, as some were seen."""
    only(document, "expires_in_left_out")
    store.expires_in_left_out = flag(document, "expires_in_left_out", store.expires_in_left_out)


def revoke(store: Store, account_id: str, reason: str) -> bool:
    """Of the person all tokens die, by whichever Page they were meant; a lost role is of one Page only."""
    if account_id != store.user_id and account_id not in store.pages:
        return False
    if reason not in REVOCATIONS:
        raise ValueError(f"At Facebook reason is one of: {', '.join(REVOCATIONS)}.")
    if reason != "role":
        store.kill_all(REVOCATIONS[reason])
    elif account_id in store.pages:
        store.kill_all(REVOCATIONS[reason], account_id)
        store.pages[account_id] = replace(store.pages[account_id], tasks=())
    else:
        raise ValueError("A role is lost on a Page: account_id has to name one.")
    return True
