"""What the media of a post are, told before Instagram is asked to fetch them; whether they fit is for the rules."""

from __future__ import annotations

from urllib.parse import urlsplit

from planrrr_cli.domain.posts import Media, MediaKind, errors_among
from planrrr_cli.platforms.instagram.media_rules import Form, medium_problems
from planrrr_cli.platforms.instagram.replies import NAME
from planrrr_cli.platforms.media import BadMedia, MediaAway, MediaSource, media_errors

_ENDINGS = {
    "jpg": MediaKind.IMAGE,
    "jpeg": MediaKind.IMAGE,
    "mp4": MediaKind.VIDEO,
    "mov": MediaKind.VIDEO,
    "m4v": MediaKind.VIDEO,
}


def kind_of(source: MediaSource, medium: Media, position: int, form: Form | None) -> MediaKind:
    """From the first bytes. A host that does not answer us may answer Instagram, so then the address's ending tells.

    Raises MediaRejected or MediaUnavailable.
    """
    with media_errors(NAME, position):
        try:
            seen = source.peek(medium)
        except MediaAway:
            known = _ENDINGS.get(urlsplit(medium.url or "").path.rpartition(".")[2].lower())
            if known is None:
                raise
            return known
        if form is None:
            form = Form.REEL if seen.kind is MediaKind.VIDEO else Form.IMAGE
        check(seen, position, form)
        return MediaKind.VIDEO if seen.kind is MediaKind.VIDEO else MediaKind.IMAGE


def check(medium: Media, position: int, form: Form) -> None:
    """Raises BadMedia for what Instagram does not take."""
    for found in errors_among(medium_problems(medium, position, form)):
        raise BadMedia(found.message)
