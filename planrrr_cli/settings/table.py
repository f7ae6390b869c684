"""The list of all settings: name, field, kind, default and help. ``settings.py`` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from planrrr_cli.settings import kinds
from planrrr_cli.settings.addresses import DATABASE, HOST, PUBLIC_BASE, REDIRECT
from planrrr_cli.settings.kinds import Kind


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; ``default`` is written as a person would write it, empty means unset."""

    field: str
    kind: Kind
    help: str
    default: str = ""

    @property
    def is_host(self) -> bool:
        """Whether ``PLANRRR_SANDBOX_URL`` sets it too."""
        return self.kind is HOST and self.field != "sandbox_url"


SETTINGS: Mapping[str, Setting] = {
    "DATABASE_URL": Setting(
        "database",
        DATABASE,
        "sqlite:///file or postgresql://…; SQLite in the user's data folder if unset",
    ),
    "ENCRYPTION_KEY": Setting("encryption_key", kinds.KEY, "the key that tokens are encrypted with"),
    "ENCRYPTION_KEY_FILE": Setting(
        "encryption_key_file",
        kinds.FILE,
        "a 0600 file with the key; planrrr.key beside the SQLite file if unset",
    ),
    "ENCRYPTION_KEY_PREVIOUS": Setting(
        "encryption_key_previous", kinds.KEY, "another key that may be read, while keys are changed"
    ),
    "ENCRYPTION_KEY_PREVIOUS_FILE": Setting(
        "encryption_key_previous_file",
        kinds.FILE,
        "a 0600 file with it; the key file's name with .previous if that is there",
    ),
    "WORKER_CONCURRENCY": Setting(
        "worker_concurrency", kinds.whole(1, 100), "publications in flight at once", "5"
    ),
    "WORKER_MAX_JOBS_PER_SECOND": Setting(
        "worker_max_jobs_per_second", kinds.whole(1, 1000), "publications begun per second by one run", "10"
    ),
    "WORKER_RETRY_ATTEMPTS": Setting(
        "worker_retry_attempts", kinds.whole(1, 10), "attempts before a publication fails", "3"
    ),
    "WORKER_RETRY_DELAY": Setting(
        "worker_retry_delay",
        kinds.milliseconds(100, 60_000),
        "first wait between attempts; it doubles",
        "2000",
    ),
    "BREAKER_FAILURE_THRESHOLD": Setting(
        "breaker_failure_threshold",
        kinds.whole(1, 100),
        "failures of a platform within the window that open its breaker",
        "5",
    ),
    "BREAKER_WINDOW": Setting("breaker_window", kinds.span(1, 3600), "for so long a failure counts", "60"),
    "BREAKER_RESET": Setting(
        "breaker_reset",
        kinds.span(1, 1800),
        "how long a platform is left alone at first; it doubles while probes fail, up to 30 minutes",
        "60",
    ),
    "PLANRRR_HTTP_TIMEOUT": Setting(
        "http_timeout", kinds.seconds(1, 120), "how long a platform may stay silent", "30"
    ),
    "FACEBOOK_APP_ID": Setting("facebook_app_id", kinds.TEXT, "the Facebook app"),
    "FACEBOOK_APP_SECRET": Setting("facebook_app_secret", kinds.SECRET, "its secret"),
    "FACEBOOK_API_VERSION": Setting(
        "facebook_api_version", kinds.GRAPH_VERSION, "Graph API version, for Facebook and Instagram", "v25.0"
    ),
    "INSTAGRAM_APP_ID": Setting("instagram_app_id", kinds.TEXT, "the Instagram app"),
    "INSTAGRAM_APP_SECRET": Setting("instagram_app_secret", kinds.SECRET, "its secret"),
    "TWITTER_API_KEY": Setting("twitter_api_key", kinds.SECRET, "X, OAuth 1.0a: consumer key"),
    "TWITTER_API_SECRET": Setting("twitter_api_secret", kinds.SECRET, "X, OAuth 1.0a: consumer secret"),
    "X_CLIENT_ID": Setting("x_client_id", kinds.TEXT, "X, OAuth 2: client id"),
    "X_CLIENT_SECRET": Setting("x_client_secret", kinds.SECRET, "X, OAuth 2: client secret"),
    "YOUTUBE_CLIENT_ID": Setting("youtube_client_id", kinds.TEXT, "the Google OAuth client"),
    "YOUTUBE_CLIENT_SECRET": Setting("youtube_client_secret", kinds.SECRET, "its secret"),
    "LINKEDIN_CLIENT_ID": Setting("linkedin_client_id", kinds.TEXT, "the LinkedIn app"),
    "LINKEDIN_CLIENT_SECRET": Setting("linkedin_client_secret", kinds.SECRET, "its secret"),
    "LINKEDIN_API_VERSION": Setting(
        "linkedin_api_version", kinds.LINKEDIN_VERSION, "the LinkedIn-Version header", "202606"
    ),
    "FACEBOOK_API_URL": Setting("facebook_api_url", HOST, "Facebook's API", "https://graph.facebook.com"),
    "META_UPLOAD_URL": Setting("meta_upload_url", HOST, "Meta's upload host", "https://rupload.facebook.com"),
    "INSTAGRAM_API_URL": Setting("instagram_api_url", HOST, "Instagram's API", "https://graph.instagram.com"),
    "INSTAGRAM_OAUTH_URL": Setting(
        "instagram_oauth_url", HOST, "Instagram's code exchange", "https://api.instagram.com"
    ),
    "X_API_URL": Setting("x_api_url", HOST, "X's API", "https://api.x.com"),
    "YOUTUBE_API_URL": Setting("youtube_api_url", HOST, "YouTube's API", "https://www.googleapis.com"),
    "GOOGLE_OAUTH_URL": Setting(
        "google_oauth_url", HOST, "Google's token endpoint", "https://oauth2.googleapis.com"
    ),
    "LINKEDIN_API_URL": Setting("linkedin_api_url", HOST, "LinkedIn's API", "https://api.linkedin.com"),
    "LINKEDIN_OAUTH_URL": Setting(
        "linkedin_oauth_url", HOST, "LinkedIn's OAuth host", "https://www.linkedin.com"
    ),
    "PLANRRR_SANDBOX_URL": Setting(
        "sandbox_url", HOST, "sets every address above that is not set itself, to one sandbox"
    ),
    "PLANRRR_REDIRECT_URI": Setting(
        "redirect_uri",
        REDIRECT,
        "where the browser is led back to by planrrr connect, as registered with the developer apps",
    ),
    "LOG_LEVEL": Setting(
        "log_level", kinds.LEVEL, "what is worth a log record; info if unset, warning in console format"
    ),
    "LOG_FORMAT": Setting(
        "log_format", kinds.choice("json", "console"), "json unless stderr is a terminal, if unset"
    ),
    "SENTRY_DSN": Setting("sentry_dsn", kinds.SECRET, "where bugs are reported, too"),
    "HEALTH_PORT": Setting("health_port", kinds.whole(1, 65535), "port of the health endpoint of serve"),
    "METRICS_PORT": Setting("metrics_port", kinds.whole(1, 65535), "port of the metrics endpoint of serve"),
    "PLANRRR_TEAM": Setting("team", kinds.TEAM, "whose connections and posts", "default"),
    "PLANRRR_TIMEZONE": Setting("timezone", kinds.ZONE, "the zone of times written without one"),
    "MEDIA_ROOT": Setting(
        "media_root", kinds.FOLDER, "media files must lie in it; beside the document that names them if unset"
    ),
    "MEDIA_ALLOW_PRIVATE": Setting(
        "media_allow_private", kinds.FLAG, "1: media URLs may lead to private addresses", "0"
    ),
    "MEDIA_PUBLIC_BASE_URL": Setting(
        "media_public_base_url",
        PUBLIC_BASE,
        "where MEDIA_ROOT is served to everybody, for platforms that fetch media themselves (Instagram)",
    ),
    "PLANRRR_ENV": Setting("environment", kinds.TEXT, "a name for this installation, in logs and reports"),
}

SECRETS = frozenset(name for name, row in SETTINGS.items() if row.kind in {kinds.SECRET, kinds.KEY, DATABASE})
"""The settings that are, or may hold, a secret."""
