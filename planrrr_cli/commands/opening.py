"""How each command begins: behind the gate that makes exit codes of exceptions, with everything it needs; lazy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planrrr_cli.context import Context


@contextmanager
def opened(as_json: bool, *, use_store: bool = True) -> Iterator[Context]:
    """The context of one command. ``use_store`` False leaves the database alone."""
    from planrrr_cli.exit_gate import exit_gate

    with exit_gate(as_json):
        from planrrr_cli.context import open_context

        with open_context(cwd=working_directory(), use_store=use_store) as ctx:
            for notice in ctx.settings.notices:
                from planrrr_cli.render import say

                say(f"notice: {notice}")
            yield ctx


def working_directory() -> Path:
    """Raises ConfigError when it is gone."""
    from planrrr_cli.domain.errors import ConfigError

    try:
        return Path.cwd()
    except FileNotFoundError:
        raise ConfigError("the working directory does not exist any more; change to one that does") from None
