"""Calls to the Graph API for one Facebook Page."""

from __future__ import annotations

from functools import partial

from planrrr_cli.domain.connections import Connection
from planrrr_cli.platforms.facebook.replies import FACEBOOK
from planrrr_cli.platforms.meta import graph

id_of = partial(graph.id_of, FACEBOOK)
missing = partial(graph.missing, FACEBOOK)


class Graph(graph.Graph):
    """The Graph API in Facebook's words."""

    dialect = FACEBOOK


def page_of(connection: Connection) -> str:
    return str(connection.options.get("page_id") or connection.account_id)
