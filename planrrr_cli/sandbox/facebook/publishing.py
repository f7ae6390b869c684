"""The moments at which something becomes public: writes the post and the ledger; validates nothing."""

from dataclasses import replace

from planrrr_cli.sandbox.facebook.model import Photo, Post, Stage, Video
from planrrr_cli.sandbox.facebook.store import Store
from planrrr_cli.sandbox.ledger import Entry
from planrrr_cli.sandbox.media import Medium


def content_of(message: str, link: str | None, photos: tuple[str, ...]) -> tuple[object, ...]:
    """What code 506 compares here: message, link and photos. What the real service compares is not documented."""
    return (message, link, photos)


def add_post(store: Store, post: Post) -> Post:
    """Keep a new post; it is public at once when it is published."""
    store.posts[post.id] = post
    store.timeline[post.page_id].append(post.id)
    for photo_id in post.photos:
        store.photos[photo_id] = replace(store.photos[photo_id], post_id=post.id)
    if post.published:
        _make_public(store, post)
    elif post.scheduled_at is not None:
        store.scheduled[post.id] = post.scheduled_at
    return post


def publish_post(store: Store, post: Post, *, request: int | None = None) -> Post:
    """Publish one that was not; publishing a published one changes nothing."""
    if post.published:
        return post
    requests = post.requests + ((request,) if request else ())
    changed = replace(post, published=True, scheduled_at=None, created_at=store.now(), requests=requests)
    store.posts[post.id] = changed
    _make_public(store, changed)
    return changed


def _make_public(store: Store, post: Post) -> None:
    if not post.video_id:
        store.newest_content[post.page_id] = content_of(post.message, post.link, post.photos)
    photos = [store.photos[photo_id] for photo_id in post.photos]
    video = store.videos.get(post.video_id or "")
    store.world.ledger.append(
        Entry(
            platform="facebook",
            account_id=post.page_id,
            remote_id=post.video_id or post.id,
            post_id=post.id,
            path=video_path(video) if video else post_path(post),
            text=post.message,
            title=video.title or None if video else None,
            link=post.link,
            media=_media(photos, video),
            created_at=post.created_at,
            requests=tuple(sorted({photo.request for photo in photos} | set(post.requests))),
        )
    )


def _media(photos: list[Photo], video: Video | None) -> tuple[Medium, ...]:
    if video is not None and video.medium is not None:
        return (video.medium,)
    return tuple(photo.medium for photo in photos)


def post_path(post: Post) -> str:
    return f"/facebook/{post.page_id}/posts/{post.number}"


def video_path(video: Video) -> str:
    return f"/facebook/{video.page_id}/{'reels' if video.reel else 'videos'}/{video.id}"


def accept_finish(store: Store, video: Video, looks: int, hide_seconds: float) -> bool:
    """The client asked to publish. True when that has, or by itself will have, a public effect."""
    video.stage, video.looks_left, video.hide_seconds = Stage.PROCESSING, looks, hide_seconds
    if looks == 0:
        end_processing(store, video)
    good = video.medium is not None and video.medium.mime.startswith("video/")
    return good and video.wanted == "PUBLISHED"


def end_processing(store: Store, video: Video) -> None:
    if video.medium is None or not video.medium.mime.startswith("video/"):
        video.stage = Stage.FAILED
        return
    video.stage = Stage.READY
    if video.wanted == "PUBLISHED":
        publish_video(store, video)
    elif video.wanted == "SCHEDULED" and video.scheduled_at is not None:
        store.scheduled[video.id] = video.scheduled_at


def publish_video(store: Store, video: Video) -> None:
    """Make a ready video public, once."""
    if video.published_at is not None:
        return
    video.wanted, video.published_at = "PUBLISHED", store.now()
    video.post_id = f"{video.page_id}_{store.numbers.next()}"
    post = Post(
        id=video.post_id,
        page_id=video.page_id,
        message=video.description,
        created_at=video.published_at,
        video_id=video.id,
        hidden_until=store.now() + video.hide_seconds if video.hide_seconds else 0.0,
        requests=tuple(video.requests),
    )
    add_post(store, post)


def settle(store: Store) -> None:
    """Publish what was scheduled for a time that has come."""
    if not store.scheduled:
        return
    now = store.now()
    for node, moment in sorted(store.scheduled.items(), key=lambda pair: pair[1]):
        if moment > now:
            return
        del store.scheduled[node]
        if post := store.posts.get(node):
            publish_post(store, post)
        elif video := store.videos.get(node):
            publish_video(store, video)
