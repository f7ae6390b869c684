"""What X lets an account post: lengths, tags, conversations, duplicates, edits; nothing is kept here."""

from typing import Any, Final

from planrrr_cli.sandbox.x import problems
from planrrr_cli.sandbox.x.length import has_invalid_characters, weighted_length
from planrrr_cli.sandbox.x.model import Account, Plan, Post
from planrrr_cli.sandbox.x.store import Store
from planrrr_cli.sandbox.x.texts import SHORT, cashtags, mentions

LONG: Final = 25_000
# How long the filter remembers is not documented; a day is longer than any rehearsal's retries.
DUPLICATES_REMEMBERED: Final = 86_400
# docs.x.com/x-api/fundamentals/edit-posts (2026-08-22); the changelog of October 2025 speaks of an hour.
EDIT_WINDOW: Final = 1800
EDITS: Final = 5
EXCLUSIVE: Final = ("poll", "quote_tweet_id", "media", "card_uri", "direct_message_deep_link")


def check_exclusions(body: dict[str, Any]) -> None:
    given = [name for name in EXCLUSIVE if name in body]
    if len(given) > 1:
        raise problems.only_one_of({name: str(body[name])[:200] for name in given})


def check_text(account: Account, text: str, *, has_media: bool) -> None:
    """Raises Problem for a text that is missing, unreadable, too long for the account, or holds two cashtags."""
    if not text.strip() and not has_media:
        raise problems.invalid_request("$.text: is missing but it is required", {"$.text": [text]})
    if has_invalid_characters(text):
        raise problems.invalid_request("$.text: holds characters that are not allowed", {"$.text": []})
    if weighted_length(text) > (LONG if account.long_posts else SHORT):
        raise problems.not_permitted()
    if account.plan is not Plan.ENTERPRISE and len(cashtags(text)) > 1:
        raise problems.too_many_cashtags()


def check_parent(store: Store, account: Account, parent_id: str) -> Post:
    """The post that is replied to. On self-serve plans it is one's own, or its author spoke of the account."""
    parent = store.posts.get(parent_id)
    if parent is None or parent.deleted:
        raise problems.parent_gone()
    if parent.account_id == account.id:
        return parent
    spoken_of = account.username.lower() in mentions(parent.text) or _quotes(store, parent, account)
    if account.plan is not Plan.ENTERPRISE and not spoken_of:
        raise problems.not_your_conversation(parent_id)
    if parent.reply_settings != "everyone" and not spoken_of:
        raise problems.conversation_closed()
    return parent


def _quotes(store: Store, post: Post, account: Account) -> bool:
    quoted = store.posts.get(post.quoted_id or "")
    return quoted is not None and quoted.account_id == account.id


def check_quoted(store: Store, account: Account, quoted_id: str) -> Post:
    """Quoting by the API is for Enterprise plans only, since April 2026."""
    if account.plan is not Plan.ENTERPRISE:
        raise problems.not_your_conversation(quoted_id)
    quoted = store.visible(quoted_id)
    if quoted is None:
        raise problems.not_found("tweet", quoted_id, "quote_tweet_id")
    return quoted


def check_edited(store: Store, account: Account, previous_id: str) -> Post:
    """The version that is edited: one's own newest, while its window is open; editing needs Premium."""
    previous = store.posts.get(previous_id)
    if previous is None or previous.deleted or previous.account_id != account.id:
        raise problems.invalid_request(
            "The post to edit does not exist.", {"edit_options.previous_post_id": [previous_id]}
        )
    first = store.posts[previous.history[0]]
    over = store.now() - first.created_at > EDIT_WINDOW or len(previous.history) > EDITS
    if not account.long_posts or over or previous.superseded or previous.poll or previous.parent_id:
        raise problems.not_permitted()
    return previous


def check_duplicate(store: Store, account: Account, text: str) -> None:
    """By the text alone, whatever the media or the parent; an empty text is no duplicate of another."""
    if not text.strip():
        return
    since = store.now() - DUPLICATES_REMEMBERED
    for post_id in reversed(store.timeline[account.id]):
        post = store.posts[post_id]
        if post.created_at < since:
            return
        if not post.deleted and not post.superseded and post.text.strip() == text.strip():
            raise problems.duplicate()
