"""The command line of the encryption keys: options, help and one lazy call for each command."""

from __future__ import annotations

from typing import Annotated

import typer

from planrrr_cli.commands import options as o
from planrrr_cli.commands.opening import opened

keys = typer.Typer(
    context_settings=o.PLAIN,
    help="The key that stored tokens are encrypted with.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@keys.command(
    epilog=o.examples("planrrr keys rotate", "ENCRYPTION_KEY=… ENCRYPTION_KEY_PREVIOUS=… planrrr keys rotate")
)
def rotate(
    forget_previous: Annotated[
        bool,
        typer.Option(
            "--forget-previous",
            help="Remove the old key file in the end; else it is kept under another name, for backups of the "
            "database, and for other databases in its folder.",
        ),
    ] = False,
    as_json: o.JsonFlag = False,
) -> None:
    """Write every stored token anew with a new key, while everything goes on.

    Beside an SQLite file it makes the new key itself. With ENCRYPTION_KEY it uses the one that is set there, and reads
    ENCRYPTION_KEY_PREVIOUS. If it is interrupted, run it again.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.keys import rotate

        raise typer.Exit(rotate(ctx, forget=forget_previous, as_json=as_json))


@keys.command(epilog=o.examples("planrrr keys status", "planrrr keys status --json"))
def status(as_json: o.JsonFlag = False) -> None:
    """Show which keys are in use by how many values, by their fingerprints."""
    with opened(as_json) as ctx:
        from planrrr_cli.commands.keys import status

        raise typer.Exit(status(ctx, as_json=as_json))
