"""Access and refresh tokens: issuing, renewing, finding, killing; the OAuth endpoints themselves are elsewhere.

Source: learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow and
.../programmatic-refresh-tokens (read 2026-11-23): 60 days; a year from the consent, which renewing does not extend.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.linkedin.model import Account, Grant, Product

ACCESS_LIFE = 60 * 86_400
REFRESH_LIFE = 365 * 86_400
EXPIRED, REVOKED = 65602, 65601


class Tokens:
    """Changed only under the store's lock. Only Community Management's consents come with a refresh token."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._count = 0
        self.access: dict[str, Grant] = {}
        self.refresh: dict[str, Grant] = {}
        self._newest: dict[str, str] = {}  # account -> its newest access token

    def consent(self, account: Account, scopes: tuple[str, ...], now: float) -> Grant:
        """A sign-in: a new access token, with a refresh token where the app's product has them."""
        shared = (account.product, account.member, account.urn, scopes, now)
        refresh = None
        if account.product is Product.COMMUNITY:
            refresh = self._new("AQW")
            self.refresh[refresh] = Grant(refresh, *shared, now + REFRESH_LIFE)
        return self._keep(Grant(self._new("AQV"), *shared, now + ACCESS_LIFE, refresh))

    def renew(self, refresh: Grant, now: float) -> Grant:
        """A new access token, cut to the end of the refresh token, which stays the same one."""
        ends = min(now + ACCESS_LIFE, refresh.expires_at)
        return self._keep(
            replace(refresh, token=self._new("AQV"), issued_at=now, expires_at=ends, refresh=refresh.token)
        )

    def _keep(self, grant: Grant) -> Grant:
        self.access[grant.token] = grant
        self._newest[grant.account] = grant.token
        return grant

    def _new(self, prefix: str) -> str:
        """About 500 characters, as the documentation warns."""
        self._count += 1
        parts = (self._seed, "linkedin", prefix, self._count)
        return prefix + "".join(seeds.letters(*parts, part, length=40) for part in range(12))

    def newest(self, account: Account, now: float) -> Grant:
        """As the accounts document shows it: after the death of the last one, that of a new sign-in."""
        grant = self.access[self._newest[account.urn]]
        refresh = self.refresh.get(grant.refresh or "")
        if (
            grant.dead is None
            and grant.expires_at > now
            and (refresh is None or self.why_dead(refresh, now) is None)
        ):
            return grant
        return self.consent(account, account.scopes, now)

    @staticmethod
    def why_dead(grant: Grant, now: float) -> int | None:
        if grant.dead is not None:
            return grant.dead
        return EXPIRED if grant.expires_at <= now else None

    def kill(self, token: str, service: int) -> None:
        """An access or a refresh token; others are left alone."""
        for grants in (self.access, self.refresh):
            if token in grants and grants[token].dead is None:
                grants[token] = replace(grants[token], dead=service)

    def revoke_other_scopes(self, product: Product, member: str, scopes: tuple[str, ...]) -> None:
        """Asking for a different set of scopes makes the member's earlier tokens of this app invalid."""
        for grants in (self.access, self.refresh):
            for grant in list(grants.values()):
                if (grant.product, grant.member) == (product, member) and set(grant.scopes) != set(scopes):
                    self.kill(grant.token, REVOKED)

    def revoke_all(self, product: Product, member: str) -> None:
        """The member removed the app."""
        for grants in (self.access, self.refresh):
            for grant in list(grants.values()):
                if (grant.product, grant.member) == (product, member):
                    self.kill(grant.token, REVOKED)

    def set_scopes(self, account: Account) -> None:
        """The account's scopes were changed from outside: its tokens have them at once."""
        for grants in (self.access, self.refresh):
            for token, grant in grants.items():
                if grant.account == account.urn:
                    grants[token] = replace(grant, scopes=account.scopes)

    def dump(self) -> dict[str, Any]:
        return {
            "count": self._count,
            "newest": self._newest,
            "access": [asdict(grant) for grant in self.access.values()],
            "refresh": [asdict(grant) for grant in self.refresh.values()],
        }

    def load(self, document: Mapping[str, Any]) -> None:
        self._count, self._newest = int(document["count"]), dict(document["newest"])
        self.access = {each["token"]: _grant(each) for each in document["access"]}
        self.refresh = {each["token"]: _grant(each) for each in document["refresh"]}


def _grant(document: dict[str, Any]) -> Grant:
    return Grant(**document | {"product": Product(document["product"]), "scopes": tuple(document["scopes"])})
