"""Makes `python -m planrrr_cli` and `planrrr` work; asks the quick look before anything heavy is imported."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name; ends with SystemExit unless its code is 0."""
    _open_closed_streams()
    try:
        code = _run()
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the gate tells them apart
        from planrrr_cli.exit_gate import end_outside_a_command

        end_outside_a_command(error, as_json="--json" in sys.argv[1:])
    if code:
        sys.exit(code)


def _run() -> int:
    if sys.argv[1:2] == ["publish-due"]:
        from planrrr_cli.idle import surely_nothing_to_do

        said = surely_nothing_to_do(sys.argv[1:], os.environ)
        if said is not None:
            sys.stdout.write(said if said.endswith("\n") or not said else said + "\n")
            return 0
    from planrrr_cli.cli import app

    return int(app(prog_name="planrrr", standalone_mode=False) or 0)


def _open_closed_streams() -> None:
    """A closed stream leads to nowhere; else a database would be opened in its place, and written to by a message."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


if __name__ == "__main__":
    main()
