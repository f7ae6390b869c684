"""POST /2/tweets and DELETE /2/tweets/{id}: the calls that the public sees."""

from dataclasses import replace
from typing import Any, Final

from planrrr_cli.sandbox.ledger import Entry
from planrrr_cli.sandbox.wire import Reply
from planrrr_cli.sandbox.x import problems, rules
from planrrr_cli.sandbox.x.attaching import attach
from planrrr_cli.sandbox.x.bodies import CREATE
from planrrr_cli.sandbox.x.frames import Generation, json_reply
from planrrr_cli.sandbox.x.length import weighted_length
from planrrr_cli.sandbox.x.model import Account, Attached, Poll, Post
from planrrr_cli.sandbox.x.texts import SHORT, Appended, beginning, show
from planrrr_cli.sandbox.x.visit import Visit

# What the caller says of a post and can read back, or see on its page, but what changes nothing else here.
SAID: Final = (
    "card_uri",
    "community_id",
    "direct_message_deep_link",
    "for_super_followers_only",
    "made_with_ai",
    "nullcast",
    "paid_partnership",
    "share_with_followers",
)


def create(visit: Visit) -> Reply:
    store, account = visit.store, visit.account
    body = visit.body(CREATE)
    rules.check_exclusions(body)
    text = body.get("text", "")
    media, uploads = attach(visit, body.get("media", {}))
    rules.check_text(account, text, has_media=bool(media))
    edited = parent = quoted = None
    if "edit_options" in body:
        edited = rules.check_edited(store, account, body["edit_options"]["previous_post_id"])
    if "reply" in body:
        parent = rules.check_parent(store, account, body["reply"]["in_reply_to_tweet_id"])
    if "quote_tweet_id" in body:
        quoted = rules.check_quoted(store, account, body["quote_tweet_id"])
    rules.check_duplicate(store, account, text)
    post = _post(visit, body, media)
    if parent is not None:
        post = replace(post, parent_id=parent.id, conversation_id=parent.conversation_id)
    if quoted is not None:
        post = replace(post, quoted_id=quoted.id)
    if edited is not None:
        post = replace(post, history=(*edited.history, post.id))
        store.posts[edited.id] = replace(edited, superseded=True)
    store.posts[post.id] = post
    store.timeline[account.id].append(post.id)
    requests = sorted({visit.request.sequence, *(number for one in uploads for number in one.requests)})
    store.world.ledger.append(_entry(account, post, tuple(requests)))
    legacy = account.generation is Generation.TWEET
    history = "edit_history_tweet_ids" if legacy else "edit_history_post_ids"
    answer = {"data": {"id": post.id, "text": post.shown, history: list(post.history)}}
    return replace(json_reply(answer, 201), effect=True)


def _post(visit: Visit, body: dict[str, Any], media: tuple[Attached, ...]) -> Post:
    store, account, text = visit.store, visit.account, body.get("text", "")
    post_id = store.snowflakes.next(store.now())
    whole = show(text, store.short_link)
    is_long = weighted_length(text) > SHORT
    appended = _appended(account, post_id, media, is_long=is_long)
    short = show(beginning(text) if is_long else text, store.short_link, appended) if appended else whole
    hide = visit.orders.hide_seconds
    poll = body.get("poll")
    return Post(
        id=post_id,
        account_id=account.id,
        created_at=store.now(),
        text=text,
        shown=short.text,
        entities=short.entities,
        note=whole.text if is_long else None,
        note_entities=whole.entities if is_long else {},
        conversation_id=post_id,
        history=(post_id,),
        media=media,
        poll=Poll(store.snowflakes.next(store.now()), tuple(poll["options"]), poll["duration_minutes"])
        if poll
        else None,
        reply_settings=body.get("reply_settings", "everyone"),
        said={name: body[name] for name in SAID if name in body},
        hidden_until=store.now() + hide if hide else 0.0,
    )


def _appended(
    account: Account, post_id: str, media: tuple[Attached, ...], *, is_long: bool
) -> Appended | None:
    address = f"https://x.com/{account.username}/status/{post_id}"
    if media:
        shown_as = f"pic.x.com/{post_id[-10:]}"
        kind = "photo" if media[0].type == "photo" else "video"
        return Appended(f"{address}/{kind}/1", shown_as, media[0].key)
    if is_long:
        return Appended(f"https://x.com/i/web/status/{post_id}", f"x.com/i/web/status/{post_id[:8]}…")
    return None


def _entry(account: Account, post: Post, requests: tuple[int, ...]) -> Entry:
    extra: dict[str, Any] = dict(post.said)
    if post.poll:
        extra["poll"] = {"options": list(post.poll.options), "duration_minutes": post.poll.minutes}
    if post.reply_settings != "everyone":
        extra["reply_settings"] = post.reply_settings
    if post.quoted_id:
        extra["quoted_id"] = post.quoted_id
    if len(post.history) > 1:
        extra["edit_of"] = post.history[-2]
    subtitles = [track["language_code"] for medium in post.media for track in medium.subtitles.values()]
    if subtitles:
        extra["subtitles"] = subtitles
    return Entry(
        platform="x",
        account_id=account.id,
        remote_id=post.id,
        path=f"/{account.username}/status/{post.id}",
        text=post.text,
        created_at=post.created_at,
        media=tuple(one.medium for one in post.media),
        parent=post.parent_id,
        requests=requests,
        extra=extra,
    )


def delete(visit: Visit) -> Reply:
    """Gone for the API; the ledger keeps what was public once, marked as deleted."""
    store = visit.store
    post = store.posts.get(visit.node)
    if post is None or post.deleted:
        raise problems.not_found("tweet", visit.node)
    if post.account_id != visit.account.id:
        raise problems.not_yours_to_delete()
    for version in post.history:
        store.posts[version] = replace(store.posts[version], deleted=True)
        store.world.ledger.mark_deleted(version)
    return json_reply({"data": {"deleted": True}})
