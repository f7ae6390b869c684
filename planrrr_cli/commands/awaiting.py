"""Sends a person to an authorization page, and waits until the browser or the person brings back the answer."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import timedelta

from planrrr_cli import render
from planrrr_cli.commands.browsing import open_in_browser
from planrrr_cli.commands.loopback import Receiver
from planrrr_cli.commands.redirected import Answer, NotAnAnswer, OfAnother, query_in, read_answer
from planrrr_cli.commands.typed import Ended, Typed
from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.errors import Refused, UsageError
from planrrr_cli.platforms.signing_in import SignIn

TRIES = 3


@dataclass(frozen=True, slots=True)
class Wait:
    """What is waited for: the answer with ``state``, at ``receiver`` or pasted, for ``patience``."""

    clock: Clock
    patience: timedelta
    receiver: Receiver | None
    typed: Typed
    state: str
    redirect_uri: str


def answer(wait: Wait, sign_in: SignIn, *, address: str, browser: bool, hint: str | None) -> Answer:
    """Raises Refused or UsageError when none came that fits."""
    until = wait.clock.monotonic() + wait.patience.total_seconds()
    pasting = _send(wait, sign_in, address, browser, hint)
    if pasting:
        found = _pasted(wait, sign_in, until)
        if found is not None:
            return found
    receiver = wait.receiver
    if receiver is None:
        raise UsageError("standard input ended before the address was pasted; nothing was changed")
    if not receiver.answered.wait(max(0.0, until - wait.clock.monotonic())):
        raise _too_late(wait, sign_in)
    return _received(receiver, wait, sign_in)


def _send(wait: Wait, sign_in: SignIn, address: str, browser: bool, hint: str | None) -> bool:
    """Says where to go; whether the answer may be pasted."""
    opened = browser and open_in_browser(address)
    if hint:
        render.say(f"note: {hint}")
    render.say(
        f"Your browser opens {sign_in.title}'s page. If it does not, open this address yourself:"
        if opened
        else f"Open this address in a browser, sign in to {sign_in.title} and agree:"
    )
    render.say(f"\n  {address}\n")
    if wait.receiver is not None and opened:
        return False
    elsewhere = "If that browser is on another machine, paste" if wait.receiver is not None else "Then paste"
    render.say(
        f"{elsewhere} here, at once, the address that it shows in the end; it begins with {wait.redirect_uri}, and "
        "there need be no page behind it."
    )
    return True


def _pasted(wait: Wait, sign_in: SignIn, until: float) -> Answer | None:
    """What was pasted, or what came meanwhile; None when nothing more will be pasted."""
    receiver = wait.receiver
    for left in range(TRIES - 1, -1, -1):
        try:
            line = wait.typed.line(until=until, or_when=receiver.bell if receiver else None)
            while line is not None and not line.strip():
                line = wait.typed.line(until=until, or_when=receiver.bell if receiver else None)
        except Ended:
            return None
        if line is None:
            if receiver is not None and receiver.answered.is_set():
                return _received(receiver, wait, sign_in)
            raise _too_late(wait, sign_in)
        try:
            return read_answer(query_in(line), wait.state)
        except (NotAnAnswer, OfAnother) as error:
            said = (
                f"this is not what {sign_in.title} answered ({error}); it is the whole address that the browser shows "
                f"after you agreed, and begins with {wait.redirect_uri}"
            )
            if not left:
                raise Refused(f"{said}; nothing was changed") from None
            render.say(f"{said}; paste it again")
    return None


def _received(receiver: Receiver, wait: Wait, sign_in: SignIn) -> Answer:
    try:
        return read_answer(receiver.query, wait.state)
    except (NotAnAnswer, OfAnother) as error:
        raise Refused(
            f"what came back from the browser is not the answer to this sign-in ({error}); nothing was changed; start "
            f"again: {sign_in.command}"
        ) from None


def _too_late(wait: Wait, sign_in: SignIn) -> Refused:
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    minutes = wait.patience.total_seconds() / 60
    return Refused(
        f"no answer came from {sign_in.title}'s page within {render.counted(round(minutes), 'minute')}; nothing was "
        f"changed; start again: {sign_in.command}"
    )
