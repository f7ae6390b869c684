"""Settings: where they come from, what is refused and how it is said, and the key file."""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.errors import ConfigError
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.settings import SETTINGS, Settings, load_settings
from planrrr_cli.settings.keyfile import load_key
from planrrr_cli.settings.kinds import Raw

KEY = "0123456789abcdef" * 4


def refusal(environ: dict[str, str], cwd: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(environ, cwd=cwd)
    return str(caught.value)


def outcome(environ: dict[str, str], cwd: Path) -> tuple[str, tuple[object, object]]:
    """The settings' repr or the sentence that refuses them, and the error's cause and context."""
    try:
        return repr(load_settings(environ, cwd=cwd)), (None, None)
    except ConfigError as error:
        return str(error), (error.__cause__, error.__context__)


def test_everything_has_a_default(tmp_path: Path) -> None:
    settings = load_settings({}, cwd=tmp_path)
    assert settings.worker_concurrency == 5
    assert settings.worker_max_jobs_per_second == 10
    assert settings.worker_retry_attempts == 3
    assert settings.worker_retry_delay == timedelta(seconds=2)
    assert settings.http_timeout == 30
    assert settings.facebook_api_version == "v25.0"
    assert settings.facebook_api_url == "https://graph.facebook.com"
    assert settings.meta_upload_url == "https://rupload.facebook.com"
    assert settings.team == "default"
    assert settings.log_level is None
    assert settings.log_format is None
    assert settings.media_allow_private is False
    assert settings.notices == ()


def test_without_a_database_url_it_is_a_sqlite_file_with_its_key_beside_it(tmp_path: Path) -> None:
    settings = load_settings({}, cwd=tmp_path)
    path = settings.database_path
    assert path is not None
    assert path.is_absolute()
    assert path.name == "planrrr.db"
    assert settings.database_url.reveal() == f"sqlite:///{path}"
    assert settings.encryption_key_file == path.with_name("planrrr.key")


def test_the_table_of_settings_and_the_fields_are_the_same() -> None:
    assert {row.field for row in SETTINGS.values()} == {field.name for field in fields(Settings)} - {
        "limits",
        "notices",
    }


def test_every_default_in_the_table_is_valid_and_every_setting_has_help() -> None:
    for name, row in SETTINGS.items():
        assert row.help, name
        if row.default:
            row.kind.parse(Raw(row.default, "default", Path("/"), Path("/")))


def test_environment_beats_env_file_beats_toml(tmp_path: Path) -> None:
    (tmp_path / "planrrr.toml").write_text(
        'worker_concurrency = 7\nWORKER_RETRY_ATTEMPTS = 7\nplanrrr_team = "toml"\nmedia_allow_private = true\n'
    )
    (tmp_path / ".env").write_text("WORKER_RETRY_ATTEMPTS=8\nPLANRRR_TEAM=file\n")
    settings = load_settings({"PLANRRR_TEAM": "shell"}, cwd=tmp_path)
    assert settings.worker_concurrency == 7
    assert settings.worker_retry_attempts == 8
    assert settings.team == "shell"
    assert settings.media_allow_private is True


def test_an_empty_value_is_unset_and_lets_the_next_source_speak(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PLANRRR_TEAM=file\nWORKER_CONCURRENCY=\n")
    settings = load_settings({"PLANRRR_TEAM": " ", "ENCRYPTION_KEY": ""}, cwd=tmp_path)
    assert settings.team == "file"
    assert settings.worker_concurrency == 5
    assert settings.encryption_key is None


def test_the_env_file_may_have_every_usual_quirk(tmp_path: Path) -> None:
    lines = [
        "# a comment",
        "",
        "export PLANRRR_TEAM='acme'",
        'FACEBOOK_APP_SECRET="pa$$word ${HOME} #1"  # comment',
        "TWITTER_API_SECRET=plain$value   # comment",
        "WORKER_CONCURRENCY = 9",
        "UNKNOWN_THING=1",
    ]
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode() + b"\r\n")
    settings = load_settings({}, cwd=tmp_path)
    assert settings.team == "acme"
    assert settings.facebook_app_secret == Secret("pa$$word ${HOME} #1")
    assert settings.twitter_api_secret == Secret("plain$value")
    assert settings.worker_concurrency == 9


def test_a_broken_line_of_the_env_file_is_named_but_not_shown(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PLANRRR_TEAM=a\n\nX_CLIENT_SECRET='never closed hunter2\n")
    said = refusal({}, tmp_path)
    assert ".env, line 3:" in said
    assert "hunter2" not in said


def test_a_binary_env_file_and_a_broken_toml_file_are_both_reported(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    (tmp_path / "planrrr.toml").write_text("team = \n")
    said = refusal({}, tmp_path)
    assert "not UTF-8" in said
    assert "not valid TOML" in said
    assert "line 1" in said


def test_all_problems_are_reported_together_each_with_name_place_and_mend(tmp_path: Path) -> None:
    (tmp_path / "planrrr.toml").write_text(
        'worker_concurency = 3\nlog_level = "loud"\nplanrrr_team = ["a"]\n'
    )
    (tmp_path / ".env").write_text("PLANRRR_TIMEZONE=Europe/Berln\n")
    said = refusal(
        {"WORKER_CONCURRENCY": "101", "WORKER_RETRY_DELAY": "soon", "MEDIA_ROOT": "nowhere"}, tmp_path
    )
    assert said.startswith("7 settings are wrong:\n  1. ")
    assert "worker_concurency is not a setting; did you mean WORKER_CONCURRENCY?" in said
    assert 'LOG_LEVEL (in planrrr.toml): "loud" is not known; choose one of debug, info' in said
    assert "PLANRRR_TEAM (in planrrr.toml): write one text or number" in said
    assert (
        'PLANRRR_TIMEZONE (in .env): "Europe/Berln" is not a time zone; did you mean Europe/Berlin?' in said
    )
    assert "WORKER_CONCURRENCY (in the environment): 101 is outside 1 to 100" in said
    assert 'WORKER_RETRY_DELAY (in the environment): "soon" is not a whole number' in said
    assert f"the folder {tmp_path / 'nowhere'} does not exist" in said


def test_one_problem_is_one_sentence(tmp_path: Path) -> None:
    assert "\n" not in refusal({"LOG_FORMAT": "xml"}, tmp_path)


SECRET_NAMES = [name for name, row in SETTINGS.items() if "secret" in row.kind.name or name == "DATABASE_URL"]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_the_value_of_a_secret_is_never_in_a_message(name: str, tmp_path: Path) -> None:
    for value in ("hunter2\nhunter2", "mongodb://user:hunter2@host/db", "hunter2\x07"):
        said, chain = outcome({name: value}, tmp_path)
        assert "hunter2" not in said
        assert chain == (None, None)


@given(st.dictionaries(st.sampled_from([*SETTINGS, "PLANRRR_CONFIG"]), st.text(max_size=30), max_size=4))
def test_whatever_is_written_it_loads_or_is_refused_with_a_sentence(environ: dict[str, str]) -> None:
    said, _ = outcome(environ, Path("/nonexistent"))
    assert said


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("postgresql://u:p@db.example/planrrr", "postgresql://u:p@db.example/planrrr"),
        (
            "postgres://u:p@db.example:6432/planrrr?sslmode=require",
            "postgresql://u:p@db.example:6432/planrrr?sslmode=require",
        ),
        ("postgresql+psycopg:///planrrr?host=/run/postgresql", "postgresql:///planrrr?host=/run/postgresql"),
        (
            "postgresql://h/d?schema=public&connection_limit=5&sslmode=require",
            "postgresql://h/d?sslmode=require",
        ),
    ],
)
def test_a_postgresql_address_is_taken(written: str, meant: str, tmp_path: Path) -> None:
    settings = load_settings({"DATABASE_URL": written}, cwd=tmp_path)
    assert settings.database_url.reveal() == meant
    assert settings.database_path is None
    assert settings.encryption_key_file is None


def test_a_sqlite_address_is_relative_or_absolute_or_a_plain_path(tmp_path: Path) -> None:
    for written, path in {
        "sqlite:///data/p.db": tmp_path / "data/p.db",
        "sqlite:////var/lib/p.db": Path("/var/lib/p.db"),
        "p.sqlite3": tmp_path / "p.sqlite3",
        "~/p.db": Path("/home/somebody/p.db"),
    }.items():
        settings = load_settings({"DATABASE_URL": written, "HOME": "/home/somebody"}, cwd=tmp_path)
        assert settings.database_path == path
        assert settings.database_url.reveal() == f"sqlite:///{path}"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("mysql://a:b@c/d", "mysql:// is not a database that planrrr knows"),
        ("sqlite://", "a database in memory forgets every post"),
        ("sqlite:///:memory:", "a database in memory forgets every post"),
        ("sqlite://p.db", "three slashes"),
        ("sqlite:///p.db?mode=ro", "takes no ? or #"),
        ("postgresql://u:pa#ss@h/d", "write %23"),
        ("postgresql://u:p@h:port/d", "host or port cannot be read"),
        ("postgresql://h/d?schema=other", "search_path"),
        ("somewhere", "it names not a database"),
    ],
)
def test_other_databases_are_refused(written: str, said: str, tmp_path: Path) -> None:
    assert said in refusal({"DATABASE_URL": written}, tmp_path)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("http://graph.facebook.com", "use https"),
        ("http://127.0.0.1.example.com", "use https"),
        ("https://user:pw@graph.facebook.com", "user name or password"),
        ("https://graph.facebook.com/?a=b", "query or a fragment"),
        ("https://graph.facebook.com#a", "query or a fragment"),
        ("graph.facebook.com", "not an address"),
        ("ftp://graph.facebook.com", "not an address"),
        ("https://a b", "holds a space"),
        ("https://[::1", "cannot be read"),
    ],
)
def test_a_host_is_https_without_extras(written: str, said: str, tmp_path: Path) -> None:
    assert said in refusal({"FACEBOOK_API_URL": written}, tmp_path)


