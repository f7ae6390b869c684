"""What a setting may look like, one parser per kind; addresses are in ``addresses.py``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from planrrr_cli.domain.errors import InvalidDocument
from planrrr_cli.domain.secrets import Secret

LOG_LEVELS = ("debug", "info", "warning", "error", "critical")


@dataclass(frozen=True, slots=True, repr=False)
class Raw:
    """A value as somebody wrote it, and where: ``folder`` is what relative paths in it start from.

    It has no repr because it may be a secret.
    """

    text: str
    where: str
    folder: Path
    home: Path


@dataclass(frozen=True, slots=True)
class Kind:
    """``parse`` raises ValueError with one sentence that says what is wrong and how to mend it."""

    name: str
    parse: Callable[[Raw], Any]


def whole(least: int, most: int) -> Kind:
    """A whole number in a closed range."""

    def parse(raw: Raw) -> int:
        try:
            number = int(raw.text) if re.fullmatch(r"[+-]?\d{1,12}", raw.text, re.ASCII) else None
        except ValueError:
            number = None
        if number is None:
            raise ValueError(f"{shown(raw)} is not a whole number; give one from {least} to {most}")
        if not least <= number <= most:
            raise ValueError(f"{number} is outside {least} to {most}; give a number in between")
        return number

    return Kind(f"number {least}–{most}", parse)


def milliseconds(least: int, most: int) -> Kind:
    """A whole number of milliseconds, as a timedelta."""
    number = whole(least, most)
    return Kind(f"milliseconds {least}–{most}", lambda raw: timedelta(milliseconds=number.parse(raw)))


def span(least: int, most: int) -> Kind:
    """A whole number of seconds, as a timedelta."""
    number = whole(least, most)
    return Kind(f"seconds {least}–{most}", lambda raw: timedelta(seconds=number.parse(raw)))


def seconds(least: int, most: int) -> Kind:
    """A number of seconds, perhaps with a fraction."""

    def parse(raw: Raw) -> float:
        if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", raw.text, re.ASCII):
            raise ValueError(f"{shown(raw)} is not a number of seconds; give one from {least} to {most}")
        if not least <= float(raw.text) <= most:
            raise ValueError(f"{raw.text} is outside {least} to {most} seconds; give a number in between")
        return float(raw.text)

    return Kind(f"seconds {least}–{most}", parse)


def choice(*names: str, also: dict[str, str] | None = None) -> Kind:
    """One of ``names`` in any case; ``also`` maps other spellings to them."""

    def parse(raw: Raw) -> str:
        name = (also or {}).get(raw.text.lower(), raw.text.lower())
        if name not in names:
            raise ValueError(f"{shown(raw)} is not known; choose one of {', '.join(names)}")
        return name

    return Kind("one of " + ", ".join(names), parse)


def _flag(raw: Raw) -> bool:
    word = raw.text.lower()
    if word not in {"0", "1", "false", "true", "no", "yes", "off", "on"}:
        raise ValueError(f"{shown(raw)} is neither 1 nor 0; write 1 for yes, 0 for no")
    return word in {"1", "true", "yes", "on"}


def _text(raw: Raw) -> str:
    if not raw.text.isprintable():
        raise ValueError("it holds characters that cannot be printed; write it again by hand")
    return raw.text


def _secret(raw: Raw) -> Secret:
    if not raw.text.isprintable():
        raise ValueError("it holds a line break or another character that cannot be printed; copy it again")
    return Secret(raw.text)


def _key(raw: Raw) -> Secret:
    return Secret(checked_key(raw.text))


def checked_key(text: str) -> str:
    """``text`` if it is 32 bytes in hex digits; ValueError says what is wrong without showing it."""
    if len(text) != 64:
        raise ValueError(
            f"it has {len(text)} characters; a key is 64 hex digits, as made by: openssl rand -hex 32"
        )
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError("it is not made of hex digits (0-9, a-f) only; make one with: openssl rand -hex 32")
    return text


def _team(raw: Raw) -> str:
    if not re.fullmatch(r"[\w.:@-]{1,100}", raw.text):
        raise ValueError(f"{shown(raw)} is not a team name; use up to 100 letters, digits and . _ - : @")
    return raw.text


def _graph_version(raw: Raw) -> str:
    found = re.fullmatch(r"v?(\d{1,3}\.\d{1,2})", raw.text, re.ASCII)
    if not found:
        raise ValueError(f"{shown(raw)} is not a version of the Graph API; write it like v25.0")
    return "v" + found[1]


def _linkedin_version(raw: Raw) -> str:
    if not re.fullmatch(r"20\d\d(0[1-9]|1[0-2])(\.\d\d)?", raw.text, re.ASCII):
        raise ValueError(
            f"{shown(raw)} is not a version of LinkedIn's API; write year and month, like 202606"
        )
    return raw.text


def _zone(raw: Raw) -> str:
    from planrrr_cli.documents.times import load_zone

    try:
        return load_zone(raw.text).key
    except InvalidDocument as error:
        raise ValueError(str(error)) from None


def path_of(raw: Raw) -> Path:
    """The absolute path that was meant: from the folder it was written in, or from ``~``."""
    if "\x00" in raw.text:
        raise ValueError("it holds a NUL byte; write the path again")
    if raw.text == "~" or raw.text.startswith("~/"):
        return raw.home / raw.text[2:]
    return raw.folder / raw.text


def _folder(raw: Raw) -> Path:
    path = path_of(raw)
    if not path.exists():
        raise ValueError(f"the folder {path} does not exist; create it, or name another")
    if not path.is_dir():
        raise ValueError(f"{path} is a file; name the folder that holds the media")
    return path.resolve()


def shown(raw: Raw) -> str:
    """The value for a sentence, quoted and short; only for kinds that are no secrets."""
    text = raw.text if len(raw.text) <= 40 else raw.text[:40] + "…"
    return f'"{text}"' if text.isprintable() else ascii(text)


FLAG = Kind("0 or 1", _flag)
TEXT = Kind("text", _text)
SECRET = Kind("secret", _secret)
KEY = Kind("secret, 64 hex digits", _key)
TEAM = Kind("name", _team)
GRAPH_VERSION = Kind("version", _graph_version)
LINKEDIN_VERSION = Kind("version, YYYYMM", _linkedin_version)
ZONE = Kind("IANA time zone", _zone)
FILE = Kind("file", path_of)
FOLDER = Kind("existing folder", _folder)
# The other spellings are those of Node's loggers, whose .env files are read too.
LEVEL = choice(
    *LOG_LEVELS, also={"warn": "warning", "fatal": "critical", "trace": "debug", "verbose": "debug"}
)
