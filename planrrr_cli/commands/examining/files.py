"""Settings as they are written, and the files that hold secrets: whether others may read them."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

from planrrr_cli.commands.examining import Finding, Patient, Severity
from planrrr_cli.settings import SETTINGS, kinds
from planrrr_cli.settings.addresses import DATABASE
from planrrr_cli.settings.keyfile import previous_file, previous_of
from planrrr_cli.settings.kinds import Raw
from planrrr_cli.settings.sources import CONFIG, FIXED_IV, Source, read_env_file, read_toml

_MINE = stat.S_IRWXG | stat.S_IRWXO
_READ = stat.S_IRGRP | stat.S_IROTH
_WRITE = stat.S_IWGRP | stat.S_IWOTH
_KEPT = re.compile(r"\.[0-9a-f]{8}(-[0-9a-f]{8})*")  # as `keys rotate` calls old keys


def settings(patient: Patient) -> Iterator[Finding]:
    """What is wrong, and what a person should hear although nothing is."""
    for problem in patient.problems:
        says, _, mend = problem.rpartition("; ")
        yield Finding(says or problem, mend if says else "correct it")
    if patient.ctx is not None:
        for notice in patient.settings.notices:
            yield Finding(notice, "remove the line, or correct its name", Severity.HINT)


def secrets(patient: Patient) -> Iterator[Finding]:
    """Plain secrets where other users of the machine may read or change them."""
    for path, named in _written(patient):
        found = _mode(path)
        if named and found is not None and found & (_READ | _WRITE):
            verb = "read" if found & _READ else "change"
            yield Finding(f"others may {verb} {path}, which holds {_some(named)}", f"run: chmod 600 '{path}'")
    for path in _key_files(patient):
        found = _mode(path)
        if found is not None and found & _MINE:
            yield Finding(f"others may use the key file {path}", f"run: chmod 600 '{path}'")


def _written(patient: Patient) -> Iterator[tuple[Path, list[str]]]:
    """Files with settings, and the names of the secrets in them."""
    home = Path(patient.environ.get("HOME", "/"))
    env_path = patient.folder / ".env"
    from_env = read_env_file(env_path, home, [])
    yield env_path, _secrets_in(from_env)
    chosen = patient.environ.get(CONFIG, "").strip() or (from_env[CONFIG].text if CONFIG in from_env else "")
    toml_path = patient.folder / Path(chosen or "planrrr.toml").expanduser()
    yield toml_path, _secrets_in(read_toml(toml_path, home, False, [])[0])


def _secrets_in(source: Source) -> list[str]:
    return [name for name, raw in source.items() if raw.text.strip() and _is_secret(name, raw)]


def _is_secret(name: str, raw: Raw) -> bool:
    row = SETTINGS.get(name)
    if row is None:
        return name == FIXED_IV
    if row.kind is DATABASE:
        return bool(re.search(r"://[^/@]*:[^/@]+@", raw.text))
    return row.kind in {kinds.SECRET, kinds.KEY}


def _some(names: list[str]) -> str:
    if len(names) <= 3:
        return " and ".join(names) if len(names) < 3 else f"{names[0]}, {names[1]} and {names[2]}"
    return f"{names[0]}, {names[1]} and {len(names) - 2} more secrets"


def _key_files(patient: Patient) -> Iterator[Path]:
    """Those of the settings (which are refused too when they are used), and the ones that were kept."""
    if patient.ctx is None:
        return
    present = patient.settings.encryption_key_file
    previous = previous_file(patient.settings)
    yield from (path for path in (present, previous) if path is not None)
    if present is not None:
        beside = previous_of(present).parent
        real = previous_of(present).name.removesuffix(".previous")
        if beside.is_dir():
            yield from (
                one
                for one in sorted(beside.iterdir())
                if one.name.startswith(real) and _KEPT.fullmatch(one.name[len(real) :])
            )


def _mode(path: Path) -> int | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    credential = path.resolve().is_relative_to("/run/credentials")
    return None if credential else stat.S_IMODE(found.st_mode)
