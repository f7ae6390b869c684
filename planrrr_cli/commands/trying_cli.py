"""The command line of `sandbox` and `demo`: options, help and one lazy call for each; neither reads the settings."""

from __future__ import annotations

import typer

from planrrr_cli.commands import options as o

trying = typer.Typer(rich_markup_mode=None)


@trying.command(
    epilog=o.examples(
        "planrrr sandbox --state sandbox.json",
        "planrrr sandbox --port 0 --latency 50ms",
        "planrrr sandbox --media posts/media",
    )
)
def sandbox(
    port: o.Port = 9300,
    seed: o.Seed = 1,
    latency: o.Latency = "0ms",
    accounts: o.Accounts = 1,
    state: o.StateFile = None,
    media: o.MediaFolder = None,
    allow_private_fetch: o.PrivateFetch = True,
    processing: o.Processing = "0s",
    as_json: o.JsonFlag = False,
) -> None:
    """Serve a local imitation of the platforms.

    It runs until Ctrl-C, keeps everything in memory, and nothing leaves this host.
    """
    from planrrr_cli.exit_gate import exit_gate

    with exit_gate(as_json):
        from planrrr_cli.commands.sandbox import sandbox

        code = sandbox(
            port=port,
            seed=seed,
            latency=latency,
            accounts=accounts,
            state_file=state,
            media_folder=media,
            allow_private_fetch=allow_private_fetch,
            processing=processing,
            as_json=as_json,
        )
        raise typer.Exit(code)


@trying.command(epilog=o.examples("planrrr demo", "planrrr demo --keep playground"))
def demo(keep: o.KeepFolder = None, port: o.Port = 0, as_json: o.JsonFlag = False) -> None:
    """Publish sample posts to a sandbox, and prove the promises.

    It takes seconds, needs no account, and does not touch your settings, your database or the network.
    """
    from planrrr_cli.exit_gate import exit_gate

    with exit_gate(as_json):
        from planrrr_cli.commands.demo import demo

        raise typer.Exit(demo(keep=keep, port=port, as_json=as_json))
