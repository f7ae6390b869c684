"""One document for each way a platform's recipe can go; whoever is in ``PLATFORMS`` has to be here.

Contract and crash tests run over this table, so a new platform is covered by adding its documents.
"""

from __future__ import annotations

from pathlib import Path

from planrrr_cli.domain.connections import Platform

MEDIA = Path(__file__).resolve().parents[1] / "examples" / "media"


def _document(platform: str, front: str, text: str) -> str:
    return f"---\nto: [{platform}]\n{front}---\n{text}\n"


def _media(*names: str) -> str:
    listed = "".join(f"  - {{file: {name}, alt: A picture}}\n" for name in names)
    return f"media:\n{listed}"


def _named(*endings: str) -> list[str]:
    """The first files of ``examples/media`` with these endings, in order."""
    found = []
    for ending in endings:
        rest = [path.name for path in sorted(MEDIA.glob(f"*{ending}")) if path.name not in found]
        found.append(rest[0])
    return found


FLOWS: dict[Platform, dict[str, str]] = {
    Platform.FACEBOOK: {
        "text": _document("facebook", "", "Only words."),
        "link": _document("facebook", "link: https://example.com/launch\n", "Words and a link."),
        "photos": _document("facebook", _media(*_named(".jpg", ".png")), "Two photos."),
        "reel": _document("facebook", _media(*_named(".mp4")), "A reel."),
        "video": _document("facebook", _media(*_named(".mp4")) + "facebook: {as: video}\n", "A long video."),
        "comment": _document(
            "facebook", "facebook: {first_comment: The first comment.}\n", "With a comment."
        ),
    }
}
ALL = [(platform, flow) for platform, flows in FLOWS.items() for flow in flows]
