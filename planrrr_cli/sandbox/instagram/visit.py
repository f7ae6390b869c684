"""One understood request on its way through an edge of Instagram, and which token may do what."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from planrrr_cli.sandbox.bodies import Parameters
from planrrr_cli.sandbox.facebook import errors as graph
from planrrr_cli.sandbox.facebook.model import Grant as FacebookGrant
from planrrr_cli.sandbox.facebook.model import Holder
from planrrr_cli.sandbox.facebook.parameters import checked
from planrrr_cli.sandbox.instagram import errors
from planrrr_cli.sandbox.instagram.model import Account, Login
from planrrr_cli.sandbox.instagram.store import Store
from planrrr_cli.sandbox.twin import Orders
from planrrr_cli.sandbox.wire import Request

# Purpose -> the scopes that it needs, by login: .../docs/instagram-platform/content-publishing (read 2026-11-23).
READ: Final = {Login.INSTAGRAM: ("instagram_business_basic",), Login.FACEBOOK: ("instagram_basic",)}
PUBLISH: Final = {
    Login.INSTAGRAM: ("instagram_business_basic", "instagram_business_content_publish"),
    Login.FACEBOOK: ("instagram_basic", "instagram_content_publish", "pages_read_engagement"),
}
COMMENT: Final = {
    Login.INSTAGRAM: ("instagram_business_basic", "instagram_business_manage_comments"),
    Login.FACEBOOK: ("instagram_basic", "instagram_manage_comments", "pages_read_engagement"),
}
TASKS: Final = ("MANAGE", "CREATE_CONTENT")

Purpose = Mapping[Login, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose living token it is: of one account (Instagram Login), of a Page, or of a person with all their Pages."""

    login: Login
    account_id: str | None = None
    page: FacebookGrant | None = None
    scopes: tuple[str, ...] | None = None

    def reaches(self, account: Account) -> bool:
        if self.login is Login.INSTAGRAM:
            return self.account_id == account.id
        if self.page is None or self.page.page_id is not None:
            return self.page is not None and self.page.page_id == account.page_id
        pages = self.page.consent.pages if self.page.consent else None
        return pages is None or account.page_id in pages


@dataclass(frozen=True, slots=True)
class Visit:
    store: Store
    request: Request
    node: str = ""
    edge: str = ""
    token: str = ""
    parameters: Parameters = field(default_factory=Parameters)
    orders: Orders = field(default_factory=Orders)
    version: str = ""

    def values(self, table: dict[str, str]) -> dict[str, Any]:
        """The parameters, checked against the edge's table."""
        return checked(self.parameters.values, self.files(), table)

    def files(self) -> list[str]:
        return [part.name for part in self.parameters.files]

    def caller(self) -> Caller:
        """Raises GraphError for no token, an unknown, a dead or an expired one, a wrong proof."""
        if not self.token:
            raise graph.no_token()
        store, mine, page = self.store, self.store.grants.get(self.token), None
        if mine is None and (page := store.graph.grants.get(self.token)) is None:
            raise graph.unparsable_token()
        dead = mine.dead if mine else page.dead if page else None
        ends = mine.expires_at if mine else page.expires_at if page else None
        if dead is not None or (ends is not None and ends <= store.now()):
            raise graph.dead_token(dead or 463)
        if mine is not None:
            self._check_proof(store.app_secret, required=False)
            return Caller(Login.INSTAGRAM, account_id=mine.account_id, scopes=mine.scopes)
        self._check_proof(store.graph.app_secret, required=store.world.require_proof)
        return Caller(
            Login.FACEBOOK, page=page, scopes=page.consent.granted if page and page.consent else None
        )

    def _check_proof(self, secret: str, *, required: bool) -> None:
        """appsecret_proof: hex HMAC-SHA256 of the token in use, keyed with the secret of the login's application."""
        given = self.parameters.values.get("appsecret_proof")
        if given is None:
            if required:
                raise graph.proof_required()
            return
        proof = hmac.new(secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(str(given).encode(), proof.encode()):
            raise graph.bad_proof()

    def account(self, account_id: str | None, purpose: Purpose) -> Account:
        """The account, when the token is of its login, reaches it, and may do this; else a GraphError."""
        caller = self.caller()
        account = self.store.accounts.get(account_id or "")
        if account is None:
            raise graph.unsupported(self.request.method, self.node)
        if caller.login is not account.login:
            raise graph.unparsable_token()
        if not caller.reaches(account):
            raise graph.unsupported(self.request.method, self.node)
        held = [scope for scope in account.scopes if caller.scopes is None or scope in caller.scopes]
        if missing := [scope for scope in purpose[account.login] if scope not in held]:
            raise errors.permission_missing(",".join(missing))
        if purpose is PUBLISH and account.page_id is not None:
            page = self.store.graph.pages[account.page_id]
            if not set(TASKS) & set(page.tasks):
                raise graph.write_permission_missing(",".join(purpose[account.login]))
        return account

    def owner(self, purpose: Purpose) -> Account:
        """The account that the node belongs to."""
        return self.account(self.store.owner(self.node), purpose)

    def with_page_token(self) -> bool:
        grant = self.store.graph.grants.get(self.token)
        return grant is not None and grant.holder is Holder.PAGE

    def hidden_until(self) -> float:
        seconds = self.orders.hide_seconds
        return self.store.now() + seconds if seconds else 0.0
