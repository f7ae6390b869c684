"""The LinkedIn twin's memory and its lock; finds and keeps things, decides nothing about the protocol."""

import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.linkedin.daycounters import DayCounters
from planrrr_cli.sandbox.linkedin.model import (
    ORGANIZATION_SCOPES,
    PERSON_SCOPES,
    Account,
    App,
    Asset,
    Comment,
    Lifecycle,
    LoginCode,
    Post,
    Product,
    Status,
)
from planrrr_cli.sandbox.linkedin.tokens import Tokens
from planrrr_cli.sandbox.media import Medium
from planrrr_cli.sandbox.world import World

ORGANIZATIONS = ("Tidewater Rowing Club", "Elm Street Repair Café", "Sandbank Ferries", "Lantern Press")
AGENT = "Kim Sandbox"
PEOPLE = ("Robin Sandbox", "Ada Quay", "Jonas Weir", "Mira Shoal")
# Published for "Share on LinkedIn": 150 calls per member and 100,000 per app a day. Community Management's standard
# tier has its numbers on application only, so that it starts without a limit here.
SHARE_MEMBER_LIMIT, SHARE_APP_LIMIT = 150, 100_000


class Store:
    """Everything is read and changed under `lock`, which is never held while bytes travel."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lock = threading.RLock()
        # One who administers every organization beside its own human: the first to choose at a sign-in.
        self.agent = "urn:li:person:" + seeds.letters(world.seed, "linkedin", "agent", length=10)
        self.clear()

    def clear(self) -> None:
        """As at the first start: nothing posted, the accounts and tokens that follow from the seed."""
        seed = self.world.seed
        self.numbers = seeds.Numbers(seed)
        self.tokens = Tokens(seed)
        self.counters = DayCounters()
        self.apps = {
            Product.COMMUNITY: self._app(Product.COMMUNITY, None),
            Product.SHARE: self._app(Product.SHARE, SHARE_APP_LIMIT),
        }
        self.accounts: dict[str, Account] = {}
        self.people: dict[str, str] = {}  # person URN -> name
        self.assets: dict[str, Asset] = {}
        self.uploads: dict[str, str] = {}  # signature of an upload URL -> asset
        self.posts: dict[str, Post] = {}
        self.waiting: set[str] = set()  # posts whose image is still in processing
        self.timeline: dict[str, list[str]] = {}
        self.alike: dict[tuple[str, str], list[str]] = {}  # author and fingerprint -> posts
        self.comments: dict[str, Comment] = {}
        self.codes: dict[str, LoginCode] = {}
        for index in range(self.world.account_count):
            self._found_account(index)
        self.people[self.agent] = AGENT

    def _app(self, product: Product, day_limit: int | None) -> App:
        seed = self.world.seed
        client = seeds.letters(seed, "linkedin", product, "client", length=14).lower()
        secret = seeds.letters(seed, "linkedin", product, "secret", length=32)
        return App(product, client, f"WPL_AP1.{secret}==", day_limit)

    def _found_account(self, index: int) -> None:
        """Organizations and people by turns; each has a human of its own, who administers just that organization."""
        seed = self.world.seed
        person = "urn:li:person:" + seeds.letters(seed, "linkedin", "person", index, length=10)
        self.people[person] = _name(PEOPLE, index)
        if index % 2 == 0:
            number = seeds.digits(seed, "linkedin", "organization", index, length=8)
            urn, name, scopes = (
                f"urn:li:organization:{number}",
                _name(ORGANIZATIONS, index // 2),
                ORGANIZATION_SCOPES,
            )
            account = Account(urn, name, Product.COMMUNITY, person, scopes, role="ADMINISTRATOR")
        else:
            name = self.people[person]
            account = Account(
                person, name, Product.SHARE, person, PERSON_SCOPES, day_limit=SHARE_MEMBER_LIMIT
            )
        self.accounts[account.urn] = account
        self.tokens.consent(account, account.scopes, self.now())

    def now(self) -> float:
        return self.world.clock.now()

    def milliseconds(self) -> int:
        return int(self.now() * 1000)

    # Things

    def new_urn(self, kind: str) -> str:
        """Of an asset: letters that look like LinkedIn's, never the same twice."""
        prefix = {"image": "D4E10AQ", "video": "D4E05AQ", "document": "D4E1FAQ"}[kind]
        return (
            f"urn:li:{kind}:{prefix}{seeds.letters(self.world.seed, 'asset', self.numbers.next(), length=15)}"
        )

    def new_post_number(self, taken: Callable[[str], bool]) -> str:
        """The moment in milliseconds above 22 bits that follow from the seed, as real ids seem to be made."""
        low = int.from_bytes(seeds.digest(self.world.seed, "post", self.numbers.next())[:4]) & 0x3FFFFF
        number = self.milliseconds() << 22 | low
        while taken(str(number)):
            number += 1
        return str(number)

    def post_of(self, urn: str) -> Post | None:
        """By its own URN, or by that of its activity."""
        if urn in self.posts:
            return self.posts[urn]
        kind, _, number = urn.rpartition(":")
        if kind != "urn:li:activity":
            return None
        return self.posts.get(f"urn:li:share:{number}") or self.posts.get(f"urn:li:ugcPost:{number}")

    def members_of(self, product: Product) -> dict[str, str]:
        """URNs and names of the people who can sign in to an app; where it has none, of the agent."""
        mine = [one.member for one in self.accounts.values() if one.product is product]
        if product is Product.COMMUNITY or not mine:
            mine.insert(0, self.agent)
        return {member: self.people[member] for member in mine}

    def administers(self, member: str, account: Account) -> bool:
        """Whether this person has the organization's role."""
        return account.role is not None and member in (account.member, self.agent)

    def account_of_member(self, product: Product, member: str) -> Account:
        """What a sign-in of this person to this app is for, where faults and limits ask whose call it is."""
        for account in self.accounts.values():
            if (account.product, account.member) == (product, member):
                return account
        return Account(member, self.people[member], product, member, ())

    def name_of(self, urn: str) -> str | None:
        account = self.accounts.get(urn)
        return account.name if account else self.people.get(urn)

    # The state file

    def dump(self) -> dict[str, Any]:
        """Without the parts of running uploads: their digests cannot be saved."""
        with self.lock:
            return {
                "count": self.numbers.count,
                "tokens": self.tokens.dump(),
                "counters": self.counters.dump(),
                "apps": [asdict(app) for app in self.apps.values()],
                "accounts": [asdict(account) for account in self.accounts.values()],
                "people": self.people,
                "assets": [_asset_document(asset) for asset in self.assets.values()],
                "posts": [asdict(post) for post in self.posts.values()],
                "comments": [asdict(comment) for comment in self.comments.values()],
            }

    def load(self, document: dict[str, Any]) -> None:
        with self.lock:
            self.clear()
            self.numbers = seeds.Numbers(self.world.seed, document["count"])
            self.tokens.load(document["tokens"])
            self.counters.load(document["counters"])
            for each in document["apps"]:
                self.apps[Product(each["product"])] = App(**each | {"product": Product(each["product"])})
            for each in document["accounts"]:
                typed = {"product": Product(each["product"]), "scopes": tuple(each["scopes"])}
                self.accounts[each["urn"]] = Account(**each | typed)
            self.people = {self.agent: AGENT} | document["people"]
            for each in document["assets"]:
                self.keep_asset(_asset(each))
            for each in document["posts"]:
                tuples = {"assets": tuple(each["assets"]), "requests": tuple(each["requests"])}
                self.keep_post(Post(**each | tuples | {"lifecycle": Lifecycle(each["lifecycle"])}))
            self.comments = {each["id"]: Comment(**each) for each in document["comments"]}

    def keep_asset(self, asset: Asset) -> None:
        self.assets[asset.urn] = asset
        self.uploads[asset.signature] = asset.urn

    def keep_post(self, post: Post) -> None:
        if post.urn not in self.posts:
            self.timeline.setdefault(post.author, []).append(post.urn)
            self.alike.setdefault((post.author, post.fingerprint), []).append(post.urn)
        self.posts[post.urn] = post
        (self.waiting.add if post.lifecycle is Lifecycle.PUBLISH_REQUESTED else self.waiting.discard)(
            post.urn
        )


def _name(names: tuple[str, ...], index: int) -> str:
    return names[index % len(names)] + ("" if index < len(names) else f" {index + 1}")


def _asset_document(asset: Asset) -> dict[str, Any]:
    document = {name: getattr(asset, name) for name in Asset.__slots__ if name != "assembly"}
    media = {name: document[name] for name in ("medium", "captions", "thumbnail")}
    return document | {name: asdict(medium) if medium else None for name, medium in media.items()}


def _asset(document: dict[str, Any]) -> Asset:
    media = {name: document[name] for name in ("medium", "captions", "thumbnail")}
    typed: dict[str, Any] = {name: Medium(**each) if each else None for name, each in media.items()}
    typed |= {"status": Status(document["status"]), "etags": tuple(document["etags"])}
    return Asset(**document | typed)
