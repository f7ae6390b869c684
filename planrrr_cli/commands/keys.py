"""`keys rotate|status`: changes the key that stored secrets are written with, while runs go on; tells keys in use."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from planrrr_cli import render
from planrrr_cli.commands.shapes import Shape
from planrrr_cli.context import Context
from planrrr_cli.domain.errors import ConfigError
from planrrr_cli.settings import Settings
from planrrr_cli.settings.keyfile import CREDENTIALS, previous_file, previous_of
from planrrr_cli.settings.new_key import forget_previous, replace_key
from planrrr_cli.store import Cipher, keys, resealing
from planrrr_cli.store.resealing import Batch, Broken
from planrrr_cli.store.schema import connections, publications

log = logging.getLogger("planrrr")

ROWS = 50  # written anew in one transaction: a few milliseconds, for which a run may have to wait
PAUSE = 0.005  # seconds between transactions, so that others get their turn at SQLite's one lock
PATIENCE = 60.0  # seconds without any progress, while others hold the rows that are left
LOOK_AGAIN = 0.5
TELL_EVERY = 2.0

BY_HAND = (
    "to change the key, make one (openssl rand -hex 32), set ENCRYPTION_KEY to it and ENCRYPTION_KEY_PREVIOUS to the "
    "present one (or the same with files), and run planrrr keys rotate. Where several hosts share the database, first "
    "give every host the new key as ENCRYPTION_KEY_PREVIOUS; only then let the two change places"
)


def rotate(ctx: Context, *, forget: bool, as_json: bool) -> int:
    """Writes every stored secret of every team anew; goes on where it was killed. 1: some could not be written."""
    own = _own_file(ctx.settings)
    with ctx.store.transaction() as tx:
        cipher = tx.cipher()  # whatever is there can be opened
        # Under SQLite's write lock: whoever writes after this has seen the new key, and what was written before is
        # there to be found.
        made = replace_key(own) if own is not None else False
        cipher.refresh()
    if own is not None:
        begun = "a new key is in" if made else "going on with the new key in"
        render.say(f"{begun} {own}; the one before stays beside it until everything is written anew")
    done = _Rewriting(ctx, cipher).run()
    with ctx.store.transaction() as tx:
        woken = resealing.wake(tx)
    for one in woken:
        render.say(
            f"connection {one[:8]} goes on: it waited for somebody only because a process lacked the key"
        )
    with ctx.store.reading() as tx:
        used = _by_key(keys.in_use(tx))
    others = cipher.fingerprints - {cipher.fingerprint}
    left = {one: used[one] for one in others if used.get(one)}
    kept = None
    if own is not None and not left and not done.held:
        kept = forget_previous(own, keep_as=None if forget else "-".join(sorted(others)) or None)
        cipher.refresh()
    log.info(
        "keys rotated", extra={"key": cipher.fingerprint, "written": done.written, "broken": len(done.broken)}
    )
    if as_json:
        shape = _shape(
            ctx, cipher, {"written": done.written, "held": done.held, "kept_as": str(kept) if kept else None}
        )
        shape["rotated"]["broken"] = [_broken(each) for each in done.broken]
        render.document(shape)
    else:
        _tell(cipher, done, used, own=own, previous=others, kept=kept)
    return int(bool(done.broken or done.held))


class _Rewriting:
    """Goes through all rows until a whole pass finds nothing more to write."""

    def __init__(self, ctx: Context, cipher: Cipher) -> None:
        self._ctx = ctx
        self._cipher = cipher
        self._written = 0
        self._told_at = ctx.clock.monotonic()

    def run(self) -> Batch:
        clock = self._ctx.clock
        progress_at = clock.monotonic()
        while True:
            found = self._pass()
            if found.written:
                progress_at = clock.monotonic()
            elif not found.held or clock.monotonic() - progress_at > PATIENCE:
                return Batch(self._written, found.broken, found.held)
            else:
                threading.Event().wait(LOOK_AGAIN)

    def _pass(self) -> Batch:
        total = Batch()
        for table in resealing.TABLES:
            after = ""
            while True:
                with self._ctx.store.reading() as tx:
                    ids = resealing.stale(tx, table, self._cipher.fingerprint, after=after, limit=ROWS)
                if not ids:
                    break
                with self._ctx.store.transaction() as tx:
                    batch = resealing.reseal(tx, table, ids)
                total, after = total + batch, ids[-1]
                self._tell(batch)
                threading.Event().wait(PAUSE)
        return total

    def _tell(self, batch: Batch) -> None:
        self._written += batch.written
        now = self._ctx.clock.monotonic()
        if now - self._told_at >= TELL_EVERY:
            self._told_at = now
            render.say(f"{render.counted(self._written, 'value')} written anew so far")


def status(ctx: Context, *, as_json: bool) -> int:
    """Shows which keys wrote how many values; 1 when a key is needed that is not here."""
    trouble = ""
    cipher: Cipher | None = None
    try:
        with ctx.store.reading() as tx:
            cipher = tx.cipher()
    except ConfigError as error:
        trouble = str(error)
    shape = _shape(ctx, cipher)
    missing = [one for one in shape["keys"] if one["role"] == "unknown"]
    if as_json:
        render.document(shape | {"problem": trouble or None})
        return int(bool(missing or trouble))
    rows = [
        [one["fingerprint"] or "–", one["role"], str(one["connections"]), str(one["publications"])]
        for one in shape["keys"]
    ]
    render.table(["key", "role", "in connections", "in publications"], rows)
    if trouble:
        render.say(trouble)
    elif missing:
        render.say(
            "values of an unknown key cannot be read: set ENCRYPTION_KEY_PREVIOUS to that key and run planrrr keys "
            "rotate, or sign in again (planrrr connect) where they belong to"
        )
    elif any(one["role"] == "previous" and one["values"] for one in shape["keys"]):
        render.say("a change of keys is under way; it goes on with: planrrr keys rotate")
    return int(bool(missing or trouble))


def _own_file(settings: Settings) -> Path | None:
    """The key file that is ours to replace: beside a database of this host, and not under somebody else's care."""
    path = settings.encryption_key_file
    if path is None or settings.encryption_key or settings.database_path is None:
        return None
    if settings.encryption_key_previous or settings.encryption_key_previous_file:
        return None
    return None if path.resolve().is_relative_to(CREDENTIALS) else path


