"""The Facebook twin's memory and its lock; finds and keeps things, decides nothing about the protocol."""

import threading
from dataclasses import asdict, replace
from typing import Any

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.facebook.model import (
    Comment,
    Grant,
    Holder,
    Linked,
    LoginCode,
    Page,
    Photo,
    Post,
    Session,
    Stage,
    Video,
)
from planrrr_cli.sandbox.media import Medium
from planrrr_cli.sandbox.world import World

# developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived: about 60 days; 1 to 2 hours.
LONG_LIVED = 5_183_944
SHORT_LIVED = 5_400
NAMES = (
    "Harbour Bakery",
    "Mill Street Books",
    "Northside Cycling",
    "Café Linde",
    "Riverside Pottery",
    "Old Town Choir",
)


class Store:
    """Everything is read and changed under `lock`, which is never held while bytes travel."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lock = threading.RLock()
        self.app_id = seeds.digits(world.seed, "facebook", "app")
        self.app_secret = seeds.digest(world.seed, "facebook", "secret").hex()[:32]
        self.user_id = seeds.digits(world.seed, "facebook", "user", length=17)
        self.linked: dict[str, Linked] = {}  # Page -> Instagram account; kept by the Instagram twin
        self.clear()

    def clear(self) -> None:
        """As at the first start: nothing posted, the accounts and tokens that follow from the seed."""
        self.numbers = seeds.Numbers(self.world.seed)
        self.pages: dict[str, Page] = {}
        self.grants: dict[str, Grant] = {}
        self.photos: dict[str, Photo] = {}
        self.posts: dict[str, Post] = {}
        self.videos: dict[str, Video] = {}
        self.comments: dict[str, Comment] = {}
        self.sessions: dict[str, Session] = {}
        self.handles: dict[str, Medium] = {}
        self.timeline: dict[str, list[str]] = {}
        self.scheduled: dict[str, int] = {}  # posts and videos that wait for their time
        self.newest_content: dict[str, tuple[object, ...]] = {}
        self.codes: dict[str, LoginCode] = {}
        self.exchanges = 0
        self.user_token = self._new_token("user", 0)
        self._grant(Grant(self.user_token, Holder.USER, None, self.now(), self.now() + LONG_LIVED))
        for index in range(self.world.account_count):
            name = NAMES[index % len(NAMES)] + ("" if index < len(NAMES) else f" {index + 1}")
            page = Page(seeds.digits(self.world.seed, "facebook", "page", index), name)
            self.pages[page.id] = page
            self.timeline[page.id] = []
            self.page_token(page.id)

    def now(self) -> float:
        return self.world.clock.now()

    # Tokens

    def page_token(self, page_id: str, *, short_lived: bool = False) -> str:
        """The Page's token of its present generation; a new one is derived when the last one died.

        Derived from a short-lived user token it lives for an hour, else it has no end.
        """
        if short_lived:
            token = self._new_token("page", page_id, "short", self.numbers.next())
            return self._grant(
                Grant(token, Holder.PAGE, page_id, self.now(), self.now() + 3600, short_lived=True)
            )
        page = self.pages[page_id]
        token = self._new_token("page", page_id, page.generation)
        if token in self.grants and self.grants[token].dead is not None:
            self.pages[page_id] = replace(page, generation=page.generation + 1)
            return self.page_token(page_id)
        if token not in self.grants:
            self._grant(Grant(token, Holder.PAGE, page_id, self.now()))
        return token

    def exchange_user_token(self) -> str:
        self.exchanges += 1
        self.user_token = self._new_token("user", self.exchanges)
        return self._grant(Grant(self.user_token, Holder.USER, None, self.now(), self.now() + LONG_LIVED))

    def short_user_token(self) -> tuple[str, int]:
        """What a login gives, and for how many seconds."""
        token = self._new_token("user", "short", self.numbers.next())
        self._grant(Grant(token, Holder.USER, None, self.now(), self.now() + SHORT_LIVED, short_lived=True))
        return token, SHORT_LIVED

    def living_user_token(self) -> str:
        """The user token as the accounts document shows it: a new one, as after a new sign-in, when it died."""
        grant = self.grants[self.user_token]
        expired = grant.expires_at is not None and grant.expires_at <= self.now()
        return self.exchange_user_token() if expired or grant.dead is not None else self.user_token

    def kill(self, token: str, subcode: int = 463) -> None:
        if token in self.grants:
            self.grants[token] = replace(self.grants[token], dead=subcode)

    def _grant(self, grant: Grant) -> str:
        self.grants[grant.token] = grant
        return grant.token

    def _new_token(self, *parts: object) -> str:
        return "EAAB" + "".join(
            seeds.letters(self.world.seed, "facebook", half, *parts) for half in ("a", "b")
        )

    # Things

    def owner(self, node: str) -> str | None:
        """The Page that a node belongs to, for faults that aim at one account."""
        if node in self.pages:
            return node
        for things in (self.posts, self.photos, self.videos, self.comments):
            if thing := things.get(node):
                return str(thing.page_id)
        return node.partition("_")[0] if node.partition("_")[0] in self.pages else None

    def post_of(self, node: str) -> Post | None:
        """The post that a node stands for: itself, a video's, a photo's."""
        if node in self.posts:
            return self.posts[node]
        video, photo = self.videos.get(node), self.photos.get(node)
        post_id = video.post_id if video else photo.post_id if photo else None
        return self.posts.get(post_id) if post_id else None

    # The state file

    def dump(self) -> dict[str, Any]:
        """Without running uploads: their digests cannot be saved."""
        with self.lock:
            videos = [
                _video_document(video) for video in self.videos.values() if video.stage is not Stage.UPLOADING
            ]
            return {
                "count": self.numbers.count,
                "exchanges": self.exchanges,
                "user_token": self.user_token,
                "pages": [asdict(page) for page in self.pages.values()],
                "grants": [asdict(grant) for grant in self.grants.values()],
                "photos": [asdict(photo) for photo in self.photos.values()],
                "posts": [asdict(post) for post in self.posts.values()],
                "comments": [asdict(comment) for comment in self.comments.values()],
                "videos": videos,
                "scheduled": self.scheduled,
                "newest_content": self.newest_content,
            }

    def load(self, document: dict[str, Any]) -> None:
        with self.lock:
            self.clear()
            self.numbers = seeds.Numbers(self.world.seed, document["count"])
            self.exchanges, self.user_token = document["exchanges"], document["user_token"]
            for page in document["pages"]:
                tuples = {"scopes": tuple(page["scopes"]), "tasks": tuple(page["tasks"])}
                self.pages[page["id"]] = Page(**page | tuples)
                self.timeline.setdefault(page["id"], [])
            for grant in document["grants"]:
                self._grant(Grant(**grant | {"holder": Holder(grant["holder"])}))
            for photo in document["photos"]:
                self.photos[photo["id"]] = Photo(**photo | {"medium": Medium(**photo["medium"])})
            for post in document["posts"]:
                tuples = {"photos": tuple(post["photos"]), "requests": tuple(post["requests"])}
                self.posts[post["id"]] = Post(**post | tuples)
                self.timeline[post["page_id"]].append(post["id"])
            for comment in document["comments"]:
                self.comments[comment["id"]] = Comment(
                    **comment | {"attachment": _medium(comment["attachment"])}
                )
            for video in document["videos"]:
                typed = {"medium": _medium(video["medium"]), "stage": Stage(video["stage"])}
                self.videos[video["id"]] = Video(**video | typed)
            self.scheduled = dict(document["scheduled"])
            self.newest_content = {
                page: _frozen(content) for page, content in document["newest_content"].items()
            }


def _video_document(video: Video) -> dict[str, Any]:
    fields = [name for name in Video.__slots__ if name != "intake"]
    document = {name: getattr(video, name) for name in fields}
    return document | {"medium": asdict(video.medium) if video.medium else None}


def _medium(document: dict[str, Any] | None) -> Medium | None:
    return Medium(**document) if document else None


def _frozen(content: list[Any]) -> tuple[object, ...]:
    """JSON made lists of the tuples that are compared."""
    return tuple(tuple(part) if isinstance(part, list) else part for part in content)
