"""What Meta's upload service says when it refuses bytes, which is not the Graph API's envelope. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

from planrrr_cli.platforms.wire import NotJson, Reply


@dataclass(frozen=True, slots=True)
class UploadTrouble:
    kind: str
    message: str
    retriable: bool


def upload_trouble(reply: Reply) -> UploadTrouble | None:
    """The upload service's own kind of error, which is not the Graph API's:
    https://developers.facebook.com/docs/instagram-platform/content-publishing/resumable-uploads (read 2026-11-23)."""
    try:
        body = reply.json()
    except NotJson:
        return None
    info = body.get("debug_info") if isinstance(body, dict) else None
    if not isinstance(info, dict):
        return None
    message = " ".join(str(info.get("message") or "no words").split())[:200]
    return UploadTrouble(str(info.get("type") or "")[:100], message, info.get("retriable") is True)
