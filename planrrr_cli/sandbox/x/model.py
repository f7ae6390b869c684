"""The things that the X twin remembers: accounts, tokens, codes, posts, uploads; no behaviour."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from planrrr_cli.sandbox.media import Medium
from planrrr_cli.sandbox.x.frames import Generation
from planrrr_cli.sandbox.x.segments import Segments

ALL_SCOPES = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")


class Plan(StrEnum):
    """What the app's owner pays for; `legacy` answers carry the headers of the 24-hour windows too."""

    SELF_SERVE = "self-serve"
    LEGACY = "legacy"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class Account:
    """`signed` accounts have an OAuth 1.0a token; `public` ones have tokens of the public client."""

    id: str
    username: str
    name: str
    created_at: float
    signed: bool = False
    public: bool = False
    scopes: tuple[str, ...] = ALL_SCOPES
    plan: Plan = Plan.SELF_SERVE
    long_posts: bool = False
    generation: Generation = Generation.BOTH


@dataclass(frozen=True, slots=True)
class Grant:
    """An access token; `secret` is that of OAuth 1.0a. `expires_at` None is never, `family` the sign-in behind it."""

    token: str
    account_id: str
    family: str
    scopes: tuple[str, ...] = ALL_SCOPES
    expires_at: float | None = None
    secret: str | None = None
    dead: bool = False


@dataclass(frozen=True, slots=True)
class Renewal:
    """A refresh token: good for one use by the client that it was given to."""

    token: str
    account_id: str
    client_id: str
    family: str
    scopes: tuple[str, ...] = ALL_SCOPES
    spent: bool = False


@dataclass(frozen=True, slots=True)
class LoginCode:
    """What the authorize page gave out, to be redeemed once."""

    account_id: str
    client_id: str
    redirect_uri: str
    challenge: str
    method: str
    scopes: tuple[str, ...]
    expires_at: float


class Stage(StrEnum):
    """An upload's life. Only a READY one can be posted with."""

    RECEIVING = "receiving"  # begun by initialize; ends with finalize
    PROCESSING = "processing"  # ends after `looks_left` looks, or by time
    READY = "ready"
    FAILED = "failed"  # the bytes were not what its category asks for


@dataclass(slots=True)
class Upload:
    """Mutable, since bytes arrive in pieces; changed only under the store's lock."""

    id: str
    account_id: str
    category: str
    media_type: str
    expires_at: float
    owners: tuple[str, ...] = ()
    stage: Stage = Stage.RECEIVING
    total: int = 0
    medium: Medium | None = None
    looks: int = 0
    looks_wanted: int = 0
    ready_at: float | None = None
    subtitles: dict[str, dict[str, str]] = field(default_factory=dict)
    requests: list[int] = field(default_factory=list)
    segments: Segments | None = None

    @property
    def key(self) -> str:
        return f"{KEY_KINDS.get(self.category.removeprefix('dm_').removeprefix('tweet_'), '3')}_{self.id}"


# docs.x.com/x-api/fundamentals/data-dictionary (2026-08-22): the prefix of a media key tells its kind.
KEY_KINDS = {"image": "3", "gif": "16", "video": "7", "amplify_video": "13"}


@dataclass(frozen=True, slots=True)
class Attached:
    """A medium as a post shows it."""

    key: str
    medium: Medium
    subtitles: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return {"3": "photo", "16": "animated_gif"}.get(self.key.partition("_")[0], "video")


@dataclass(frozen=True, slots=True)
class Poll:
    id: str
    options: tuple[str, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class Post:
    """`text` is what was sent, `shown` what X makes of it, `note` the whole of a text over 280.

    `said` are the fields of the request that change nothing but what can be read back. Hidden and deleted posts exist
    but cannot be read; `history` are the ids of its versions, oldest first, its own the last.
    """

    id: str
    account_id: str
    created_at: float
    text: str
    shown: str
    entities: dict[str, list[dict[str, Any]]]
    conversation_id: str
    history: tuple[str, ...]
    note: str | None = None
    note_entities: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    parent_id: str | None = None
    quoted_id: str | None = None
    media: tuple[Attached, ...] = ()
    poll: Poll | None = None
    reply_settings: str = "everyone"
    said: dict[str, Any] = field(default_factory=dict)
    hidden_until: float = 0.0
    deleted: bool = False
    superseded: bool = False
