"""The command line of `doctor`: it begins by itself, since it has to work where no settings and no database do."""

from __future__ import annotations

from typing import Annotated

import typer

from planrrr_cli.commands import options as o

examination = typer.Typer(rich_markup_mode=None)


@examination.command(epilog=o.examples("planrrr doctor", "planrrr doctor --offline --json"))
def doctor(
    offline: Annotated[bool, typer.Option("--offline", help="Leave out what asks the network.")] = False,
    as_json: o.JsonFlag = False,
) -> None:
    """Check everything a person would, and say how to mend it.

    Settings, keys, files, database, accounts, permissions, clocks, runs. It changes nothing.

    Exit 1 if there is a problem; hints do not count.
    """
    from planrrr_cli.exit_gate import exit_gate

    with exit_gate(as_json):
        import os

        from planrrr_cli.commands.doctor import doctor
        from planrrr_cli.commands.opening import working_directory

        raise typer.Exit(doctor(os.environ, working_directory(), offline=offline, as_json=as_json))
