"""The things that the Facebook twin remembers: pages, tokens, posts, photos, videos, comments; no behaviour."""

from dataclasses import dataclass, field
from enum import StrEnum

from planrrr_cli.sandbox.media import Intake, Medium

ALL_SCOPES = (
    "pages_show_list",
    "pages_manage_posts",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
    "publish_video",
)
INSTAGRAM_SCOPES = ("instagram_basic", "instagram_content_publish", "instagram_manage_comments")
# Names that the dialog takes too; nothing here asks for the last ones. The first is granted with every yes.
BASIC_SCOPES = ("public_profile",)
DIALOG_SCOPES = (
    *BASIC_SCOPES,
    *ALL_SCOPES,
    *INSTAGRAM_SCOPES,
    *("ads_management", "ads_read", "business_management", "email", "pages_manage_metadata"),
)
ALL_TASKS = ("ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE")


class Holder(StrEnum):
    """Whose token it is."""

    PAGE = "PAGE"
    USER = "USER"
    APP = "APP"


@dataclass(frozen=True, slots=True)
class Consent:
    """What the person allowed in the dialog, and for which Pages (None: all of them)."""

    given_at: float
    granted: tuple[str, ...]
    declined: tuple[str, ...] = ()
    pages: tuple[str, ...] | None = None

    def of(self, page_id: str, scopes: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the scopes that are allowed on a Page."""
        if self.pages is not None and page_id not in self.pages:
            return ()
        return tuple(scope for scope in scopes if scope in self.granted)


@dataclass(frozen=True, slots=True)
class Grant:
    """One access token. `expires_at` None is never; `dead` is the subcode with which a dead one is refused.

    `consent` None is everything: a token that was there from the start.
    """

    token: str
    holder: Holder
    page_id: str | None
    issued_at: float
    expires_at: float | None = None
    dead: int | None = None
    short_lived: bool = False
    consent: Consent | None = None

    def allowed(self, page_id: str, scopes: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the scopes that this token has on a Page, or on the account behind it."""
        return scopes if self.consent is None else self.consent.of(page_id, scopes)


@dataclass(slots=True)
class LoginCode:
    """What the login dialog gave out, to be redeemed once."""

    redirect_uri: str
    expires_at: float
    consent: Consent
    used: bool = False


# How access ends at Facebook, and the subcode of 190 that tells it: .../guides/error-handling (read 2026-11-23).
REVOCATIONS = {"removed": 458, "checkpoint": 459, "password": 460, "unconfirmed": 464, "role": 492}


@dataclass(frozen=True, slots=True)
class Page:
    id: str
    name: str
    scopes: tuple[str, ...] = ALL_SCOPES
    tasks: tuple[str, ...] = ALL_TASKS
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Linked:
    """The professional Instagram account behind a Page, and what the same sign-in allows on it."""

    id: str
    username: str
    name: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Photo:
    id: str
    page_id: str
    medium: Medium
    created_at: float
    request: int
    caption: str = ""
    temporary: bool = False
    post_id: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """`id` is page and number; a video's post carries `video_id`. Hidden posts exist but cannot be read yet."""

    id: str
    page_id: str
    message: str
    created_at: float
    link: str | None = None
    photos: tuple[str, ...] = ()
    video_id: str | None = None
    published: bool = True
    scheduled_at: int | None = None
    hidden_until: float = 0.0
    requests: tuple[int, ...] = ()

    @property
    def number(self) -> str:
        return self.id.partition("_")[2]


@dataclass(frozen=True, slots=True)
class Comment:
    id: str
    page_id: str
    post_id: str
    message: str
    created_at: float
    parent: str | None = None
    attachment: Medium | None = None
    hidden_until: float = 0.0


class Stage(StrEnum):
    """A video's life: bytes arrive, it may be finished (by the client), then it is processed and ends."""

    UPLOADING = "uploading"  # begun by start; ends when the last byte is there
    UPLOADED = "uploaded"  # all bytes are there; waits for finish
    PROCESSING = "processing"  # finish was accepted; ends after `looks_left` looks
    READY = "ready"  # public, or a draft, or waiting for its time
    FAILED = "failed"  # the bytes were no video


@dataclass(slots=True)
class Video:
    """Mutable, since bytes arrive in pieces; changed only under the store's lock."""

    id: str
    page_id: str
    reel: bool
    created_at: float
    stage: Stage = Stage.UPLOADING
    expected: int | None = None
    received: int = 0
    medium: Medium | None = None
    title: str = ""
    description: str = ""
    wanted: str = "PUBLISHED"
    scheduled_at: int | None = None
    post_id: str | None = None
    published_at: float | None = None
    looks: int = 0
    looks_left: int = 0
    hide_seconds: float = 0.0
    requests: list[int] = field(default_factory=list)
    intake: Intake = field(default_factory=Intake)


@dataclass(slots=True)
class Session:
    """A chunked video upload, or (with `video_id` None) an upload that ends in a file handle."""

    id: str
    owner: str
    size: int
    video_id: str | None = None
    errors: int = 0
    intake: Intake = field(default_factory=Intake)
