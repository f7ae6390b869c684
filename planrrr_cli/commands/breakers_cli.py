"""The command line of the circuit breakers: options, help and one lazy call for each command."""

from __future__ import annotations

import typer

from planrrr_cli.commands import options as o
from planrrr_cli.commands.opening import opened

status = typer.Typer(rich_markup_mode=None)
by_hand = typer.Typer(
    context_settings=o.PLAIN,
    help="Open or close a circuit breaker by hand.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@status.command(
    "breaker-status",
    epilog=o.examples("planrrr breaker-status", "planrrr breaker-status --check && echo all is well"),
)
def breaker_status(
    check: o.CheckFlag = False, watch: o.WatchFlag = False, as_json: o.JsonFlag = False
) -> None:
    """Show which platforms are left alone, why and until when.

    A breaker opens when a platform itself is sick, for all runs and hosts of the database: posts wait, none fails,
    and one of them finds out when the platform is well again.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.breakers import breaker_status

        raise typer.Exit(breaker_status(ctx, check=check, watch=watch, as_json=as_json))


@by_hand.command(epilog=o.examples('planrrr breaker trip x --for 30m --reason "X reports an outage"'))
def trip(
    platform: o.BreakerArgument,
    lasting: o.ForOption = None,
    reason: o.WhyOption = None,
    as_json: o.JsonFlag = False,
) -> None:
    """Open it as failures would, for BREAKER_RESET seconds.

    Or as long as --for says; then it is probed and closes by itself.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.breakers import trip

        raise typer.Exit(trip(ctx, platform, lasting=lasting, reason=reason, as_json=as_json))


@by_hand.command(epilog=o.examples('planrrr breaker hold linkedin --for 2d --reason "new app under review"'))
def hold(
    platform: o.BreakerArgument,
    lasting: o.ForOption = None,
    reason: o.WhyOption = None,
    as_json: o.JsonFlag = False,
) -> None:
    """Keep it open for a day, or as long as --for says.

    Nothing goes to the platform and nothing fails, until then or until a reset. Then it is probed.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.breakers import hold

        raise typer.Exit(hold(ctx, platform, lasting=lasting, reason=reason, as_json=as_json))


@by_hand.command(epilog=o.examples('planrrr breaker reset x --reason "paid the bill"'))
def reset(platform: o.BreakerArgument, reason: o.WhyOption = None, as_json: o.JsonFlag = False) -> None:
    """Close it, and those of the platform's apps and accounts.

    With an account only that account's. What waited for them goes on with the next run.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.breakers import reset

        raise typer.Exit(reset(ctx, platform, reason=reason, as_json=as_json))
