"""From a post to the parts that are sent one after another, and each part's request body. Pure; nothing is judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from planrrr_cli.domain.posts import Post
from planrrr_cli.platforms.x.length import measure
from planrrr_cli.platforms.x.options import Options, read_options
from planrrr_cli.platforms.x.split import split
from planrrr_cli.platforms.x.structures import Written

SHORT_TEXT = 280
MOST_PARTS = 100


@dataclass(frozen=True, slots=True)
class Part:
    """What becomes one post on X. ``media`` are positions in the whole post, counted from 0."""

    text: str
    media: tuple[int, ...] = ()


def parts_of(post: Post, options: Options | None = None) -> tuple[Part, ...]:
    """The parts in their order, always at least one.

    The text is the first part (with the link at its end, unless it is in the text already), and the items of
    ``thread`` follow it; without a text the first item is the first part. Media that no item asks for go to the first
    part. ``thread: auto`` cuts the text where it is longer than X takes. A text that would need more than
    ``MOST_PARTS`` parts is left whole.
    """
    options = read_options(post.options) if options is None else options
    written = list(options.thread or ())
    if written and not post.text.strip():
        first, rest = written[0], written[1:]
    else:
        first, rest = Written(post.text), written
    asked = {position for one in (first, *rest) for position in one.media}
    free = tuple(position for position in range(len(post.media)) if position not in asked)
    text = with_link(first.text, post.link)
    texts = _cut(text) if options.auto else (text,)
    head = Part(texts[0], (*first.media, *free))
    return (head, *(Part(one) for one in texts[1:]), *(Part(one.text, one.media) for one in rest))


def with_link(text: str, link: str | None) -> str:
    """X has no field for a link: it is a part of the text."""
    if not link or link in text:
        return text
    return f"{text.rstrip()}\n{link}" if text.strip() else link


@lru_cache(maxsize=16)
def _cut(text: str) -> tuple[str, ...]:
    length = measure(text).characters
    if length <= SHORT_TEXT or length > SHORT_TEXT * MOST_PARTS:
        return (text,)
    parts = split(text, SHORT_TEXT, most=MOST_PARTS)
    return tuple(parts) if len(parts) <= MOST_PARTS else (text,)


def body_of(
    part: Part, options: Options, *, first: bool, media_ids: list[str], reply_to: str | None
) -> dict[str, Any]:
    """The body of ``POST /2/tweets``: https://github.com/xdevplatform/docs openapi.json 2.167 (read 2026-08-22).

    Polls, quotes, communities and who may reply belong to the first part; the labels to all.
    """
    body: dict[str, Any] = {"text": part.text}
    if media_ids:
        body["media"] = {"media_ids": media_ids}
    if reply_to is not None:
        body["reply"] = {"in_reply_to_tweet_id": reply_to}
    if options.made_with_ai:
        body["made_with_ai"] = True
    if options.paid_partnership:
        body["paid_partnership"] = True
    if not first:
        return body
    if options.poll is not None:
        body["poll"] = {"options": list(options.poll.choices), "duration_minutes": options.poll.minutes}
    if options.quote is not None:
        body["quote_tweet_id"] = options.quote
    if options.reply_settings is not None:
        body["reply_settings"] = options.reply_settings
    if options.community_id is not None:
        body["community_id"] = options.community_id
    if options.share_with_followers:
        body["share_with_followers"] = True
    return body
