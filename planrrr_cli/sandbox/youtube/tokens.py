"""Access and refresh tokens: issuing, renewing, dying; the OAuth endpoints that speak of them are in oauth.py.

Source: developers.google.com/identity/protocols/oauth2#expiration (read 2026-11-23 through quotations).
"""

from dataclasses import asdict, replace
from typing import Any, Final

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.youtube.model import Access, Channel, Refresh

ACCESS_LIFE: Final = 3599
TESTING_LIFE: Final = 7 * 86_400
UNUSED_LIFE: Final = 180 * 86_400
MOST_LIVING: Final = 100


class Tokens:
    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.issued = 0
        self.access: dict[str, Access] = {}
        self.refresh: dict[str, Refresh] = {}
        self._newest: dict[str, str] = {}  # channel -> its newest access token
        self._given_out: dict[str, list[str]] = {}  # channel -> its refresh tokens, oldest first

    def sign_in(
        self, channel: Channel, scopes: tuple[str, ...], now: float, *, offline: bool = True
    ) -> Access:
        """As after a person said yes; `offline` with a refresh token, of which 100 live."""
        if not offline:
            return self._issue(channel.id, scopes, None, now)
        token = f"1//0{self._letters('refresh')}-{self._letters('refresh', 2)}"
        self.refresh[token] = Refresh(token, channel.id, scopes, now, now, limited=channel.testing)
        of_channel = self._given_out.setdefault(channel.id, [])
        of_channel.append(token)
        living = [each for each in of_channel if not self.refresh[each].dead]
        for each in living[:-MOST_LIVING]:
            self.kill(each)
        return self._issue(channel.id, scopes, token, now)

    def renew(self, refresh: Refresh, scopes: tuple[str, ...], now: float) -> Access:
        """Another access token; earlier ones live on, and the refresh token stays what it is."""
        self.refresh[refresh.token] = replace(refresh, used_at=now)
        return self._issue(refresh.channel, scopes, refresh.token, now)

    def _issue(self, channel: str, scopes: tuple[str, ...], refresh: str | None, now: float) -> Access:
        token = f"ya29.a0{self._letters('access')}{self._letters('access', 2)}"
        self.access[token] = Access(token, channel, scopes, now + ACCESS_LIFE, refresh)
        self._newest[channel] = token
        return self.access[token]

    def _letters(self, *parts: object) -> str:
        self.issued += 1
        return seeds.letters(self._seed, "youtube", *parts, self.issued, length=40)

    def newest(self, channel: Channel, now: float) -> Access:
        """The channel's newest, as the accounts document shows it; a new sign-in when the refresh token died."""
        found = self.access[self._newest[channel.id]]
        refresh = self.refresh.get(found.refresh or "")
        if refresh is None or not self.lives(refresh, now):
            return self.sign_in(channel, channel.scopes, now)
        if found.dead or found.expires_at <= now:
            return self._issue(channel.id, refresh.scopes, refresh.token, now)
        return found

    def good(self, token: str, now: float) -> Access | None:
        found = self.access.get(token)
        return found if found and not found.dead and found.expires_at > now else None

    def has_consent(self, channel: str, now: float) -> bool:
        """Whether the person let the app in before, and it still is: a refresh token lives."""
        given = self._given_out.get(channel, [])
        return any(self.lives(self.refresh[token], now) for token in given)

    def lives(self, refresh: Refresh, now: float) -> bool:
        if refresh.dead or now - refresh.used_at >= UNUSED_LIFE:
            return False
        return not refresh.limited or now - refresh.issued_at < TESTING_LIFE

    def kill(self, token: str) -> None:
        """One token alone, as a fault wants it."""
        if token in self.access:
            self.access[token] = replace(self.access[token], dead=True)
        if token in self.refresh:
            self.refresh[token] = replace(self.refresh[token], dead=True)

    def revoke(self, token: str) -> None:
        """Its whole sign-in: the refresh token, and every access token that came of it."""
        root = self.access[token].refresh if token in self.access else token
        self.kill(token)
        if root is not None:
            self.kill(root)
            for one in [each for each in self.access.values() if each.refresh == root]:
                self.kill(one.token)

    def revoke_all(self, channel: str) -> None:
        """Every token that a channel ever had."""
        of_channel = [one.token for one in self.access.values() if one.channel == channel]
        for token in of_channel + self._given_out.get(channel, []):
            self.kill(token)

    def limit(self, channel: Channel) -> None:
        """The app went back to testing: the channel's refresh tokens die after a week, as if given out so."""
        for token in self._given_out.get(channel.id, []):
            self.refresh[token] = replace(self.refresh[token], limited=True)

    # The state file

    def dump(self) -> dict[str, Any]:
        return {
            "issued": self.issued,
            "newest": self._newest,
            "access": [asdict(one) for one in self.access.values()],
            "refresh": [asdict(one) for one in self.refresh.values()],
        }

    def load(self, document: dict[str, Any]) -> None:
        self.issued, self._newest = document["issued"], dict(document["newest"])
        access = [Access(**one | {"scopes": tuple(one["scopes"])}) for one in document["access"]]
        refresh = [Refresh(**one | {"scopes": tuple(one["scopes"])}) for one in document["refresh"]]
        self.access = {one.token: one for one in access}
        self.refresh = {one.token: one for one in refresh}
        self._given_out = {}
        for one in refresh:
            self._given_out.setdefault(one.channel, []).append(one.token)
