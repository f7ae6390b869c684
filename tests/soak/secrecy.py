"""Whether something secret stands where people read: in the logs after every step, in the tables from time to time.

Imports nothing of the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.soak.evidence import LogReader, secrets_of, texts_of

TABLES_READ = 10  # looks from one reading of whole tables to the next
# As the sandbox spells each platform's tokens: those that it handed out by a refresh are in no list.
TOKENS = {
    "facebook": r"EAAB[A-Za-z0-9]{24,}",
    "instagram": r"(?:IGAA|EAAB)[A-Za-z0-9]{24,}",
    "linkedin": r"AQ[VW][A-Za-z0-9]{60,}",
    "x": r"(?<![A-Za-z0-9])(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{80}(?![A-Za-z0-9])",
    "youtube": r"ya29\.[\w-]{20,}|1//0[\w-]{20,}",
}
UPLOAD = r"\bAK[A-Za-z0-9]{70,}"  # whoever knows the id of one of YouTube's uploads can send to it
TOKEN = re.compile("|".join([*TOKENS.values(), UPLOAD]))


class Secrecy:
    """Remembers every secret that it has seen: one that is no longer in use is still none to be shown."""

    def __init__(self, sandbox_url: str, database_url: str, logs: Path) -> None:
        self._sandbox_url = sandbox_url
        self._database_url = database_url
        self._logs = LogReader(logs)
        self._secrets: set[str] = set()
        self._looks = 0

    def check(self, *, thoroughly: bool) -> Iterator[str]:
        """Sentences about what is shown; ``thoroughly``: the tables, too, whenever they were read last."""
        self._looks += 1
        self._secrets |= secrets_of(self._sandbox_url)
        for path, text in self._logs.read().items():
            yield from self._shown(path.name, text)
            for line in text.splitlines():
                if '"traceback"' in line or line.startswith("Traceback"):
                    yield f"{path.name} has a traceback: {line[:2000]}"
        if thoroughly or self._looks % TABLES_READ == 0:
            for table, text in texts_of(self._database_url):
                yield from self._shown(f"the table {table}", text)

    def _shown(self, where: str, text: str) -> Iterator[str]:
        for secret in sorted({one for one in self._secrets if one in text} | set(TOKEN.findall(text))):
            yield f"{where} shows the secret {secret[:8]}…"
