"""The command line of renewing tokens: options, help and one lazy call."""

from __future__ import annotations

from typing import Annotated

import typer

from planrrr_cli.commands import options as o
from planrrr_cli.commands.opening import opened

refreshing = typer.Typer(rich_markup_mode=None)

Within = Annotated[
    str | None,
    typer.Option(
        "--within",
        metavar="DURATION",
        help="What ends so soon: 24h, 14d. Else each kind of token at its own time.",
    ),
]
Forecast = Annotated[
    str | None,
    typer.Option(
        "--forecast", metavar="DURATION", help="Renew nothing; say who must sign in within, say, 90d."
    ),
]
Calendar = Annotated[
    str | None,
    typer.Option(
        "--ics", metavar="FILE", help="Write the forecast as a calendar, too; - for standard output."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be renewed; write and send nothing.")]


@refreshing.command(
    "refresh-tokens",
    epilog=o.examples(
        "planrrr refresh-tokens",
        "planrrr refresh-tokens --within 7d --connection x:@acme",
        "planrrr refresh-tokens --forecast 90d --ics sign-ins.ics",
    ),
)
def refresh_tokens(
    within: Within = None,
    connection: o.ConnectionOption = None,
    forecast: Forecast = None,
    ics: Calendar = None,
    dry_run: DryRun = False,
    as_json: o.JsonFlag = False,
) -> None:
    """Renew tokens before they end, and say who must sign in.

    For a timer of its own; publish-due renews on the way only what it needs. Without --within, tokens that live for
    weeks are renewed 14 days before their end, and those whose renewal uses up a refresh token in their last minutes.

    \b
    Exit codes: 0 all is well; 1 a renewal failed for now, or somebody must
    sign in; 2 wrong usage; 3 a bug; 75 the database is away; 78 wrong
    settings; 130 interrupted.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.forecast import forecast_sign_ins
        from planrrr_cli.commands.refresh import refresh_tokens

        if forecast is not None or ics is not None:
            code = forecast_sign_ins(
                ctx, ahead=forecast, within=within, name=connection, calendar=ics, as_json=as_json
            )
        else:
            code = refresh_tokens(ctx, within=within, name=connection, dry_run=dry_run, as_json=as_json)
        raise typer.Exit(code)
