"""The README is true: its settings are the program's, its commands exist and are run, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from planrrr_cli.settings.table import SETTINGS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RUN_BY_CI = "\n".join((ROOT / ".ci" / name).read_text(encoding="utf-8") for name in ("run", "install"))


def settings_table() -> str:
    rows = [
        f"| `{name}` | {setting.kind.name} | {f'`{setting.default}`' if setting.default else ''} | {setting.help} |"
        for name, setting in SETTINGS.items()
    ]
    return "\n".join(["| name | kind | default | means |", "|---|---|---|---|", *rows])


def test_the_table_of_settings_is_the_programs_own() -> None:
    """To mend it: python -c 'from tests.test_readme import write; write()'"""
    assert settings_table() in README


def write() -> None:
    """Put the table of settings into the README."""
    head, _, rest = README.partition("<!-- settings -->\n")
    tail = rest.partition("<!-- /settings -->")[2]
    text = f"{head}<!-- settings -->\n{settings_table()}\n<!-- /settings -->{tail}"
    (ROOT / "README.md").write_text(text, encoding="utf-8")


def console_commands() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [line[2:].partition("#")[0].strip() for line in lines]


@pytest.mark.parametrize("command", console_commands())
def test_every_command_of_the_readme_is_run_by_ci(command: str) -> None:
    wanted = command.removeprefix(".venv/bin/").replace("pipx install .", "pip install -qq '.[sandbox]'")
    wanted = wanted.replace("--keep my-demo", '--keep "$work/my-demo"')
    assert wanted in RUN_BY_CI


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []


def test_every_setting_is_in_the_example_file() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert [name for name in SETTINGS if f"{name}=" not in example] == []


def test_the_sample_in_the_readme_is_the_shipped_one() -> None:
    sample = (ROOT / "examples" / "photo.md").read_text(encoding="utf-8")
    shown = re.search(r"This one is `examples/photo.md`:\n\n```\n(.*?)```", README, re.DOTALL)
    assert shown is not None and shown[1] == sample
