"""Makes `python -m planrrr_cli` and `planrrr` work; asks the quick look before anything heavy is imported."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name."""
    if sys.argv[1:2] == ["publish-due"]:
        from planrrr_cli.idle import surely_nothing_to_do

        said = surely_nothing_to_do(sys.argv[1:], os.environ)
        if said is not None:
            sys.stdout.write(said if said.endswith("\n") or not said else said + "\n")
            sys.stdout.flush()
            return
    from planrrr_cli.cli import app

    app(prog_name="planrrr")


if __name__ == "__main__":
    main()
