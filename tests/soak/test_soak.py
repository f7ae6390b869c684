"""A short soak in the ordinary suite, and the proof that its checker finds what is wrong: each rule is broken once."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from planrrr_cli.sandbox import SandboxServer
from tests.flows import MEDIA
from tests.soak.checker import Checker
from tests.soak.conftest import Copy, change, published, run
from tests.soak.session import Soak
from tests.world import World

pytestmark = pytest.mark.slow


def test_random_posts_faults_kills_and_people_break_no_promise(database_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "soak"
    folder.mkdir()
    with Soak(seed=3, folder=folder, database_url=database_url, accounts=6, say=print) as soak:
        soak.begin()
        for _ in range(4):
            soak.step(12)
        soak.heal()
        assert soak.counts["kills"] >= 5
        assert soak.checker.counts()["published"] >= 30
        assert sum(soak.reasons().values()) == soak.counts["publications"]


OF_FIRST = "(SELECT id FROM posts WHERE text = 'The first.')"
DOUBT = "UPDATE publications SET state = 'in_doubt'"
OF_LATER = "(SELECT id FROM posts WHERE text = 'Later.')"
TRIES_OF_FIRST = f"publication_id = (SELECT id FROM publications WHERE post_id = {OF_FIRST})"


@pytest.mark.parametrize(
    ("sql", "phrase"),
    [
        (f"UPDATE publications SET remote_id = '1_2' WHERE post_id = {OF_FIRST}", "not in the ledger"),
        (f"UPDATE publications SET remote_id = '1_2' WHERE post_id = {OF_FIRST}", "and is now published as"),
        (f"UPDATE publications SET state = 'failed' WHERE post_id = {OF_FIRST}", "is public"),
        (f"{DOUBT} WHERE post_id = {OF_FIRST}", "does not say what happens"),
        (f"{DOUBT}, error_message = 'why', error_next = 'wait' WHERE post_id = {OF_FIRST}", "what to do"),
        (f"DELETE FROM publications WHERE post_id = {OF_LATER}", "was added and has no row"),
        (f"DELETE FROM publications WHERE post_id = {OF_LATER}", "is gone"),
        (f"UPDATE publications SET wake_at = NULL WHERE post_id = {OF_LATER}", "nobody will look"),
        (f"UPDATE publications SET state = 'missed' WHERE post_id = {OF_LATER}", "does not say why"),
        (f"UPDATE publications SET attempts = 1 WHERE post_id = {OF_LATER}", "has no attempt"),
        (f"UPDATE attempts SET number = 7 WHERE number = 2 AND {TRIES_OF_FIRST}", "numbered 1 to 7"),
        (
            f"UPDATE attempts SET error_code = '506' WHERE number = 1 AND {TRIES_OF_FIRST}",
            "sent although it was out",
        ),
        (f"DELETE FROM attempts WHERE number = 1 AND {TRIES_OF_FIRST}", "numbered 2 to 2"),
    ],
)
def test_the_checker_finds_what_is_wrong_in_the_tables(copy: Copy, sql: str, phrase: str) -> None:
    copy.spoil(sql)
    copy.found(phrase)


@pytest.mark.parametrize(
    ("sql", "phrase"),
    [
        ("UPDATE publications SET wake_at = due_at WHERE state = 'published'", "is not at rest"),
        (f"UPDATE publications SET state = 'publishing' WHERE post_id = {OF_LATER}", "is not at rest"),
        (
            f"UPDATE attempts SET ended_at = NULL, outcome = NULL WHERE number = 2 AND {TRIES_OF_FIRST}",
            "open attempts",
        ),
        (
            "UPDATE connections SET claim_id = 'c', claimed_by = 'r', leased_until = '2000-01-01T00:00:00Z'",
            "lanes are still held",
        ),
    ],
)
def test_the_checker_knows_when_all_should_be_quiet(copy: Copy, sql: str, phrase: str) -> None:
    copy.spoil(f"UPDATE publications SET state = 'cancelled', wake_at = NULL WHERE post_id = {OF_LATER}")
    assert copy.checker.check(quiet=True) == []
    copy.spoil(sql)
    copy.found(phrase, quiet=True)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[World, Checker]]:
    """A world with a sandbox of its own, whose ledger may be spoiled."""
    with SandboxServer(port=0, media_folder=MEDIA) as server:
        world = published(tmp_path, f"sqlite:///{tmp_path}/planrrr.db", server)
        checker = Checker(server.url, world.database_url, tmp_path)
        assert checker.check() == []
        yield world, checker


def test_the_checker_finds_posts_that_are_out_twice_or_belong_to_nobody(own: tuple[World, Checker]) -> None:
    world, checker = own
    account = world.sandbox.accounts()["connections"][0]
    [comment] = world.sandbox.comments()
    for node, edge, message in (
        (account["accountId"], "feed", "The first."),
        (account["accountId"], "feed", "A stranger."),
        (comment["parent"], "comments", "A comment."),
    ):
        post(f"{world.sandbox.url}/v25.0/{node}/{edge}", message, account["accessToken"])
    said = "\n".join(checker.check())
    assert "the post 'The first.' is public 2 times" in said
    assert "'A stranger.' is public" in said and "has no row" in said
    assert "the comment 'A comment.' is public 2 times" in said


def post(url: str, message: str, token: str) -> None:
    body = json.dumps({"message": message, "access_token": token}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


NUMBERED = "(SELECT p.id FROM publications p JOIN posts o ON o.id = p.post_id WHERE o.text LIKE 'Number {}%')"


def add_two(world: World, checker: Checker) -> None:
    """Two more posts that will be due in a moment, seen by the checker."""
    for number in (1, 2):
        at = datetime.now(UTC) + timedelta(seconds=5 + number)
        document = f"---\nto: [facebook]\n---\nNumber {number}.\n"
        world.add(document, name=f"{number}.md", at=at.isoformat(timespec="seconds"))
    assert checker.check() == []


def test_the_checker_sees_who_was_passed_over(own: tuple[World, Checker]) -> None:
    world, checker = own
    add_two(world, checker)
    change(world, f"UPDATE publications SET wake_at = '2999' WHERE id = {NUMBERED.format(1)}")
    run(world, ahead=20)
    assert any("still waits for its first attempt" in one for one in checker.check())


def test_the_checker_sees_who_went_first(own: tuple[World, Checker]) -> None:
    world, checker = own
    add_two(world, checker)
    run(world, ahead=20)
    mine = f"number = 1 AND publication_id = {NUMBERED.format(2)}"
    change(world, f"UPDATE attempts SET began_at = '2000-01-01T00:00:00.000000Z' WHERE {mine}")
    said = "\n".join(checker.check())
    assert "which was due first" in said
    assert "which had its turn first" in said


def test_the_checker_reads_postgresql_too(database_url: str, tmp_path: Path) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("the others read SQLite")
    with SandboxServer(port=0, media_folder=MEDIA) as server:
        published(tmp_path, database_url, server)
        checker = Checker(server.url, database_url, tmp_path)
        assert checker.check(quiet=True) == []
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("UPDATE publications SET remote_id = attempts || '_' || id")
        assert any("not in the ledger" in one for one in checker.check())
