"""What signing in shows to others: nothing that opens an account, in output, logs, pages, tables or process lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from planrrr_cli.domain.connections import Platform
from planrrr_cli.store import connections
from tests.commands.recording import recording, when_written
from tests.soak.secrecy import TOKEN

TROUBLE = {
    "facebook": ("facebook.accounts.read", "error:190:460"),
    "instagram": ("instagram.account.read", "error:190:460"),
    "x": ("x.me.read", "status:401"),
    "youtube": ("youtube.channels.list", "error:403:8"),
    "linkedin": ("linkedin.userinfo.read", "error:65601"),
}


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")


@pytest.mark.parametrize("troubled", [False, True], ids=["good", "troubled"])
@pytest.mark.parametrize("platform", list(TROUBLE))
def test_nobody_learns_a_secret_from_a_sign_in_at_debug_level(
    sign_in, ctx, developer_apps, control, folder, platform: str, troubled: bool
) -> None:
    if troubled:
        call, kind = TROUBLE[platform]
        control.fault(call=call, kind=kind, strike="before", times=1)
    more = ["--account", "Harbour Bakery"] if platform == "facebook" else []
    opened = folder / "opened.txt"
    begun = sign_in(
        platform,
        *more,
        own=True,
        env={"LOG_LEVEL": "debug"},
        browser=recording(opened),
    )
    address = begun.address
    ours = command_line(begun.pid) if Path("/proc").exists() else ""
    back = begun.led_back_to()
    page = begun.returned_to(back).text
    ran = begun.end(code=1 if troubled else 0)
    was_opened = when_written(opened)
    code = back.partition("code=")[2].partition("&")[0].partition("#")[0]
    secrets = {
        code,
        *(value for app in developer_apps.values() for name, value in app.items() if "secret" in name),
    }
    with ctx.store.reading() as tx:
        for kept in connections.listing(tx, platform=Platform(platform)):
            secrets |= {one.reveal() for one in (kept.tokens.access, kept.tokens.refresh) if one}
    tables = "".join(
        path.read_bytes().decode("latin-1") for path in folder.glob("planrrr.db*") if path.is_file()
    )
    for where, text in {
        "the output": ran.out + ran.err, "the page": page, "our command line": ours, "the browser's": was_opened,
        "the address": address, "the tables": tables,
    }.items():  # fmt: skip
        assert not [one for one in secrets if len(one) > 5 and one in text], where
        assert not TOKEN.findall(text), where
        assert "verifier=" not in text, where
    assert '"call": "' in ran.err  # the debug records were there to be looked at
    assert was_opened == address
