"""Comments under videos: commentThreads.insert and list.

Source: developers.google.com/youtube/v3/docs/commentThreads/insert (read 2026-11-24). Private videos and those made for
kids take none (YouTube Help). The 10,000 characters are the site's.
"""

from dataclasses import replace
from html import escape
from typing import Any, Final

from planrrr_cli.sandbox.ledger import Entry
from planrrr_cli.sandbox.wire import Reply, json_reply
from planrrr_cli.sandbox.youtube import errors
from planrrr_cli.sandbox.youtube.lists import page, the_filter
from planrrr_cli.sandbox.youtube.model import Comment
from planrrr_cli.sandbox.youtube.publishing import watch_path
from planrrr_cli.sandbox.youtube.resources import render_thread
from planrrr_cli.sandbox.youtube.visit import Visit

DOMAIN: Final = "youtube.commentThread"
TEXT_LIMIT: Final = 10_000
TEXT_PLACE: Final = "body.snippet.topLevelComment.snippet.textOriginal"


def insert(visit: Visit) -> Reply:
    document, store = visit.document(), visit.store
    snippet = document.get("snippet", {})
    text = snippet.get("topLevelComment", {}).get("snippet", {}).get("textOriginal", "")
    if not snippet.get("videoId"):
        told = "Each comment thread must be linked to a video."
        raise errors.invalid("channelOrVideoIdMissing", told, "body.snippet.videoId", DOMAIN)
    if not text.strip():
        raise errors.invalid("commentTextRequired", "Comments cannot be blank.", TEXT_PLACE, DOMAIN)
    if len(text) > TEXT_LIMIT:
        raise errors.invalid("commentTextTooLong", "The comment text is too long.", TEXT_PLACE, DOMAIN)
    video = store.video(snippet["videoId"], visit.channel.id)
    if video is None:
        raise errors.not_found("videoNotFound", "video", DOMAIN, "videoId")
    if snippet.get("channelId", video.channel) != video.channel:
        raise errors.not_found("channelNotFound", "channel", DOMAIN, "channelId")
    if video.privacy == "private" or video.document["status"].get("selfDeclaredMadeForKids"):
        told = "The video identified by the <code>videoId</code> parameter has disabled comments."
        raise errors.google(403, "commentsDisabled", told, DOMAIN, location="videoId", kind="parameter")
    now = store.now()
    comment = Comment(
        id=f"Ug{store.new_id('comment', 22)}AaABAg",
        video=video.id,
        channel=visit.channel.id,
        text=text,
        created_at=now,
        hidden_until=now + visit.orders.hide_seconds if visit.orders.hide_seconds else 0.0,
    )
    store.comments[comment.id] = comment
    store.world.ledger.append(
        Entry(
            platform="youtube",
            account_id=comment.channel,
            remote_id=comment.id,
            parent=video.id,
            path=f"{watch_path(video.id)}&lc={comment.id}",
            text=text,
            created_at=now,
            requests=(visit.request.sequence,),
        )
    )
    return replace(json_reply(render_thread(store, comment, visit.parts, text)), effect=True)


def read(visit: Visit) -> Reply:
    """Newest first; the text as HTML unless plainText is asked for."""
    store, asked = visit.store, visit.asked
    kind = the_filter(visit, "videoId", "allThreadsRelatedToChannelId", "channelId", "id")
    every = [one for one in reversed(store.comments.values()) if one.hidden_until <= store.now()]
    if kind == "videoId":
        if store.video(asked["videoId"], visit.channel.id) is None:
            raise errors.not_found("videoNotFound", "video", DOMAIN, "videoId")
        every = [one for one in every if one.video == asked["videoId"]]
    elif kind == "id":
        every = [one for one in every if one.id in asked["id"]]
    else:
        owner = asked[kind]
        every = [one for one in every if store.videos[one.video].channel == owner and kind != "channelId"]
    if words := asked.get("searchTerms", "").lower():
        every = [one for one in every if words in one.text.lower()]
    seen = [one for one in every if store.video(one.video, visit.channel.id)]
    return page(visit, "commentThread", seen, lambda one: _rendered(visit, one), size=20)


def _rendered(visit: Visit, comment: Comment) -> dict[str, Any]:
    plain = visit.asked.get("textFormat", "html") == "plainText"
    shown = comment.text if plain else escape(comment.text, quote=False).replace("\n", "<br>")
    return render_thread(visit.store, comment, visit.parts, shown)
