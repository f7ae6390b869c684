"""POST /{account}/media media_type=CAROUSEL: the parent of two to ten finished or unfinished items."""

from planrrr_cli.sandbox.instagram import errors
from planrrr_cli.sandbox.instagram.containers import check_container_limit, keep, plan
from planrrr_cli.sandbox.instagram.model import Kind
from planrrr_cli.sandbox.instagram.parameters import read_create
from planrrr_cli.sandbox.instagram.processing import State, state_of
from planrrr_cli.sandbox.instagram.visit import PUBLISH, Visit
from planrrr_cli.sandbox.wire import Reply

FEWEST, MOST = 2, 10


def create(visit: Visit) -> Reply:
    """Items that are still in processing are accepted; publishing with them is what fails."""
    account = visit.account(visit.node, PUBLISH)
    check_container_limit(visit.store, account)
    values = read_create(visit.parameters.values, visit.files(), account.login)
    parent = plan(visit, account, values)
    children = tuple(map(str, values.get("children", [])))
    if not FEWEST <= len(children) <= MOST:
        raise errors.refused(2207028)
    for child in children:
        _check_child(visit, account.id, child)
    if len(set(children)) != len(children):
        raise errors.refused(2207028, told="A carousel cannot have the same item twice.")
    parent.kind, parent.children = Kind.CAROUSEL, children
    return keep(visit, parent)


def _check_child(visit: Visit, account_id: str, child: str) -> None:
    """An item of this account, made as one, alive and not published yet."""
    found = visit.store.containers.get(child)
    if found is None or found.account_id != account_id:
        raise errors.refused(2207006)
    if not found.is_child:
        raise errors.refused(2207028, told=f"The container {child} was not created as an item of a carousel.")
    if found.media_id is not None or state_of(visit.store, found) is State.EXPIRED:
        raise errors.refused(2207020)
