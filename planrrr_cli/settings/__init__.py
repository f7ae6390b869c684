"""Reads the settings once, from environment, ``.env`` and ``planrrr.toml``, into one frozen ``Settings``."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from planrrr_cli.domain.errors import ConfigError
from planrrr_cli.domain.quota import Chosen
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.settings.addresses import Database, sqlite_database
from planrrr_cli.settings.kinds import Kind, Raw, path_of
from planrrr_cli.settings.limits import read_limits
from planrrr_cli.settings.sources import CONFIG, Source, notices, read_env_file, read_toml, refused
from planrrr_cli.settings.table import SETTINGS, Setting

__all__ = ["SETTINGS", "Setting", "Settings", "load_settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator chose. Names, kinds, defaults and meanings of the fields are in ``SETTINGS``.

    ``log_format`` None: the terminal decides. ``limits``: the operator's own numbers for limits of the platforms, by
    the names of their buckets. ``notices``: sentences that a person should see once.
    """

    database: Database
    encryption_key: Secret | None
    encryption_key_file: Path | None
    encryption_key_previous: Secret | None
    encryption_key_previous_file: Path | None
    worker_concurrency: int
    worker_max_jobs_per_second: int
    worker_retry_attempts: int
    worker_retry_delay: timedelta
    breaker_failure_threshold: int
    breaker_window: timedelta
    breaker_reset: timedelta
    http_timeout: float
    facebook_app_id: str | None
    facebook_app_secret: Secret | None
    facebook_api_version: str
    instagram_app_id: str | None
    instagram_app_secret: Secret | None
    twitter_api_key: Secret | None
    twitter_api_secret: Secret | None
    x_client_id: str | None
    x_client_secret: Secret | None
    youtube_client_id: str | None
    youtube_client_secret: Secret | None
    linkedin_client_id: str | None
    linkedin_client_secret: Secret | None
    linkedin_api_version: str
    facebook_api_url: str
    meta_upload_url: str
    instagram_api_url: str
    instagram_oauth_url: str
    x_api_url: str
    youtube_api_url: str
    google_oauth_url: str
    linkedin_api_url: str
    linkedin_oauth_url: str
    sandbox_url: str | None
    redirect_uri: str | None
    log_level: str | None
    log_format: str | None
    sentry_dsn: Secret | None
    health_port: int | None
    metrics_port: int | None
    team: str
    timezone: str | None
    media_root: Path | None
    media_allow_private: bool
    media_public_base_url: str | None
    environment: str | None
    limits: Mapping[str, Chosen] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    @property
    def database_url(self) -> Secret:
        """``sqlite:///`` and an absolute path, or ``postgresql://…``, which may hold a password."""
        return self.database.url

    @property
    def database_path(self) -> Path | None:
        """The SQLite file; None for PostgreSQL."""
        return self.database.path

    def secrets(self) -> Iterator[Secret]:
        """Everything that must never be printed, for the mask of the logs."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Secret):
                yield value
        password = urlsplit(self.database_url.reveal()).password if self.database_path is None else None
        if password:
            yield from (self.database_url, Secret(password), Secret(unquote(password)))


def load_settings(
    environ: Mapping[str, str], *, cwd: Path, buckets: Callable[[], Collection[str]] | None = None
) -> Settings:
    """The settings of this process: ``environ`` over ``.env`` in ``cwd`` over ``planrrr.toml``.

    A relative path starts from the folder of the file it is written in, or from ``cwd``. An empty value is
    unset. ``buckets``: the names of the limits that may be set; asked only where some are. Raises one ConfigError that
    lists every problem; it never shows the value of a secret.
    """
    problems: list[str] = []
    home = Path(environ.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises without a home
    environment = {name: Raw(text, "the environment", cwd, home) for name, text in environ.items()}
    env_file = read_env_file(cwd / ".env", home, problems)
    config = next((source[CONFIG] for source in (environment, env_file) if _is_set(source.get(CONFIG))), None)
    path = _config_path(config, cwd, problems)
    toml, table = read_toml(path, home, config is not None, problems)
    limits: dict[str, Chosen] = {}
    if table is not None:
        limits = read_limits(table, path.name, buckets() if buckets is not None else None, problems)
    sources = [_only_set(source) for source in (environment, env_file, toml)]
    given = {name: raw for source in reversed(sources) for name, raw in source.items()}
    problems += [
        f"{name} and {name}_FILE are both set; keep the one that is meant"
        for name in ("ENCRYPTION_KEY", "ENCRYPTION_KEY_PREVIOUS")
        if {name, f"{name}_FILE"} <= given.keys()
    ]
    problems += refused([environment, env_file])
    values = _validated(sources, problems)
    if "MEDIA_PUBLIC_BASE_URL" in given and "MEDIA_ROOT" not in given:
        problems.append("MEDIA_PUBLIC_BASE_URL needs MEDIA_ROOT, the folder that is served there")
    if problems:
        wrong = ConfigError(_listed(problems))
        wrong.problems = tuple(problems)
        raise wrong
    told = tuple(notices({**env_file, **environment}))
    return Settings(**_completed(values, given), limits=limits, notices=told)


def _is_set(raw: Raw | None) -> bool:
    return raw is not None and bool(raw.text.strip())


def _config_path(config: Raw | None, cwd: Path, problems: list[str]) -> Path:
    try:
        return cwd / "planrrr.toml" if config is None else path_of(config)
    except ValueError as error:
        problems.append(f"{CONFIG} (in {config.where if config else cwd}): {error}")
        return cwd / "planrrr.toml"


def _only_set(source: Source) -> Source:
    """The known settings of a source, white space trimmed; an empty value counts as unset."""
    return {
        name: Raw(raw.text.strip(), raw.where, raw.folder, raw.home)
        for name, raw in source.items()
        if name in SETTINGS and _is_set(raw)
    }


def _validated(sources: Sequence[Source], problems: list[str]) -> dict[str, Any]:
    """Field values with the strongest source first; what pydantic collects is added to ``problems``."""
    from typing import Annotated

    from pydantic import BeforeValidator, ValidationError, create_model
    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

    class Written(PydanticBaseSettingsSource):
        """One place where settings are written."""

        def __init__(self, model: type[BaseSettings], source: Source) -> None:
            super().__init__(model)
            self._values = {SETTINGS[name].field: raw for name, raw in source.items()}

        def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
            return self._values.get(field_name), field_name, False

        def __call__(self) -> dict[str, Any]:
            return dict(self._values)

    class Base(BaseSettings):
        model_config = SettingsConfigDict(hide_input_in_errors=True, validate_default=False)

        @classmethod
        def settings_customise_sources(  # type: ignore[override]  # the four that it offers are not used
            cls, settings_cls: type[BaseSettings], **_: PydanticBaseSettingsSource
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return tuple(Written(settings_cls, source) for source in sources)

    columns: dict[str, Any] = {
        row.field: (Annotated[Any, BeforeValidator(row.kind.parse)], _default(row.kind, row.default))
        for row in SETTINGS.values()
    }
    try:
        return dict(create_model("Written", __base__=Base, **columns)())
    except ValidationError as error:
        wrong = {
            str(one["loc"][0]): str(one.get("ctx", {}).get("error", one["msg"])) for one in error.errors()
        }
    for name, row in SETTINGS.items():
        if row.field in wrong:
            where = next(source[name].where for source in sources if name in source)
            problems.append(f"{name} (in {where}): {wrong[row.field]}")
    return {}


def _default(kind: Kind, text: str) -> Any:
    return kind.parse(Raw(text, "default", Path("/"), Path("/"))) if text else None


def _completed(values: dict[str, Any], given: Mapping[str, Raw]) -> dict[str, Any]:
    """The defaults that depend on other settings. A host that is set itself is stronger than the sandbox."""
    if values["database"] is None:
        import platformdirs

        values["database"] = sqlite_database(
            Path(platformdirs.user_data_dir("planrrr")).absolute() / "planrrr.db"
        )
    path = values["database"].path
    if path and not values["encryption_key"] and not values["encryption_key_file"]:
        values["encryption_key_file"] = path.with_name("planrrr.key")
    if values["sandbox_url"]:
        for name, row in SETTINGS.items():
            if row.is_host and name not in given:
                values[row.field] = values["sandbox_url"]
    return values


def _listed(problems: Sequence[str]) -> str:
    if len(problems) == 1:
        return f"one setting is wrong: {problems[0]}"
    lines = "\n".join(f"  {number}. {problem}" for number, problem in enumerate(problems, 1))
    return f"{len(problems)} settings are wrong:\n{lines}"
