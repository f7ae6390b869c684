"""Takes known secrets out of finished text, in every spelling; who writes the text is ``logs.py``'s business."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from html import escape
from urllib.parse import quote, quote_plus

from planrrr_cli.domain.secrets import Secret

MASKED = "[secret]"
SHORTEST = 6  # anything shorter would mask ordinary words; it is also the length of the index's keys

_NAMES = (
    r"(?:access_token|refresh_token|id_token|client_secret|app_secret|appsecret_proof|fb_exchange_token|input_token"
    r"|oauth_token|oauth_token_secret|oauth_signature|oauth_verifier|code_verifier|password|upload_id)"
)
# A second net for tokens that nobody has made known yet: a platform's fresh answer in a library's debug record.
_UNKNOWN = (
    re.compile(rf"({_NAMES}(?:=|%3D))[^&\s\"'\\<>,;)\]}}]+"),
    re.compile(rf"(\\*[\"']{_NAMES}\\*[\"']\s*:\s*\\*[\"'])[^\"'\\]+"),
    re.compile(r"(\b(?:Bearer|OAuth|Basic)\s+)[A-Za-z0-9._~+/=|-]{20,}"),
)


class SecretMask:
    """Knows secrets and takes them out of text. Safe to use from many threads; costs the same for one or thousands.

    The index maps the first characters of every spelling to the spellings that begin with them, so that a text is
    walked once however many tokens are known.
    """

    def __init__(self) -> None:
        self._index: dict[str, tuple[str, ...]] = {}
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def learn(self, *secrets: Secret | str | None) -> None:
        """From now on these never show. Values shorter than 6 characters are ignored."""
        for secret in secrets:
            value = secret.reveal() if isinstance(secret, Secret) else secret or ""
            with self._lock:
                if len(value) < SHORTEST or value in self._known:
                    continue
                self._known.add(value)
                for spelling in set(spellings(value)):
                    head = spelling[:SHORTEST]
                    # A whole new tuple: readers hold no lock.
                    self._index[head] = tuple({*self._index.get(head, ()), spelling})

    def __call__(self, text: str) -> str:
        """``text`` with every known secret, and what looks like one by its name, replaced by ``[secret]``."""
        text = self._without_known(text)
        for pattern in _UNKNOWN:
            text = pattern.sub(rf"\g<1>{MASKED}", text)
        return text

    def _without_known(self, text: str) -> str:
        pieces: list[str] = []
        kept = end = 0  # text[:kept] is dealt with; a secret reaches up to end
        for start in range(len(text) - SHORTEST + 1):
            for spelling in self._index.get(text[start : start + SHORTEST], ()):
                if text.startswith(spelling, start):
                    if start >= end:
                        pieces += text[kept:start], MASKED
                    # Overlapping secrets are one hole: the tail of the second must not stay behind.
                    kept = end = max(end, start + len(spelling))
        return "".join(pieces) + text[kept:]


def spellings(value: str) -> Iterator[str]:
    """How ``value`` may look inside other text: quoted for URLs, JSON, Python, HTML, or as part of a base64 block."""
    raw = value.encode("utf-8", "surrogatepass")
    quoted = (quote(raw, safe=""), quote(raw), quote_plus(raw))
    forms = {value, *quoted, *(re.sub("%..", lambda found: found[0].lower(), one) for one in quoted)}
    forms |= {repr(value)[1:-1], repr(raw)[2:-1], escape(value), json.dumps(value, ensure_ascii=False)[1:-1]}
    forms |= {json.dumps(one)[1:-1] for one in forms}
    yield from forms
    yield from (json.dumps(one)[1:-1] for one in forms)  # a record within a record
    yield from (one.replace("'", r"\'") for one in forms)
    # Inside a longer block ("Basic" holds id:secret) the bytes may begin at any of three places of a group of four
    # characters; the characters that also depend on the neighbours are left out.
    for shift, first in ((0, 0), (1, 2), (2, 3)):
        whole = (shift + len(raw)) * 8 // 6
        block = base64.b64encode(b"\0" * shift + raw).decode()[first:whole]
        yield from (block, block.replace("+", "-").replace("/", "_"), quote(block, safe=""))
