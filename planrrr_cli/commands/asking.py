"""What is asked of a person: tokens (by hidden prompt, file or standard input, never as an argument) and yes or no."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from planrrr_cli.domain.errors import Refused, UsageError
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.logs import mask

LONGEST = 16_384


def read_token(source: str | None, what: str) -> Secret:
    """The token named ``what`` from ``source``: a file, ``-`` for standard input, None to ask."""
    if source is None:
        text = _asked(what)
    elif source == "-":
        text = sys.stdin.read(LONGEST + 1)
    else:
        text = _from_file(Path(source), what)
    token = text.strip()
    if not token:
        raise UsageError(f"the {what} is empty")
    if len(token) > LONGEST or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(
            f"this does not look like a {what}: it must be one line of printable ASCII without spaces"
        )
    mask.learn(token)
    return Secret(token)


def _asked(what: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError(
            f"there is no terminal to ask for the {what}; use --token-file FILE, or --token-file - for stdin"
        )
    try:
        return getpass.getpass(f"{what} (not shown): ", stream=sys.stderr)
    except EOFError:
        sys.stderr.write("\n")
        return ""
    except KeyboardInterrupt:
        sys.stderr.write("\n")  # what is said next begins a line of its own
        raise


def _from_file(path: Path, what: str) -> str:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(LONGEST + 1)
    except UnicodeDecodeError:
        raise UsageError(f"{path} does not hold a {what}: it is not text") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def confirm(question: str, *, yes: bool) -> None:
    """Asks a person on stderr, and raises Refused unless the answer is yes; ``yes`` answers beforehand."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} There is no terminal to ask; add --yes")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    try:
        answer = sys.stdin.readline()
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        raise
    if not answer:
        sys.stderr.write("\n")
    if answer.strip().lower() not in {"y", "yes"}:
        raise Refused("nothing was changed")
