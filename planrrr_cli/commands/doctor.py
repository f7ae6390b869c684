"""`doctor`: a table of checks, run one after another; what each looks for is in ``examining``. It changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from planrrr_cli import render
from planrrr_cli.commands.examining import (
    Check,
    Finding,
    Needs,
    Patient,
    Severity,
    accounts,
    database,
    files,
    locks,
    platforms,
    work,
)
from planrrr_cli.commands.shapes import Shape
from planrrr_cli.context import open_context
from planrrr_cli.domain.errors import ConfigError, PlanrrrError

log = logging.getLogger("planrrr")

CHECKS = (
    Check("settings", "environment, .env and planrrr.toml", Needs.NOTHING, files.settings),
    Check("database", "whether it can be reached and is current", Needs.SETTINGS, database.reachable),
    Check("secrets", "who may read files that hold plain secrets", Needs.NOTHING, files.secrets),
    Check("key", "the key of the stored tokens", Needs.SETTINGS, locks.key),
    Check("encryption", "the way to the database", Needs.SETTINGS, database.encrypted),
    Check("place", "folder, room and file system of an SQLite database", Needs.SETTINGS, database.place),
    Check("accounts", "who must sign in, and which tokens cannot be read", Needs.TABLES, accounts.standing),
    Check("permissions", "what was not granted at the sign-in", Needs.TABLES, accounts.permissions),
    Check("ends", "sign-ins that end soon, or before what is scheduled", Needs.TABLES, accounts.ends),
    Check("renewals", "tokens that should have been renewed", Needs.TABLES, accounts.renewals),
    Check("versions", "versions of the platforms' APIs", Needs.TABLES, platforms.versions),
    Check("runs", "whether cron or the timer fires", Needs.TABLES, work.runs),
    Check("doubts", "publications in doubt", Needs.TABLES, work.doubts),
    Check("breakers", "platforms that are left alone", Needs.TABLES, work.breakers),
    Check(
        "database clock", "this machine's clock and the database's", Needs.TABLES, platforms.database_clock
    ),
    Check("platforms", "whether they can be reached, and their clocks", Needs.NETWORK, platforms.clocks),
)

Looked = list[tuple[Check, list[Finding] | None]]
"""None: the check could not be made."""


def doctor(environ: Mapping[str, str], folder: Path, *, offline: bool, as_json: bool) -> int:
    """Everything that a person would check. 1 when there is a problem, 0 also with hints."""
    with ExitStack() as stack:
        patient = Patient(environ, folder)
        try:
            patient.ctx = stack.enter_context(open_context(environ, cwd=folder, use_store=False))
        except ConfigError as error:
            patient.problems = error.problems or (str(error),)
        looked: Looked = [(check, _look(check, patient, offline=offline)) for check in CHECKS]
    if as_json:
        render.document(_shape(looked, offline=offline))
    else:
        _show(looked, offline=offline)
    return int(any(one.severity is Severity.PROBLEM for _, found in looked for one in found or ()))


def _look(check: Check, patient: Patient, *, offline: bool) -> list[Finding] | None:
    if check.needs is not Needs.NOTHING and patient.ctx is None:
        return None
    if check.needs in {Needs.TABLES, Needs.NETWORK} and not patient.readable:
        return None
    if check.needs is Needs.NETWORK and offline:
        return None
    try:
        return list(check.look(patient))
    except PlanrrrError as error:  # the database went away in between, for example
        says, _, mend = str(error).rpartition("; ")
        return [Finding(says or str(error), mend if says else "run planrrr doctor again")]


def _show(looked: Looked, *, offline: bool) -> None:
    for check, found in looked:
        if found is None:
            why = (
                "left out (--offline)" if offline and check.needs is Needs.NETWORK else f"needs {check.needs}"
            )
            render.line(f"{check.name:15} not looked at: {why}")
            continue
        render.line(f"{check.name:15} {'fine' if not found else _counted(found)}")
        for one in found:
            mark = "!" if one.severity is Severity.PROBLEM else "·"
            render.line(f"  {mark} {one.says}.")
            render.line(f"    {one.mend[:1].upper()}{one.mend[1:]}.")
    every = [one for _, found in looked for one in found or ()]
    problems = sum(one.severity is Severity.PROBLEM for one in every)
    if not problems:
        hints = render.counted(len(every), "hint")
        render.say("no problem found" + (f"; {hints}" if every else ""))
    else:
        render.say(f"{render.counted(problems, 'problem')} found")


def _counted(found: list[Finding]) -> str:
    problems = sum(one.severity is Severity.PROBLEM for one in found)
    hints = len(found) - problems
    said = [render.counted(problems, "problem")] if problems else []
    return ", ".join(said + ([render.counted(hints, "hint")] if hints else []))


def _shape(looked: Looked, *, offline: bool) -> Shape:
    findings = [(check, one) for check, found in looked for one in found or ()]
    return {
        "schema": "planrrr.doctor/1",
        "healthy": not any(one.severity is Severity.PROBLEM for _, one in findings),
        "offline": offline,
        "checks": [
            {
                "name": check.name,
                "looks_at": check.looks_at,
                "result": "skipped" if found is None else "findings" if found else "fine",
            }
            for check, found in looked
        ],
        "findings": [
            {
                "check": check.name,
                "severity": one.severity.value,
                "finding": one.says,
                "mend": one.mend,
                "platform": one.platform.value if one.platform else None,
                "connection_id": one.connection_id,
            }
            for check, one in findings
        ],
    }
