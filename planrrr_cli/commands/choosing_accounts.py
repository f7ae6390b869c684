"""Which of the accounts that a sign-in opens are meant: named beforehand, the only one, or chosen at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from planrrr_cli import render
from planrrr_cli.commands.typed import Ended, Typed
from planrrr_cli.domain.connections import Connection
from planrrr_cli.domain.errors import NotFound, Refused, UsageError
from planrrr_cli.platforms.signing_in import Found, SignIn

TRIES = 3
MOST_NAMED = 8


def choose(
    found: Sequence[Found], sign_in: SignIn, *, named: str | None, known: Connection | None, typed: Typed
) -> list[Found]:
    """``known``: the stored connection that ``named`` means. Raises NotFound, Refused or UsageError."""
    if known is not None:
        return _free([_same(found, sign_in, known)])
    if named is not None:
        return _free([_called(found, named, sign_in)])
    if len(found) == 1:
        return _free(found)
    if not sys.stdin.isatty():
        raise UsageError(
            f"the sign-in opens {len(found)} accounts; nothing was changed; name one with --account: {_names(found)}"
        )
    return _asked(found, typed)


def _same(found: Sequence[Found], sign_in: SignIn, known: Connection) -> Found:
    for one in found:
        if sign_in.same(one.account.account_id, known.account_id):
            return one
    wanted = f"{known.account_name} ({known.account_id})"
    raise Refused(
        f"this sign-in is to {_names(found)}, not to {wanted}; nothing was changed; sign in to the other one in the "
        f"browser first, or connect this one: {sign_in.command} --account {_id(found[0])}"
    )


def _called(found: Sequence[Found], named: str, sign_in: SignIn) -> Found:
    bare = named.strip().removeprefix("@").casefold()
    by_id = [one for one in found if sign_in.same(one.account.account_id, named.strip())]
    fitting = by_id or [one for one in found if one.account.account_name.removeprefix("@").casefold() == bare]
    if not fitting:
        raise NotFound(
            f"this sign-in opens no account {named!r}; nothing was changed; it opens {_names(found)}"
        )
    if len(fitting) > 1:
        raise UsageError(
            f"{named!r} fits {len(fitting)} accounts; nothing was changed; name one by its id: {_names(fitting)}"
        )
    return fitting[0]


def _free(chosen: Sequence[Found]) -> list[Found]:
    """What was chosen, when nothing keeps us from publishing there."""
    for one in chosen:
        if one.obstacle:
            raise Refused(
                f"nothing can be published on {_name(one)}: {one.obstacle}; nothing was changed; mend that, then sign "
                "in again"
            )
    return list(chosen)


def _asked(found: Sequence[Found], typed: Typed) -> list[Found]:
    render.say(f"The sign-in opens {len(found)} accounts:")
    for number, one in enumerate(found, 1):
        render.say(f"  {number}. {_name(one)}" + (f" – not possible: {one.obstacle}" if one.obstacle else ""))
    for _ in range(TRIES):
        sys.stderr.write("Which? A number, several with commas, or all: ")
        sys.stderr.flush()
        try:
            said = typed.line()
        except Ended:
            sys.stderr.write("\n")
            break
        numbers = _numbers(said or "", [place for place, one in enumerate(found) if not one.obstacle])
        if numbers and max(numbers) < len(found):
            return _free([found[number] for number in numbers])
        render.say(f"Write a number from 1 to {len(found)}.")
    raise Refused("no account was chosen; nothing was changed")


def _numbers(said: str, possible: Sequence[int]) -> list[int]:
    """Places in the list; empty for what cannot be read."""
    if said.strip().lower() == "all":
        return list(possible)
    words = said.replace(",", " ").split()
    if not all(word.isascii() and word.isdecimal() and int(word[:9]) > 0 for word in words):
        return []
    return list(dict.fromkeys(int(word[:9]) - 1 for word in words))


def _names(found: Sequence[Found]) -> str:
    shown = ", ".join(_name(one) for one in found[:MOST_NAMED])
    return shown + (f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else "")


def _name(one: Found) -> str:
    return render.clean(f"{one.account.account_name} ({one.account.account_id})")


def _id(one: Found) -> str:
    return one.account.account_id
