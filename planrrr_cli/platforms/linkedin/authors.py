"""Whom a token may post for on LinkedIn: the person who signed in, and organizations where that person has a role."""

from __future__ import annotations

from planrrr_cli.domain.errors import PlatformError, UnexpectedReply
from planrrr_cli.platforms.linkedin.replies import NAME, Role
from planrrr_cli.platforms.linkedin.rest import Rest, text_in

# https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/
# organization-access-control-by-role (read 2026-11-23)
ROLES = frozenset(
    {"ADMINISTRATOR", "CONTENT_ADMIN", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"}
)
"""Those that may post."""


def person_of(rest: Rest) -> tuple[str, str]:
    """URN and name of who signed in; raises PlatformError."""
    reply = rest.api.get(rest.address("v2", "userinfo"), call="linkedin.userinfo.read", token=rest.token)
    body = rest.document(reply, Role.READ)
    urn = f"urn:li:person:{text_in(body, 'sub')}"
    name = body.get("name")
    return urn, name if isinstance(name, str) and name.strip() else urn


def roles_of(rest: Rest) -> dict[str, set[str]]:
    """The URNs of the organizations that the application may see, with the person's roles there."""
    body = rest.read(
        "organizationAcls",
        call="linkedin.organizations.read",
        params={"q": "roleAssignee", "state": "APPROVED"},
    )
    elements = body.get("elements")
    if not isinstance(elements, list):
        raise UnexpectedReply("LinkedIn answered a list without elements", platform=NAME)
    roles: dict[str, set[str]] = {}
    for one in elements:
        urn = (one.get("organization") or one.get("organizationTarget")) if isinstance(one, dict) else None
        if isinstance(urn, str) and one.get("state") in {None, "APPROVED"}:
            roles.setdefault(urn, set()).add(str(one.get("role")))
    return roles


def name_of(rest: Rest, urn: str) -> str:
    """https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/
    organization-lookup-api (read 2026-11-24): a name is nice to have, and needs a permission of its own."""
    try:
        body = rest.read("organizations", urn.rpartition(":")[2], call="linkedin.organization.read")
    except PlatformError:
        return urn
    name = body.get("localizedName")
    return name if isinstance(name, str) and name.strip() else urn
