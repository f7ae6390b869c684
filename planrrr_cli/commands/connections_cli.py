"""The command line of `connections …`: options, help and one call for each subcommand; imports are lazy."""

from __future__ import annotations

import typer

from planrrr_cli.commands import options as o
from planrrr_cli.commands.opening import opened

accounts = typer.Typer(
    context_settings=o.PLAIN, help="The accounts to publish to.", no_args_is_help=True, rich_markup_mode=None
)


@accounts.command(
    "add",
    epilog=o.examples(
        "planrrr connections add facebook",
        "planrrr connections add facebook --token-file - --account-id 1234567890 < token.txt",
        "planrrr connections add x --token-file token.txt --refresh-token-file refresh.txt",
        "planrrr connections add x --token-secret-file secret.txt --option long_posts=true",
    ),
)
def connections_add(
    platform: o.PlatformArgument,
    token_file: o.TokenFile = None,
    user_token_file: o.UserTokenFile = None,
    refresh_token_file: o.RefreshTokenFile = None,
    token_secret_file: o.TokenSecretFile = None,
    expires_at: o.ExpiresAt = None,
    app_id: o.AppId = None,
    app_secret_file: o.AppSecretFile = None,
    account_options: o.AccountOptions = None,
    account_id: o.AccountId = None,
    name: o.AccountName = None,
    no_check: o.NoCheckFlag = False,
    as_json: o.JsonFlag = False,
) -> None:
    """Add an account, or sign in to it again.

    It asks for the token, which is never an argument, and the platform whose it is.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.connections import add
        from planrrr_cli.commands.credentials import Given

        code = add(
            ctx,
            platform,
            Given(
                token_file=token_file,
                user_token_file=user_token_file,
                refresh_token_file=refresh_token_file,
                token_secret_file=token_secret_file,
                expires_at=expires_at,
                app_id=app_id,
                app_secret_file=app_secret_file,
                options=tuple(account_options or ()),
            ),
            account_id=account_id,
            account_name=name,
            check=not no_check,
            as_json=as_json,
        )
        raise typer.Exit(code)


@accounts.command("list")
def connections_list(platform: o.PlatformOption = None, as_json: o.JsonFlag = False) -> None:
    """List the accounts."""
    with opened(as_json) as ctx:
        from planrrr_cli.commands.connections import listing

        raise typer.Exit(listing(ctx, platform_name=platform, as_json=as_json))


@accounts.command("show")
def connections_show(name: o.NameArgument, as_json: o.JsonFlag = False) -> None:
    """Show one account, without its tokens."""
    with opened(as_json) as ctx:
        from planrrr_cli.commands.connections import show

        raise typer.Exit(show(ctx, name, as_json=as_json))


@accounts.command("pause")
def connections_pause(name: o.NameArgument, as_json: o.JsonFlag = False) -> None:
    """Let its posts wait."""
    with opened(as_json) as ctx:
        from planrrr_cli.commands.connections import pause

        raise typer.Exit(pause(ctx, name, as_json=as_json))


@accounts.command("resume")
def connections_resume(name: o.NameArgument, as_json: o.JsonFlag = False) -> None:
    """Publish to it again."""
    with opened(as_json) as ctx:
        from planrrr_cli.commands.connections import resume

        raise typer.Exit(resume(ctx, name, as_json=as_json))


@accounts.command("remove")
def connections_remove(name: o.NameArgument, yes: o.YesFlag = False, as_json: o.JsonFlag = False) -> None:
    """Forget its tokens and cancel its open posts.

    The history stays.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.connections import remove

        raise typer.Exit(remove(ctx, name, yes=yes, as_json=as_json))


@accounts.command(
    "import",
    epilog=o.examples("planrrr connections import connections.json", "… | planrrr connections import -"),
)
def connections_import(source: o.ImportArgument, as_json: o.JsonFlag = False) -> None:
    """Add accounts from a JSON document, all or none.

    The document is a list, or {"connections": [...]}.

    \b
    Fields: platform, accountId, accountName, accessToken, refreshToken,
    accessTokenSecret, expiresAt, scopes, appId, appSecret,
    metadata.pageId, metadata.longPosts, metadata.plan.
    Others are ignored.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.connections_import import import_connections

        raise typer.Exit(import_connections(ctx, source, as_json=as_json))
