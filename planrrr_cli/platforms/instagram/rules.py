"""Whether Instagram takes a post: what goes together, where its media lie, and what the account may do. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from planrrr_cli.domain.connections import Connection, Platform
from planrrr_cli.domain.posts import ContentRules, Limit, Media, MediaKind, Post, Problem, Severity
from planrrr_cli.platforms.addresses import is_loopback
from planrrr_cli.platforms.instagram.calls import Login, login_in
from planrrr_cli.platforms.instagram.form import form_of
from planrrr_cli.platforms.instagram.media_rules import Form, cover_problems, medium_problems
from planrrr_cli.platforms.instagram.option_rules import option_problems
from planrrr_cli.platforms.instagram.options import COVER, FILES

_MEDIA = "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media"
_READ = "2026-11-23"
TEXT = Limit(2_200, f"{_MEDIA} (how it counts is not documented: we take the larger of two countings)", _READ)
ITEMS = Limit(10, "https://developers.facebook.com/docs/instagram-platform/content-publishing", _READ)
HASHTAGS = Limit(30, _MEDIA, _READ)
SHOWN_HASHTAGS = Limit(5, "several news sites: what the product allows since December 2025", _READ)
MENTIONS = Limit(20, _MEDIA, _READ)
COMMENT = Limit(300, "older documentation; today's names no number", _READ)

_HASHTAG = re.compile(r"(?<![\w&/])[#＃]\w+")
_MENTION = re.compile(r"(?<![\w.])@[A-Za-z0-9_.]*[A-Za-z0-9_]")

PUBLISHING = {
    Login.INSTAGRAM: "instagram_business_content_publish",
    Login.FACEBOOK: "instagram_content_publish",
}
COMMENTING = {
    Login.INSTAGRAM: "instagram_business_manage_comments",
    Login.FACEBOOK: "instagram_manage_comments",
}
_SERVE = (
    "Instagram fetches media from public addresses: put the file below MEDIA_ROOT, serve that folder and set "
    "MEDIA_PUBLIC_BASE_URL, or name a url:"
)


def utf16_units(text: str) -> int:
    """Never less than code points, so that too much is never sent."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _warning(rule: str, message: str, medium: int | None = None) -> Problem:
    return Problem(rule, message, Severity.WARNING, medium)


def _needs_media(post: Post) -> Iterator[Problem]:
    if not post.media:
        yield Problem(
            "no_media", "Instagram takes no posts without an image or a video; add one under media:"
        )


def _words(post: Post) -> Iterator[Problem]:
    tags, names = len(_HASHTAG.findall(post.text)), len(_MENTION.findall(post.text))
    if tags > HASHTAGS.value:
        over = tags - HASHTAGS.value
        yield Problem("too_many_hashtags", f"the text has {tags} hashtags, {over} more than {HASHTAGS.value}")
    elif tags > SHOWN_HASHTAGS.value:
        yield _warning(
            "many_hashtags",
            f"the text has {tags} hashtags; Instagram has been cutting posts down to {SHOWN_HASHTAGS.value}",
        )
    if names > MENTIONS.value:
        over = names - MENTIONS.value
        yield Problem(
            "too_many_mentions", f"the text has {names} @ mentions, {over} more than {MENTIONS.value}"
        )


def _unused(post: Post) -> Iterator[Problem]:
    if post.link:
        yield _warning("link_unused", "Instagram shows no links; the link is not sent")
    if post.title:
        yield _warning("title_unused", "Instagram has no titles; the title is not sent")
    if form_of(post) is not Form.STORY:
        if utf16_units(post.first_comment or "") > COMMENT.value:
            yield _warning(
                "comment_long", f"Instagram may refuse a comment of more than {COMMENT.value} characters"
            )
        return
    if post.text.strip():
        yield _warning("story_text", "a story shows no text; the text is not sent")
    if post.first_comment:
        yield _warning("story_comment", "a story has no comments; the first comment is not sent")


