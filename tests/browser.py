"""A real headless browser that looks at pages and presses their buttons: Chromium, over its debugging pipe.

A test that takes the fixture `browser` imports it from here; it is skipped, and says so, where no Chromium is
installed. The pipe speaks JSON with a zero byte behind each message, so that no websocket is needed.
"""

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
PROGRAM = next((found for name in NAMES if (found := shutil.which(name))), None)
PATIENCE = 30.0
# Chromium reads from descriptor 3 and writes to 4, and nowhere else.
BECOME = """
import os, sys
reading, writing = (os.dup2(int(number), 100 + place) for place, number in enumerate(sys.argv[1:3]))
os.dup2(reading, 3), os.dup2(writing, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """One tab of one Chromium with a profile of its own. Raises TimeoutError where a page does not come."""

    def __init__(self, profile: Path) -> None:
        assert PROGRAM is not None
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"]
        flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        flags += ["--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", BECOME, str(to_browser), str(from_browser), PROGRAM, *flags],
            pass_fds=(to_browser, from_browser),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._buffer, self._count, self._session = b"", 0, ""
        try:
            target = self._do("Target.createTarget", url="about:blank")["targetId"]
            self._session = self._do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        except BaseException:
            self.close()
            raise

    def open(self, address: str) -> None:
        """Go there, and wait until the page (or what it leads to) is complete."""
        self._leaving(lambda: self._do("Page.navigate", url=address))

    def press(self, selector: str) -> None:
        """Click, and wait for the page that follows."""
        self._leaving(lambda: self.evaluate(f"document.querySelector({json.dumps(selector)}).click()"))

    def choose(self, selector: str, value: str) -> None:
        """An option of a list, by its value."""
        there = f"document.querySelector({json.dumps(selector)})"
        assert self.evaluate(f"{there}.value = {json.dumps(value)}; {there}.value") == value

    def untick(self, selector: str) -> None:
        self.evaluate(f"document.querySelector({json.dumps(selector)}).checked = false")

    def text(self) -> str:
        return str(self.evaluate("document.body.innerText"))

    def all(self, selector: str, what: str) -> list[str]:
        """A property of every element."""
        return list(
            self.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map(one => one.{what})")
        )

    @property
    def address(self) -> str:
        return str(self.evaluate("location.href"))

    def evaluate(self, expression: str) -> Any:
        answer = self._do("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def _leaving(self, act: Any) -> None:
        """Whatever leads to another page: the old document carries a mark that the new one has not."""
        self.evaluate("document.__old = true")
        act()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(AssertionError):  # between two documents nothing can be asked
                if self.evaluate("document.readyState === 'complete' && !document.__old"):
                    return
            time.sleep(0.02)
        raise TimeoutError(f"no page came within {PATIENCE:.0f} s")

    def _do(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            told = self._read()
            if told.get("id") == self._count:
                assert "error" not in told, told
                return dict(told["result"])

    def _read(self) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            if not select.select([self._in], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError(f"Chromium said nothing for {PATIENCE:.0f} s")
            if not (block := os.read(self._in, 1 << 16)):
                raise TimeoutError("Chromium has ended")
            self._buffer += block
        message, _, self._buffer = self._buffer.partition(b"\0")
        return dict(json.loads(message))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.write(self._out, b'{"id":0,"method":"Browser.close"}\0')
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._out)
        os.close(self._in)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One for all tests of a process: starting it takes a second."""
    if PROGRAM is None:
        pytest.skip("no Chromium is installed: the pages are not looked at by a real browser")
    found = Browser(tmp_path_factory.mktemp("chromium"))
    yield found
    found.close()
