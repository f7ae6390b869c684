"""The Typer app: names, options and help of every command, and one lazy call for each, so that help is quick."""

from __future__ import annotations

from typing import Annotated

import typer

from planrrr_cli.commands import options as o
from planrrr_cli.commands.breakers_cli import by_hand, status
from planrrr_cli.commands.connect_cli import signing_in
from planrrr_cli.commands.connections_cli import accounts
from planrrr_cli.commands.doctor_cli import examination
from planrrr_cli.commands.keys_cli import keys
from planrrr_cli.commands.opening import opened
from planrrr_cli.commands.publishing_cli import publishing
from planrrr_cli.commands.refresh_cli import refreshing
from planrrr_cli.commands.trying_cli import trying

app = typer.Typer(
    add_completion=False,
    context_settings=o.PLAIN,
    help="Publishes scheduled social-media posts: never twice, never lost, nothing resident.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog=o.examples(
        "planrrr demo                                   try everything without an account",
        "planrrr init                                   make the database and the key",
        "planrrr connect facebook                       sign in to a Page in the browser",
        "planrrr add post.md --at 2026-12-01T09:00Z     schedule a post",
        "planrrr publish-due                            every minute, from cron",
    ),
)


def _version(wanted: bool) -> None:
    if wanted:
        from planrrr_cli import __version__

        typer.echo(f"planrrr {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(epilog=o.examples("planrrr init", "DATABASE_URL=postgresql://… planrrr init"))
def init(as_json: o.JsonFlag = False) -> None:
    """Make or migrate the database, and SQLite's key file.

    Safe to repeat.
    """
    with opened(as_json, use_store=False) as ctx:
        from planrrr_cli.commands.init import init

        raise typer.Exit(init(ctx, as_json=as_json))


@app.command(
    epilog=o.examples(
        "planrrr add launch.md --to facebook --at 2026-12-01T09:00+01:00",
        'planrrr add *.md --at "2026-12-01 09:00" --zone Europe/Berlin',
        "planrrr add note.txt --media photo.jpg --to facebook:Bakery --at now",
    )
)
def add(
    files: o.FilesArgument,
    to: o.ToOption = None,
    at: o.AtOption = None,
    zone: o.ZoneOption = None,
    media: o.MediaOption = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep it for later, whatever its time.")] = False,
    allow_duplicate: o.AllowDuplicate = False,
    as_json: o.JsonFlag = False,
) -> None:
    """Check post documents and schedule them, all or none.

    One invalid document keeps all of them out. The same document again changes nothing.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.add import add

        code = add(
            ctx,
            files,
            to=to or [],
            at=at,
            zone_name=zone,
            media=media or [],
            draft=draft,
            as_json=as_json,
            allow_duplicate=allow_duplicate,
        )
        raise typer.Exit(code)


@app.command(
    epilog=o.examples("planrrr validate launch.md", "cat note.txt | planrrr validate - --to facebook")
)
def validate(
    files: o.FilesArgument,
    to: o.ToOption = None,
    media: o.MediaOption = None,
    as_json: o.JsonFlag = False,
) -> None:
    """Check post documents against the rules of every target.

    It needs no account, no database and no network. An account that is named (x:@acme) is looked up where there is a
    database: its sign-in may end before the post is due.

    Without targets it reports on every platform, and passes if one of them takes the post.
    """
    with opened(as_json, use_store=False) as ctx:
        from planrrr_cli.commands.validate import validate

        raise typer.Exit(validate(ctx, files, to=to or [], media=media or [], as_json=as_json))


@app.command("list", epilog=o.examples("planrrr list --state failed --state in_doubt", "planrrr list --json"))
def list_command(
    state: o.StateOption = None,
    platform: o.PlatformOption = None,
    connection: o.ConnectionOption = None,
    limit: o.ListLimit = 100,
    as_json: o.JsonFlag = False,
) -> None:
    """List posts by due time, one line for each publication."""
    with opened(as_json) as ctx:
        from planrrr_cli.commands.queue import listing

        code = listing(
            ctx,
            states=state or [],
            platform_name=platform,
            connection_name=connection,
            limit=limit,
            as_json=as_json,
        )
        raise typer.Exit(code)


@app.command()
def show(name: o.IdArgument, as_json: o.JsonFlag = False) -> None:
    """Show one post and its publications."""
    with opened(as_json) as ctx:
        from planrrr_cli.commands.queue import show

        raise typer.Exit(show(ctx, name, as_json=as_json))


@app.command(
    epilog=o.examples("planrrr reschedule 3f9a --at now", "planrrr reschedule 3f9a --at 2026-12-02T09:00Z")
)
def reschedule(
    name: o.IdArgument, at: o.NewTimeOption, zone: o.ZoneOption = None, as_json: o.JsonFlag = False
) -> None:
    """Give a post or publication another time.

    What failed, was missed or was cancelled comes back.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.reschedule import reschedule

        raise typer.Exit(reschedule(ctx, name, at=at, zone_name=zone, as_json=as_json))


@app.command()
def cancel(names: o.IdsArgument, yes: o.YesFlag = False, as_json: o.JsonFlag = False) -> None:
    """Cancel posts or publications that are not out yet."""
    with opened(as_json) as ctx:
        from planrrr_cli.commands.reschedule import cancel

        raise typer.Exit(cancel(ctx, names, yes=yes, as_json=as_json))


app.add_typer(publishing)
app.add_typer(refreshing)
app.add_typer(status)
app.add_typer(by_hand, name="breaker")
app.add_typer(signing_in)
app.add_typer(accounts, name="connections")
app.add_typer(keys, name="keys")
app.add_typer(examination)
app.add_typer(trying)
