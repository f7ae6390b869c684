"""The bytes of a video on their way into a container: resumable at any offset, never more than a piece in memory.

https://developers.facebook.com/docs/instagram-platform/content-publishing/resumable-uploads (updated 2026-03-15, read
2026-11-23)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planrrr_cli.domain.errors import PlatformUnavailable, UnexpectedReply
from planrrr_cli.platforms.instagram.calls import Calls, Graph
from planrrr_cli.platforms.instagram.replies import NAME
from planrrr_cli.platforms.media import OpenMedia
from planrrr_cli.platforms.meta.graph import UPLOAD_URL, same_origin, text_of
from planrrr_cli.platforms.meta.replies import Role, graph_error
from planrrr_cli.platforms.meta.rupload import upload_trouble
from planrrr_cli.platforms.wire import Stream

_OFFSETS = frozenset({"OffsetInvalidError", "PartialRequestError"})


class WrongOffset(Exception):
    """Instagram has another number of bytes than we thought."""


class StaleUpload(Exception):
    """This container takes no bytes any more; a new one may."""


def upload_address(calls: Calls, body: Mapping[str, Any], container: str) -> str:
    """Where the bytes of a new container go, which has to be Meta's host: the token goes there, too."""
    app = calls.graph.app
    base = app.upload_url or UPLOAD_URL
    address = text_of(body, "uri")
    if address is None:
        return f"{base.rstrip('/')}/ig-api-upload/{calls.graph.version}/{container}"
    if not same_origin(address, base, app.api_url):
        raise UnexpectedReply("Instagram named an upload address on a host that is not Meta's", platform=NAME)
    return address


def send_bytes(graph: Graph, address: str, opened: OpenMedia, start: int, medium: int) -> None:
    """All that is missing in one request. Raises WrongOffset, StaleUpload, PlatformError."""
    left = opened.size - start
    reply = graph.api.post(
        address,
        call="instagram.upload.bytes",
        headers={"offset": str(start), "file_size": str(opened.size)},
        stream=Stream(left, "application/octet-stream", opened.pieces(start, left)),
        token=graph.token,
        scheme="OAuth",
    )
    trouble = upload_trouble(reply)
    if trouble is None or graph_error(reply) is not None:
        graph.meaning(reply, Role.PREPARE, medium)
        return
    graph.api.note(trouble.kind)
    if trouble.kind in _OFFSETS:
        raise WrongOffset
    said = f"Meta's upload service refused the video ({trouble.kind or reply.status}: {trouble.message})"
    if not trouble.retriable and reply.status < 500:
        raise StaleUpload(said)
    failure = PlatformUnavailable(said, platform=NAME, status=reply.status, code=trouble.kind)
    graph.api.note(failure=failure)
    raise failure
