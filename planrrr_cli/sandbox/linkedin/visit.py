"""One understood LinkedIn request on its way through a resource, and who may do what; the resources decide the rest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planrrr_cli.sandbox.linkedin import errors
from planrrr_cli.sandbox.linkedin.fields import Field, check
from planrrr_cli.sandbox.linkedin.model import POSTING_ROLES, Grant
from planrrr_cli.sandbox.linkedin.restli import Value
from planrrr_cli.sandbox.linkedin.store import Store
from planrrr_cli.sandbox.twin import Orders
from planrrr_cli.sandbox.wire import Request

# Per purpose: the scope that a person needs, and the one that an organization's human needs.
WRITE = ("w_member_social", "w_organization_social")
READ = ("r_member_social", "r_organization_social")
WRITE_COMMENTS = ("w_member_social_feed", "w_organization_social_feed")
READ_COMMENTS = ("r_member_social_feed", "r_organization_social_feed")

Purpose = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Visit:
    """`gate` is what a 403 names: resource and method. `body` None: too large, or to be read as it arrives."""

    store: Store
    request: Request
    gate: str = ""
    keys: tuple[str, ...] = ()
    query: Mapping[str, Value] = field(default_factory=dict)
    token: str = ""
    version: str = ""
    body: bytes | None = b""
    orders: Orders = field(default_factory=Orders)

    def grant(self) -> Grant:
        """The token's grant; raises LinkedInError 401 for none, an unknown, a dead or an expired one."""
        if not self.token:
            raise errors.empty_token()
        grant = self.store.tokens.access.get(self.token)
        if grant is None:
            raise errors.dead_token(65600)
        if (service := self.store.tokens.why_dead(grant, self.store.now())) is not None:
            raise errors.dead_token(service)
        return grant

    def denied(self, gate: str = "") -> errors.LinkedInError:
        version = f"{self.version}01" if self.version else "NO_VERSION"
        return errors.access_denied(f"{gate or self.gate}.{version}")

    def require(self, urn: str, purpose: Purpose) -> None:
        """Raises LinkedInError 403 unless the token may do this as (or with what belongs to) that account."""
        grant = self.grant()
        own, organizational = purpose
        if urn.startswith("urn:li:organization:"):
            account = self.store.accounts.get(urn)
            holds_role = (
                account is not None
                and self.store.administers(grant.member, account)
                and account.role in POSTING_ROLES
            )
            if holds_role and organizational in grant.scopes:
                return
        elif urn == grant.member and own in grant.scopes:
            return
        raise self.denied()

    def check_query(self, *names: str) -> None:
        if set(self.query) - set(names):
            raise errors.bad_query()

    def document(self, fields: Mapping[str, Field]) -> dict[str, Any]:
        """The JSON body, checked against its fields."""
        if self.body is None:
            raise errors.body_too_large()
        if self.request.header("Content-Type").partition(";")[0].strip().lower() != "application/json":
            raise errors.wrong_content_type("application/json")
        try:
            document = json.loads(self.body.decode())
            json.dumps(document, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError) as bad:
            raise errors.unreadable_body() from bad
        if not isinstance(document, dict):
            raise errors.unreadable_body()
        check(document, fields)
        return document


def urn_of(text: str, path: str, *kinds: str) -> str:
    """The URN itself when it is one of these kinds; raises LinkedInError 400."""
    parts = text.split(":", 3)
    if len(parts) != 4 or parts[:2] != ["urn", "li"] or not parts[3]:
        raise errors.invalid_urn_id(path)
    if parts[2] not in kinds:
        raise errors.invalid_urn_type(path)
    return text
