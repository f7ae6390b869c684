"""Who the token's human is, and what they administer: userinfo, me, organizationAcls, organizations."""

from typing import Any

from planrrr_cli.sandbox.linkedin import errors
from planrrr_cli.sandbox.linkedin.model import ROLES, Account
from planrrr_cli.sandbox.linkedin.reading import DEFAULT, MOST, paging
from planrrr_cli.sandbox.linkedin.restli import number_of, text_of
from planrrr_cli.sandbox.linkedin.visit import Visit
from planrrr_cli.sandbox.wire import Reply, json_reply

ADMINISTER = {"rw_organization_admin", "r_organization_admin"}
STATES = ("APPROVED", "REQUESTED", "REJECTED", "REVOKED")
LOCALE = {"country": "US", "language": "en"}


def userinfo(visit: Visit) -> Reply:
    """OpenID Connect. `sub` is the last part of the person's URN; names need `profile`, the address `email`."""
    visit.check_query()
    grant = visit.grant()
    if "openid" not in grant.scopes:
        raise visit.denied()
    told: dict[str, Any] = {"sub": grant.member.rpartition(":")[2]}
    name = visit.store.people[grant.member]
    if "profile" in grant.scopes:
        first, _, last = name.partition(" ")
        told |= {"name": name, "given_name": first, "family_name": last, "locale": LOCALE}
    if "email" in grant.scopes:
        told |= {"email": f"{name.lower().replace(' ', '.')}@example.com", "email_verified": True}
    return json_reply(told)


def me(visit: Visit) -> Reply:
    """The old profile, of which only id and names are left here."""
    visit.check_query("projection")
    grant = visit.grant()
    if "r_basicprofile" not in grant.scopes:
        raise visit.denied()
    first, _, last = visit.store.people[grant.member].partition(" ")
    names = {"localizedFirstName": first, "localizedLastName": last}
    return json_reply({"id": grant.member.rpartition(":")[2]} | names)


def roles(visit: Visit) -> Reply:
    """The organizations in which the token's human has a role: all of them, or those with this role and state."""
    visit.check_query("q", "role", "state", "start", "count")
    grant, query = visit.grant(), dict(visit.query)
    if not ADMINISTER & set(grant.scopes):
        raise visit.denied()
    role, state = text_of(query, "role"), text_of(query, "state", "APPROVED")
    if text_of(query, "q") != "roleAssignee" or role not in ("", *ROLES) or state not in STATES:
        raise errors.bad_query()
    count, start = number_of(query, "count", DEFAULT, 1, MOST), number_of(query, "start", 0, 0, 10**6)
    organizations = [each for each in visit.store.accounts.values() if each.is_organization]
    held = [each for each in organizations if visit.store.administers(grant.member, each)]
    mine = [each for each in held if role in ("", each.role)]
    shown = [_role(each, grant.member) for each in mine] if state == "APPROVED" else []
    told = paging(visit, start, count, len(shown)) | {"total": len(shown)}
    return json_reply({"paging": told, "elements": shown[start : start + count]})


def _role(account: Account, member: str) -> dict[str, Any]:
    return {
        "organization": account.urn,
        "role": account.role,
        "roleAssignee": member,
        "state": "APPROVED",
    }


def organization(visit: Visit) -> Reply:
    visit.check_query()
    grant = visit.grant()
    if not ADMINISTER & set(grant.scopes):
        raise visit.denied()
    account = visit.store.accounts.get(f"urn:li:organization:{visit.keys[0]}")
    if account is None or not visit.store.administers(grant.member, account):
        raise errors.not_found()
    vanity = "".join(
        letter if letter.isascii() and letter.isalnum() else "-" for letter in account.name.lower()
    )
    told: dict[str, Any] = {
        "id": int(visit.keys[0]),
        "localizedName": account.name,
        "name": {"localized": {"en_US": account.name}, "preferredLocale": LOCALE},
        "vanityName": vanity,
        "primaryOrganizationType": "NONE",
    }
    return json_reply(told)
