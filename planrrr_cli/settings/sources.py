"""Where settings are written: ``.env``, ``planrrr.toml``, look-alike names. No value is judged here."""

from __future__ import annotations

import difflib
import io
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from planrrr_cli.settings.kinds import Raw
from planrrr_cli.settings.table import SETTINGS

CONFIG = "PLANRRR_CONFIG"
LIMITS = "limits"
FIXED_IV = "ENCRYPTION_IV"
NOT_SETTINGS = frozenset({CONFIG, "PLANRRR_TEST_DATABASE_URL"})
REDIS_NAMES = frozenset(
    {
        "REDIS_URL",
        "REDIS_HOST",
        "REDIS_PORT",
        "REDIS_PASSWORD",
        "REDIS_DB",
        "REDIS_TLS",
        "QUEUE_NAME",
        "NODE_ENV",
    }
)

Source = dict[str, Raw]
"""Setting name to value as written; one per place that was read."""


def read_env_file(path: Path, home: Path, problems: list[str]) -> Source:
    """``.env`` as Node's dotenv reads it, without expansion: a ``$`` in a password stays a ``$``."""
    text = _read_text(path, must_exist=False, problems=problems)
    if not text:
        return {}
    from dotenv.parser import parse_stream

    found: Source = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            skipped = re.match(r"\s*", binding.original.string)
            line = binding.original.line + len(re.findall(r"\r\n|\r|\n", skipped[0] if skipped else ""))
            problems.append(f"{path}, line {line}: it is not NAME=value; mend it, or begin the line with #")
        elif binding.key and binding.value is not None:
            found[binding.key] = Raw(binding.value, ".env", path.parent, home)
    return found


def read_toml(path: Path, home: Path, must_exist: bool, problems: list[str]) -> tuple[Source, Any]:
    """``planrrr.toml``: setting names in upper or lower case at the top level, and the table ``limits`` as it is there
    (None without one)."""
    text = _read_text(path, must_exist=must_exist, problems=problems)
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number without end is no TOMLDecodeError
        problems.append(f"{path} is not valid TOML: {error}")
        return {}, None
    limits, found = document.pop(LIMITS, None), Source()
    for key, value in document.items():
        name = key.upper()
        if name not in SETTINGS:
            problems.append(f"{path}: {key} is not a setting; {did_you_mean(name)}")
        elif name in found:
            problems.append(f"{path}: {name} is there twice, in upper and in lower case; keep one")
        elif isinstance(value, str | int | float):
            text = str(int(value) if isinstance(value, bool) else value)
            found[name] = Raw(text, path.name, path.parent, home)
        else:
            problems.append(f"{name} (in {path.name}): write one text or number, not a list, table or date")
    return found, limits


def _read_text(path: Path, *, must_exist: bool, problems: list[str]) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if must_exist:
            problems.append(f"{CONFIG}: the file {path} does not exist; name another, or unset {CONFIG}")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        problems.append(f"{path} cannot be read: {reason}")
    return ""


def refused(sources: Iterable[Source]) -> Iterator[str]:
    """What the old worker's settings say that must not stay, with the mend."""
    found = next((one[FIXED_IV] for one in sources if FIXED_IV in one and one[FIXED_IV].text.strip()), None)
    if found is not None:
        yield (
            f"{FIXED_IV} (in {found.where}): the old worker encrypted every token with this one initialisation vector, "
            "so that whoever reads two of its values learns about both; planrrr takes a fresh one for each value. "
            "Remove the line, keep ENCRYPTION_KEY, and bring the tokens in as the platforms gave them "
            "(planrrr connect, or planrrr connections import)"
        )


def notices(names: Iterable[str]) -> Iterator[str]:
    """What a person should hear about ``names`` of environment and ``.env``, though nothing is wrong."""
    found = sorted(names)
    redis = [name for name in found if name in REDIS_NAMES or name.startswith("BULL_")]
    if redis:
        yield f"planrrr needs no Redis and no queue: {', '.join(redis)} " + (
            "is ignored" if len(redis) == 1 else "are ignored"
        )
    ours = [name for name in SETTINGS if name.startswith(("PLANRRR_", "WORKER_"))] + [CONFIG]
    for name in found:
        if name in SETTINGS or name in NOT_SETTINGS:
            continue
        near = difflib.get_close_matches(name.upper(), ours, n=1, cutoff=0.85)
        if near:
            yield f"{name} is not a setting and is ignored; did you mean {near[0]}?"


def did_you_mean(name: str) -> str:
    """The end of a sentence about a name that is no setting."""
    near = difflib.get_close_matches(name, SETTINGS, n=1)
    return f"did you mean {near[0]}?" if near else "remove it"
