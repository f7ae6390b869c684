"""The command line of `connect`: options, help and one lazy call."""

from __future__ import annotations

from typing import Annotated

import typer

from planrrr_cli.commands import options as o
from planrrr_cli.commands.opening import opened

signing_in = typer.Typer(rich_markup_mode=None)

Account = Annotated[
    str | None,
    typer.Option("--account", metavar="ID|NAME", help="Which account, when the sign-in opens several."),
]
NoBrowser = Annotated[
    bool,
    typer.Option("--no-browser", help="Only print the address; the answer may be pasted."),
]
Login = Annotated[
    str | None,
    typer.Option(
        "--login",
        metavar="WAY",
        help="Instagram: instagram, or facebook for accounts behind a Page. LinkedIn: person or organization.",
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port", metavar="N", min=1, max=65_535, help="Where to wait on this machine; else any free port."
    ),
]
RedirectUri = Annotated[
    str | None,
    typer.Option(
        "--redirect-uri", metavar="URL", help="The address that is registered with the app; https is pasted."
    ),
]
Scopes = Annotated[
    list[str] | None,
    typer.Option("--scope", metavar="NAME", help="Ask for this permission, too; may be repeated."),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="NAME", help="Do not ask for this permission; may be repeated."),
]
OAuth1 = Annotated[
    bool, typer.Option("--oauth1", help="X: ask for the four keys of OAuth 1.0a instead; they do not expire.")
]
AppId = Annotated[
    str | None,
    typer.Option("--app-id", metavar="ID", help="Sign in with this developer app, not the settings' one."),
]


@signing_in.command(
    epilog=o.examples(
        "planrrr connect youtube",
        "planrrr connect facebook --account 'Harbour Bakery'",
        "planrrr connect x --port 8912",
        "planrrr connect instagram --login facebook --no-browser",
        "planrrr connect linkedin --login organization --redirect-uri https://example.com/signed-in",
    )
)
def connect(
    platform: o.PlatformArgument,
    account: Account = None,
    no_browser: NoBrowser = False,
    login: Login = None,
    port: Port = None,
    redirect_uri: RedirectUri = None,
    scopes: Scopes = None,
    without: Without = None,
    oauth1: OAuth1 = False,
    app_id: AppId = None,
    app_secret_file: o.AppSecretFile = None,
    account_options: o.AccountOptions = None,
    as_json: o.JsonFlag = False,
) -> None:
    """Sign in to an account in the browser.

    For the first time or again: the same account keeps its queue and history,
    and goes on where it waited. You have five minutes. Whatever goes wrong
    changes nothing.

    \b
    After you agreed, the platform leads the browser back to this machine:
      youtube    any free port; nothing is to be registered
      facebook   http://localhost while the app is in development mode,
                 else an https address that is registered
      x          what is registered: http://127.0.0.1:8912/ and --port 8912
      linkedin   what is registered: http://localhost:8912/ and --port 8912,
                 or an https address
      instagram  an https address that is registered
    An https address is named with --redirect-uri (or PLANRRR_REDIRECT_URI);
    no page has to be behind it: paste what the browser shows in the end.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.connect import Asked, connect
        from planrrr_cli.commands.developer_apps import AppGiven

        asked = Asked(
            account=account,
            login=login,
            browser=not no_browser,
            port=port,
            redirect_uri=redirect_uri,
            scopes=tuple(scopes or ()),
            without=tuple(without or ()),
            oauth1=oauth1,
            app=AppGiven(app_id, app_secret_file),
            options=tuple(account_options or ()),
        )
        raise typer.Exit(connect(ctx, platform, asked, as_json=as_json))
