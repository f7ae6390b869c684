"""The things that the LinkedIn twin remembers: members, accounts, grants, posts, assets, comments; no behaviour."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from planrrr_cli.sandbox.linkedin.assembly import Assembly
from planrrr_cli.sandbox.media import Medium

ORGANIZATION_SCOPES = (
    "r_organization_social",
    "w_organization_social",
    "rw_organization_admin",
    "r_organization_social_feed",
    "w_organization_social_feed",
)
PERSON_SCOPES = ("openid", "profile", "w_member_social")
# Roles that may post, and others that exist (facts: organization-access-control-by-role).
POSTING_ROLES = ("ADMINISTRATOR", "CONTENT_ADMIN", "DIRECT_SPONSORED_CONTENT_POSTER")
ROLES = (*POSTING_ROLES, "ANALYST", "CURATOR", "RECRUITING_POSTER", "LEAD_GEN_FORMS_MANAGER")


class Product(StrEnum):
    """Two developer apps: Community Management cannot share one with anything else."""

    COMMUNITY = "community"
    SHARE = "share"


# Which scopes an app can ask for. The `*_member_social*` ones of Community Management are granted to few.
SCOPES_OF = {
    Product.COMMUNITY: (
        *ORGANIZATION_SCOPES,
        *("r_organization_admin", "r_basicprofile", "w_member_social", "r_member_social"),
        *("w_member_social_feed", "r_member_social_feed"),
    ),
    Product.SHARE: (*PERSON_SCOPES, "email"),
}
ALL_SCOPES = tuple(dict.fromkeys(scope for scopes in SCOPES_OF.values() for scope in scopes))


@dataclass(frozen=True, slots=True)
class App:
    product: Product
    client_id: str
    client_secret: str
    day_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Who publishes: an organization or a person, by its whole URN; `member` is the human whose token it uses."""

    urn: str
    name: str
    product: Product
    member: str
    scopes: tuple[str, ...]
    role: str | None = None
    day_limit: int | None = None
    failing_posts: int = 0

    @property
    def is_organization(self) -> bool:
        return self.urn.startswith("urn:li:organization:")


@dataclass(frozen=True, slots=True)
class Grant:
    """One access token, or one refresh token; `dead` is the serviceErrorCode with which a dead one is refused."""

    token: str
    product: Product
    member: str
    account: str
    scopes: tuple[str, ...]
    issued_at: float
    expires_at: float
    refresh: str | None = None
    dead: int | None = None


@dataclass(frozen=True, slots=True)
class LoginCode:
    """What the authorization page gave out, to be redeemed once."""

    account: Account
    scopes: tuple[str, ...]
    redirect_uri: str
    expires_at: float


class Status(StrEnum):
    """An asset's life, in LinkedIn's words."""

    WAITING_UPLOAD = "WAITING_UPLOAD"
    PROCESSING = "PROCESSING"  # ends after so many looks, or so much time by the sandbox's clock
    AVAILABLE = "AVAILABLE"
    PROCESSING_FAILED = "PROCESSING_FAILED"


@dataclass(slots=True)
class Asset:
    """An image, video or document. Mutable, since bytes arrive in pieces; changed only under the store's lock."""

    urn: str
    kind: str
    owner: str
    created_at: float
    url_expires_at: float
    signature: str
    status: Status = Status.WAITING_UPLOAD
    medium: Medium | None = None
    size: int = 0
    upload_token: str = ""
    etags: tuple[str, ...] = ()
    finalized: bool = False
    looks_left: int = 0
    ready_at: float = 0.0
    captions: Medium | None = None
    thumbnail: Medium | None = None
    wants_captions: bool = False
    wants_thumbnail: bool = False
    requests: list[int] = field(default_factory=list)
    assembly: Assembly = field(default_factory=Assembly)


class Lifecycle(StrEnum):
    PUBLISHED = "PUBLISHED"
    PUBLISH_REQUESTED = "PUBLISH_REQUESTED"  # accepted; its image is still in processing
    PUBLISH_FAILED = "PUBLISH_FAILED"  # its media failed after the 201


@dataclass(frozen=True, slots=True)
class Post:
    """`commentary` is what is left of the little text, `shown` what people read; `content` as it was sent."""

    urn: str
    author: str
    commentary: str
    shown: str
    content: dict[str, Any]
    visibility: str
    feed: str
    created_at: float
    modified_at: float
    fingerprint: str
    lifecycle: Lifecycle = Lifecycle.PUBLISHED
    published_at: float | None = None
    reshare_of: str | None = None
    reshare_disabled: bool = False
    edited: bool = False
    hidden_until: float = 0.0
    assets: tuple[str, ...] = ()
    requests: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    id: str
    post: str
    actor: str
    text: str
    created_at: float
    parent: str | None = None
    hidden_until: float = 0.0

    @property
    def urn(self) -> str:
        return f"urn:li:comment:({thread_of(self.post)},{self.id})"


def thread_of(post: str) -> str:
    """The activity that comments hang on; LinkedIn names it in answers, whatever URN was asked with."""
    return f"urn:li:activity:{post.rpartition(':')[2]}"
