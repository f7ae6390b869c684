"""`validate`: post documents against the rules of their targets, without network.

It needs no database. An account that is named is looked up where there is one: its sign-in may end before the due time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from planrrr_cli import render
from planrrr_cli.commands.checking import UNREADABLE, Checked, check, counts_on, problems_on, shown
from planrrr_cli.commands.shapes import Shape, target_shape
from planrrr_cli.commands.targets import outlasting, read_targets
from planrrr_cli.context import Context
from planrrr_cli.documents import Target
from planrrr_cli.documents.times import resolve_time
from planrrr_cli.domain.errors import InvalidDocument, NotFound, PlanrrrError
from planrrr_cli.platforms import PLATFORMS
from planrrr_cli.store import connections


def validate(
    ctx: Context, names: Sequence[str], *, to: Sequence[str], media: Sequence[str], as_json: bool
) -> int:
    """1 when a document is unreadable, or invalid for a target (without targets: for every platform)."""
    wanted = read_targets(to)
    shapes = [_shape(check(ctx, name, extra_media=media, targets=wanted), ctx) for name in names]
    valid = all(shape["valid"] for shape in shapes)
    if as_json:
        render.document({"schema": "planrrr.validate/1", "valid": valid, "documents": shapes})
    else:
        for shape in shapes:
            _people(shape)
    return 0 if valid else 1


def _shape(checked: Checked, ctx: Context) -> Shape:
    if checked.document is None or checked.post is None:
        error = {"rule": UNREADABLE, "message": checked.unreadable}
        return {"file": checked.name, "valid": False, "targets": [], "errors": [error], "warnings": []}
    anywhere = not checked.document.targets
    targets = checked.document.targets or tuple(Target(platform) for platform in PLATFORMS)
    shapes = [_target(target, checked) for target in targets]
    at, errors = _time(checked, ctx)
    if at is not None:
        for shape, target in zip(shapes, targets, strict=True):
            shape["warnings"] += _outlasting(ctx, target, at)
    accepted = [one["valid"] for one in shapes]
    valid = not errors and (any(accepted) if anywhere else all(accepted))
    return {"file": checked.name, "valid": valid, "targets": shapes, "errors": errors, "warnings": []}


def _time(checked: Checked, ctx: Context) -> tuple[datetime | None, list[Shape]]:
    """When it goes out, and what is wrong with the document's time itself; that it has passed is no fault of a document
    that was sent."""
    assert checked.document is not None
    at, zone = checked.document.at, checked.document.zone
    if at is None:
        return None, []
    default, now = ctx.settings.timezone, ctx.clock.now()
    try:
        return resolve_time(at, zone=zone, default_zone=default, now=now, may_be_past=True).at, []
    except InvalidDocument as error:
        return None, [{"rule": "time_unclear", "message": f"{shown(checked.name)}: at: {error}"}]


def _outlasting(ctx: Context, target: Target, at: datetime) -> list[Shape]:
    """A warning where the account that is named ends before; nothing where nobody knows the account."""
    path = ctx.settings.database_path
    if target.account is None or (path is not None and not path.exists()):
        return []
    try:
        with ctx.store.reading() as tx:
            connection = connections.find(tx, target.account, target.platform, tokens=False)
    except NotFound:
        return []
    except PlanrrrError as error:
        render.say(f"{target.platform}:{target.account} was not looked up: {error}")
        return []
    found = outlasting([connection], at, now=ctx.clock.now())
    return [{"rule": one["rule"], "message": one["message"]} for one in found]


def _target(target: Target, checked: Checked) -> Shape:
    assert checked.post is not None
    more: Shape = {"connection": target.account} if target.account else {}
    more |= counts_on(target.platform, checked.post)
    return target_shape(target.platform.value, problems_on(target.platform, checked), more)


def _people(shape: Shape) -> None:
    render.line(f"{render.clean(shape['file'])}: {'valid' if shape['valid'] else 'invalid'}")
    for error in shape["errors"]:
        render.line(f"  {render.clean(error['message'])}")
    for target in shape["targets"]:
        count = f"{target['character_count']:,} of {target['character_limit']:,} {target['counted_in']}"
        account = f":{render.clean(target['connection'])}" if "connection" in target else ""
        render.line(
            f"  {target['platform']}{account}: {'takes it' if target['valid'] else 'refuses it'}, {count}"
        )
        for severity in ("error", "warning"):
            for problem in target[severity + "s"]:
                render.line(f"    {severity}: {said(problem)}")
    if shape["warnings"]:
        names = ", ".join(str(warning["message"]).split()[-2] for warning in shape["warnings"])
        render.say(f"not checked, since this version has no rules for them yet: {names}")


def said(problem: Shape) -> str:
    """A problem for people, with the name of its rule."""
    return f"{render.clean(problem['message'])} [{problem['rule']}]"
