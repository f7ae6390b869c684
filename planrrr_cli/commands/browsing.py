"""Opens an address in the person's browser, as a process of its own; whether somebody looks at it nobody can know."""

from __future__ import annotations

import os
import subprocess
import sys


def open_in_browser(address: str) -> bool:
    """Whether a browser was started. One in a terminal's text is none: the terminal is in use.

    ``address`` must hold no secret, since everybody on the machine can read a command line.
    """
    import webbrowser

    if not os.environ.get("BROWSER") and not _has_screen():
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    try:
        # Its words must not mix with ours, and a Ctrl-C for us is not for the browser.
        subprocess.Popen(  # noqa: S603 - no shell, and the address is our own
            [sys.executable, "-I", "-m", "webbrowser", address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=_without_secrets(),
        )
    except OSError:
        return False
    return True


def _without_secrets() -> dict[str, str]:
    """A browser starts many processes and reports their crashes: it need not know our keys."""
    from planrrr_cli.settings.table import SECRETS

    return {name: value for name, value in os.environ.items() if name not in SECRETS}


def _has_screen() -> bool:
    if sys.platform == "darwin":
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
