"""Log records: their shape, and that no secret survives in any of them."""

from __future__ import annotations

import base64
import io
import json
import logging
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli import logs
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.mask import SecretMask

AWKWARD = "tök\"en/+ s\\éc'ret&=%"


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Puts back what ``configure`` changes in the process."""
    root, ours = logging.getLogger(), logging.getLogger("planrrr")
    levels = (root.level, ours.level)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logs, "mask", SecretMask())
    yield
    logging.captureWarnings(False)
    root.handlers[:] = [handler for handler in root.handlers if not isinstance(handler, logs._Handler)]
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def records(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def configured(level: str = "info", fmt: str | None = "json") -> io.StringIO:
    stream = io.StringIO()
    root = logging.getLogger()
    root.handlers.clear()  # pytest's own would complain about what these tests log
    logs.configure(level, fmt, stream)
    return stream


def test_a_json_record_has_time_level_logger_message_and_the_extra_fields() -> None:
    stream = configured()
    before = datetime.now(UTC)
    logging.getLogger("planrrr.run").info(
        "attempt ended", extra={"platform": "x", "attempt": 2, "duration_ms": 12}
    )
    (record,) = records(stream)
    assert list(record)[:4] == ["time", "level", "logger", "message"]
    assert record["time"].endswith("Z")
    assert abs(datetime.fromisoformat(record["time"]) - before).total_seconds() < 5
    del record["time"]
    assert record == {
        "level": "info",
        "logger": "planrrr.run",
        "message": "attempt ended",
        "platform": "x",
        "attempt": 2,
        "duration_ms": 12,
    }


def test_json_is_chosen_unless_the_stream_is_a_terminal() -> None:
    stream = configured(fmt=None)
    logging.getLogger("planrrr").info("hello")
    assert records(stream)[0]["message"] == "hello"

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    logs.configure("info", None, terminal)
    logging.getLogger("planrrr").warning("hello", extra={"platform": "x", "reason": "a b"})
    assert terminal.getvalue()[8:] == " warning  hello  platform=x reason='a b'\n"
    assert len(stream.getvalue().splitlines()) == 1


def test_libraries_are_heard_from_warning_on_and_below_only_at_debug() -> None:
    stream = configured("info")
    logging.getLogger("library.wire").info("quiet")
    logging.getLogger("alembic").warning("loud")
    logging.getLogger("planrrr").debug("quiet")
    assert [record["message"] for record in records(stream)] == ["loud"]
    stream = configured("debug")
    logging.getLogger("library.wire").debug("now heard")
    assert [record["message"] for record in records(stream)] == ["now heard"]


def test_bound_fields_are_in_every_record_of_their_block() -> None:
    stream = configured()
    log = logging.getLogger("planrrr")
    with logs.bound(run_id="r1", publication_id="p1"), logs.bound(platform="x"):
        log.info("inside", extra={"platform": "youtube"})
    log.info("outside")
    inside, outside = records(stream)
    assert (inside["run_id"], inside["publication_id"], inside["platform"]) == ("r1", "p1", "youtube")
    assert "run_id" not in outside
    assert "publication_id" not in outside


@pytest.mark.parametrize("fmt", ["json", "console"])
@pytest.mark.parametrize("secret", ["EAAB0123456789", AWKWARD, "geheim😀geheim", "sk/a+b/c==" * 20])
def test_a_secret_never_survives_in_message_arguments_fields_or_tracebacks(fmt: str, secret: str) -> None:
    stream = configured("debug", fmt)
    logs.mask.learn(Secret(secret))
    log = logging.getLogger("planrrr")
    log.info("text %s and %r", secret, secret)
    log.info(
        "fields",
        extra={
            "a": secret,
            "b": {"deep": [secret.encode()]},
            "c": Secret(secret),
            "d": json.dumps({"t": secret}),
        },
    )
    log.info("url https://x.example/?%s", urlencode({"q": secret}) + quote(secret) + quote_plus(secret))
    log.info("basic %s", base64.b64encode(f"id:{secret}".encode()).decode())
    log.info("repr of bytes %r", f"header: {secret}".encode())
    logging.getLogger("library.wire").debug(
        'https://h:443 "GET /me?token=%s HTTP/1.1" 200 None', quote(secret)
    )
    try:
        try:
            raise KeyError(secret)
        except KeyError as error:
            raise RuntimeError(f"while {secret}") from error
    except RuntimeError:
        log.exception("it broke", stack_info=True)
    written = stream.getvalue()
    assert written.count("[secret]") >= 11
    for part in (
        secret,
        secret[:12],
        secret[-12:],
        json.dumps(secret)[1:-1],
        quote(secret, safe=""),
        repr(secret)[1:-1],
    ):
        assert part not in written
    if fmt == "json":
        assert len(records(stream)) == 7


def test_a_secret_object_is_not_taken_apart_even_when_the_mask_does_not_know_it() -> None:
    stream = configured()
    logging.getLogger("planrrr").info(
        "fields", extra={"token": Secret("unknown-to-the-mask"), "list": [Secret("x")]}
    )
    assert "unknown-to-the-mask" not in stream.getvalue()
    assert records(stream)[0]["token"] == "[secret]"


@pytest.mark.parametrize(
    "text",
    [
        "GET /me?fields=id&access_token=EAABnew&x=1",
        "PUT /upload/youtube/v3/videos?uploadType=resumable&upload_id=EAABnew&part=status",
        '{"access_token": "EAABnew", "expires_in": 3}',
        r'"body": "{\"refresh_token\":\"EAABnew\"}"',
        "{'client_secret': 'EAABnew'}",
        "Authorization: Bearer EAABnewEAABnewEAABnewEAABnew",
        "grant_type=x%26access_token%3DEAABnew",
    ],
)
def test_a_token_that_nobody_made_known_is_told_by_its_name(text: str) -> None:
    assert "EAABnew" not in SecretMask()(text)


def test_ordinary_words_stay() -> None:
    mask = SecretMask()
    mask.learn("short", "", None)
    text = "short: Basic authentication of the access_token failed; the OAuth code=190 was password protected"
    assert mask(text) == text


def test_overlapping_secrets_leave_nothing_behind() -> None:
    mask = SecretMask()
    mask.learn("abcdefgh", "efghijkl", "abcdefghij-long")
    assert mask("<abcdefghijkl>") == "<[secret]>"
    assert mask("<abcdefghij-long>") == "<[secret]>"
    assert mask("<abcdefghefghijkl>") == "<[secret][secret]>"


@given(st.text(min_size=6), st.text(), st.text())
def test_no_secret_survives_in_any_text_or_its_json(secret: str, before: str, after: str) -> None:
    mask = SecretMask()
    mask.learn(secret)
    assert secret not in mask(before + secret + after).replace("[secret]", "")
    in_json = mask(json.dumps({"field": before + secret + after}))
    assert json.dumps(secret)[1:-1] not in in_json.replace("[secret]", "")


@given(st.binary(min_size=6), st.binary(), st.binary())
def test_a_secret_inside_a_longer_base64_block_does_not_survive(
    secret: bytes, before: bytes, after: bytes
) -> None:
    value = secret.hex()
    mask = SecretMask()
    mask.learn(value)
    block = base64.b64encode(before + value.encode() + after).decode()
    kept, found, rest = mask(block).partition("[secret]")
    assert found
    # Whole characters of the secret are gone; at most two at each end share bits with the neighbours.
    assert len(kept) <= len(before) * 8 // 6 + 2
    assert len(rest.rstrip("=")) <= len(after) * 8 // 6 + 3


def test_many_threads_may_teach_and_use_the_mask_at_once() -> None:
    stream = configured()
    log = logging.getLogger("planrrr")
    values = [f"{random.Random(n).getrandbits(128):032x}" for n in range(200)]

    def work(mine: list[str]) -> None:
        for value in mine:
            logs.mask.learn(value)
            log.info("token %s", value)

    threads = [threading.Thread(target=work, args=(values[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [record["message"] for record in records(stream)] == ["token [secret]"] * 200


def test_thousands_of_known_tokens_change_nothing_about_a_text_without_them() -> None:
    mask = SecretMask()
    mask.learn(*(f"{random.Random(n).getrandbits(256):064x}" for n in range(3000)))
    text = "a record without any token in it " * 30
    assert mask(text) == text


def test_a_traceback_shows_no_local_variables() -> None:
    stream = configured()
    hidden = "local" + "-variable"
    try:
        raise ValueError(len(hidden))
    except ValueError:
        logging.getLogger("planrrr").exception("it broke")
    assert "Traceback (most recent call last)" in records(stream)[0]["traceback"]
    assert "local-variable" not in stream.getvalue()


def failed(level: str) -> str:
    stream = configured(level, "console")
    try:
        int("ten\nof them")
    except ValueError:
        logging.getLogger("planrrr").exception("it broke")
    return stream.getvalue()


def test_on_a_terminal_a_bug_is_one_line_that_says_what_and_where() -> None:
    (line,) = failed("info").splitlines()
    assert "it broke  ValueError: invalid literal for int()" in line
    assert "at test_logs.py:" in line and "(failed); LOG_LEVEL=debug shows the traceback" in line


def test_who_asks_for_it_gets_the_traceback_on_a_terminal_too() -> None:
    assert "Traceback (most recent call last)" in failed("debug")


def test_control_characters_cannot_steer_a_terminal() -> None:
    stream = configured(fmt="console")
    logging.getLogger("planrrr").warning("a\x1b[2Jb\r\nfake line", extra={"said": "\x9b1m"})
    assert stream.getvalue().count("\n") == 1
    assert "\x1b" not in stream.getvalue()
    assert "\x9b" not in stream.getvalue()


def test_a_record_that_cannot_be_formatted_is_lost_without_showing_its_arguments(capsys: Any) -> None:
    stream = configured()
    logging.getLogger("planrrr").info("two %s %s", "hunter2hunter2")  # noqa: PLE1206 - meant
    assert records(stream)[0]["message"] == "a log record was lost"
    assert "hunter2" not in stream.getvalue() + capsys.readouterr().err


def test_a_closed_stream_does_not_stop_the_program() -> None:
    stream = configured()
    stream.close()
    logging.getLogger("planrrr").info("nobody hears this")


def test_configuring_again_replaces_the_handler() -> None:
    first, second = configured(), configured()
    logging.getLogger("planrrr").info("once")
    assert first.getvalue() == ""
    assert len(records(second)) == 1


SCRIPT = """
import sys, threading
from planrrr_cli import logs
logs.configure("info", "json")
logs.mask.learn("hunter2hunter2")
def fail():
    raise ValueError("hunter2hunter2")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
fail()
"""


def test_what_nobody_catches_goes_through_the_mask_too() -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    found = [json.loads(line) for line in ran.stderr.splitlines()]
    assert [record["message"] for record in found] == ["unexpected error"] * 2
    assert all("ValueError: [secret]" in record["traceback"] for record in found)
    assert "hunter2" not in ran.stderr + ran.stdout
