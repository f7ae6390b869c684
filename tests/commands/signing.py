"""`planrrr connect` as a process of its own, and whoever answers it: a program that follows the platform's redirect."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

from tests.commands.conftest import Ran

PATIENCE = 30.0


class SigningIn:
    """One run of the command, from its start to its end; what it says is read as it comes."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "planrrr_cli", "connect", *arguments],
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._said: list[str] = []
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        assert self._process.stderr is not None
        self._said.extend(iter(self._process.stderr.readline, ""))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def said(self) -> str:
        return "".join(list(self._said))

    def waits_to_say(self, words: str) -> str:
        """Everything said so far, once ``words`` are among it."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.said:
            assert self._process.poll() is None or words in self.said, f"it ended and said\n{self.said}"
            assert time.monotonic() < deadline, f"it did not say {words!r}, but\n{self.said}"
            time.sleep(0.01)
        return self.said

    @property
    def address(self) -> str:
        """Of the authorization page."""
        found = re.search(r"^  (https?://\S+)\n", self.waits_to_say("\n  http"), re.MULTILINE)
        assert found is not None
        return found[1]

    def asked(self, name: str) -> str:
        """What the page is told."""
        return parse_qs(urlsplit(self.address).query)[name][0]

    @property
    def way_back(self) -> str:
        return self.asked("redirect_uri")

    def agree(self) -> requests.Response:
        """As the browser of a person: to the page, back to us, and on to where that leads."""
        return requests.get(self.address, timeout=PATIENCE)

    def led_back_to(self) -> str:
        """The address that the platform leads to, without going there."""
        answer = requests.get(self.address, timeout=PATIENCE, allow_redirects=False)
        assert answer.status_code in {302, 303}, answer.text
        return answer.headers["Location"]

    def type(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def end(self, code: int | None = 0) -> Ran:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            out = self._process.stdout.read()
            self._process.wait(PATIENCE)
        finally:
            if self._process.poll() is None:
                self._process.kill()
        self._reader.join(PATIENCE)
        ran = Ran(self._process.returncode, out, self.said)
        assert code in (None, ran.code), f"it ended with {ran.code}:\n{ran.out}\n{ran.err}"
        return ran

    def clean_up(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._reader.join(PATIENCE)
        if self._process.stderr is not None:
            self._process.stderr.close()


def settings_of(apps: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The settings for the sandbox's developer apps; LinkedIn's is the one for persons."""
    return {
        "FACEBOOK_APP_ID": apps["facebook"]["app_id"],
        "FACEBOOK_APP_SECRET": apps["facebook"]["app_secret"],
        "INSTAGRAM_APP_ID": apps["instagram"]["app_id"],
        "INSTAGRAM_APP_SECRET": apps["instagram"]["app_secret"],
        "X_CLIENT_ID": apps["x"]["client_id"],
        "X_CLIENT_SECRET": apps["x"]["client_secret"],
        "YOUTUBE_CLIENT_ID": apps["youtube"]["client_id"],
        "YOUTUBE_CLIENT_SECRET": apps["youtube"]["client_secret"],
        "LINKEDIN_CLIENT_ID": apps["linkedin"]["share_client_id"],
        "LINKEDIN_CLIENT_SECRET": apps["linkedin"]["share_client_secret"],
    }


def last_sentence(ran: Ran) -> str:
    """What the command ended with: one line, which is one sentence."""
    *_, last = ran.err.strip().splitlines()
    assert ran.err.count("planrrr: ") == 1 and last.startswith("planrrr: "), ran.err
    assert "Traceback" not in ran.err
    return last.removeprefix("planrrr: ")
