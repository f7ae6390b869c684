"""The command line of publishing and what became of it: options, help and one lazy call for each command."""

from __future__ import annotations

import typer

from planrrr_cli.commands import options as o
from planrrr_cli.commands.opening import opened

publishing = typer.Typer(rich_markup_mode=None)


@publishing.command()
def explain(name: o.IdArgument, as_json: o.JsonFlag = False) -> None:
    """Tell the whole story of a publication, from evidence.

    Every attempt, step and call, and what happens next.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.explain import explain

        raise typer.Exit(explain(ctx, name, as_json=as_json))


@publishing.command(
    "publish-due",
    epilog=o.examples("planrrr publish-due", "planrrr publish-due --limit 20 --max-seconds 50 --json"),
)
def publish_due(
    limit: o.RunLimit = None,
    concurrency: o.Concurrency = None,
    max_seconds: o.MaxSeconds = None,
    platform: o.PlatformsOption = None,
    grace: o.Grace = 20.0,
    dry_run: o.DryRunFlag = False,
    as_json: o.JsonFlag = False,
) -> None:
    """Publish everything that is due: the main job, for cron.

    Runs may overlap, on one host and on many.

    \b
    Exit codes: 0 all went well, or nothing was due; 1 something needs a person;
    2 wrong usage; 3 a bug; 75 the database is away, the next run tries again;
    78 wrong settings; 130 interrupted.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.publish import publish_due

        code = publish_due(
            ctx,
            limit=limit,
            concurrency=concurrency,
            max_seconds=max_seconds,
            platform_names=platform or [],
            grace=grace,
            dry_run=dry_run,
            as_json=as_json,
        )
        raise typer.Exit(code)


@publishing.command(
    "publish-one",
    epilog=o.examples("planrrr publish-one 3f9a", "planrrr publish-one 3f9a --platform facebook"),
)
def publish_one(
    name: o.IdArgument,
    platform: o.PlatformOption = None,
    force: o.ForceFlag = False,
    yes: o.YesFlag = False,
    dry_run: o.DryRunFlag = False,
    as_json: o.JsonFlag = False,
) -> None:
    """Publish one post or publication now, whatever its time.

    It refuses what is out, and what may be out, and says why.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.publish import publish_one

        code = publish_one(
            ctx, name, platform_name=platform, force=force, yes=yes, dry_run=dry_run, as_json=as_json
        )
        raise typer.Exit(code)


@publishing.command(
    epilog=o.examples(
        "planrrr resolve 3f9a --published https://www.facebook.com/bakery/posts/123",
        'planrrr resolve 3f9a --not-published --reason "looked at the Page"',
    )
)
def resolve(
    name: o.IdArgument,
    published: o.PublishedOption = None,
    not_published: o.NotPublishedFlag = False,
    remote_id: o.RemoteIdOption = None,
    reason: o.ReasonOption = None,
    yes: o.YesFlag = False,
    as_json: o.JsonFlag = False,
) -> None:
    """End the doubt about a publication.

    The platform is asked once more, and nothing is done that it contradicts.
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.resolve import resolve

        code = resolve(
            ctx,
            name,
            published=published,
            not_published=not_published,
            remote_id=remote_id,
            reason=reason,
            yes=yes,
            as_json=as_json,
        )
        raise typer.Exit(code)


@publishing.command(epilog=o.examples("planrrr limits", "planrrr limits --platform x --all"))
def limits(
    platform: o.PlatformOption = None,
    everything: o.AllFlag = False,
    as_json: o.JsonFlag = False,
) -> None:
    """Show how much of the platforms' limits is used.

    Of each account and app: what is counted across all runs and hosts, what the platform said of it and when, and
    when there is room again. Without --all only limits of which something is used.

    \b
    Other numbers can be set in planrrr.toml:
      [limits]
      "x.posts" = "300/15m"
      "linkedin.posts" = "50/day"
    """
    with opened(as_json) as ctx:
        from planrrr_cli.commands.limits import limits

        raise typer.Exit(limits(ctx, platform_name=platform, everything=everything, as_json=as_json))
