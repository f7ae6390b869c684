"""The things that the Instagram twin remembers: accounts, tokens, containers, media, comments; no behaviour."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from planrrr_cli.sandbox.instagram.films import FilmReader
from planrrr_cli.sandbox.media import Intake, Medium


class Login(StrEnum):
    """Through whom a person let the application in: two hosts, two kinds of token, two sets of permissions."""

    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"


# developers.facebook.com/docs/instagram-platform/content-publishing (v25.0, read 2026-11-23)
SCOPES: Final = {
    Login.INSTAGRAM: (
        "instagram_business_basic",
        "instagram_business_content_publish",
        "instagram_business_manage_comments",
    ),
    Login.FACEBOOK: (
        "instagram_basic",
        "instagram_content_publish",
        "instagram_manage_comments",
        "pages_read_engagement",
        "pages_show_list",
    ),
}
QUOTA = 50
CONTAINER_LIMIT = 400


@dataclass(frozen=True, slots=True)
class Account:
    """A professional account. What follows `scopes` is what `POST /_sandbox/accounts` can change."""

    id: str
    scoped_id: str
    username: str
    name: str
    login: Login
    page_id: str | None = None
    scopes: tuple[str, ...] = ()
    quota_total: int = QUOTA
    container_limit: int = CONTAINER_LIMIT
    published_elsewhere: int = 0
    page_reads_fail: bool = False
    status_lag: float = 0.0
    captions_without_at: bool = False
    failing_containers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """One token of Instagram Login; those of Facebook Login are the Facebook twin's."""

    token: str
    account_id: str
    issued_at: float
    expires_at: float
    dead: int | None = None
    short_lived: bool = False
    scopes: tuple[str, ...] | None = None

    def allows(self, account: Account) -> tuple[str, ...]:
        """The permissions that this token has: what its person allowed (None: everything) and did not take back."""
        return tuple(scope for scope in account.scopes if self.scopes is None or scope in self.scopes)


@dataclass(slots=True)
class LoginCode:
    """What the login dialog gave out, to be redeemed once."""

    account_id: str
    redirect_uri: str
    expires_at: float
    granted: tuple[str, ...]
    used: bool = False


class Kind(StrEnum):
    """What a container will be, as its maker said by media_type; a plain image has none."""

    IMAGE = "IMAGE"
    VIDEO = "VIDEO"  # serves as a child only
    REELS = "REELS"
    STORIES = "STORIES"
    CAROUSEL = "CAROUSEL"


@dataclass(slots=True)
class Container:
    """Mutable; changed only under the store's lock. `error` is the subcode with which processing ends."""

    id: str
    account_id: str
    kind: Kind
    created_at: float
    is_child: bool = False
    caption: str = ""
    alt: str = ""
    children: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    medium: Medium | None = None
    error: int | None = None
    ready_at: float = 0.0
    looks_left: int = 0
    media_id: str | None = None
    publish_looks: int = 0
    finished_until: float = 0.0
    requests: list[int] = field(default_factory=list)
    uploading: bool = False
    expected: int | None = None
    received: int = 0
    intake: Intake = field(default_factory=Intake)
    reader: FilmReader = field(default_factory=FilmReader)


@dataclass(slots=True)
class Media:
    """Something published. Children of a carousel are media too; `foreign` was made by somebody else's hand."""

    id: str
    account_id: str
    shortcode: str
    media_type: str
    product_type: str
    created_at: float
    caption: str = ""
    medium: Medium | None = None
    children: tuple[str, ...] = ()
    parent: str | None = None
    foreign: bool = False
    hidden_until: float = 0.0
    comments_enabled: bool = True
    shared_to_feed: bool = True
    deleted: bool = False


@dataclass(slots=True)
class Comment:
    id: str
    account_id: str
    media_id: str
    text: str
    created_at: float
    hidden_until: float = 0.0
    hidden: bool = False
    deleted: bool = False
