"""The Facebook twin's memory and its lock; finds and keeps things, decides nothing about the protocol."""

import threading
from dataclasses import replace

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
    Video,
)
from planrrr_cli.sandbox.media import Medium
from planrrr_cli.sandbox.world import World

# developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived: about 60 days; 1 to 2 hours.
LONG_LIVED = 5_183_944
USER_NAME = "Robin Sandbox"
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
        self.expires_in_left_out = False
        self.declined: set[str] = set()  # permissions that the person did not give when last asked
        self.exchanges = 0
        self.user_token = self._new_token("user", 0)
        self.keep(Grant(self.user_token, Holder.USER, None, self.now(), self.now() + LONG_LIVED))
        for index in range(self.world.account_count):
            name = NAMES[index % len(NAMES)] + ("" if index < len(NAMES) else f" {index + 1}")
            page = Page(seeds.digits(self.world.seed, "facebook", "page", index), name)
            self.pages[page.id] = page
            self.timeline[page.id] = []
            self.page_token(page.id)

    def now(self) -> float:
        return self.world.clock.now()

    # Tokens

    def page_token(self, page_id: str, person: Grant | None = None) -> str:
        """The Page's token of its present generation; a new one is derived when the last one died.

        It may do what the `person`'s token may, of which it is derived (None: one that may do everything). Derived from
        a short-lived one it lives for an hour, else it has no end.
        """
        now, consent = self.now(), person.consent if person else None
        if person is not None and person.short_lived:
            token = self._new_token("page", page_id, "short", self.numbers.next())
            return self.keep(
                Grant(token, Holder.PAGE, page_id, now, now + 3600, short_lived=True, consent=person.consent)
            )
        page = self.pages[page_id]
        of_sign_in = (person.token,) if person and consent else ()
        token = self._new_token("page", page_id, page.generation, *of_sign_in)
        if token in self.grants and self.grants[token].dead is not None:
            self.pages[page_id] = replace(page, generation=page.generation + 1)
            return self.page_token(page_id, person)
        if token not in self.grants:
            self.keep(Grant(token, Holder.PAGE, page_id, now, consent=consent))
        return token

    def exchange_user_token(self, before: Grant | None = None) -> str:
        """A long-lived one that may do what the one before it may; None: everything, as after a new sign-in."""
        self.exchanges += 1
        token, now = self._new_token("user", self.exchanges), self.now()
        consent = before.consent if before else None
        if consent is None:
            self.user_token = token
        return self.keep(Grant(token, Holder.USER, None, now, now + LONG_LIVED, consent=consent))

    def short_user_token(self, code: LoginCode) -> tuple[str, int]:
        """What a login gives, and for how many seconds."""
        token, now = self._new_token("user", "short", self.numbers.next()), self.now()
        ends = now + SHORT_LIVED
        self.keep(Grant(token, Holder.USER, None, now, ends, short_lived=True, consent=code.consent))
        return token, SHORT_LIVED

    def choices(self) -> dict[str, str]:
        """Whom a person can choose in the dialog: themselves, with all Pages, or a single Page."""
        pages = {page.id: f"{page.name} only" for page in self.pages.values()}
        return {self.user_id: f"{USER_NAME}, all Pages"} | pages

    def allowed_on(self, grant: Grant, linked: Linked) -> tuple[str, ...]:
        """The permissions that a token has on the Instagram account behind a Page."""
        page_id = next(page for page, one in self.linked.items() if one.id == linked.id)
        return grant.allowed(page_id, linked.scopes)

    def living_user_token(self) -> str:
        """The user token as the accounts document shows it: a new one, as after a new sign-in, when it died."""
        grant = self.grants[self.user_token]
        expired = grant.expires_at is not None and grant.expires_at <= self.now()
        return self.exchange_user_token() if expired or grant.dead is not None else self.user_token

    def kill(self, token: str, subcode: int = 463) -> None:
        if token in self.grants:
            self.grants[token] = replace(self.grants[token], dead=subcode)

    def kill_all(self, subcode: int, page_id: str | None = None) -> None:
        """Every token of the person and of the Pages, as when the person removes the application; or one Page's."""
        for grant in list(self.grants.values()):
            if grant.dead is None and page_id in (None, grant.page_id):
                self.kill(grant.token, subcode)

    def keep(self, grant: Grant) -> str:
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
