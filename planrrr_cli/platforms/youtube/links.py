"""Addresses of videos on YouTube's own pages, and the ids in them. No I/O."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from planrrr_cli.platforms.addresses import is_loopback

SITE = "https://www.youtube.com"
_ID = re.compile(r"[A-Za-z0-9_-]{11}", re.ASCII)
_PATH = re.compile(r"/(?:shorts|live|embed|v|video)/([^/]+)", re.ASCII)


def site_of(api_url: str) -> str:
    """Where people watch what the API at ``api_url`` publishes: a local imitation shows it at the same place."""
    return api_url.rstrip("/") if is_loopback(urlsplit(api_url).hostname or "") else SITE


def permalink(site: str, video_id: str) -> str:
    """Where people watch it."""
    return f"{site}/watch?v={video_id}"


def studio(video_id: str) -> str:
    """Where its owner sees what YouTube thinks of it."""
    return f"https://studio.youtube.com/video/{video_id}/edit"


def video_in(url: str) -> str | None:
    """The video's id in an address as a browser shows it, or its owner's Studio; None where there is none."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"}:
        return None
    if host.removeprefix("www.") == "youtu.be":
        found = parts.path.strip("/").split("/")[0]
    elif host == "youtube.com" or host.endswith(".youtube.com") or is_loopback(host):
        named = _PATH.match(parts.path)
        found = named[1] if named else parse_qs(parts.query).get("v", [""])[0]
    else:
        return None
    return found if _ID.fullmatch(found) else None
