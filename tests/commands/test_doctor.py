"""`doctor` finds what a person would have to look for, says how to mend it, changes nothing and never fails itself."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from planrrr_cli.commands.examining import database
from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.errors import PlanrrrError
from planrrr_cli.domain.publications import State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.store import connections
from planrrr_cli.store.connections import NewConnection
from planrrr_cli.store.schema import connections as table
from planrrr_cli.store.schema import publications, runs
from tests.commands.conftest import Ran, Run

KEY = "ab" * 32
NETWORK = ["platforms"]


@pytest.fixture
def doctor(planrrr: Run) -> Callable[..., Ran]:
    """Without the network, and as JSON."""

    def run(*arguments: str, code: int | None = 0, **more: str) -> Ran:
        return planrrr("doctor", "--offline", "--json", *arguments, code=code, env=more)

    return run


@pytest.fixture
def change(ctx) -> Callable[..., None]:
    """Writes columns of a connection, as time and mishaps would."""

    def make(connection: Connection, **values: object) -> None:
        with ctx.store.transaction() as tx:
            tx.conn.execute(table.update().where(table.c.id == connection.id).values(**values))

    return make


def found(ran: Ran, check: str) -> list[dict[str, str]]:
    return [one for one in ran.json["findings"] if one["check"] == check]


def the(ran: Ran, check: str) -> dict[str, str]:
    """The one finding of a check, which is a sentence and a mend."""
    (one,) = found(ran, check)
    assert one["finding"] and one["mend"]
    assert not one["finding"].endswith(".") and "\n" not in one["finding"] + one["mend"]
    return one


def result(ran: Ran, check: str) -> str:
    return next(one["result"] for one in ran.json["checks"] if one["name"] == check)


# ---------------------------------------------------------------- all is well, nothing is there, nothing works


def test_a_sound_installation_has_no_problem(planrrr: Run, doctor, connect, change) -> None:
    planrrr("init")
    change(connect(), granted_at=None)
    ran = doctor()
    assert ran.json["healthy"] is True and ran.json["findings"] == []
    assert {one["result"] for one in ran.json["checks"] if one["name"] not in NETWORK} == {"fine"}
    assert result(ran, "platforms") == "skipped"
    said = planrrr("doctor", "--offline")
    assert "no problem found" in said.err
    assert re.search(r"^platforms +not looked at: left out", said.out, re.MULTILINE)


def test_before_anything_is_made_it_says_so_and_makes_nothing(doctor, folder: Path) -> None:
    ran = doctor(code=1)
    assert "does not exist yet" in the(ran, "database")["finding"]
    assert the(ran, "database")["mend"] == "run: planrrr init"
    assert result(ran, "accounts") == "skipped"
    assert [path.name for path in folder.iterdir()] == []


def test_without_accounts_there_is_a_hint_which_is_no_problem(planrrr: Run, doctor) -> None:
    planrrr("init")
    ran = doctor()
    assert the(ran, "accounts")["severity"] == "hint"
    assert ran.json["healthy"] is True


def test_every_wrong_setting_is_a_finding_and_the_rest_is_looked_at(doctor, folder: Path) -> None:
    (folder / ".env").write_text(f"WORKER_CONCURRENCY=many\nLOG_LEVEL=loud\nENCRYPTION_KEY={KEY}\n")
    (folder / ".env").chmod(0o644)
    ran = doctor(code=1)
    assert len(found(ran, "settings")) == 2
    assert all(one["mend"].startswith(("give", "choose")) for one in found(ran, "settings"))
    assert "ENCRYPTION_KEY" in the(ran, "secrets")["finding"]
    assert KEY not in ran.out + ran.err
    assert result(ran, "database") == "skipped"


def test_a_notice_about_settings_is_a_hint(planrrr: Run, doctor) -> None:
    planrrr("init")
    one = the(doctor(REDIS_URL="redis://localhost", ENCRYPTION_KEY=KEY), "settings")
    assert one["severity"] == "hint" and "Redis" in one["finding"]


def test_a_database_that_is_away_is_a_finding_and_no_crash(doctor) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    ran = doctor(code=1, DATABASE_URL=f"postgresql://u:hush@127.0.0.1:{port}/d", ENCRYPTION_KEY=KEY)
    assert the(ran, "database")["severity"] == "problem"
    assert "hush" not in ran.out + ran.err


def test_a_database_without_tables_is_told_and_left_alone(doctor, empty_database_url: str, open_url) -> None:
    ran = doctor(code=1, DATABASE_URL=empty_database_url, ENCRYPTION_KEY=KEY)
    assert the(ran, "database")["mend"] == "run: planrrr init"
    with pytest.raises(PlanrrrError), open_url(empty_database_url).reading() as tx:
        connections.listing(tx, tokens=False)


@pytest.mark.parametrize(("revision", "says"), [("0001", "older version"), ("9999", "newer version")])
def test_tables_of_another_version_are_told_and_left_alone(
    doctor, database_url: str, store, revision: str, says: str
) -> None:
    with store.transaction() as tx:
        tx.conn.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
    ran = doctor(code=1, DATABASE_URL=database_url, ENCRYPTION_KEY=KEY)
    assert says in the(ran, "database")["finding"]
    with store.reading() as tx:
        assert tx.conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == revision


# ---------------------------------------------------------------- secrets, key, place


@pytest.mark.parametrize(
    ("name", "content", "holds"),
    [
        (".env", f"ENCRYPTION_KEY={KEY}\n", "ENCRYPTION_KEY"),
        (".env", "X_CLIENT_SECRET=hush-hush\nX_CLIENT_ID=1\n", "X_CLIENT_SECRET"),
        ("planrrr.toml", 'linkedin_client_secret = "hush-hush"\n', "LINKEDIN_CLIENT_SECRET"),
        ("other.toml", 'FACEBOOK_APP_SECRET = "hush-hush"\n', "FACEBOOK_APP_SECRET"),
    ],
)
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_plain_secret_that_others_may_read_is_found_wherever_settings_are(
    doctor, folder: Path, name: str, content: str, holds: str, mode: int
) -> None:
    (folder / name).write_text(content)
    (folder / name).chmod(mode)
    more = {"PLANRRR_CONFIG": name} if name == "other.toml" else {}
    one = the(doctor(code=1, **more), "secrets")
    assert holds in one["finding"] and f"chmod 600 '{folder / name}'" in one["mend"]
    (folder / name).chmod(0o600)
    assert found(doctor(code=1, **more), "secrets") == []


def test_the_password_of_a_database_is_a_secret_and_its_address_is_none(doctor, folder: Path) -> None:
    for url, count in (("postgresql://u:hush@localhost/d", 1), ("postgresql://u@localhost/d", 0)):
        (folder / ".env").write_text(f"DATABASE_URL={url}\nENCRYPTION_KEY_FILE=x\n")
        (folder / ".env").chmod(0o644)
        assert len(found(doctor(code=1), "secrets")) == count


def test_key_files_that_others_may_use_are_found_the_kept_ones_too(
    planrrr: Run, doctor, connect, folder
) -> None:
    connect()
    planrrr("keys", "rotate")
    (kept,) = folder.glob("planrrr.key.*")
    kept.chmod(0o644)
    assert str(kept) in the(doctor(code=1), "secrets")["finding"]
    kept.chmod(0o600)
    (folder / "planrrr.key").chmod(0o640)
    ran = doctor(code=1)
    assert "key file" in the(ran, "secrets")["finding"]
    assert "chmod 600" in the(ran, "key")["mend"]


def test_a_lost_or_wrong_key_is_found_and_an_unfinished_change_is_a_hint(
    planrrr: Run, doctor, connect, folder: Path
) -> None:
    connect()
    key = folder / "planrrr.key"
    old = key.read_text().strip()
    one = the(doctor(ENCRYPTION_KEY=KEY, ENCRYPTION_KEY_PREVIOUS=old), "key")
    assert one["severity"] == "hint" and "keys rotate" in one["mend"]
    wrong = the(doctor(code=1, ENCRYPTION_KEY=KEY), "key")
    assert "which is not here" in wrong["finding"] and "ENCRYPTION_KEY_PREVIOUS" in wrong["mend"]
    key.rename(folder / "lost")
    assert "does not exist" in the(doctor(code=1), "key")["finding"]
    (folder / "lost").rename(key)
    unneeded = the(doctor(ENCRYPTION_KEY_PREVIOUS=KEY), "key")
    assert "nothing needs it" in unneeded["finding"] and unneeded["severity"] == "hint"


@pytest.mark.parametrize(
    ("url", "environ", "told"),
    [
        ("postgresql://u@db.example.com/d", {}, True),
        ("postgresql://u@db.example.com/d?sslmode=prefer", {}, True),
        ("postgresql://u@db.example.com/d?sslmode=disable", {}, True),
        ("postgresql://u@db.example.com/d?sslmode=require", {}, False),
        ("postgresql://u@db.example.com/d?sslmode=verify-full", {}, False),
        ("postgresql://u@db.example.com/d", {"PGSSLMODE": "verify-ca"}, False),
        ("postgresql://u@10.0.0.5:5433/d", {}, True),
        ("postgresql://u@[2001:db8::1]/d", {}, True),
        ("postgresql:///d?host=db.example.com", {}, True),
        ("postgresql://u@localhost/d?hostaddr=10.0.0.5", {}, True),
        ("postgresql:///d", {"PGHOST": "db.example.com"}, True),
        ("postgresql://u@localhost,db.example.com/d", {}, True),
        ("postgresql://u@127.0.0.1:5432/d", {}, False),
        ("postgresql://u@[::1]:5432/d", {}, False),
        ("postgresql://u@localhost/d", {}, False),
        ("postgresql:///d", {}, False),
        ("postgresql:///d?host=/var/run/postgresql", {}, False),
        ("postgresql://u@%2Fvar%2Frun%2Fpostgresql/d", {}, False),
    ],
)
def test_a_database_on_another_host_must_be_spoken_to_in_secret(
    url: str, environ: dict[str, str], told: bool
) -> None:
    hosts, mode = database._hosts_and_mode(url, environ)
    away = [host for host in hosts if not database._is_here(host)]
    assert (bool(away) and mode not in database.ENCRYPTED) is told


def test_the_finding_about_an_open_line_holds_no_password(doctor) -> None:
    url = "postgresql://u:hush@db.invalid/d"
    ran = doctor(code=1, DATABASE_URL=url, ENCRYPTION_KEY=KEY)
    one = the(ran, "encryption")
    assert "db.invalid" in one["finding"] and "sslmode=verify-full" in one["mend"]
    assert "hush" not in ran.out + ran.err


def test_a_folder_that_everybody_may_change_and_a_file_that_others_read_are_found(
    planrrr: Run, doctor, connect, folder: Path, change
) -> None:
    change(connect(), granted_at=None)
    folder.chmod(0o777)
    try:
        assert "o-w" in the(doctor(code=1), "place")["mend"]
    finally:
        folder.chmod(0o700)
    (folder / "planrrr.db").chmod(0o644)
    one = the(doctor(), "place")
    assert one["severity"] == "hint" and "chmod 600" in one["mend"]


def test_a_full_disk_is_found(planrrr: Run, doctor, connect, monkeypatch, change) -> None:
    change(connect(), granted_at=None)
    monkeypatch.setattr(database.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 5_000_000})())
    assert "only 5 MB are free" in the(doctor(code=1), "place")["finding"]


MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:50 / /srv rw shared:2 - nfs4 server:/export rw
41 40 254:1 / /srv/local rw - xfs /dev/vdb rw
42 22 0:51 / /mnt/with\\040space rw - fuse.sshfs host:/ rw
43 22 0:52 / /srv2 rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("path", "kind", "remote"),
    [
        ("/srv/planrrr", "nfs4", True),
        ("/srv", "nfs4", True),
        ("/srv/local/x", "xfs", False),
        ("/srv2/x", "tmpfs", False),
        ("/srv3", "ext4", False),
        ("/mnt/with space/x", "fuse.sshfs", True),
        ("/", "ext4", False),
    ],
)
def test_the_file_system_of_a_folder_is_that_of_the_deepest_mount(
    tmp_path: Path, path: str, kind: str, remote: bool
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert database.file_system(Path(path), mounts) == kind
    assert bool(database.REMOTE.fullmatch(kind)) is remote


def test_sqlite_on_a_network_file_system_is_a_problem(doctor, connect, change, monkeypatch) -> None:
    change(connect(), granted_at=None)
    monkeypatch.setattr(database, "file_system", lambda _: "nfs4")
    one = the(doctor(code=1), "place")
    assert "nfs4" in one["finding"] and "PostgreSQL" in one["mend"]


# ---------------------------------------------------------------- accounts


def test_an_account_that_waits_for_somebody_is_a_problem_a_paused_one_is_a_hint(
    doctor, connect, change
) -> None:
    mine = connect()
    change(mine, status="needs_reauth", status_reason="the password was changed")
    one = the(doctor(code=1), "accounts")
    assert "the password was changed" in one["finding"] and one["mend"].startswith(
        "run: planrrr connect facebook"
    )
    assert one["connection_id"] == mine.id
    change(mine, status="paused", status_reason=None)
    one = the(doctor(), "accounts")
    assert one["severity"] == "hint" and "connections resume" in one["mend"]


def test_a_token_that_cannot_be_read_is_found(doctor, connect, change, ctx) -> None:
    spoilt, _ = connect("111"), connect("222", "Café")
    with ctx.store.reading() as tx:
        token = tx.conn.execute(table.select().where(table.c.id == spoilt.id)).mappings().one()
    change(spoilt, access_token=token["access_token"][:-8] + "AAAAAAA=")
    one = the(doctor(code=1), "accounts")
    assert one["connection_id"] == spoilt.id and "cannot be read" in one["finding"]


def test_a_permission_that_was_not_granted_is_named_with_what_fails(doctor, connect, change) -> None:
    change(connect(), scopes=["pages_show_list", "pages_read_engagement", "pages_read_user_content"])
    ran = doctor(code=1)
    by_scope = {re.search(r"permission (\w+)", one["finding"])[1]: one for one in found(ran, "permissions")}
    assert by_scope["pages_manage_posts"]["severity"] == "problem"
    assert by_scope["pages_manage_engagement"]["severity"] == "hint"
    assert "first comments are refused" in by_scope["pages_manage_engagement"]["finding"]


def add(ctx, platform: Platform, tokens: Tokens, **more: object) -> Connection:
    new = NewConnection(platform, "UC1" if platform is Platform.YOUTUBE else "9", "Bakery", tokens, **more)
    with ctx.store.transaction() as tx:
        return connections.add(tx, new, now=ctx.clock.now())[0]


def test_a_sign_in_of_googles_testing_mode_is_found(doctor, ctx) -> None:
    now = ctx.clock.now()
    tokens = Tokens(
        Secret("access-token"),
        Secret("refresh-token"),
        now + timedelta(hours=1),
        refresh_expires_at=now + timedelta(days=7),
    )
    add(ctx, Platform.YOUTUBE, tokens)
    ran = doctor(code=1, YOUTUBE_CLIENT_ID="1")
    (one,) = [each for each in found(ran, "ends") if "Testing" in each["finding"]]
    assert "In production" in one["mend"] and "planrrr connect youtube" in one["mend"]


def test_posts_that_are_scheduled_for_after_a_tokens_end_are_named(doctor, ctx, made, change) -> None:
    now = ctx.clock.now()
    mine = add(ctx, Platform.FACEBOOK, Tokens(Secret("access-token"), None, now + timedelta(days=30)))
    assert found(doctor(), "ends") == []
    made.publication(mine, at=now + timedelta(days=20))
    assert found(doctor(), "ends") == []
    late = made.publication(mine, at=now + timedelta(days=40))
    one = the(doctor(), "ends")
    assert late.id[:8] in one["finding"] and "planrrr connect facebook" in one["mend"]
    assert one["severity"] == "hint"
    change(mine, token_expires_at=now + timedelta(days=5))
    assert the(doctor(code=1), "ends")["severity"] == "problem"


def test_a_sign_in_that_is_due_soon_is_a_hint_and_then_a_problem(doctor, ctx, change) -> None:
    now = ctx.clock.now()
    mine = add(ctx, Platform.FACEBOOK, Tokens(Secret("access-token"), None, now + timedelta(days=12)))
    assert the(doctor(), "ends")["severity"] == "hint"
    change(mine, token_expires_at=now + timedelta(days=3))
    assert the(doctor(code=1), "ends")["severity"] == "problem"


def test_tokens_that_nobody_renews_and_a_missing_developer_app_are_found(doctor, ctx, change) -> None:
    now = ctx.clock.now()
    mine = add(ctx, Platform.INSTAGRAM, Tokens(Secret("access-token"), None, now + timedelta(days=40)))
    assert found(doctor(), "renewals") == []
    change(mine, token_expires_at=now + timedelta(days=10))
    one = the(doctor(code=1), "renewals")
    assert "were not" in one["finding"] and "planrrr refresh-tokens" in one["mend"]
    add(ctx, Platform.X, Tokens(Secret("access-token"), Secret("refresh-token"), now + timedelta(hours=2)))
    told = found(doctor(code=1), "renewals")
    assert any("X_CLIENT_ID" in each["mend"] for each in told)
    assert not any(
        "X_CLIENT_ID" in each["mend"] for each in found(doctor(code=1, X_CLIENT_ID="1"), "renewals")
    )


def test_a_version_that_has_ended_is_found(doctor, connect, change) -> None:
    change(connect(), granted_at=None)
    one = the(doctor(code=1, FACEBOOK_API_VERSION="v10.0"), "versions")
    assert "ended" in one["finding"] and "FACEBOOK_API_VERSION" in one["mend"]


# ---------------------------------------------------------------- work


def test_cron_that_does_not_fire_is_found_when_something_is_due(doctor, connect, made, ctx, change) -> None:
    mine = connect()
    now = ctx.clock.now()
    publication = made.publication(mine, at=now)
    assert found(doctor(), "runs") == []
    with ctx.store.transaction() as tx:
        long_ago = now - timedelta(minutes=20)
        tx.conn.execute(publications.update().values(due_at=long_ago, wake_at=long_ago))
    one = the(doctor(code=1), "runs")
    assert "no run ever came" in one["finding"] and "every minute" in one["mend"]
    made.run(started_at=now - timedelta(minutes=1))
    assert found(doctor(), "runs") == []
    with ctx.store.transaction() as tx:
        tx.conn.execute(runs.update().values(started_at=now - timedelta(hours=3)))
    assert "the last run began at" in the(doctor(code=1), "runs")["finding"]
    change(mine, held_until=now + timedelta(hours=1))
    assert found(doctor(), "runs") == [], publication


def test_doubts_that_wait_for_a_person_and_old_ones_are_found(doctor, connect, made, ctx) -> None:
    doubtful = made.publication_in(State.IN_DOUBT, connect())
    assert found(doctor(), "doubts") == []
    with ctx.store.transaction() as tx:
        old = ctx.clock.now() - timedelta(days=2)
        tx.conn.execute(publications.update().values(sending_since=old, first_sent_at=old))
    assert the(doctor(), "doubts")["severity"] == "hint"
    with ctx.store.transaction() as tx:
        tx.conn.execute(publications.update().where(publications.c.id == doubtful.id).values(wake_at=None))
    one = the(doctor(code=1), "doubts")
    assert one["severity"] == "problem" and "planrrr resolve" in one["mend"]


def test_an_open_breaker_is_found(planrrr: Run, doctor, connect) -> None:
    connect()
    planrrr("breaker", "trip", "facebook", "--for", "2h", "--reason", "they say so")
    one = the(doctor(code=1), "breakers")
    assert "they say so" in one["finding"] and "breaker reset facebook" in one["mend"]


# ---------------------------------------------------------------- the network


@pytest.fixture
def host():
    """A host whose clock is ``ahead`` of ours; it counts what it is asked, and how."""

    class Host:
        ahead = timedelta(0)
        date = True

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            Host.asked.append((self.command, self.path, dict(self.headers)))
            self.send_response_only(404)
            if Host.date:
                self.send_header("Date", format_datetime(datetime.now(UTC) + Host.ahead, usegmt=True))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    Host.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    Host.url = f"http://127.0.0.1:{server.server_port}"
    yield Host
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("ahead", "says"),
    [
        (0, None),
        (50, None),
        (-50, None),
        (75, "75 s behind"),
        (-3600, "60 min ahead of"),
        (-86400, "24 h ahead of"),
    ],
)
def test_a_clock_that_is_a_minute_off_is_found_without_a_token(
    planrrr: Run, connect, change, host, ahead: int, says: str | None
) -> None:
    change(connect(), granted_at=None)
    host.ahead = timedelta(seconds=ahead)
    ran = planrrr("doctor", "--json", env={"FACEBOOK_API_URL": host.url}, code=int(says is not None))
    told = found(ran, "platforms")
    assert len(told) == int(says is not None)
    if says is not None:
        number = re.search(r"machine is (\d+) (\w+ \w+)", told[0]["finding"])
        wanted = re.match(r"(\d+) (\w+ \w+)", says)
        assert number and wanted and number[2] == wanted[2]
        assert abs(int(number[1]) - int(wanted[1])) <= 1
        assert "timedatectl" in told[0]["mend"]
    ((method, path, headers),) = host.asked
    assert (method, path) == ("GET", "/")
    assert not {name.lower() for name in headers} & {"authorization", "cookie"}


def test_a_host_without_a_date_tells_nothing_and_is_no_problem(planrrr: Run, connect, change, host) -> None:
    change(connect(), granted_at=None)
    host.date = False
    assert planrrr("doctor", "--json", env={"FACEBOOK_API_URL": host.url}).json["healthy"] is True


def test_a_platform_that_cannot_be_reached_is_a_finding_and_only_those_with_accounts_are_asked(
    planrrr: Run, connect, change, host
) -> None:
    change(connect(), granted_at=None)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    ran = planrrr("doctor", "--json", env={"FACEBOOK_API_URL": url, "X_API_URL": host.url}, code=1)
    one = the(ran, "platforms")
    assert "facebook" in one["finding"] and "refused" in one["finding"]
    assert host.asked == []


def test_platforms_are_asked_at_once_and_not_for_long(planrrr: Run, accounts, sandbox) -> None:
    """Five platforms of one sandbox are one host, and asked once; everything else about the sandbox is fine."""
    ran = planrrr("doctor", "--json", code=None)
    assert result(ran, "platforms") == "fine"


def test_the_output_for_people_says_finding_and_mend(planrrr: Run, connect, change) -> None:
    change(connect(), status="needs_reauth", status_reason="it was revoked", granted_at=None)
    ran = planrrr("doctor", "--offline", code=1)
    assert re.search(r"^accounts +1 problem$", ran.out, re.MULTILINE)
    assert re.search(
        r"^  ! facebook account Bakery needs somebody to sign in: it was revoked\.$", ran.out, re.MULTILINE
    )
    assert re.search(r"^    Run: planrrr connect facebook", ran.out, re.MULTILINE)
    assert "1 problem found" in ran.err


def test_nothing_is_changed(planrrr: Run, doctor, connect, folder: Path) -> None:
    connect()
    before = {
        path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and "-" not in path.name
    }
    doctor(code=None)
    assert {name: (folder / name).read_bytes() for name in before} == before