def test_plain_http_is_taken_for_loopback_and_a_trailing_slash_goes(tmp_path: Path) -> None:
    for written in (
        "http://127.0.0.1:9300/",
        "http://localhost:9300/",
        "http://[::1]:9300/",
        "https://proxy.example/meta/",
    ):
        settings = load_settings({"FACEBOOK_API_URL": written}, cwd=tmp_path)
        assert settings.facebook_api_url == written[:-1]


def test_the_sandbox_sets_every_host_except_those_that_are_set_themselves(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("X_API_URL=https://x.example\n")
    settings = load_settings({"PLANRRR_SANDBOX_URL": "http://127.0.0.1:9300/"}, cwd=tmp_path)
    hosts = {row.field: getattr(settings, row.field) for row in SETTINGS.values() if row.is_host}
    assert hosts.pop("x_api_url") == "https://x.example"
    assert len(hosts) == 8
    assert set(hosts.values()) == {"http://127.0.0.1:9300"}


def test_the_config_variable_names_another_toml_file_and_paths_start_from_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    (folder / "media").mkdir(parents=True)
    (folder / "p.toml").write_text('database_url = "sqlite:///p.db"\nmedia_root = "media"\n')
    settings = load_settings({"PLANRRR_CONFIG": "etc/p.toml"}, cwd=tmp_path)
    assert settings.database_path == folder / "p.db"
    assert settings.media_root == folder / "media"
    assert "does not exist; name another" in refusal({"PLANRRR_CONFIG": "none.toml"}, tmp_path)
    assert "holds a NUL byte" in refusal({"PLANRRR_CONFIG": "a\x00b"}, tmp_path)
    assert load_settings({"PLANRRR_CONFIG": " "}, cwd=tmp_path).media_root is None


@pytest.mark.parametrize(("written", "meant"), [("25.0", "v25.0"), ("v26.0", "v26.0")])
def test_the_graph_version_may_lack_its_v(written: str, meant: str, tmp_path: Path) -> None:
    assert load_settings({"FACEBOOK_API_VERSION": written}, cwd=tmp_path).facebook_api_version == meant


@pytest.mark.parametrize(
    ("written", "meant"), [("WARN", "warning"), ("Debug", "debug"), ("fatal", "critical")]
)
def test_log_levels_have_any_case_and_nodes_names(written: str, meant: str, tmp_path: Path) -> None:
    assert load_settings({"LOG_LEVEL": written}, cwd=tmp_path).log_level == meant


def test_redis_settings_of_the_node_worker_are_ignored_with_one_notice(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("REDIS_URL=redis://:hunter2@h\nBULL_PREFIX=b\nQUEUE_NAME=q\n")
    settings = load_settings({"NODE_ENV": "production"}, cwd=tmp_path)
    (notice,) = settings.notices
    assert "BULL_PREFIX, NODE_ENV, QUEUE_NAME, REDIS_URL are ignored" in notice
    assert "hunter2" not in notice


def test_a_near_miss_in_the_environment_gets_a_notice_and_other_names_none(tmp_path: Path) -> None:
    settings = load_settings(
        {"WORKER_CONCURENCY": "3", "PATH": "/bin", "PLANRRR_SOMETHING_ELSE": "1"}, cwd=tmp_path
    )
    assert settings.notices == (
        "WORKER_CONCURENCY is not a setting and is ignored; did you mean WORKER_CONCURRENCY?",
    )


def test_the_mask_learns_every_secret_and_the_password_of_the_database(tmp_path: Path) -> None:
    environ = {
        "DATABASE_URL": "postgresql://u:p%40ssw0rd@h/d",
        "X_CLIENT_SECRET": "s3cret-x",
        "ENCRYPTION_KEY": KEY,
    }
    known = {secret.reveal() for secret in load_settings(environ, cwd=tmp_path).secrets()}
    assert {"p%40ssw0rd", "p@ssw0rd", "s3cret-x", KEY} <= known


# ---------------------------------------------------------------- the key


def settings_with(tmp_path: Path, **environ: str) -> Settings:
    return load_settings({"DATABASE_URL": f"sqlite:///{tmp_path}/data/p.db", **environ}, cwd=tmp_path)


def test_a_key_in_the_settings_needs_no_file(tmp_path: Path) -> None:
    assert load_key(settings_with(tmp_path, ENCRYPTION_KEY=KEY), create=False) == Secret(KEY)
    assert list(tmp_path.iterdir()) == []


def test_key_and_key_file_together_are_a_problem(tmp_path: Path) -> None:
    said = refusal({"ENCRYPTION_KEY": KEY, "ENCRYPTION_KEY_FILE": "k"}, tmp_path)
    assert "ENCRYPTION_KEY and ENCRYPTION_KEY_FILE are both set" in said


@pytest.mark.parametrize("wrong", ["short", KEY + "00", "g" * 64])
def test_a_key_that_is_not_64_hex_digits_is_refused_without_showing_it(wrong: str, tmp_path: Path) -> None:
    said = refusal({"ENCRYPTION_KEY": wrong}, tmp_path)
    assert "hex digits" in said
    assert wrong not in said


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = settings_with(tmp_path)
    with pytest.raises(ConfigError, match="does not exist; planrrr init makes it"):
        load_key(settings, create=False)
    key = load_key(settings, create=True)
    path = tmp_path / "data/planrrr.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(key.reveal())) == 32
    assert load_key(settings, create=True) == load_key(settings, create=False) == key
    assert [found.name for found in path.parent.iterdir()] == ["planrrr.key"]


def _make_key(folder: str) -> str:
    return load_key(settings_with(Path(folder)), create=True).reveal()


def test_processes_that_make_the_key_at_once_agree_on_it(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(_make_key, [str(tmp_path)] * 16, chunksize=1))) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_file_that_others_may_use_is_refused_with_the_mend(mode: int, tmp_path: Path) -> None:
    settings = settings_with(tmp_path)
    load_key(settings, create=True)
    path = tmp_path / "data/planrrr.key"
    path.chmod(mode)
    with pytest.raises(ConfigError, match=f"chmod 600 '{path}'"):
        load_key(settings, create=True)


@pytest.mark.parametrize("content", ["", "hunter2", KEY[:-1], KEY + KEY, "é" * 64])
def test_a_malformed_key_file_is_refused_and_left_alone(content: str, tmp_path: Path) -> None:
    path = tmp_path / "my.key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="holds no key") as caught:
        load_key(settings_with(tmp_path, ENCRYPTION_KEY_FILE="my.key"), create=True)
    assert "hunter2" not in str(caught.value)
    assert path.read_text() == content


def test_a_pipe_or_a_folder_in_the_place_of_the_key_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("pipe", "."):
        with pytest.raises(ConfigError, match="no regular file"):
            load_key(settings_with(tmp_path, ENCRYPTION_KEY_FILE=name), create=True)


def test_a_key_file_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be"):
        load_key(settings_with(tmp_path, ENCRYPTION_KEY_FILE="file/my.key"), create=True)


def test_postgresql_without_a_key_is_reported_only_when_the_key_is_needed(tmp_path: Path) -> None:
    settings = load_settings({"DATABASE_URL": "postgresql://h/d"}, cwd=tmp_path)
    with pytest.raises(ConfigError, match="on every host"):
        load_key(settings, create=True)


def test_a_public_address_of_media_needs_the_folder_that_is_served_there(tmp_path: Path) -> None:
    base = {"MEDIA_PUBLIC_BASE_URL": "https://media.example/planrrr/"}
    with pytest.raises(ConfigError, match="MEDIA_PUBLIC_BASE_URL needs MEDIA_ROOT"):
        load_settings(base, cwd=tmp_path)
    found = load_settings({**base, "MEDIA_ROOT": str(tmp_path)}, cwd=tmp_path)
    assert found.media_public_base_url == "https://media.example/planrrr"
    with pytest.raises(ConfigError, match=r"plain http to media\.example"):
        load_settings({"MEDIA_PUBLIC_BASE_URL": "http://media.example", "MEDIA_ROOT": "."}, cwd=tmp_path)
