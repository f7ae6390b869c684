"""``[limits]`` of ``planrrr.toml``: the operator's own numbers for platforms' limits; what they mean is elsewhere."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

from planrrr_cli.domain.quota import Chosen

HOW = 'write it like "300/15m", "100/day", or a number alone'
MOST = 1_000_000_000
LONGEST = timedelta(days=31)
_ENDLESS = 10**30  # Python refuses to write numbers of thousands of digits
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def read_limits(
    table: Any, where: str, known: Collection[str] | None, problems: list[str]
) -> dict[str, Chosen]:
    """Bucket name to number and window. ``known``: the names there are; None when nobody asks."""
    if not isinstance(table, dict):
        problems.append(
            f'limits (in {where}): it is a table; write [limits], and below it "x.posts" = "300/15m"'
        )
        return {}
    found: dict[str, Chosen] = {}
    seen: set[str] = set()
    for name, value in _flat(table):
        if name in seen:  # with quotes and without them: two keys to TOML, and one name to us
            problems.append(f"limits (in {where}): {_shown(name)} is there twice; keep one of them")
            continue
        seen.add(name)
        if known is not None and name not in known:
            problems.append(
                f"limits (in {where}): {_shown(name)} is no limit that is known; {_hint(name, known)}"
            )
            continue
        try:
            found[name] = _chosen(value)
        except ValueError as error:
            problems.append(f"limits (in {where}): {_shown(name)}: {error}")
    return found


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """``x.posts`` without quotes is a table in a table to TOML, and means the same to us."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value


def _chosen(value: Any) -> Chosen:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"it is neither a text nor a whole number; {HOW}")
    if isinstance(value, int):
        value = max(-_ENDLESS, min(value, _ENDLESS))
    text = str(value).strip()
    parts = re.fullmatch(r"([+-]?\d[\d_]{,39})(?:\s*/\s*(?:(\d*)\s*([smhd])|(day)))?", text, re.ASCII)
    if parts is None:
        raise ValueError(f"{_shown(text)} cannot be read; {HOW}")
    limit, count, unit, by_day = int(parts[1].replace("_", "")), parts[2], parts[3], parts[4]
    if limit < 1:
        raise ValueError(
            f"{limit} would let nothing out; write at least 1, or pause the account: planrrr connections pause"
        )
    if limit > MOST:
        raise ValueError(f"{limit} is more than {MOST:,}; write a smaller number")
    if unit is None:
        return Chosen(limit, by_day=by_day is not None)
    seconds = int(count or 1) * _UNITS[unit] if len(count) < 12 else 0
    if not 1 <= seconds <= LONGEST.total_seconds():
        raise ValueError(f"a window is between a second and {LONGEST.days} days; {HOW}")
    return Chosen(limit, timedelta(seconds=seconds))


def _hint(name: str, known: Collection[str]) -> str:
    """The nearest name, or those of its platform, or the platforms: `planrrr limits` cannot run with this file."""
    if near := difflib.get_close_matches(name, sorted(known), n=1):
        return f"did you mean {near[0]}?"
    platform = name.partition(".")[0]
    if same := sorted(each for each in known if each.startswith(f"{platform}.")):
        return f"those of {platform} are {', '.join(same)}"
    platforms = sorted({each.partition(".")[0] for each in known})
    return f"names begin with {', '.join(f'{each}.' for each in platforms)}"


def _shown(text: str) -> str:
    text = text if len(text) <= 40 else text[:40] + "…"
    return f'"{text}"' if text.isprintable() else ascii(text)
