"""Which uploads a new post may carry, and what it then shows of them; uploading itself is elsewhere."""

from typing import Any

from planrrr_cli.sandbox.x import problems
from planrrr_cli.sandbox.x.model import Attached, Stage, Upload
from planrrr_cli.sandbox.x.uploads import settle_processing
from planrrr_cli.sandbox.x.visit import Visit


def attach(visit: Visit, media: dict[str, Any]) -> tuple[tuple[Attached, ...], list[Upload]]:
    """Four photos, or one GIF, or one video. Raises Problem for ids that are not ready, not one's own, or too many.

    Tagged users that do not exist are left out silently, as are those who forbid it (docs.x.com, manage posts).
    """
    media_ids: list[str] = media.get("media_ids", [])
    uploads = [_usable(visit, media_id) for media_id in media_ids]
    if any(upload is None for upload in uploads) or len(set(media_ids)) < len(media_ids):
        raise problems.invalid_media_ids(media_ids)
    found = [upload for upload in uploads if upload is not None]
    moving = [upload for upload in found if upload.category != "tweet_image"]
    if moving and len(found) > 1:
        message = "You can only attach up to 4 photos, 1 animated GIF or 1 video."
        raise problems.invalid_request(message, {"media.media_ids": media_ids})
    shown = tuple(
        Attached(upload.key, upload.medium, dict(upload.subtitles)) for upload in found if upload.medium
    )
    return shown, found


def _usable(visit: Visit, media_id: str) -> Upload | None:
    store = visit.store
    upload = store.uploads.get(media_id)
    if upload is None or upload.expires_at <= store.now():
        return None
    settle_processing(upload, store.now())
    mine = visit.account.id == upload.account_id or visit.account.id in upload.owners
    postable = upload.category in ("tweet_image", "tweet_gif", "tweet_video", "amplify_video")
    return upload if mine and postable and upload.stage is Stage.READY else None