def _by_key(used: Mapping[str, Counter[str]]) -> Counter[str]:
    return sum(used.values(), Counter())


def _tell(
    cipher: Cipher,
    done: Batch,
    used: Counter[str],
    *,
    own: Path | None,
    previous: frozenset[str],
    kept: Path | None,
) -> None:
    now = render.counted(used[cipher.fingerprint], "value")
    render.line(f"{render.counted(done.written, 'value')} written anew; key {cipher.fingerprint} holds {now}")
    for each in done.broken[:10]:
        render.line(f"not written: {each.table} {each.row_id[:8]}, {each.place}: {each.why}")
    if len(done.broken) > 10:
        render.line(f"and {len(done.broken) - 10} more that cannot be read")
    if done.held:
        rows = render.counted(done.held, "row")
        render.say(f"{rows} could not be had, since others held them; run planrrr keys rotate again")
    elif done.broken and own is not None:
        render.say(
            f"what cannot be read keeps the previous key in place ({previous_of(own)}), if it was of that key"
        )
    elif own is not None:
        gone = f"kept as {kept}, where nothing reads it" if kept else "removed"
        render.say(
            f"the previous key is {gone}; backups of the database from before need it, and other databases in that "
            f"folder. Keep a copy of {own} in a safe place"
        )
    elif previous:
        render.say(
            "once no planrrr process is at work that began with the previous key alone, and planrrr keys status shows "
            "none of its values, ENCRYPTION_KEY_PREVIOUS can be removed"
        )
    elif not done.written:
        render.say(BY_HAND)


def _shape(ctx: Context, cipher: Cipher | None, rotated: Shape | None = None) -> Shape:
    with ctx.store.reading() as tx:
        used = keys.in_use(tx)
    here = cipher.fingerprints if cipher is not None else frozenset()
    present = cipher.fingerprint if cipher is not None else None
    found = sorted({*here, *_by_key(used)}, key=lambda one: (one != present, one not in here, one))
    settings = ctx.settings
    previous = previous_file(settings)
    return {
        "schema": "planrrr.keys/1",
        "present": present,
        "file": str(settings.encryption_key_file) if settings.encryption_key is None else None,
        "previous_file": str(previous) if previous is not None and previous.exists() else None,
        "keys": [
            {
                "fingerprint": one or None,
                "role": "present" if one == present else "previous" if one in here else "unknown",
                "values": used[connections.name][one] + used[publications.name][one],
                "connections": used[connections.name][one],
                "publications": used[publications.name][one],
            }
            for one in found
        ],
        **({"rotated": rotated} if rotated is not None else {}),
    }


def _broken(each: Broken) -> Shape:
    return {"table": each.table, "id": each.row_id, "column": each.place, "why": each.why}
