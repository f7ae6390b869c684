"""GET and DELETE /me/permissions: what a person gave to the application, and taking all of it back.

Source: developers.facebook.com/docs/graph-api/reference/user/permissions (read 2026-11-24).
"""

from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.model import (
    ALL_SCOPES,
    BASIC_SCOPES,
    INSTAGRAM_SCOPES,
    REVOCATIONS,
    Grant,
    Holder,
)
from planrrr_cli.sandbox.facebook.visit import Visit
from planrrr_cli.sandbox.wire import Reply, json_reply


def read(visit: Visit) -> Reply:
    """Granted and declined ones; those that were never asked for are left out."""
    grant = _of_person(visit)
    visit.values({})
    everything = (*BASIC_SCOPES, *ALL_SCOPES, *INSTAGRAM_SCOPES)
    granted = grant.consent.granted if grant.consent else everything
    declined = grant.consent.declined if grant.consent else ()
    told = [{"permission": one, "status": "granted"} for one in granted]
    return json_reply({"data": told + [{"permission": one, "status": "declined"} for one in declined]})


def revoke(visit: Visit) -> Reply:
    """As when the person removes the application: every token of theirs is dead."""
    _of_person(visit)
    visit.values({})
    visit.store.kill_all(REVOCATIONS["removed"])
    return json_reply({"success": True})


def _of_person(visit: Visit) -> Grant:
    grant = visit.grant()
    if grant.holder is not Holder.USER or visit.node not in ("me", visit.store.user_id):
        raise errors.unsupported(visit.request.method, visit.node)
    return grant
