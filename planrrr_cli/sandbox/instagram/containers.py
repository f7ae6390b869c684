"""POST /{account}/media: takes a container's parameters apart, fetches its media, keeps it; carousels are elsewhere."""

from dataclasses import replace
from typing import Any, Final

from planrrr_cli.sandbox.facebook import errors as graph
from planrrr_cli.sandbox.instagram import errors
from planrrr_cli.sandbox.instagram.captions import check_alt, check_caption
from planrrr_cli.sandbox.instagram.judging import fetch_image, fetch_video
from planrrr_cli.sandbox.instagram.model import Account, Container, Kind, Login
from planrrr_cli.sandbox.instagram.parameters import read_create
from planrrr_cli.sandbox.instagram.processing import begin
from planrrr_cli.sandbox.instagram.store import Store
from planrrr_cli.sandbox.instagram.visit import PUBLISH, Visit
from planrrr_cli.sandbox.wire import Reply, json_reply

DAY: Final = 86_400
COLLABORATORS: Final = 3
TAGS: Final = 20
# What only some kinds take; every other kind refuses it.
ONLY: Final = {
    "alt_text": {Kind.IMAGE},
    "audio_name": {Kind.REELS},
    "audio_configuration": {Kind.REELS},
    "children": {Kind.CAROUSEL},
    "collaborators": {Kind.IMAGE, Kind.REELS, Kind.CAROUSEL},
    "caption": {Kind.IMAGE, Kind.REELS, Kind.VIDEO, Kind.CAROUSEL},
    "cover_url": {Kind.REELS},
    "is_carousel_item": {Kind.IMAGE, Kind.VIDEO},
    "location_id": {Kind.IMAGE, Kind.REELS, Kind.VIDEO, Kind.CAROUSEL},
    "share_to_feed": {Kind.REELS},
    "thumb_offset": {Kind.REELS, Kind.VIDEO},
    "trial_params": {Kind.REELS},
    "upload_type": {Kind.REELS, Kind.VIDEO, Kind.STORIES},
    "video_url": {Kind.REELS, Kind.VIDEO, Kind.STORIES},
    "image_url": {Kind.IMAGE, Kind.STORIES},
}
# What belongs to the whole carousel, not to one of its items.
OF_THE_PARENT: Final = ("caption", "collaborators", "is_ai_generated", "location_id")
TOLD: Final = frozenset(ONLY) - {"alt_text", "caption", "children", "cover_url", "image_url", "video_url"} | {
    "branded_content_sponsor_ids",
    "is_ai_generated",
    "is_comment_prompt_used",
    "is_paid_partnership",
    "is_poll_duration_extended",
    "poll_attachment",
    "product_tags",
    "user_tags",
}


def create(visit: Visit) -> Reply:
    """Runs without the lock while media are fetched: a slow host must not stop the sandbox."""
    with visit.store.lock:
        account = visit.account(visit.node, PUBLISH)
        check_container_limit(visit.store, account)
    values = read_create(visit.parameters.values, visit.files(), account.login)
    container = plan(visit, account, values)
    if values.get("upload_type"):
        container.uploading = True
    elif container.kind is Kind.IMAGE or "image_url" in values:
        any_shape = container.kind is Kind.STORIES
        container.medium = fetch_image(
            visit.store.world, values["image_url"], container.alt, any_shape=any_shape
        )
    else:
        _take_video(visit, container, values)
    if "cover_url" in values:
        cover = fetch_image(visit.store.world, values["cover_url"], any_shape=True)
        container.options["cover"] = cover.sha256
    with visit.store.lock:
        return keep(visit, container)


