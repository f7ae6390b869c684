"""Upload sessions that end in a file handle: POST /{app}/uploads, POST and GET /upload:{session}."""

from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.model import Session
from planrrr_cli.sandbox.facebook.visit import Visit
from planrrr_cli.sandbox.wire import BLOCK, Reply, json_reply

# developers.facebook.com/docs/graph-api/guides/upload
FILE_TYPES = "application/pdf image/jpeg image/jpg image/png video/mp4"
TABLE = {"file_name": "string", "file_length": "number", "file_type": FILE_TYPES}


def create(visit: Visit) -> Reply:
    visit.grant()
    if visit.node != visit.store.app_id:
        raise errors.unsupported("post", visit.node)
    values = visit.values(TABLE)
    for name in ("file_length", "file_type"):
        if not values.get(name):
            raise errors.missing_parameter(name)
    session = Session(f"upload:{visit.store.numbers.next()}", visit.node, values["file_length"])
    visit.store.sessions[session.id] = session
    return json_reply({"id": session.id})


def stand(visit: Visit) -> Reply:
    session = _session(visit)
    return json_reply({"id": session.id, "file_offset": session.intake.size})


def receive(visit: Visit) -> Reply:
    """The body is the file from `file_offset` on; what arrived before a broken connection is kept."""
    with visit.store.lock:
        session = _session(visit)
        offset = visit.request.header("file_offset")
        if offset != str(session.intake.size):
            raise errors.invalid_parameter(f"file_offset must be {session.intake.size}")
        if visit.request.body.length > session.size - session.intake.size:
            raise errors.invalid_parameter("more bytes than file_length says")
        position = session.intake.size
    while block := visit.request.body.read(BLOCK):
        with visit.store.lock:
            if session.intake.size != position:
                raise errors.invalid_parameter(f"file_offset must be {session.intake.size}")
            session.intake.add(block)
            position = session.intake.size
    with visit.store.lock:
        if session.intake.size < session.size:
            raise errors.upload_trouble(f"{session.intake.size} bytes of {session.size} were received.")
        handle = f"2:{session.id.removeprefix('upload:')}:{session.intake.medium().sha256[:32]}"
        visit.store.handles[handle] = session.intake.medium()
        del visit.store.sessions[session.id]
    return json_reply({"h": handle})


def _session(visit: Visit) -> Session:
    """Here a token in the query is refused, as on the real endpoint: only `Authorization: OAuth` counts."""
    if not visit.request.header("Authorization").startswith("OAuth "):
        raise errors.no_token()
    visit.grant()
    session = visit.store.sessions.get(visit.node)
    if session is None:
        raise errors.unsupported(visit.request.method, visit.node)
    return session
