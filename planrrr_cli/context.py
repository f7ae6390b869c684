"""Wiring: the one place that knows every part and builds them from the settings; nothing is decided here."""

from __future__ import annotations

import logging
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import ConfigError

if TYPE_CHECKING:
    from planrrr_cli.domain.connections import Connection
    from planrrr_cli.domain.secrets import Secret
    from planrrr_cli.platforms.base import App, Publisher
    from planrrr_cli.platforms.http import Transport
    from planrrr_cli.platforms.media import MediaSource
    from planrrr_cli.settings import Settings
    from planrrr_cli.store import Store, Tx

log = logging.getLogger("planrrr")

MOST_CONNECTIONS = 100  # kept open to one host; no run works on more lanes at once

# CLOCK_BOOTTIME goes on while the machine sleeps, CLOCK_MONOTONIC does not: a laptop that wakes up after an hour
# must see that its leases have run out.
_STEADY = getattr(time, "CLOCK_BOOTTIME", None)


class SystemClock:
    """The real clock. ``offset`` moves it for rehearsals; :meth:`follow` ties it to a database's clock."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset
        self._followed: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        if self._followed is None:
            return datetime.now(UTC) + self._offset
        # Counted on from the database's clock by the steady one, so that setting the host's clock changes nothing.
        then, at = self._followed
        return then + timedelta(seconds=self.monotonic() - at) + self._offset

    def monotonic(self) -> float:
        return time.clock_gettime(_STEADY) if _STEADY is not None else time.monotonic()

    def follow(self, database_now: datetime | None) -> None:
        """Agree with the database's clock from now on; None (SQLite) changes nothing."""
        if database_now is not None:
            self._followed = database_now, self.monotonic()


@dataclass(slots=True)
class Context:
    """Everything a command needs. Platform code and HTTP are imported when the first publisher is asked for."""

    settings: Settings
    store: Store
    clock: SystemClock
    random: Random
    _transport: Transport | None = field(default=None)

    def new_id(self) -> str:
        return str(uuid.uuid4())

    def follow(self, database_now: datetime | None) -> None:
        self.clock.follow(database_now)

    def publisher(self, connection: Connection, *, gate: Callable[[], None] = lambda: None) -> Publisher:
        """A recipe for one attempt; ``gate`` is asked immediately before every irrevocable call."""
        from planrrr_cli.platforms import publisher_class
        from planrrr_cli.platforms.http import Api

        platform = connection.platform
        api = Api(self.transport(), platform=platform.value, gate=gate, clock=self.clock)
        app = self.app(platform).of(connection)
        return publisher_class(platform)(api, app, self.media_source(None), self.clock)

    def transport(self) -> Transport:
        from planrrr_cli.platforms.http import Transport

        if self._transport is None:
            self._transport = Transport(read_seconds=self.settings.http_timeout, pool_size=MOST_CONNECTIONS)
        return self._transport

    def app(self, platform: Platform) -> App:
        """The developer app of the settings at ``platform``."""
        from planrrr_cli.platforms.base import App

        settings = self.settings
        match platform:
            case Platform.FACEBOOK:
                return App(
                    settings.facebook_api_url,
                    settings.meta_upload_url,
                    settings.facebook_api_version,
                    settings.facebook_app_id,
                    settings.facebook_app_secret,
                )
            case Platform.X:
                return App(
                    settings.x_api_url,
                    app_id=settings.x_client_id,
                    app_secret=settings.x_client_secret,
                    consumer_key=settings.twitter_api_key,
                    consumer_secret=settings.twitter_api_secret,
                )
            case Platform.LINKEDIN:
                return App(
                    settings.linkedin_api_url,
                    api_version=settings.linkedin_api_version,
                    app_id=settings.linkedin_client_id,
                    app_secret=settings.linkedin_client_secret,
                    oauth_url=settings.linkedin_oauth_url,
                )
            case Platform.INSTAGRAM:
                return App(
                    settings.instagram_api_url,
                    settings.meta_upload_url,
                    settings.facebook_api_version,
                    settings.instagram_app_id,
                    settings.instagram_app_secret,
                    settings.instagram_oauth_url,
                    facebook=self.app(Platform.FACEBOOK),
                )
            case Platform.YOUTUBE:
                return App(
                    settings.youtube_api_url,
                    app_id=settings.youtube_client_id,
                    app_secret=settings.youtube_client_secret,
                    oauth_url=settings.google_oauth_url,
                )

    def media_source(self, folder: Path | None) -> MediaSource:
        """``folder``: where the document lies that names the media; MEDIA_ROOT wins when it is set."""
        from planrrr_cli.platforms.fetching import Fetcher
        from planrrr_cli.platforms.media import MediaSource

        fetcher = Fetcher(self.transport(), allow_private=self.settings.media_allow_private)
        public = self.settings.media_public_base_url if self.settings.media_root else None
        return MediaSource(self.settings.media_root or folder, fetcher, public)


def _bucket_names() -> set[str]:
    from planrrr_cli.platforms import PLATFORMS, publisher_class

    return {bucket.name for platform in PLATFORMS for bucket in publisher_class(platform).buckets}


@contextmanager
def open_context(
    environ: Mapping[str, str] | None = None,
    *,
    cwd: Path | None = None,
    clock: SystemClock | None = None,
    use_store: bool = True,
) -> Iterator[Context]:
    """Read the settings, start the log, open the store; everything is closed at the end.

    Raises ConfigError (all problems of the settings at once) and StoreUnavailable.
    """
    from planrrr_cli.logs import configure, mask
    from planrrr_cli.settings import load_settings
    from planrrr_cli.settings.keyfile import Keyring
    from planrrr_cli.store import keys, open_store
    from planrrr_cli.store.cipher import Cipher

    settings = load_settings(
        os.environ if environ is None else environ, cwd=cwd or Path.cwd(), buckets=_bucket_names
    )
    mask.learn(*settings.secrets())
    configure(settings.log_level, settings.log_format)
    for notice in settings.notices:
        log.warning("settings", extra={"notice": notice})

    class Learning(Cipher):
        """Teaches the mask every token that passes through it."""

        __slots__ = ()

        def encrypt(self, plain: str, *, table: str, column: str, row_id: str) -> str:
            mask.learn(plain)
            return super().encrypt(plain, table=table, column=column, row_id=row_id)

        def decrypt(self, envelope: str, *, table: str, column: str, row_id: str) -> Secret:
            secret = super().decrypt(envelope, table=table, column=column, row_id=row_id)
            mask.learn(secret)
            return secret

    keyring = Keyring(settings)

    def learnt(found: Sequence[Secret] | None) -> Sequence[Secret] | None:
        mask.learn(*(found or ()))
        return found

    def cipher(tx: Tx) -> Cipher:
        written_with = keys.fingerprints(tx)
        # With tokens already in the tables a new key would be a second key: a lost one has to be restored.
        found = keyring.load(create=settings.database_path is not None and not written_with)
        mask.learn(*found)
        made = Learning(*found, reload=lambda: learnt(keyring.reload()))
        known = sorted(written_with - {""})
        # A single token of another key holds its own lane only.
        if known and made.fingerprints.isdisjoint(known):
            raise ConfigError(
                "the encryption key is not the one that the stored tokens were written with; restore that key "
                f"({known[0]}…), or remove the connections and add them again"
            )
        return made

    store = open_store(
        settings.database_url.reveal(), team=settings.team, cipher=cipher, new_id=lambda: str(uuid.uuid4())
    )
    try:
        if use_store:
            store.require_current()
        yield Context(settings, store, clock or SystemClock(), Random())
    finally:
        store.close()
