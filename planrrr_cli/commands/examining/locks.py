"""The key of the stored tokens: there, the right one, and no other needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from planrrr_cli import render
from planrrr_cli.commands.examining import Finding, Patient, Severity
from planrrr_cli.domain.errors import ConfigError, StoreUnavailable
from planrrr_cli.settings.keyfile import Keyring
from planrrr_cli.store import Cipher, keys


def key(patient: Patient) -> Iterator[Finding]:
    """Also without a database: whether the key can be had at all."""
    try:
        found = Keyring(patient.settings).load(create=False)
    except ConfigError as error:
        if patient.readable or patient.settings.database_path is None:
            says, _, mend = str(error).rpartition("; ")
            yield Finding(says or str(error), mend if says else "see ENCRYPTION_KEY in the settings")
        return
    if not patient.readable:
        return
    cipher = Cipher(*found)
    try:
        with patient.context.store.reading() as tx:
            used = sum(keys.in_use(tx).values(), Counter[str]())
    except StoreUnavailable as error:
        yield Finding(str(error), "look again when the database is back")
        return
    for one in sorted(used.keys() - cipher.fingerprints):
        values = render.counted(used[one], "stored secret")
        named = f"key {one}, which is not here" if one else "no key that planrrr knows"
        yield Finding(
            f"{values} need {named}",
            "name that key as ENCRYPTION_KEY_PREVIOUS and run planrrr keys rotate, or sign in again (planrrr connect)",
        )
    previous = sum(used[one] for one in cipher.fingerprints - {cipher.fingerprint})
    if previous:
        values = render.counted(previous, "stored secret")
        yield Finding(f"{values} still need the previous key", "run: planrrr keys rotate", Severity.HINT)
    elif len(cipher.fingerprints) > 1:
        yield Finding(
            "a previous key is still there, and nothing needs it any more",
            "remove ENCRYPTION_KEY_PREVIOUS or its file, or run planrrr keys rotate",
            Severity.HINT,
        )