def plan(visit: Visit, account: Account, values: dict[str, Any]) -> Container:
    """The container without its media; raises GraphError for what does not go together."""
    kind = _kind(values)
    is_child = values.get("is_carousel_item", False)
    for name, kinds in ONLY.items():
        harmless = values.get(name) in (None, "") or (name == "is_carousel_item" and not is_child)
        if kind not in kinds and not harmless:
            raise graph.invalid_parameter(f"Param {name} is not allowed for media_type {kind}")
    if is_child and (strange := [name for name in OF_THE_PARENT if values.get(name)]):
        raise graph.invalid_parameter(f"Param {strange[0]} is not allowed on an item of a carousel")
    _check_source(kind, values, account)
    check_caption(values.get("caption", ""))
    check_alt(values.get("alt_text", ""))
    _check_people(kind, values)
    return Container(
        id="",
        account_id=account.id,
        kind=kind,
        created_at=visit.store.now(),
        is_child=is_child,
        caption=values.get("caption", ""),
        alt=values.get("alt_text", ""),
        options={name: value for name, value in values.items() if name in TOLD and value not in ("", [])},
        looks_left=visit.orders.processing_looks,
    )


def _kind(values: dict[str, Any]) -> Kind:
    """`media_type` is left out for a plain image, and for nothing else."""
    word = values.get("media_type", "").upper()
    if not word and ("video_url" in values or "upload_type" in values):
        raise graph.missing_parameter("media_type")
    if word == Kind.IMAGE or (word and word not in list(Kind)):
        raise errors.refused(2207023)
    return Kind(word) if word else Kind.IMAGE


def _check_source(kind: Kind, values: dict[str, Any], account: Account) -> None:
    """One source of bytes, of the right sort."""
    if kind is Kind.CAROUSEL:
        return
    given = [name for name in ("image_url", "video_url", "upload_type") if values.get(name)]
    if len(given) > 1:
        raise graph.invalid_parameter(f"Send {given[0]} or {given[1]}, not both")
    if not given:
        raise graph.missing_parameter("image_url" if kind is Kind.IMAGE else "video_url")
    if given == ["upload_type"] and account.login is Login.INSTAGRAM:
        raise graph.invalid_parameter("Param upload_type is for Facebook Login only")


def _check_people(kind: Kind, values: dict[str, Any]) -> None:
    if len(values.get("collaborators", [])) > COLLABORATORS:
        raise graph.invalid_parameter(f"Param collaborators takes at most {COLLABORATORS} usernames")
    tags = values.get("user_tags", [])
    if len(tags) > TAGS:
        raise errors.refused(2207040)
    for tag in tags:
        if not isinstance(tag, dict) or not tag.get("username") or set(tag) - {"username", "x", "y"}:
            raise graph.invalid_parameter(
                "Param user_tags must be an array of objects with username, x and y"
            )
        if kind is Kind.IMAGE and not all(_is_share(tag.get(axis)) for axis in ("x", "y")):
            raise graph.invalid_parameter("Param user_tags needs x and y between 0 and 1 for images")


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _take_video(visit: Visit, container: Container, values: dict[str, Any]) -> None:
    """What is wrong with a video is told by the container's status, not here; a thumbnail's moment is told here."""
    medium, fault, seconds = fetch_video(visit.store.world, values["video_url"], container.kind)
    if seconds is not None and values.get("thumb_offset", 0) > seconds * 1000:
        raise errors.refused(2207057)
    container.medium, container.error = medium, fault


def check_container_limit(store: Store, account: Account) -> None:
    since = store.now() - DAY
    mine = [one for one in store.containers.values() if one.account_id == account.id]
    if sum(1 for one in mine if one.created_at > since) >= account.container_limit:
        raise errors.container_limit(account.container_limit)


def keep(visit: Visit, container: Container) -> Reply:
    """Give it its id, let processing begin, and answer; under the lock."""
    store = visit.store
    account = store.accounts[container.account_id]
    check_container_limit(store, account)  # again: others may have come while media were fetched
    container.id = store.new_id()
    container.requests.append(visit.request.sequence)
    if account.failing_containers:
        container.error, *rest = account.failing_containers
        store.accounts[account.id] = replace(account, failing_containers=tuple(rest))
    store.containers[container.id] = container
    if container.uploading:
        uri = f"{store.world.url}/ig-api-upload/{visit.version}/{container.id}"
        return json_reply({"id": container.id, "uri": uri})
    begin(store, container)
    return json_reply({"id": container.id})
