"""The X twin's memory and its lock; finds and keeps things, decides nothing about the protocol."""

import threading
from dataclasses import replace

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.world import World
from planrrr_cli.sandbox.x.limits import Limits
from planrrr_cli.sandbox.x.model import Account, Grant, LoginCode, Post, Renewal, Upload
from planrrr_cli.sandbox.x.snowflake import Snowflakes

# docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token (2026-08-22): access tokens live for two hours.
ACCESS_LIFE = 7200
NAMES = (
    ("HarbourBakery", "Harbour Bakery"),
    ("MillStBooks", "Mill Street Books"),
    ("NorthsideBikes", "Northside Cycling"),
    ("CafeLinde", "Café Linde"),
    ("RiverPottery", "Riverside Pottery"),
    ("OldTownChoir", "Old Town Choir"),
)
JOINED = 1_262_304_000.0  # 2010-01-01


class Store:
    """Everything is read and changed under `lock`, which is never held while bytes travel."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lock = threading.RLock()
        seed = world.seed
        self.client_id = seeds.letters(seed, "x", "client", length=34)
        self.client_secret = seeds.letters(seed, "x", "secret", length=40)
        self.public_client_id = seeds.letters(seed, "x", "public client", length=34)
        self.consumer_key = seeds.letters(seed, "x", "consumer key", length=25)
        self.consumer_secret = seeds.letters(seed, "x", "consumer secret", length=40)
        self.bearer_token = "AAAA" + seeds.letters(seed, "x", "bearer", length=40)
        self.uploads: dict[str, Upload] = {}
        self.clear()

    def clear(self) -> None:
        """As at the first start: nothing posted, the accounts and tokens that follow from the seed."""
        for upload in self.uploads.values():
            if upload.segments:
                upload.segments.close()
        self.snowflakes = Snowflakes()
        self.limits = Limits()
        self.credits = True
        self.issued = 0
        self.shortened = 0
        self.accounts: dict[str, Account] = {}
        self.grants: dict[str, Grant] = {}
        self.renewals: dict[str, Renewal] = {}
        self.refresh_tokens: dict[str, str] = {}  # sign-in -> its newest refresh token
        self.newest: dict[str, str] = {}  # account -> its newest access token
        self.codes: dict[str, LoginCode] = {}
        self.nonces: dict[tuple[str, str], float] = {}
        self.posts: dict[str, Post] = {}
        self.timeline: dict[str, list[str]] = {}
        self.uploads = {}
        for index in range(self.world.account_count):
            username, name = NAMES[index % len(NAMES)]
            number = "" if index < len(NAMES) else str(index + 1)
            account = Account(
                id="1" + seeds.digits(self.world.seed, "x", "user", index, length=18),
                username=username[: 15 - len(number)] + number,
                name=f"{name} {number}".strip(),
                created_at=JOINED + index * 86_400,
                signed=index % 3 == 1,
            )
            self.accounts[account.id] = account
            self.timeline[account.id] = []
            self.sign_in(account)

    def now(self) -> float:
        return self.world.clock.now()

    # Tokens

    def sign_in(self, account: Account, scopes: tuple[str, ...] | None = None) -> Grant:
        """A new grant, as after a person said yes; with a refresh token, or with a secret."""
        self.issued += 1
        family = f"{account.id}/{self.issued}"
        granted = account.scopes if scopes is None else scopes
        if account.signed:
            token = f"{account.id}-{self._token(family, 'token')[:40]}"
            grant = Grant(token, account.id, family, granted, secret=self._token(family, "secret")[:45])
            return self._keep(grant)
        client = self.public_client_id if account.public else self.client_id
        return self.issue(Renewal("", account.id, client, family, granted))

    def issue(self, before: Renewal) -> Grant:
        """The next access token of a sign-in, and its next refresh token when it may have one."""
        self.issued += 1
        grant = Grant(
            token=self._token(before.family, self.issued, "access"),
            account_id=before.account_id,
            family=before.family,
            scopes=before.scopes,
            expires_at=self.now() + ACCESS_LIFE,
        )
        if "offline.access" in before.scopes:
            token = self._token(before.family, self.issued, "refresh")
            self.renewals[token] = replace(before, token=token, spent=False)
            self.refresh_tokens[before.family] = token
        return self._keep(grant)

    def _keep(self, grant: Grant) -> Grant:
        self.grants[grant.token] = grant
        self.newest[grant.account_id] = grant.token
        return grant

    def _token(self, *parts: object) -> str:
        return "".join(seeds.letters(self.world.seed, "x", half, *parts, length=40) for half in "ab")

    def choices(self) -> dict[str, str]:
        """Whom a person can choose on the authorize page; those whose token is OAuth 1.0a come last."""
        ordered = sorted(self.accounts.values(), key=lambda account: account.signed)
        return {one.id: f"{one.name} @{one.username}" for one in ordered}

    def living(self, account: Account) -> Grant:
        """Its newest grant as the accounts document shows it: a new one, as after a new sign-in, when it died."""
        grant = self.grants[self.newest[account.id]]
        ended = grant.expires_at is not None and grant.expires_at <= self.now()
        changed = (grant.secret is not None) != account.signed
        return self.sign_in(account) if grant.dead or ended or changed else grant

    def refresh_token_of(self, grant: Grant) -> str | None:
        """The one that goes with it and still works."""
        token = self.refresh_tokens.get(grant.family)
        return token if token and not self.renewals[token].spent else None

    def kill(self, token: str) -> None:
        if token in self.grants:
            self.grants[token] = replace(self.grants[token], dead=True)

    def spend(self, refresh_token: str) -> None:
        if refresh_token in self.renewals:
            self.renewals[refresh_token] = replace(self.renewals[refresh_token], spent=True)

    # Things

    def account_of(self, token: str) -> Account | None:
        grant = self.grants.get(token)
        return self.accounts[grant.account_id] if grant else None

    def named(self, username: str) -> Account | None:
        return next((one for one in self.accounts.values() if one.username.lower() == username.lower()), None)

    def visible(self, post_id: str) -> Post | None:
        """A post that the API shows now."""
        post = self.posts.get(post_id)
        return post if post and not post.deleted and post.hidden_until <= self.now() else None

    def short_link(self) -> str:
        self.shortened += 1
        return f"https://t.co/{seeds.letters(self.world.seed, 'x', 't.co', self.shortened, length=10)}"