def _media(post: Post) -> Iterator[Problem]:
    form = form_of(post)
    for position, medium in enumerate(post.media):
        yield from medium_problems(medium, position, form or Form.CAROUSEL)
        video = medium.kind is MediaKind.VIDEO
        if medium.alt and (video or form in {Form.STORY, Form.REEL}):
            said = (
                f"medium {position + 1}: Instagram has no descriptions for videos and stories; it is not sent"
            )
            yield _warning("alt_unused", said, position)
        yield from _address(medium, position)
    if (cover := post.attachments.get(COVER)) is not None:
        yield from cover_problems(cover)


def _address(medium: Media, position: int) -> Iterator[Problem]:
    """Addresses have to be ASCII: https://developers.facebook.com/docs/instagram-platform/content-publishing (read
    2026-11-23)."""
    name, address = f"medium {position + 1}", medium.public_url or medium.url or ""
    if not address.isascii():
        said = f"the address of {name} has characters that are not ASCII; write them percent-encoded"
        yield Problem("address_not_ascii", said, medium=position)
    elif address.startswith("http://") and not is_loopback(urlsplit(address).hostname or ""):
        yield _warning(
            "address_not_https", f"the address of {name} is not https, which Instagram asks for", position
        )


def _unserved(login: Login | None, post: Post) -> Iterator[Problem]:
    """Only bytes of videos are ever taken, and from accounts of Facebook Login alone:
    https://developers.facebook.com/docs/instagram-platform/content-publishing/resumable-uploads (read 2026-11-23).

    While no account is named this is a warning: where a file can be fetched says nothing of the document.
    """
    severity = Severity.WARNING if login is None else Severity.ERROR
    for position, medium in enumerate(post.media):
        if medium.public_url is not None or medium.url is not None or medium.kind is None:
            continue
        said = f"medium {position + 1} has no public address"
        if medium.kind is MediaKind.VIDEO:
            if login is Login.FACEBOOK:
                continue
            said += ", and only accounts of Facebook Login take files"
        yield Problem("no_public_address", f"{said}; {_SERVE}", severity, position)
    cover = post.attachments.get(COVER)
    if cover is not None and cover.public_url is None and cover.file is not None:
        yield Problem("no_public_address", f"the cover has no public address; {_SERVE}", severity)


def _account_problems(connection: Connection, post: Post) -> Iterator[Problem]:
    login = login_in(connection.options)
    named = connection.options.get("login")
    if named not in {None, *Login}:
        yield Problem("bad_account", f"the account's login is “{named}”; it can be {' or '.join(Login)}")
    if not connection.scopes:  # nobody knows what was granted
        return
    if PUBLISHING[login] not in connection.scopes:
        other = Login.FACEBOOK if login is Login.INSTAGRAM else Login.INSTAGRAM
        mend = (
            f"its permissions are those of login={other}, so add the account again with that option"
            if PUBLISHING[other] in connection.scopes
            else "sign in again and grant it: planrrr connect instagram"
        )
        yield Problem("missing_scope", f"the permission {PUBLISHING[login]} is missing; {mend}")
    if post.first_comment and COMMENTING[login] not in connection.scopes:
        said = f"the permission {COMMENTING[login]} is missing, so Instagram refuses the first comment"
        yield _warning("missing_scope", said)


INSTAGRAM_RULES = ContentRules(
    platform=Platform.INSTAGRAM,
    text=TEXT,
    media_count=ITEMS,
    count=utf16_units,
    checks=(
        _needs_media,
        option_problems,
        _words,
        _unused,
        _media,
        lambda post: _unserved(None, post),
    ),
    files=FILES,
)


def rules_for(connection: Connection | None) -> ContentRules:
    """What an account takes: the platform's rules, and what its login and its permissions add."""
    if connection is None:
        return INSTAGRAM_RULES
    login = login_in(connection.options)
    mine = (
        lambda post: _unserved(login, post),
        lambda post: _account_problems(connection, post),
    )
    return replace(INSTAGRAM_RULES, checks=(*INSTAGRAM_RULES.checks[:-1], *mine))
