"""The YouTube twin's memory and its lock; finds and keeps things, decides nothing about the protocol."""

import base64
import threading

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.world import World
from planrrr_cli.sandbox.youtube.model import (
    Caption,
    Channel,
    Comment,
    LoginCode,
    Playlist,
    PlaylistItem,
    Session,
    Video,
)
from planrrr_cli.sandbox.youtube.quota import Quota
from planrrr_cli.sandbox.youtube.tokens import Tokens

NAMES = (
    "Weir Workshop",
    "Slow Ferry Diaries",
    "Allotment Hour",
    "Café Linde kocht",
    "Nine Bells",
    "Paper Boats",
)


class Store:
    """Everything is read and changed under `lock`, which is never held while bytes travel."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lock = threading.RLock()
        seed = world.seed
        number, name = (
            seeds.digits(seed, "youtube", "project", length=12),
            seeds.letters(seed, "youtube", "client"),
        )
        self.client_id = f"{number}-{name.lower()}.apps.googleusercontent.com"
        self.client_secret = f"GOCSPX-{seeds.letters(seed, 'youtube', 'secret', length=28)}"
        self.clear()

    def clear(self) -> None:
        """As at the first start: nothing uploaded, the channels and tokens that follow from the seed."""
        self.count = 0
        self.quota = Quota()
        self.tokens = Tokens(self.world.seed)
        self.channels: dict[str, Channel] = {}
        self.codes: dict[str, LoginCode] = {}
        self.sessions: dict[str, Session] = {}
        self.videos: dict[str, Video] = {}
        self.uploads: dict[str, list[str]] = {}  # channel -> its videos, oldest first
        self.unsettled: set[str] = set()  # videos that are to become public later
        self.playlists: dict[str, Playlist] = {}
        self.items: dict[str, list[PlaylistItem]] = {}  # playlist -> its items in order
        self.captions: dict[str, Caption] = {}
        self.comments: dict[str, Comment] = {}
        for index in range(self.world.account_count):
            name = NAMES[index % len(NAMES)] + ("" if index < len(NAMES) else f" {index + 1}")
            channel = Channel(f"UC{self._id('channel', index, length=22)}", name)
            self.channels[channel.id] = channel
            self.uploads[channel.id] = []
            self.tokens.sign_in(channel, channel.scopes, self.now())

    def now(self) -> float:
        return self.world.clock.now()

    def _id(self, *parts: object, length: int) -> str:
        return base64.urlsafe_b64encode(seeds.digest(self.world.seed, "youtube", *parts)).decode()[:length]

    def new_id(self, kind: str, length: int) -> str:
        """Letters, digits, - and _, as YouTube's ids have them; never the same twice."""
        self.count += 1
        return self._id(kind, self.count, length=length)

    def keep_video(self, video: Video) -> None:
        self.videos[video.id] = video
        self.uploads[video.channel].append(video.id)

    def video(self, video_id: str, viewer: str) -> Video | None:
        """As the API shows it now: another's private video does not exist."""
        found = self.videos.get(video_id)
        if found is None or found.deleted or found.hidden_until > self.now():
            return None
        return found if found.channel == viewer or found.privacy != "private" else None

    def items_of(self, playlist: str, viewer: str) -> list[PlaylistItem] | None:
        """The playlist's items that the viewer may see; None when there is no such playlist. Uploads: newest first."""
        owner = self.channels.get(f"UC{playlist[2:]}")
        if owner is not None and owner.uploads == playlist:
            found = [self.videos[video_id] for video_id in reversed(self.uploads[owner.id])]
            items = [self.upload_item(playlist, video) for video in found]
        elif (known := self.playlists.get(playlist)) is None or (
            known.channel != viewer and known.document["status"]["privacyStatus"] == "private"
        ):
            return None
        else:
            items = self.items[playlist]
        return [item for item in items if self.video(item.video, viewer)]

    @staticmethod
    def upload_item(playlist: str, video: Video) -> PlaylistItem:
        name = base64.urlsafe_b64encode(f"{playlist}.{video.id}".encode()).decode().rstrip("=")
        return PlaylistItem(name, playlist, video.id, video.created_at)

    def recent_uploads(self, channel: str) -> int:
        """How many videos came into being within the last 24 hours."""
        since = self.now() - 86_400
        return sum(self.videos[each].created_at > since for each in self.uploads[channel])
