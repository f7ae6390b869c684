"""The limits of what people read: captions with hashtags and mentions, alt texts, comments."""

import re
from typing import Final

from planrrr_cli.sandbox.facebook import errors as graph
from planrrr_cli.sandbox.instagram import errors

# .../instagram-graph-api/reference/ig-user/media (2026-03-01)
CAPTION: Final = 2_200
HASHTAGS: Final = 30
MENTIONS: Final = 20
ALT: Final = 1_000
# Of comments, from older documentation; today's names none.
COMMENT: Final = 300
COMMENT_HASHTAGS: Final = 4
COMMENT_LINKS: Final = 1

HASHTAG: Final = re.compile(r"(?<![\w&/])#(?=\w*[^\W\d_])\w+")
MENTION: Final = re.compile(r"(?<![\w@.])@[A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?")
LINK: Final = re.compile(r"https?://\S+", re.IGNORECASE)


def length(text: str) -> int:
    """How the real service counts is not documented: code points or UTF-16 units, whichever is more."""
    return max(len(text), len(text.encode("utf-16-le", "surrogatepass")) // 2)


def check_caption(caption: str) -> None:
    """30 hashtags have no subcode of their own in the documentation: too many are told as a caption too long."""
    if length(caption) > CAPTION:
        raise errors.caption_too_long("characters", length(caption), CAPTION)
    if (tags := len(HASHTAG.findall(caption))) > HASHTAGS:
        raise errors.caption_too_long("hashtags", tags, HASHTAGS)
    if len(MENTION.findall(caption)) > MENTIONS:
        raise errors.refused(2207040)


def check_alt(alt: str) -> None:
    if length(alt) > ALT:
        raise graph.invalid_parameter(f"Param alt_text must be at most {ALT} characters")


def check_comment(text: str) -> None:
    if not text.strip():
        raise graph.missing_parameter("message")
    if length(text) > COMMENT:
        raise graph.invalid_parameter(f"A comment has at most {COMMENT} characters")
    if len(HASHTAG.findall(text)) > COMMENT_HASHTAGS:
        raise graph.invalid_parameter(f"A comment has at most {COMMENT_HASHTAGS} hashtags")
    if len(LINK.findall(text)) > COMMENT_LINKS:
        raise graph.invalid_parameter(f"A comment has at most {COMMENT_LINKS} link")
    if text.isupper() and len(text) > 1:
        raise graph.invalid_parameter("A comment cannot consist of capital letters only")
