"""Caption tracks: one per language and name of a video.

Source: developers.google.com/youtube/v3/docs/captions/insert (read 2026-11-24): 100 MB, a name of up to 150 characters.
"""

from dataclasses import replace
from typing import Any, Final

from planrrr_cli.sandbox.wire import Reply
from planrrr_cli.sandbox.youtube import errors
from planrrr_cli.sandbox.youtube.arriving import Arrived
from planrrr_cli.sandbox.youtube.lists import whole
from planrrr_cli.sandbox.youtube.model import Caption
from planrrr_cli.sandbox.youtube.publishing import show_captions
from planrrr_cli.sandbox.youtube.resources import render_caption
from planrrr_cli.sandbox.youtube.videos import own
from planrrr_cli.sandbox.youtube.visit import Visit

DOMAIN: Final = "youtube.caption"
NAME_LIMIT: Final = 150


def check(visit: Visit, document: dict[str, Any]) -> None:
    """Raises Refusal. Without JSON (uploadType=media) there is no video that the track could belong to."""
    snippet = document.get("snippet", {})
    for name in ("videoId", "language", "name"):
        if name not in snippet or (name != "name" and not snippet[name]):
            raise errors.invalid(
                "invalidMetadata", "The request contains invalid metadata values.", "body", DOMAIN
            )
    if len(snippet["name"]) > NAME_LIMIT:
        told = f"The name must not be longer than {NAME_LIMIT} characters."
        raise errors.invalid("nameTooLong", told, "body.snippet.name", DOMAIN)
    video = own(visit, snippet["videoId"], DOMAIN, "videoId")
    for one in visit.store.captions.values():
        if (one.video, one.language, one.name) == (video.id, snippet["language"], snippet["name"]):
            told = "The specified video already has a caption track with the given language and name."
            raise errors.invalid("captionExists", told, "body.snippet", DOMAIN, 409)


def finish(visit: Visit, document: dict[str, Any], arrived: Arrived) -> dict[str, Any]:
    store, snippet = visit.store, document["snippet"]
    medium = replace(
        arrived.intake.medium(f"{snippet['language']} {snippet['name']}".strip()), kind="subtitles"
    )
    caption = Caption(
        id=f"AUieDa{store.new_id('caption', 38)}",
        video=snippet["videoId"],
        language=snippet["language"],
        name=snippet["name"],
        medium=medium,
        created_at=store.now(),
        draft=snippet.get("isDraft", False),
    )
    store.captions[caption.id] = caption
    show_captions(store, caption.video, medium)
    return render_caption(caption, visit.parts)


def read(visit: Visit) -> Reply:
    if "videoId" not in visit.asked:
        raise errors.required("videoId")
    video = own(visit, visit.asked["videoId"], DOMAIN, "videoId")
    wanted = visit.asked.get("id")
    found = [
        one
        for one in visit.store.captions.values()
        if one.video == video.id and (not wanted or one.id in wanted)
    ]
    return whole("caption", found, lambda one: render_caption(one, visit.parts))
