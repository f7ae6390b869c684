"""What is said beside a medium: alt text, and the subtitles of a video; the bytes come elsewhere."""

from dataclasses import replace
from typing import Any

from planrrr_cli.sandbox.wire import Reply
from planrrr_cli.sandbox.x import problems
from planrrr_cli.sandbox.x.bodies import METADATA, NO_SUBTITLES, SUBTITLES
from planrrr_cli.sandbox.x.frames import json_reply
from planrrr_cli.sandbox.x.media import begun_upload
from planrrr_cli.sandbox.x.model import Stage, Upload
from planrrr_cli.sandbox.x.uploads import kind_of
from planrrr_cli.sandbox.x.visit import Visit


def metadata(visit: Visit) -> Reply:
    """Alt text, of pictures and GIFs; the rest of the metadata has no effect here."""
    body = visit.body(METADATA)
    begun = begun_upload(visit, body["id"])
    told = body.get("metadata", {})
    if "alt_text" in told:
        if kind_of(begun.category) not in ("image", "gif"):
            message = "alt_text is supported for images and GIFs only."
            raise problems.invalid_request(message, {"$.metadata.alt_text": []})
        if begun.medium is None:
            raise problems.media_not_found(begun.id)
        begun.medium = replace(begun.medium, alt=told["alt_text"]["text"] or None)
        begun.requests.append(visit.request.sequence)
    return json_reply({"data": {"id": begun.id, "associated_metadata": told}})


def subtitles(visit: Visit) -> Reply:
    """Put an uploaded track beside a video."""
    body = visit.body(SUBTITLES)
    for name in ("id", "media_category", "subtitles"):
        if name not in body:
            raise problems.invalid_request(f"$.{name}: is missing but it is required", {f"$.{name}": []})
    track = body["subtitles"]
    for name in ("id", "language_code"):
        if name not in track:
            message = f"$.subtitles.{name}: is missing but it is required"
            raise problems.invalid_request(message, {f"$.subtitles.{name}": []})
    film, words = _film(visit, body), begun_upload(visit, track["id"])
    if words.category != "subtitles" or words.stage is not Stage.READY:
        raise problems.media_not_found(track["id"])
    film.subtitles[track["language_code"]] = track
    film.requests += [*words.requests, visit.request.sequence]
    data = {"id": film.id, "media_category": body["media_category"], "associated_subtitles": track}
    return json_reply({"data": data})


def remove_subtitles(visit: Visit) -> Reply:
    body = visit.body(NO_SUBTITLES)
    film = _film(visit, body)
    deleted = film.subtitles.pop(body["language_code"], None) is not None
    return json_reply({"data": {"deleted": deleted}})


def _film(visit: Visit, body: dict[str, Any]) -> Upload:
    film = begun_upload(visit, body["id"])
    category = {"TweetVideo": "tweet_video", "AmplifyVideo": "amplify_video"}.get(body["media_category"])
    if film.category != category:
        raise problems.media_not_found(body["id"])
    return film
