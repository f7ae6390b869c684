"""Signs a call with an OAuth 1.0a token.

https://docs.x.com/fundamentals/authentication/oauth-1-0a (read 2026-08-22)
"""

from __future__ import annotations

from typing import Literal

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import Tokens
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.x.refusals import AppBlocked
from planrrr_cli.platforms.x.replies import APP_WAITS, NAME


def signature(method: Literal["GET", "POST"], url: str, *, app: App, tokens: Tokens, clock: Clock) -> str:
    """The ``Authorization`` header for ``url``, whose query is signed too; JSON and multipart bodies are not.

    Raises AppBlocked when the app's own key pair is missing.
    """
    if not (app.consumer_key and app.consumer_secret and tokens.secret):
        raise AppBlocked(
            "the key pair that signs OAuth 1.0a calls is not set",
            platform=NAME,
            retry_at=clock.now() + APP_WAITS,
            next_step="set TWITTER_API_KEY and TWITTER_API_SECRET; it is tried again every hour",
        )
    from oauthlib.oauth1 import Client  # only accounts with this kind of token pay for it

    client = Client(
        app.consumer_key.reveal(),
        client_secret=app.consumer_secret.reveal(),
        resource_owner_key=tokens.access.reveal(),
        resource_owner_secret=tokens.secret.reveal(),
        timestamp=str(int(clock.now().timestamp())),
    )
    _, headers, _ = client.sign(url, http_method=method)
    return str(headers["Authorization"])
