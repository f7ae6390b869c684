"""What is asked of every request before its resource sees it: address, version, protocol, headers, the day's calls."""

from collections.abc import Mapping
from dataclasses import replace

from planrrr_cli.sandbox.linkedin import errors
from planrrr_cli.sandbox.linkedin.restli import read_form_text, read_key, read_query
from planrrr_cli.sandbox.linkedin.routes import Route
from planrrr_cli.sandbox.linkedin.versions import check_version
from planrrr_cli.sandbox.linkedin.visit import Visit

# learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling (read 2026-11-23)
ADDRESS_LIMIT, QUERY_LIMIT = 8 * 1024, 4 * 1024


def admit(
    visit: Visit, route: Route, keys: list[str], calendar: Mapping[str, str], *, tunnelled: bool
) -> Visit:
    """The visit with its keys and query read; raises LinkedInError."""
    request = visit.request
    if len(request.path) > ADDRESS_LIMIT or (len(request.query) > QUERY_LIMIT and not tunnelled):
        raise errors.address_too_long()
    versioned = request.path.startswith("/rest/")
    if versioned:
        visit = replace(
            visit, version=check_version(request.header("LinkedIn-Version"), visit.store.now(), calendar)
        )
        _check_headers(visit, route)
    if request.path.startswith("/dms-uploads/"):
        return replace(visit, keys=tuple(keys))
    if route.gate:
        _count(visit, route)
    if request.path.startswith("/oauth/"):
        return replace(visit, query=_plain_query(request.query))
    return replace(visit, keys=tuple(map(read_key, keys)), query=read_query(request.query))


def _plain_query(query: str) -> Mapping[str, str]:
    try:
        return read_form_text(query)
    except ValueError as bad:
        raise errors.bad_query() from bad


def _check_headers(visit: Visit, route: Route) -> None:
    request = visit.request
    protocol = request.header("X-Restli-Protocol-Version")
    if protocol != "2.0.0":
        raise errors.protocol_required(protocol)
    given = request.header("X-RestLi-Method").upper()
    if route.method and given != route.method and (given or route.named):
        raise errors.wrong_method_header(given, route.method)
    if request.method == "POST" and request.headers.get("Content-Length") is None:
        raise errors.length_required()


def _count(visit: Visit, route: Route) -> None:
    """One more call of this member and this app today; raises LinkedInError 429 (and 401 before it is counted)."""
    grant, store = visit.grant(), visit.store
    account = store.accounts.get(grant.account)
    with store.lock:
        whose = store.counters.count(
            grant.product,
            grant.member,
            route.gate,
            now=store.now(),
            app_limit=store.apps[grant.product].day_limit,
            member_limit=account.day_limit if account else None,
        )
    if whose is not None:
        raise errors.throttled(whose)
