"""One understood Graph request on its way through an edge, and who may do what; the edges decide the rest."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from planrrr_cli.sandbox.bodies import Parameters
from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.model import Grant, Holder, Page
from planrrr_cli.sandbox.facebook.parameters import checked
from planrrr_cli.sandbox.facebook.store import Store
from planrrr_cli.sandbox.twin import Orders
from planrrr_cli.sandbox.wire import Request

# Per purpose: scopes, the Page task, and whether a lack is told as code 10 (reading) or 200 (writing).
PUBLISH = (("pages_manage_posts", "pages_read_engagement", "pages_show_list"), "CREATE_CONTENT")
ENGAGE = (("pages_manage_engagement", "pages_read_engagement"), "MODERATE")
READ = (("pages_read_engagement",), None)
READ_BACK = (("pages_read_engagement", "pages_read_user_content"), None)

Purpose = tuple[tuple[str, ...], str | None]


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
        return checked(self.parameters.values, [part.name for part in self.parameters.files], table)

    def grant(self) -> Grant:
        """The token's grant; raises GraphError for no token, an unknown, a dead or an expired one, a wrong proof."""
        if not self.token:
            raise errors.no_token()
        store = self.store
        if self.token == f"{store.app_id}|{store.app_secret}":
            return Grant(self.token, Holder.APP, None, 0.0)
        grant = store.grants.get(self.token)
        if grant is None:
            raise errors.unparsable_token()
        if grant.dead is not None:
            raise errors.dead_token(grant.dead)
        if grant.expires_at is not None and grant.expires_at <= store.now():
            raise errors.dead_token(463)
        self._check_proof()
        return grant

    def _check_proof(self) -> None:
        """appsecret_proof: hex HMAC-SHA256 of the token in use, keyed with the app secret."""
        given = self.parameters.values.get("appsecret_proof")
        if given is None:
            if self.store.world.require_proof:
                raise errors.proof_required()
            return
        proof = hmac.new(self.store.app_secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(str(given).encode(), proof.encode()):
            raise errors.bad_proof()

    def page(self, page_id: str, purpose: Purpose) -> Page:
        """The Page, when the token is its own and may do this; else a GraphError."""
        grant = self.grant()
        page = self.store.pages.get(page_id)
        if page is None:
            raise errors.unsupported(self.request.method, page_id)
        if grant.holder is not Holder.PAGE:
            raise errors.page_token_required()
        scopes, task = purpose
        missing = [scope for scope in scopes if scope not in grant.allowed(page.id, page.scopes)]
        if grant.page_id == page_id and not missing and (task is None or task in page.tasks):
            return page
        told = ",".join(missing or scopes)
        raise errors.read_permission_missing(told) if task is None else errors.write_permission_missing(told)
