"""The things that the YouTube twin remembers: channels, tokens, sessions, videos and what hangs on them."""

from dataclasses import dataclass, field
from typing import Any, Final

from planrrr_cli.sandbox.media import Intake, Medium

PREFIX: Final = "https://www.googleapis.com/auth/"
UPLOAD: Final = f"{PREFIX}youtube.upload"
READONLY: Final = f"{PREFIX}youtube.readonly"
FORCE_SSL: Final = f"{PREFIX}youtube.force-ssl"
MANAGE: Final = f"{PREFIX}youtube"
ALL_SCOPES: Final = (UPLOAD, READONLY, FORCE_SSL, MANAGE)
USUAL_SCOPES: Final = (UPLOAD, READONLY, FORCE_SSL)


@dataclass(frozen=True, slots=True)
class Channel:
    """`verified` by phone; `testing` is the app's consent screen when its person signed in.

    `upload_limit` is the unpublished number of videos in 24 hours (None: no limit). `endings` are how the coming
    uploads end, in their order, as `failed:codec` or `rejected:length`.
    """

    id: str
    name: str
    scopes: tuple[str, ...] = USUAL_SCOPES
    verified: bool = True
    testing: bool = False
    upload_limit: int | None = None
    endings: tuple[str, ...] = ()

    @property
    def uploads(self) -> str:
        """The playlist of what the channel uploaded."""
        return f"UU{self.id[2:]}"


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token; `limited` ones were given out while the app was in testing, and die after a week."""

    token: str
    channel: str
    scopes: tuple[str, ...]
    issued_at: float
    used_at: float
    limited: bool = False
    dead: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """`refresh` is the refresh token of the same sign-in; None when it has none."""

    token: str
    channel: str
    scopes: tuple[str, ...]
    expires_at: float
    refresh: str | None = None
    dead: bool = False


@dataclass(frozen=True, slots=True)
class LoginCode:
    """What the authorization page gave out, to be redeemed once."""

    channel: str
    redirect_uri: str
    challenge: str
    method: str
    scopes: tuple[str, ...]
    offline: bool
    expires_at: float


@dataclass(slots=True)
class Session:
    """A resumable upload. `call` is what it was begun with, `answer` its last reply, told again for ever.

    Only the digest of what arrived is kept, in whole blocks of 256 KiB until the last byte is there.
    """

    id: str
    number: int
    call: str
    channel: str
    query: list[tuple[str, str]]
    document: dict[str, Any]
    declared: int | None
    content_type: str
    file_name: str
    expires_at: float
    intake: Intake = field(default_factory=Intake)
    answer: dict[str, Any] | None = None
    requests: list[int] = field(default_factory=list)

    @property
    def received(self) -> int:
        """How many bytes are kept; a finished one that was loaded from the state file knows it by its length."""
        return self.intake.size or (self.declared or 0 if self.answer is not None else 0)


@dataclass(slots=True)
class Video:
    """`document` are the parts that were set: snippet, status and so on. `ending` is what processing leads to.

    `looks_left` are those at which processing is still seen to go on; None: it ends by itself.
    """

    id: str
    channel: str
    document: dict[str, Any]
    medium: Medium
    file_name: str
    created_at: float
    ending: str
    looks_left: int | None = None
    settled: bool = False
    hidden_until: float = 0.0
    published: bool = False
    deleted: bool = False
    thumbnail: Medium | None = None
    requests: tuple[int, ...] = ()

    @property
    def privacy(self) -> str:
        return str(self.document["status"]["privacyStatus"])

    @property
    def upload_status(self) -> str:
        return self.ending.partition(":")[0] if self.settled else "uploaded"

    @property
    def reason(self) -> str:
        """Why it failed or was rejected."""
        return self.ending.partition(":")[2] if self.settled else ""


@dataclass(frozen=True, slots=True)
class Playlist:
    id: str
    channel: str
    document: dict[str, Any]
    created_at: float


@dataclass(frozen=True, slots=True)
class PlaylistItem:
    id: str
    playlist: str
    video: str
    created_at: float
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Caption:
    id: str
    video: str
    language: str
    name: str
    medium: Medium
    created_at: float
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    id: str
    video: str
    channel: str
    text: str
    created_at: float
    hidden_until: float = 0.0
