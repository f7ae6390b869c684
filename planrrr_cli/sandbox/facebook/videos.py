"""POST /{page}/videos: one-call uploads and the chunked start, transfer, finish, cancel; reels are elsewhere."""

from dataclasses import replace
from typing import Any

from planrrr_cli.sandbox.bodies import Parameters
from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.model import Session, Stage, Video
from planrrr_cli.sandbox.facebook.parameters import VIDEOS
from planrrr_cli.sandbox.facebook.publishing import accept_finish
from planrrr_cli.sandbox.facebook.store import Store
from planrrr_cli.sandbox.facebook.times import read_schedule
from planrrr_cli.sandbox.facebook.visit import PUBLISH, Visit
from planrrr_cli.sandbox.fetching import FetchFailed
from planrrr_cli.sandbox.media import Intake, Medium, take_in
from planrrr_cli.sandbox.parts import FILE_LIMIT
from planrrr_cli.sandbox.wire import Delivery, Reply, json_reply

AGENT = "facebookexternalhit/1.1"
CHUNK = 1024 * 1024


def upload(visit: Visit) -> Reply:
    """One call: `source` part, `file_url`, or a handle of an upload session; public at once unless told otherwise."""
    with visit.store.lock:
        page = visit.page(visit.node, PUBLISH)
    values = visit.values(VIDEOS)
    medium = _receive(visit, values)
    with visit.store.lock:
        store = visit.store
        video = Video(store.numbers.next(), page.id, reel=False, created_at=store.now())
        video.expected = video.received = medium.size
        video.medium = medium
        video.requests.append(visit.request.sequence)
        _plan(visit, video, values)
        store.videos[video.id] = video
        effect = accept_finish(store, video, visit.orders.processing_looks, visit.orders.hide_seconds)
        return replace(json_reply({"id": video.id}), effect=effect)


def _receive(visit: Visit, values: dict[str, Any]) -> Medium:
    files = [part for part in visit.parameters.files if part.name == "source"]
    if handle := values.get("fbuploader_video_file_chunk"):
        medium = visit.store.handles.get(handle)
        if medium is None:
            raise errors.upload_trouble("The file handle is unknown.")
        return medium
    if values.get("file_url"):
        return fetch_video(visit, values["file_url"]).medium()
    if not files:
        raise errors.invalid_parameter("No video file was given: send source, file_url or upload_phase")
    medium = files[0].intake.medium()
    if not medium.mime.startswith("video/"):
        raise errors.bad_video(352, "The video file you selected is in a format that we don't support.")
    return medium


def fetch_video(visit: Visit, url: str) -> Intake:
    """The bytes behind a URL, digested; raises GraphError 389. The host's robots.txt must allow the crawler."""
    fetcher = visit.store.world.fetcher
    try:
        if not fetcher.allowed_by_robots(url, agent=AGENT):
            raise errors.video_not_fetched("robots.txt of the host does not allow facebookexternalhit.")
        with fetcher.fetch(url, agent=AGENT, limit=FILE_LIMIT) as stream:
            return take_in(stream)
    except FetchFailed as failed:
        raise errors.video_not_fetched(str(failed)) from failed


def start(visit: Visit) -> Reply:
    page = visit.page(visit.node, PUBLISH)
    values = visit.values(VIDEOS)
    size = values.get("file_size")
    if not size:
        raise errors.missing_parameter("file_size")
    store = visit.store
    video = Video(store.numbers.next(), page.id, reel=False, created_at=store.now(), expected=size)
    video.requests.append(visit.request.sequence)
    session = Session(store.numbers.next(), page.id, size, video.id)
    store.videos[video.id], store.sessions[session.id] = video, session
    return json_reply({"upload_session_id": session.id, "video_id": video.id} | _window(session))


def transfer(visit: Visit) -> Reply:
    visit.page(visit.node, PUBLISH)
    values = visit.values(VIDEOS)
    session = _session(visit, values)
    chunk = next((part for part in visit.parameters.files if part.name == "video_file_chunk"), None)
    if chunk is None or not chunk.intake.size:
        raise errors.missing_parameter("video_file_chunk")
    window = _end(session) - session.intake.size
    if values.get("start_offset") != session.intake.size or chunk.intake.size > window:
        session.errors += 1
        raise errors.wrong_offset(session.intake.size, _end(session), as_text=session.errors % 2 == 0)
    video = visit.store.videos[session.video_id or ""]
    session.intake.add(chunk.content())
    video.received = session.intake.size
    if video.received == session.size:
        video.stage, video.medium = Stage.UPLOADED, session.intake.medium()
    return json_reply(_window(session))


def keep_broken_chunk(store: Store, page_id: str, parameters: Parameters) -> Reply:
    """A `break` fault: the bytes that came are kept, the connection is reset."""
    values, part = parameters.values, parameters.files[-1]
    session = store.sessions.get(str(values.get("upload_session_id")))
    fits = session is not None and session.owner == page_id and session.video_id in store.videos
    if session and fits and str(values.get("start_offset")) == str(session.intake.size):
        session.intake.add(part.content()[: _end(session) - session.intake.size])
        video = store.videos[session.video_id or ""]
        video.received = session.intake.size
        if video.received == session.size:
            video.stage, video.medium = Stage.UPLOADED, session.intake.medium()
    return Reply(0, delivery=Delivery.RESET)


def finish(visit: Visit) -> Reply:
    visit.page(visit.node, PUBLISH)
    values = visit.values(VIDEOS)
    session = _session(visit, values)
    video = visit.store.videos[session.video_id or ""]
    if video.stage is not Stage.UPLOADED:
        raise errors.upload_trouble("Not all bytes of the file were sent.")
    _plan(visit, video, values)
    video.requests.append(visit.request.sequence)
    effect = accept_finish(visit.store, video, visit.orders.processing_looks, visit.orders.hide_seconds)
    del visit.store.sessions[session.id]
    return replace(json_reply({"success": True}), effect=effect)


def cancel(visit: Visit) -> Reply:
    visit.page(visit.node, PUBLISH)
    session = _session(visit, visit.values(VIDEOS))
    del visit.store.sessions[session.id]
    visit.store.videos.pop(session.video_id or "", None)
    return json_reply({"success": True})


def _plan(visit: Visit, video: Video, values: dict[str, Any]) -> None:
    """Write down what finishing shall do; raises GraphError for a time that cannot be."""
    video.title, video.description = values.get("title", ""), values.get("description", "")
    video.wanted = "PUBLISHED" if values.get("published", True) else "DRAFT"
    if text := values.get("scheduled_publish_time"):
        if video.wanted == "PUBLISHED":
            raise errors.invalid_parameter("scheduled_publish_time needs published=false")
        video.wanted, video.scheduled_at = "SCHEDULED", read_schedule(text, visit.store.now())


def _session(visit: Visit, values: dict[str, Any]) -> Session:
    found = visit.store.sessions.get(values.get("upload_session_id", ""))
    if found is None or found.owner != visit.node or found.video_id not in visit.store.videos:
        raise errors.invalid_parameter("The upload session does not exist, is finished or was cancelled")
    return found


def _end(session: Session) -> int:
    return min(session.size, session.intake.size + CHUNK)


def _window(session: Session) -> dict[str, str]:
    """Where to go on; numbers travel as strings.

    Source: developers.facebook.com/docs/graph-api/reference/ad-account/advideos (v25.0).
    """
    return {"start_offset": str(session.intake.size), "end_offset": str(_end(session))}
