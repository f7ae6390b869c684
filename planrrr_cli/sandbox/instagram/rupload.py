"""The upload host, /ig-api-upload/{version}/{container}: a video's bytes or file_url, with its own form of error."""

import json
from typing import Final

from planrrr_cli.sandbox.facebook.errors import GraphError
from planrrr_cli.sandbox.facebook.rupload import UploadRefused
from planrrr_cli.sandbox.faults import Kind
from planrrr_cli.sandbox.fetching import FetchFailed
from planrrr_cli.sandbox.instagram.films import FilmReader
from planrrr_cli.sandbox.instagram.judging import fetch, judge_film
from planrrr_cli.sandbox.instagram.model import Container
from planrrr_cli.sandbox.instagram.processing import State, begin, state_of
from planrrr_cli.sandbox.instagram.visit import PUBLISH, Visit
from planrrr_cli.sandbox.media import Intake
from planrrr_cli.sandbox.wire import BLOCK, Delivery, Reply, json_reply

CALL: Final = "instagram.upload.bytes"
DONE: Final = {"success": True, "message": "Upload successful."}


def refused(message: str, *, retriable: bool = False, status: int = 400) -> UploadRefused:
    """`message` is JSON text within JSON: .../content-publishing/resumable-uploads (2026-03-15)."""
    inner = json.dumps({"success": False, "error": {"message": message}}, separators=(",", ":"))
    return UploadRefused("ProcessingFailedError", inner, retriable=retriable, status=status)


def by_status(status: int) -> Reply:
    told = "The request was refused" if status < 500 else "Request processing failed"
    return refused(told, retriable=status >= 500, status=status).reply()


def receive(visit: Visit) -> Reply:
    """Always answers; Graph's errors about token and permissions are told in this host's form too."""
    try:
        with visit.store.lock:
            container = _container(visit)
        if url := visit.request.header("file_url"):
            return _from_url(visit, container, url)
        return _from_body(visit, container)
    except UploadRefused as trouble:
        return trouble.reply()
    except GraphError as trouble:
        return refused(str(trouble), status=401 if trouble.code == 190 else trouble.status).reply()


def _container(visit: Visit) -> Container:
    if visit.request.method != "POST":
        raise refused("Use POST", status=405)
    if not visit.request.header("Authorization").startswith("OAuth "):
        raise refused("Authorization: OAuth <token> is missing", status=401)
    visit.owner(PUBLISH)
    container = visit.store.containers.get(visit.node)
    if container is None or (container.expected is None and not container.uploading):
        raise refused("There is no such upload", status=404)
    if not container.uploading:
        raise refused("The upload is complete")
    if state_of(visit.store, container) is State.EXPIRED:
        raise refused("The upload has expired")
    return container


def _from_url(visit: Visit, container: Container, url: str) -> Reply:
    """Brings everything, whatever had come before."""
    intake, reader = Intake(), FilmReader()
    try:
        with fetch(visit.store.world, url) as stream:
            while block := stream.read(BLOCK):
                intake.add(block)
                reader.add(block)
    except FetchFailed as failed:
        raise refused(f"The video could not be downloaded: {failed}", retriable=True) from failed
    with visit.store.lock:
        if not container.uploading:
            raise refused("The upload is complete")
        container.intake, container.reader = intake, reader
        container.received = container.expected = intake.size
        return _end(visit, container)


def _from_body(visit: Visit, container: Container) -> Reply:
    offset, size = _number(visit, "offset"), _number(visit, "file_size")
    with visit.store.lock:
        if container.expected not in (None, size):
            raise refused(f"file_size was {container.expected} before")
        if offset != container.received:
            told = f"offset {offset} is not {container.received}, where the upload stands"
            raise refused(told, retriable=True)
        if visit.request.body.length > size - offset or size == 0:
            raise refused("more bytes than file_size says")
        container.expected = size
    if not _pump(visit, container):
        return Reply(0, delivery=Delivery.RESET)
    with visit.store.lock:
        if container.received < size:
            raise refused(f"{container.received} bytes of {size} were received", retriable=True)
        return _end(visit, container)


def _end(visit: Visit, container: Container) -> Reply:
    """All bytes are there: judge them, and let processing begin."""
    container.uploading = False
    container.requests.append(visit.request.sequence)
    container.medium = container.intake.medium()
    container.looks_left = max(container.looks_left, visit.orders.processing_looks)
    if container.error is None:
        container.error, seconds = judge_film(container.reader, container.medium, container.kind)
        if seconds is not None and container.options.get("thumb_offset", 0) > seconds * 1000:
            container.error = 2207057
    begin(visit.store, container)
    return json_reply(DONE)


def _number(visit: Visit, header: str) -> int:
    text = visit.request.header(header)
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise refused(f"the header {header} is missing or no number")
    return int(text)


def _pump(visit: Visit, container: Container) -> bool:
    """Keep the bytes as they come, also when the client breaks off; False when a `break` fault cut them."""
    fault = visit.store.world.faults.take(CALL, container.account_id, None, {Kind.BREAK})
    left = int(fault.number) if fault else None
    body, position = visit.request.body, container.received
    while left is None or left > 0:
        block = body.read(BLOCK if left is None else min(BLOCK, left))
        if not block:
            return fault is None
        with visit.store.lock:
            if container.received != position or not container.uploading:
                raise refused("another request uploads this video", retriable=True)
            container.intake.add(block)
            container.reader.add(block)
            container.received = position = container.intake.size
        left = None if left is None else left - len(block)
    return False
