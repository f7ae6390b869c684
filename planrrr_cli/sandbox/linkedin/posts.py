"""POST /rest/posts: everything that is asked of a new post before it is one.

Source: learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api (read 2026-11-23).
"""

import json
from dataclasses import replace
from typing import Any, Final

from planrrr_cli.sandbox.linkedin import errors
from planrrr_cli.sandbox.linkedin.content import CONTENT, accept_content
from planrrr_cli.sandbox.linkedin.fields import flag, many, text, thing, word
from planrrr_cli.sandbox.linkedin.littletext import Little, length_of, read_little
from planrrr_cli.sandbox.linkedin.model import Lifecycle, Post
from planrrr_cli.sandbox.linkedin.publishing import add_post
from planrrr_cli.sandbox.linkedin.visit import WRITE, Visit, urn_of
from planrrr_cli.sandbox.wire import Reply

# Used by all clients; no official page with the number was seen. Counted here is what people would read.
COMMENTARY_LIMIT: Final = 3_000
# learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/ugc-post-api tells to wait 10 minutes.
DUPLICATE_SECONDS: Final = 600

FIELDS: Final = {
    "author": text(required=True),
    "commentary": text(required=True),
    "visibility": word("PUBLIC", "CONNECTIONS", "LOGGED_IN", "CONTAINER", required=True),
    "distribution": thing(
        {
            "feedDistribution": word("MAIN_FEED", "NONE", required=True),
            "targetEntities": many(text(), most=0),
            "thirdPartyDistributionChannels": many(text(), most=0),
        },
        required=True,
    ),
    "lifecycleState": word("PUBLISHED", required=True),
    "isReshareDisabledByAuthor": flag(),
    "content": thing(CONTENT),
    "reshareContext": thing({"parent": text(required=True)}),
}


def create(visit: Visit) -> Reply:
    """201 without a body; what became of it is in the header."""
    visit.check_query()
    visit.grant()
    document = visit.document(FIELDS)
    little = read_little(document["commentary"])
    store = visit.store
    with store.lock:
        author = urn_of(document["author"], "/author", "person", "organization")
        visit.require(author, WRITE)
        _check_audience(author, document)
        _check_words(document["commentary"], little)
        assets = accept_content(store, document.get("content", {}), author)
        post = _post(visit, author, document, little, assets)
        _check_duplicate(visit, post)
        effect = add_post(store, post)
    told = (("x-restli-id", post.urn), ("x-linkedin-id", post.urn))
    return Reply(201, b"", told, effect=effect)


def _check_audience(author: str, document: dict[str, Any]) -> None:
    visibility, person = document["visibility"], author.startswith("urn:li:person:")
    if visibility == "CONNECTIONS" and not person:
        raise errors.invalid_value("/visibility", "only a person has connections")
    if visibility == "CONTAINER":  # a group's post, which needs a field that is not imitated
        raise errors.missing_field("/container")
    if document["distribution"]["feedDistribution"] == "NONE" and person:
        raise errors.invalid_value("/distribution/feedDistribution", "only an organization has dark posts")


def _check_words(source: str, little: Little) -> None:
    if not source.strip():
        raise errors.empty_commentary()
    length = length_of(little.shown + little.lost)
    if length > COMMENTARY_LIMIT:
        raise errors.too_long("/commentary", length, COMMENTARY_LIMIT)


def _post(
    visit: Visit, author: str, document: dict[str, Any], little: Little, assets: tuple[str, ...]
) -> Post:
    store, now, content = visit.store, visit.store.now(), document.get("content", {})
    parent = document.get("reshareContext", {}).get("parent")
    if parent is not None:
        if content:
            raise errors.invalid_value("/content", "a reshare has no content of its own")
        if store.post_of(urn_of(parent, "/reshareContext/parent", "share", "ugcPost")) is None:
            raise errors.invalid_urn_id("/reshareContext/parent")
    # Texts and images are mostly shares; whatever has to be processed is a ugcPost.
    kind = "ugcPost" if any(store.assets[urn].kind != "image" for urn in assets) else "share"
    number = store.new_post_number(lambda number: store.post_of(f"urn:li:activity:{number}") is not None)
    return Post(
        urn=f"urn:li:{kind}:{number}",
        author=author,
        commentary=little.kept,
        shown=little.shown,
        content=content,
        visibility=document["visibility"],
        feed=document["distribution"]["feedDistribution"],
        created_at=now,
        modified_at=now,
        fingerprint=json.dumps([little.shown, content, parent], sort_keys=True),
        lifecycle=_fate(visit, author, assets),
        reshare_of=parent,
        reshare_disabled=document.get("isReshareDisabledByAuthor", False),
        hidden_until=now + visit.orders.hide_seconds if visit.orders.hide_seconds else 0.0,
        assets=assets,
        requests=(visit.request.sequence,),
    )


def _fate(visit: Visit, author: str, assets: tuple[str, ...]) -> Lifecycle:
    """Whether this is one of the posts whose media were told to fail after the 201."""
    account = visit.store.accounts.get(author)
    if not assets or account is None or not account.failing_posts:
        return Lifecycle.PUBLISHED
    visit.store.accounts[author] = replace(account, failing_posts=account.failing_posts - 1)
    return Lifecycle.PUBLISH_FAILED


def _check_duplicate(visit: Visit, post: Post) -> None:
    """Words, link and the very media decide; the same file uploaded anew makes another post, as far as anyone knows."""
    store = visit.store
    for urn in reversed(store.alike.get((post.author, post.fingerprint), [])):
        earlier = store.posts.get(urn)
        if earlier is None or earlier.lifecycle is Lifecycle.PUBLISH_FAILED:
            continue
        if 0 <= post.created_at - earlier.created_at < DUPLICATE_SECONDS:
            raise errors.duplicate_post(urn)
