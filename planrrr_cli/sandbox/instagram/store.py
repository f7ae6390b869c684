"""The Instagram twin's memory and its lock; finds and keeps things, decides nothing about the protocol."""

import re
import threading
from dataclasses import replace
from typing import Final

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.facebook.model import INSTAGRAM_SCOPES, Linked
from planrrr_cli.sandbox.facebook.store import Store as Graph
from planrrr_cli.sandbox.instagram.model import (
    SCOPES,
    Account,
    Comment,
    Container,
    Grant,
    Login,
    LoginCode,
    Media,
)
from planrrr_cli.sandbox.world import World

# developers.facebook.com/docs/instagram-platform/reference/access_token (2026-03-09): 60 days; 1 hour before that.
LONG_LIVED: Final = 5_184_000
SHORT_LIVED: Final = 3_600
NAMES: Final = (
    ("harbour.bakery", "Harbour Bakery"),
    ("millstreetbooks", "Mill Street Books"),
    ("northside_cycling", "Northside Cycling"),
    ("cafe.linde", "Café Linde"),
    ("riverside.pottery", "Riverside Pottery"),
    ("oldtownchoir", "Old Town Choir"),
)
# Accounts begin with 1784, everything else here with 179; no id of the Facebook twin does both and has 17 digits.
SHAPE: Final = re.compile(r"^17(?:84|9\d)\d{13}$", re.ASCII)


class Store:
    """Everything is read and changed under `lock`, which is never held while bytes travel."""

    def __init__(self, world: World, graph: Graph) -> None:
        self.world = world
        self.graph = graph
        self.lock = threading.RLock()
        self.app_id = seeds.digits(world.seed, "instagram", "app", length=16)
        self.app_secret = seeds.digest(world.seed, "instagram", "secret").hex()[:32]
        self.clear()

    def clear(self) -> None:
        """As at the first start: nothing posted, the accounts and tokens that follow from the seed."""
        self.count = 0
        self.issued = 0
        self.flat_answers = False
        self.accounts: dict[str, Account] = {}
        self.grants: dict[str, Grant] = {}
        self.newest: dict[str, str] = {}  # account -> its newest token
        self.codes: dict[str, LoginCode] = {}
        self.containers: dict[str, Container] = {}
        self.media: dict[str, Media] = {}
        self.comments: dict[str, Comment] = {}
        self.timeline: dict[str, list[str]] = {}  # account -> its media, children left out
        pages = list(self.graph.pages)
        for index in range(self.world.account_count):
            account = self._account(index, pages)
            self.keep(account)
            self.timeline[account.id] = []
            if account.login is Login.INSTAGRAM:
                self.sign_in(account.id)

    def _account(self, index: int, pages: list[str]) -> Account:
        """By turns of Instagram Login and of Facebook Login, the latter behind the Page of the same number."""
        seed = self.world.seed
        username, name = NAMES[index % len(NAMES)]
        number = "" if index < len(NAMES) else str(index + 1)
        login = Login.FACEBOOK if index % 2 else Login.INSTAGRAM
        return Account(
            id="1784" + seeds.digits(seed, "instagram", "account", index, length=13),
            scoped_id="2" + seeds.digits(seed, "instagram", "scoped", index, length=16),
            username=username + number,
            name=f"{name} {number}".strip(),
            login=login,
            page_id=pages[index] if login is Login.FACEBOOK else None,
            scopes=SCOPES[login],
        )

    def keep(self, account: Account) -> None:
        """A new or changed account; the Facebook twin shows it on its Page."""
        self.accounts[account.id] = account
        if account.page_id is not None:
            allowed = tuple(scope for scope in account.scopes if scope in INSTAGRAM_SCOPES)
            self.graph.linked[account.page_id] = Linked(account.id, account.username, account.name, allowed)

    def now(self) -> float:
        return self.world.clock.now()

    def new_id(self) -> str:
        """Of a container, a medium or a comment: 17 digits, growing; the first follows from the seed."""
        self.count += 1
        low = int(seeds.digits(self.world.seed, "instagram", "numbers", length=4))
        return str(17_900_000_000_000_000 + low * 10_000_000_000 + self.count * 6 + 1)

    def is_shaped_like_ours(self, node: str) -> bool:
        return SHAPE.match(node) is not None and node != self.graph.user_id

    # Tokens

    def sign_in(
        self, account_id: str, *, short_lived: bool = False, scopes: tuple[str, ...] | None = None
    ) -> Grant:
        """A new token of Instagram Login; those before it go on living. `scopes` None: everything was allowed."""
        self.issued += 1
        token = "IGAA" + "".join(
            seeds.letters(self.world.seed, "instagram", half, self.issued, length=40) for half in "abc"
        )
        life = SHORT_LIVED if short_lived else LONG_LIVED
        grant = Grant(
            token, account_id, self.now(), self.now() + life, short_lived=short_lived, scopes=scopes
        )
        self.grants[token] = grant
        if not short_lived and scopes is None:
            self.newest[account_id] = token
        return grant

    def living(self, account: Account) -> Grant:
        """Its token as the accounts document shows it: a new one, as after a new sign-in, when it died."""
        grant = self.grants[self.newest[account.id]]
        gone = grant.dead is not None or grant.expires_at <= self.now()
        return self.sign_in(account.id) if gone else grant

    def kill(self, token: str, subcode: int = 463) -> None:
        if token in self.grants:
            self.grants[token] = replace(self.grants[token], dead=subcode)
        else:
            with self.graph.lock:
                self.graph.kill(token)

    def account_of_token(self, token: str) -> str | None:
        """A user token of Facebook Login belongs to no single account."""
        if grant := self.grants.get(token):
            return grant.account_id
        page = self.graph.grants.get(token)
        linked = self.graph.linked.get(page.page_id or "") if page else None
        return linked.id if linked else None

    def choices(self) -> dict[str, str]:
        """Whom a person can choose in the dialog of Instagram Login."""
        mine = [one for one in self.accounts.values() if one.login is Login.INSTAGRAM]
        return {one.id: one.username for one in mine}

    # Things

    def owner(self, node: str) -> str | None:
        """The account that a node belongs to, for faults that aim at one account."""
        if node in self.accounts:
            return node
        for things in (self.containers, self.media, self.comments):
            if thing := things.get(node):
                return str(thing.account_id)
        return None

    def visible_media(self, node: str) -> Media | None:
        """What the API shows now: not deleted, not hidden, no story that is over."""
        media = self.media.get(node)
        if media is None or media.deleted or media.hidden_until > self.now():
            return None
        over = media.product_type == "STORY" and self.now() - media.created_at >= 86_400
        return None if over else media

    def username(self, account_id: str) -> str:
        return self.accounts[account_id].username
