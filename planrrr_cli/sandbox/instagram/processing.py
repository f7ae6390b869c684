"""A container's life: when processing ends, and what its status says of it; publishing is elsewhere."""

from enum import StrEnum
from typing import Any, Final

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.instagram.model import Container, Kind
from planrrr_cli.sandbox.instagram.store import Store

LIFE: Final = 24 * 3600
# An image takes 1 to 5 s, a video a fifteenth of `processing_seconds` or more; both follow from the seed.
IMAGE_SECONDS: Final = (1.0, 5.0)
VIDEO_SHARE: Final = 1 / 15


class State(StrEnum):
    """`status_code`: developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-container."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"


def begin(store: Store, container: Container) -> None:
    """All bytes are there."""
    most = store.world.processing_seconds
    share = int.from_bytes(seeds.digest(store.world.seed, "processing", container.id)[:4]) / 2**32
    if container.kind in (Kind.REELS, Kind.VIDEO) or container.medium is None or _is_film(container):
        low, high = most * VIDEO_SHARE, most
    else:
        low, high = (min(bound, most) for bound in IMAGE_SECONDS)
    seconds = 0.0 if container.kind is Kind.CAROUSEL else low + (high - low) * share
    container.ready_at = store.now() + seconds


def _is_film(container: Container) -> bool:
    return container.medium is not None and container.medium.kind == "video"


def state_of(store: Store, container: Container) -> State:
    """Where it stands; looking at it is not counted here."""
    now = store.now()
    if container.media_id is not None:
        if container.publish_looks > 0:
            return State.IN_PROGRESS
        return State.FINISHED if container.finished_until > now else State.PUBLISHED
    if now - container.created_at >= LIFE:
        return State.EXPIRED
    if container.uploading or container.looks_left > 0 or container.ready_at > now:
        return State.IN_PROGRESS
    return State.ERROR if error_of(store, container) else State.FINISHED


def error_of(store: Store, container: Container) -> int | None:
    """Its own subcode, or that of a child which failed. A parent does not wait for children: the publish does."""
    if container.error is not None:
        return container.error
    for child in _children(store, container):
        if state_of(store, child) is State.ERROR:
            return child.error
    return None


def _children(store: Store, container: Container) -> list[Container]:
    return [store.containers[child] for child in container.children if child in store.containers]


def look(store: Store, container: Container) -> State:
    """One look, at its children too: `processing:N` ends after N of them."""
    state = state_of(store, container)
    for each in (container, *_children(store, container)):
        if each.media_id is not None:
            each.publish_looks = max(0, each.publish_looks - 1)
        elif not each.uploading:
            each.looks_left = max(0, each.looks_left - 1)
    return state


def describe(store: Store, container: Container, state: State) -> dict[str, Any]:
    """What can be read of a container; the texts of good states are our own wording."""
    words = {
        State.IN_PROGRESS: "In Progress: Media is still being processed.",
        State.FINISHED: "Finished: Media has been uploaded and it is ready to be published.",
        State.PUBLISHED: "Published: Media has been published.",
        State.EXPIRED: "Expired: Media was not published within 24 hours.",
        State.ERROR: f"Error: Media upload has failed with error code {error_of(store, container)}",
    }
    told: dict[str, Any] = {"id": container.id, "status_code": state, "status": words[state]}
    if container.kind in (Kind.REELS, Kind.VIDEO) or _is_film(container) or container.expected is not None:
        done = state in (State.FINISHED, State.PUBLISHED)
        told["copyright_check_status"] = {
            "status": "completed" if done else "in_progress",
            "matches_found": False,
        }
        told["video_status"] = _video_status(container, state)
    return told


def _arrived(container: Container) -> int:
    """Bytes; those behind a URL arrive by themselves."""
    return container.medium.size if container.medium else container.received


def _video_status(container: Container, state: State) -> dict[str, Any]:
    """As IGResumableVideoUploadStatus has it: api_specs/specs/VideoStatus*Phase.json (v25.0, 2026-04-15)."""
    uploading: dict[str, Any] = {
        "status": ("in_progress" if container.received else "not_started")
        if container.uploading
        else "complete",
        "bytes_transferred": _arrived(container),
    }
    if container.expected is not None:
        uploading["source_file_size"] = container.expected
    if container.uploading:
        processing: dict[str, Any] = {"status": "not_started"}
    elif state is State.ERROR:
        error = {"code": container.error, "message": "The video could not be processed."}
        processing = {"status": "error", "errors": [error]}
    else:
        processing = {"status": "in_progress" if state is State.IN_PROGRESS else "complete"}
    return {"uploading_phase": uploading, "processing_phase": processing}
