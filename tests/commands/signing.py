"""`planrrr connect`, and whoever answers it: a program that follows the platform's redirect, as a browser would."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from planrrr_cli.__main__ import main
from tests.commands.conftest import Ran

PATIENCE = 30.0


class SigningIn(ABC):
    """One run of the command, from its start to its end; what it says is read as it comes."""

    _stdin: IO[str]

    def __init__(self) -> None:
        self._said: list[str] = []

    def _listen(self, stderr: IO[str]) -> threading.Thread:
        reader = threading.Thread(target=lambda: self._said.extend(iter(stderr.readline, "")), daemon=True)
        reader.start()
        return reader

    @property
    @abstractmethod
    def is_over(self) -> bool: ...

    @abstractmethod
    def end(self, code: int | None = 0) -> Ran:
        """Nothing more is typed; how it ended."""

    @abstractmethod
    def clean_up(self) -> None: ...

    @property
    def said(self) -> str:
        return "".join(list(self._said))

    def waits_to_say(self, words: str) -> str:
        """Everything said so far, once ``words`` are among it."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.said:
            assert not self.is_over or words in self.said, f"it ended and said\n{self.said}"
            assert time.monotonic() < deadline, f"it did not say {words!r}, but\n{self.said}"
            time.sleep(0.005)
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

    def returned_to(self, back: str) -> requests.Response:
        """What the browser shows that was led ``back``."""
        return requests.get(back, timeout=PATIENCE)

    def type(self, line: str) -> None:
        self._stdin.write(f"{line}\n")
        self._stdin.flush()

    def close_input(self) -> None:
        self._stdin.close()


class Process(SigningIn):
    """As users have it."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
        super().__init__()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "planrrr_cli", "connect", *arguments],
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._stdin, self._stdout, self._stderr = (
            self._process.stdin,
            self._process.stdout,
            self._process.stderr,
        )
        self._reader = self._listen(self._stderr)

    @property
    def is_over(self) -> bool:
        return self._process.poll() is not None

    @property
    def pid(self) -> int:
        return self._process.pid

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def end(self, code: int | None = 0) -> Ran:
        self._stdin.close()
        out = self._stdout.read()
        self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        ran = Ran(self._process.returncode, out, self.said)
        assert code in (None, ran.code), f"it ended with {ran.code}:\n{ran.out}\n{ran.err}"
        return ran

    def clean_up(self) -> None:
        if not self.is_over:
            self._process.kill()
        self._process.wait()
        self._reader.join(PATIENCE)
        for stream in (self._stdin, self._stdout, self._stderr):
            stream.close()


class Here(SigningIn):
    """The whole program in a thread of this process, which saves its start; one at a time."""

    def __init__(
        self, arguments: Sequence[str], environ: Mapping[str, str], patch: pytest.MonkeyPatch
    ) -> None:
        super().__init__()
        self._patch, self._code = patch, 0
        reading, writing = os.pipe()
        self._stdin = os.fdopen(writing, "w")
        said, saying = os.pipe()
        self._out = io.BytesIO()
        for name, value in environ.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["planrrr", "connect", *arguments])
        patch.setattr(sys, "stdin", os.fdopen(reading, encoding="utf-8"))
        patch.setattr(sys, "stdout", io.TextIOWrapper(self._out, encoding="utf-8", write_through=True))
        patch.setattr(sys, "stderr", os.fdopen(saying, "w", buffering=1, encoding="utf-8"))
        self._ends = sys.stdin, sys.stderr, os.fdopen(said, encoding="utf-8")
        self._reader = self._listen(self._ends[2])
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            main()
        except SystemExit as end:
            self._code = int(end.code or 0)
        finally:
            self._ends[1].close()

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def end(self, code: int | None = 0) -> Ran:
        self._stdin.close()
        self._thread.join(PATIENCE)
        assert self.is_over, f"it goes on:\n{self.said}"
        self._reader.join(PATIENCE)
        ran = Ran(self._code, self._out.getvalue().decode(), self.said)
        self.clean_up()
        assert code in (None, ran.code), f"it ended with {ran.code}:\n{ran.out}\n{ran.err}"
        return ran

    def clean_up(self) -> None:
        if not self.is_over:  # it must not wake up in the middle of another test
            self._stdin.close()
            if "127.0.0.1" in self.way_back or "localhost" in self.way_back:
                requests.get(f"{self.way_back}?error=given_up", timeout=PATIENCE)
            self._thread.join(PATIENCE)
        assert self.is_over
        self._patch.undo()
        for stream in (self._stdin, self._ends[0], self._ends[2]):
            stream.close()


class Beginner:
    """Begins sign-ins and ends what a test left. ``own``: as a process of its own. ``browser``: the command that opens
    one; without it only the address is printed."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._environ, self._folder = environ, folder
        self._begun: list[SigningIn] = []

    def __call__(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        own: bool = False,
        browser: str | None = None,
    ) -> SigningIn:
        every = dict(self._environ) | dict(env or {}) | ({"BROWSER": browser} if browser else {})
        named = [*arguments, *([] if browser else ["--no-browser"])]
        one = Process(named, every, self._folder) if own else Here(named, every, pytest.MonkeyPatch())
        self._begun.append(one)
        return one

    def clean_up(self) -> None:
        for one in reversed(self._begun):
            one.clean_up()


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
