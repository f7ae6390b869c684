"""The options that the command line is made of: names, metavars, limits and help; what they do is said elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PLAIN = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
PLATFORMS = "facebook|instagram|x|youtube|linkedin"

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
YesFlag = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRunFlag = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be sent; write and send nothing.")
]

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="A post or publication; the beginning of its id is enough.")
]
IdsArgument = Annotated[list[str], typer.Argument(metavar="ID", help="Posts or publications.")]
FilesArgument = Annotated[
    list[str], typer.Argument(metavar="FILE", help="Post documents; - for standard input.")
]
NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="CONNECTION", help="Its id (the beginning is enough), account id or account name."
    ),
]
PlatformArgument = Annotated[str, typer.Argument(metavar="PLATFORM", help=f"One of {PLATFORMS}.")]
BreakerArgument = Annotated[
    str,
    typer.Argument(
        metavar="PLATFORM[:ACCOUNT]", help=f"One of {PLATFORMS}; with an account only that account's breaker."
    ),
]
ImportArgument = Annotated[str, typer.Argument(metavar="FILE", help="A JSON document; - for standard input.")]

ToOption = Annotated[
    list[str] | None,
    typer.Option(
        "--to", metavar="P[:ACCOUNT]", help="Where to; may be repeated. Stronger than the document's own."
    ),
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="TIME", help="When: 2026-12-01T09:00+01:00, or now. Stronger than the document's own."
    ),
]
NewTimeOption = Annotated[
    str, typer.Option("--at", metavar="TIME", help="When: 2026-12-01T09:00+01:00, or now.")
]
ZoneOption = Annotated[
    str | None, typer.Option("--zone", metavar="ZONE", help="The zone of a time without one: Europe/Berlin.")
]
MediaOption = Annotated[
    list[str] | None,
    typer.Option(
        "--media", metavar="FILE", help="A picture or video, after the document's own; may be repeated."
    ),
]
PlatformOption = Annotated[str | None, typer.Option("--platform", metavar="P", help=f"Only {PLATFORMS}.")]
AllFlag = Annotated[bool, typer.Option("--all", help="Also those of which nothing is used.")]
PlatformsOption = Annotated[
    list[str] | None, typer.Option("--platform", metavar="P", help=f"Only {PLATFORMS}; may be repeated.")
]
StateOption = Annotated[
    list[str] | None,
    typer.Option("--state", metavar="S", help="Only this state, say scheduled or failed; may be repeated."),
]
ConnectionOption = Annotated[
    str | None, typer.Option("--connection", metavar="C", help="Only this account: id, account id or name.")
]
ListLimit = Annotated[
    int, typer.Option("--limit", metavar="N", min=1, max=100_000, help="How many posts at most.")
]
AllowDuplicate = Annotated[
    bool,
    typer.Option("--allow-duplicate", help="Even if the account says the same within the platform's hours."),
]

RunLimit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, max=1_000_000, help="Begin at most N publications."),
]
Concurrency = Annotated[
    int | None,
    typer.Option("--concurrency", metavar="N", min=1, max=100, help="At once; else WORKER_CONCURRENCY."),
]
MaxSeconds = Annotated[
    float | None,
    typer.Option("--max-seconds", metavar="S", min=1, max=86_400, help="Begin nothing after S seconds."),
]
Grace = Annotated[
    float,
    typer.Option(
        "--grace",
        metavar="S",
        min=0,
        max=3600,
        help="How long running calls may take after SIGTERM or SIGINT; a second one ends the wait.",
    ),
]
ForceFlag = Annotated[
    bool, typer.Option("--force", help="Publish what is published a second time, after asking.")
]

TokenFile = Annotated[
    str | None, typer.Option("--token-file", metavar="FILE", help="Where the token is; - for standard input.")
]
UserTokenFile = Annotated[
    str | None,
    typer.Option(
        "--user-token-file", metavar="FILE", help="Facebook: the user token that page tokens come from."
    ),
]
RefreshTokenFile = Annotated[
    str | None,
    typer.Option("--refresh-token-file", metavar="FILE", help="Where the refresh token is, if there is one."),
]
TokenSecretFile = Annotated[
    str | None,
    typer.Option(
        "--token-secret-file",
        metavar="FILE",
        help="X: the secret of an OAuth 1.0a token, which signs its calls.",
    ),
]
ExpiresAt = Annotated[
    str | None, typer.Option("--expires-at", metavar="TIME", help="When the token ends, if you know it.")
]
AppId = Annotated[
    str | None,
    typer.Option(
        "--app-id", metavar="ID", help="The developer app of these tokens, if not the settings' one."
    ),
]
AppSecretFile = Annotated[
    str | None, typer.Option("--app-secret-file", metavar="FILE", help="Where the secret of that app is.")
]
AccountOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--option", metavar="NAME=VALUE", help="X: long_posts=true, plan=enterprise; may be repeated."
    ),
]
AccountId = Annotated[
    str | None,
    typer.Option("--account-id", metavar="ID", help="Which account, when the token opens several."),
]
AccountName = Annotated[str | None, typer.Option("--name", metavar="NAME", help="What to call it.")]
NoCheckFlag = Annotated[
    bool, typer.Option("--no-check", help="Do not ask the platform; needs --account-id and --name.")
]

PublishedOption = Annotated[
    str | None, typer.Option("--published", metavar="URL", help="It is out, at this address.")
]
NotPublishedFlag = Annotated[bool, typer.Option("--not-published", help="It is not out; send it again.")]
RemoteIdOption = Annotated[
    str | None,
    typer.Option("--remote-id", metavar="ID", help="The platform's id, where the address does not hold it."),
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="How you know; kept in the story.")
]

CheckFlag = Annotated[bool, typer.Option("--check", help="Exit with 1 unless all are closed.")]
WatchFlag = Annotated[bool, typer.Option("--watch", help="Look again every two seconds, until Ctrl-C.")]
ForOption = Annotated[
    str | None, typer.Option("--for", metavar="DURATION", help="How long: 90s, 30m, 2h, 1d.")
]
WhyOption = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why; kept with who said it.")
]

Port = Annotated[
    int, typer.Option("--port", metavar="N", min=0, max=65_535, help="On loopback; 0 takes any free one.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Of all its randomness.")]
Latency = Annotated[str, typer.Option("--latency", metavar="T", help="How long each call takes: 50ms.")]
Accounts = Annotated[
    int, typer.Option("--accounts", metavar="N", min=1, max=10_000, help="How many per platform.")
]
StateFile = Annotated[
    Path | None,
    typer.Option(
        "--state", metavar="FILE", dir_okay=False, help="Remember everything in FILE between two runs."
    ),
]
MediaFolder = Annotated[
    Path | None,
    typer.Option(
        "--media",
        metavar="DIR",
        file_okay=False,
        help="Serve its files at /_sandbox/media/, as a public host.",
    ),
]
PrivateFetch = Annotated[
    bool,
    typer.Option(
        "--allow-private-fetch",
        help="Fetch media from private addresses too, which a real platform cannot reach.",
    ),
]
Processing = Annotated[
    str, typer.Option("--processing", metavar="T", help="How long a video of Instagram is processed: 300s.")
]
KeepFolder = Annotated[
    Path | None,
    typer.Option("--keep", metavar="DIR", file_okay=False, help="Work in DIR, and leave it to go on with."),
]


def examples(*lines: str) -> str:
    """An epilog that keeps its line breaks."""
    return "Examples:\n\n\b\n" + "\n".join(f"  {line}" for line in lines)
