"""Reads the query of a call: which parameters it takes, and which view of posts, users, media and polls is wanted.

Names: the specification 2.167 (`post.fields`) and the one before it (`tweet.fields`). A name that 2.167 knows as an
expansion only is dropped from `post.fields` without a word, as the live service was seen to do in September 2026.
"""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from planrrr_cli.sandbox.wire import Request
from planrrr_cli.sandbox.x import problems
from planrrr_cli.sandbox.x.frames import Generation


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHARED: Final = """
article attachments card_uri community_id context_annotations conversation_id created_at display_text_range
edit_controls entities geo id lang media_metadata non_public_metrics organic_metrics paid_partnership
possibly_sensitive promoted_metrics public_metrics reply_settings scopes source suggested_source_links text withheld
"""
POST_FIELDS: Final = _words(_SHARED) | _words(
    "article_title matched_media_notes note_post note_request_suggestions suggested_source_links_with_counts"
)
TWEET_FIELDS: Final = _words(_SHARED) | _words(
    "author_id edit_history_tweet_ids in_reply_to_user_id note_tweet referenced_tweets username"
)
EXPANSION_FIELDS: Final = _words(
    "author_id edit_history_post_ids in_reply_to_user_id referenced_posts username"
)
_SHARED_EXPANSIONS: Final = _words(
    "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet "
    "attachments.poll_ids author_id entities.mentions.username geo.place_id in_reply_to_user_id"
)
POST_EXPANSIONS: Final = _SHARED_EXPANSIONS | _words("edit_history_post_ids referenced_posts username")
TWEET_EXPANSIONS: Final = _SHARED_EXPANSIONS | _words(
    "edit_history_tweet_ids entities.note.mentions.username referenced_tweets.id referenced_tweets.id.author_id "
    "referenced_tweets.id.attachments.media_keys"
)
USER_FIELDS: Final = _words(
    "affiliation confirmed_email connection_status created_at description entities id is_identity_verified location "
    "name parody profile_banner_url profile_image_url protected public_metrics receives_your_dm subscribes_to_you "
    "subscription subscription_type url username verified verified_followers_count verified_type withheld "
    "most_recent_post_id most_recent_tweet_id pinned_post_id pinned_tweet_id"
)
USER_EXPANSIONS: Final = _words(
    "affiliation most_recent_post_id pinned_post_id most_recent_tweet_id pinned_tweet_id affiliation.user_id"
)
MEDIA_FIELDS: Final = _words(
    "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url promoted_metrics "
    "public_metrics type url variants width"
)
POLL_FIELDS: Final = _words("duration_minutes end_datetime id options voting_status")
PLACE_FIELDS: Final = _words("contained_within country country_code full_name geo id name place_type")

SELECTORS: Final = ("tweet.fields", "post.fields", "expansions", "user.fields")
POST_SELECTORS: Final = (*SELECTORS, "media.fields", "poll.fields", "place.fields")


@dataclass(frozen=True, slots=True)
class View:
    """What is wanted, and in which generation's names: posts have the older ones unless the newer are asked for."""

    generation: Generation
    post: frozenset[str] = frozenset()
    expansions: frozenset[str] = frozenset()
    user: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    poll: frozenset[str] = frozenset()

    @property
    def legacy(self) -> bool:
        return self.generation is not Generation.POST


def parameters(query: str) -> dict[str, str]:
    """Raises Problem for what is no query, and for a name that comes twice."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError as bad:
        raise problems.invalid_request("The query is not URL-encoded UTF-8.") from bad
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise problems.invalid_request(f"The query parameter [{name}] is given twice.", {name: [value]})
        found[name] = value
    return found


def known_only(found: dict[str, str], names: tuple[str, ...]) -> None:
    for name, value in found.items():
        if name not in names:
            listed = ",".join(names)
            message = f"The query parameter [{name[:100]}] is not one of [{listed}]"
            raise problems.invalid_request(message, {name[:100]: [value[:200]]})


def checked(query: str, table: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Text parameters with a pattern or an enumeration."""
    found = parameters(query)
    known_only(found, tuple(table))
    for name, value in found.items():
        words, pattern = table[name].get("enum"), table[name].get("pattern", ".*")
        if (words and value not in words) or not re.fullmatch(pattern, value, re.ASCII):
            expected = f"one of [{','.join(words)}]" if words else f"valid: {pattern}"
            message = f"The `{name}` query parameter value [{value[:100]}] is not {expected}"
            raise problems.invalid_request(message, {name: [value[:200]]})
    return found


def read_view(found: dict[str, str], speaks: Generation, *, of_user: bool = False) -> View:
    """`speaks` is which names the service takes. Raises Problem for names that it does not know."""
    generation = _generation(found, speaks)
    legacy = generation is not Generation.POST
    fields = TWEET_FIELDS if legacy else POST_FIELDS | EXPANSION_FIELDS
    expansions = TWEET_EXPANSIONS if legacy else POST_EXPANSIONS
    post = _listed(found, "tweet.fields" if legacy else "post.fields", fields)
    return View(
        generation,
        post if legacy else post & POST_FIELDS,
        _listed(found, "expansions", USER_EXPANSIONS if of_user else expansions),
        _listed(found, "user.fields", USER_FIELDS),
        _listed(found, "media.fields", MEDIA_FIELDS),
        _listed(found, "poll.fields", POLL_FIELDS),
    )


def _generation(found: dict[str, str], speaks: Generation) -> Generation:
    """That of the selector that was used, or of expansions that only one of them has; both when nothing tells."""
    refused = {Generation.TWEET: "post.fields", Generation.POST: "tweet.fields"}.get(speaks)
    if refused in found:
        known_only(found, tuple(name for name in found if name != refused))
    if "tweet.fields" in found and "post.fields" in found:
        message = "tweet.fields and post.fields cannot be used together"
        raise problems.invalid_request(message, {"post.fields": [found["post.fields"][:200]]})
    if speaks is not Generation.BOTH:
        return speaks
    if "tweet.fields" in found:
        return Generation.TWEET
    asked = set(found.get("expansions", "").split(","))
    new = "post.fields" in found or not asked.isdisjoint(POST_EXPANSIONS - TWEET_EXPANSIONS)
    return Generation.POST if new else Generation.BOTH


def _listed(found: dict[str, str], name: str, known: frozenset[str]) -> frozenset[str]:
    if name not in found:
        return frozenset()
    words = found[name].split(",")
    for word in words:
        if word not in known:
            message = (
                f"The `{name}` query parameter value [{word[:100]}] is not one of [{','.join(sorted(known))}]"
            )
            raise problems.invalid_request(message, {name: [word[:200]]})
    if len(set(words)) < len(words):
        message = f"The `{name}` query parameter value [{found[name][:100]}] contains duplicates"
        raise problems.invalid_request(message, {name: [found[name][:200]]})
    return frozenset(words)


def view_of(request: Request, speaks: Generation, more: tuple[str, ...] = ()) -> tuple[dict[str, str], View]:
    """The query of a call that gives posts, whose own parameters are `more`."""
    found = parameters(request.query)
    known_only(found, (*more, *POST_SELECTORS))
    return found, read_view(found, speaks)
