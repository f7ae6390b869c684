"""How posts, users, media and polls look to the API's readers, in either generation of names."""

from datetime import UTC, datetime, timedelta
from typing import Any

from planrrr_cli.sandbox.x import problems
from planrrr_cli.sandbox.x.frames import Generation
from planrrr_cli.sandbox.x.model import Account, Attached, Poll, Post
from planrrr_cli.sandbox.x.queries import View
from planrrr_cli.sandbox.x.rules import EDIT_WINDOW, EDITS
from planrrr_cli.sandbox.x.store import Store

SOURCE = "planrrr rehearsal"


def moment(seconds: float) -> str:
    """Whole seconds, written as X does."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def post_document(store: Store, post: Post, view: View) -> dict[str, Any]:
    """id, text and edit history always; the rest as asked for; what is empty is left out."""
    legacy = view.legacy
    told: dict[str, Any] = {
        "id": post.id,
        "text": post.shown,
        "edit_history_tweet_ids" if legacy else "edit_history_post_ids": list(post.history),
    }
    asked = view.post | {name.partition(".")[0] for name in view.expansions}
    values = _values(store, post, legacy=legacy) | _conversation(store, post, legacy=legacy)
    return told | {name: value for name, value in values.items() if name in asked and value not in (None, {})}


def _values(store: Store, post: Post, *, legacy: bool) -> dict[str, Any]:
    first = store.posts[post.history[0]]
    until = first.created_at + EDIT_WINDOW
    keys, polls = [one.key for one in post.media], [post.poll.id] if post.poll else []
    attachments = {name: ids for name, ids in (("media_keys", keys), ("poll_ids", polls)) if ids}
    note = {"text": post.note, "entities": post.note_entities} if post.note is not None else {}
    zeros = ("reply_count", "like_count", "quote_count", "bookmark_count", "impression_count")
    counts = dict.fromkeys(("retweet_count" if legacy else "repost_count", *zeros), 0)
    return {
        "attachments": attachments,
        "card_uri": post.said.get("card_uri"),
        "community_id": post.said.get("community_id"),
        "conversation_id": post.conversation_id,
        "created_at": moment(post.created_at),
        "edit_controls": {
            "edits_remaining": EDITS - len(post.history) + 1,
            "is_edit_eligible": post.poll is None and post.parent_id is None,
            "editable_until": moment(until),
        },
        "entities": post.entities,
        "lang": "und",
        "note_tweet" if legacy else "note_post": note,
        "paid_partnership": post.said.get("paid_partnership"),
        "possibly_sensitive": False,
        "public_metrics": counts,
        "reply_settings": post.reply_settings,
        "source": SOURCE,
    }


def _conversation(store: Store, post: Post, *, legacy: bool) -> dict[str, Any]:
    """Who wrote it and what it answers: fields before 2.167, expansions after it."""
    pairs = (("replied_to", post.parent_id), ("quoted", post.quoted_id))
    references = [{"type": kind, "id": other} for kind, other in pairs if other]
    parent = store.posts.get(post.parent_id or "")
    return {
        "author_id": post.account_id,
        "in_reply_to_user_id": parent.account_id if parent else None,
        "username": store.accounts[post.account_id].username,
        "referenced_tweets" if legacy else "referenced_posts": references or None,
    }


def includes(store: Store, posts: list[Post], view: View) -> dict[str, Any]:
    """What the expansions of these posts lead to; empty when there is nothing."""
    users: dict[str, Account] = {}
    others: dict[str, Post] = {}
    media: dict[str, Attached] = {}
    polls: dict[str, tuple[Poll, Post]] = {}
    wants = view.expansions
    for post in posts:
        parent = store.posts.get(post.parent_id or "")
        if "author_id" in wants:
            users[post.account_id] = store.accounts[post.account_id]
        if "in_reply_to_user_id" in wants and parent:
            users[parent.account_id] = store.accounts[parent.account_id]
        if wants & {"referenced_posts", "referenced_tweets.id"}:
            found = (store.visible(other or "") for other in (post.parent_id, post.quoted_id))
            others |= {one.id: one for one in found if one}
        if wants & {"edit_history_post_ids", "edit_history_tweet_ids"}:
            others |= {version: store.posts[version] for version in post.history}
        if "attachments.media_keys" in wants:
            media |= {one.key: one for one in post.media}
        if "attachments.poll_ids" in wants and post.poll:
            polls[post.poll.id] = (post.poll, post)
    parts = {
        "users": [user_document(store, one, view) for one in users.values()],
        "tweets" if view.legacy else "posts": [post_document(store, one, view) for one in others.values()],
        "media": [_media_document(one, view) for one in media.values()],
        "polls": [_poll_document(poll, post, view) for poll, post in polls.values()],
    }
    return {name: part for name, part in parts.items() if part}


def _media_document(medium: Attached, view: View) -> dict[str, Any]:
    values = {"alt_text": medium.medium.alt, "public_metrics": {"view_count": 0}}
    told = {name: value for name, value in values.items() if name in view.media and value}
    return {"media_key": medium.key, "type": medium.type} | told


def _poll_document(poll: Poll, post: Post, view: View) -> dict[str, Any]:
    ends = datetime.fromtimestamp(int(post.created_at), UTC) + timedelta(minutes=poll.minutes)
    options = [{"position": place, "label": label, "votes": 0} for place, label in enumerate(poll.options, 1)]
    values = {
        "duration_minutes": poll.minutes,
        "end_datetime": moment(ends.timestamp()),
        "voting_status": "open",
    }
    return {"id": poll.id, "options": options} | {
        name: value for name, value in values.items() if name in view.poll
    }


def user_document(store: Store, account: Account, view: View) -> dict[str, Any]:
    posts = [store.posts[post_id] for post_id in store.timeline[account.id]]
    standing = [post for post in posts if store.visible(post.id) and not post.superseded]
    newest = standing[-1].id if standing else None
    counts = {Generation.TWEET: ("tweet_count",), Generation.POST: ("post_count",)}
    names = counts.get(view.generation, ("tweet_count", "post_count"))
    values: dict[str, Any] = {
        "created_at": moment(account.created_at),
        "most_recent_post_id": newest,
        "most_recent_tweet_id": newest,
        "protected": False,
        "public_metrics": dict.fromkeys(("followers_count", "following_count", "listed_count"), 0)
        | dict.fromkeys(names, len(standing)),
        "subscription_type": "Premium" if account.long_posts else "None",
        "verified": account.long_posts,
        "verified_type": "blue" if account.long_posts else "none",
    }
    asked = view.user | view.expansions
    told = {name: value for name, value in values.items() if name in asked and value is not None}
    return {"id": account.id, "name": account.name, "username": account.username} | told


def missing(post_id: str, generation: Generation, parameter: str = "id") -> dict[str, Any]:
    """The entry of `errors` for a post that is not there, or not shown."""
    kind = "post" if generation is Generation.POST else "tweet"
    return problems.not_found(kind, post_id, parameter).document(generation)
