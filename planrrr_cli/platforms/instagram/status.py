"""How far a container is. Its status is the key to publishing exactly once: PUBLISHED proves that it is out.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-container (read 2026-11-23)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from planrrr_cli.domain.errors import ConnectionRevoked, UnexpectedReply
from planrrr_cli.platforms.instagram.calls import Calls
from planrrr_cli.platforms.instagram.codes import meaning_of
from planrrr_cli.platforms.instagram.replies import is_inconclusive
from planrrr_cli.platforms.meta.codes import Meaning

_SUBCODE = re.compile(r"(?<!\d)22\d{5}(?!\d)")
_DONE = frozenset({"complete", "completed"})
_WORDS = 200


class Phase(StrEnum):
    """What became of the container."""

    IN_PROGRESS = "in_progress"
    FINISHED = "finished"  # ready to be published
    PUBLISHED = "published"  # out: never publish it again
    ERROR = "error"  # it will never be published
    EXPIRED = "expired"  # it was not published within 24 hours
    UNCLEAR = "unclear"  # the answer does not say, or there was none


_PHASES = {phase.name: phase for phase in Phase if phase is not Phase.UNCLEAR}


@dataclass(frozen=True, slots=True)
class Seen:
    """``subcode`` and ``words`` say why it failed (0 and empty where nothing does); ``arrived``: bytes of an upload
    that Instagram has, if told; ``uploaded``: all of them."""

    phase: Phase
    subcode: int = 0
    words: str = ""
    arrived: int | None = None
    uploaded: bool = False

    @property
    def meaning(self) -> Meaning | None:
        return meaning_of(0, self.subcode) if self.subcode else None

    @property
    def reason(self) -> str:
        """One sentence's worth of why it failed."""
        known = self.meaning
        told = f"code {self.subcode}" if self.subcode else self.words
        says = known.says if known else "Instagram could not process it"
        return f"{says} ({told})" if told else says


def look(calls: Calls, container: str, *, bytes_too: bool = False) -> Seen:
    """One look with whichever token is let. A refusal that says nothing of the container is UNCLEAR; raises
    PlatformError for the rest (an outage, a limit, a dead token)."""
    fields = "id,status_code,status" + (",video_status" if bytes_too else "")
    try:
        body = calls.read(container, call="instagram.container.read", fields=fields)
    except (UnexpectedReply, ConnectionRevoked) as error:
        if not is_inconclusive(error):
            raise
        return Seen(Phase.UNCLEAR, words=error.message)
    return read_status(body)


def read_status(body: Mapping[str, Any]) -> Seen:
    """The meaning of ``GET /{container}?fields=status_code,status[,video_status]``; texts are for people only."""
    code, words = body.get("status_code"), body.get("status")
    text = " ".join(words.split())[:_WORDS] if isinstance(words, str) else ""
    phase = _PHASES.get(code.strip().upper(), Phase.UNCLEAR) if isinstance(code, str) else Phase.UNCLEAR
    found = _SUBCODE.search(text) if phase is Phase.ERROR else None
    uploading = _mapping(_mapping(body.get("video_status")).get("uploading_phase"))
    word = uploading.get("status")
    return Seen(
        phase,
        int(found[0]) if found else 0,
        text,
        _arrived(uploading),
        (isinstance(word, str) and word.lower() in _DONE) or phase in {Phase.FINISHED, Phase.PUBLISHED},
    )


def _arrived(uploading: Mapping[str, Any]) -> int | None:
    """Meta's guides spell it both ways."""
    for name in ("bytes_transferred", "bytes_transfered"):
        try:
            return max(0, int(uploading[name]))
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
    return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
