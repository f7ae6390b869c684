"""What a sign-in was allowed to do, by the scopes that Google named. No I/O.

Discovery document youtube.v3, revision 20261104, scopes of each method (read 2026-11-23).
"""

from __future__ import annotations

from dataclasses import dataclass

from planrrr_cli.domain.connections import Connection

PREFIX = "https://www.googleapis.com/auth/"
FULL, UPLOAD, READONLY, FORCE_SSL = "youtube", "youtube.upload", "youtube.readonly", "youtube.force-ssl"


@dataclass(frozen=True, slots=True)
class Scopes:
    """``granted`` empty: nobody knows, and YouTube will say."""

    granted: frozenset[str]

    @classmethod
    def of(cls, connection: Connection) -> Scopes:
        return cls(frozenset(scope.removeprefix(PREFIX) for scope in connection.scopes))

    def _any(self, *scopes: str) -> bool:
        return not self.granted or bool(self.granted & set(scopes))

    @property
    def may_upload(self) -> bool:
        return self._any(UPLOAD, FULL, FORCE_SSL)

    @property
    def may_read(self) -> bool:
        return self._any(READONLY, FULL, FORCE_SSL)

    @property
    def may_write(self) -> bool:
        """Playlists."""
        return self._any(FULL, FORCE_SSL)

    @property
    def may_comment(self) -> bool:
        """Comments and captions."""
        return self._any(FORCE_SSL)
