"""The judge of threads finds every way in which a thread may be wrong, and none in one that is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from planrrr_cli.sandbox import SandboxServer
from tests.flows import MEDIA
from tests.soak.chains import Chain, Entry, Said, chains, is_taken_back, strays
from tests.soak.checker import Checker
from tests.soak.conftest import change, run
from tests.world import SandboxControl, World

THREAD = Said("7 One.", ("7 Two.", "7 Three."), comment="7 Comment.")
CUT = Said("8 One. 8 Two. 8 Three.", cut=True)
WORDLESS = Said("9.jpg", digest="abc")
LINKED = Said("10 One.", ending="\nhttps://example.com/")


def entry(identity: str, text: str, parent: str | None = None) -> Entry:
    return {"account_id": "a", "remote_id": identity, "text": text, "parent": parent}


def judged(*entries: Entry) -> Chain:
    [found] = chains(entries, {("a", said.text): said for said in (THREAD, CUT, WORDLESS, LINKED)})
    return found


RIGHT = [
    entry("1", "7 One."),
    entry("2", "7 Two.", "1"),
    entry("3", "7 Three.", "2"),
    entry("4", "7 Comment.", "3"),
]


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_a_thread_in_order_is_right_and_complete_with_its_last_part(length: int) -> None:
    found = judged(*RIGHT[:length])
    assert (found.wrong, found.complete, found.key) == ((), length >= 3, ("a", "7 One."))


@pytest.mark.parametrize(
    ("entries", "phrase"),
    [
        ([RIGHT[0], entry("3", "7 Three.", "1")], "is not what was to be said"),
        ([*RIGHT[:2], entry("3", "7 Three.", "1")], "does not belong below"),
        ([*RIGHT[:2], entry("9", "7 Two.", "1")], "does not belong below"),
        ([*RIGHT[:3], entry("9", "7 Three.", "3")], "does not belong below"),
        ([*RIGHT[:2], entry("4", "7 Comment.", "2")], "is not what was to be said"),
        ([entry("1", "8 One."), entry("2", "8 Three.", "1")], "is not what was to be said"),
        ([entry("1", "8 One. 8 Two."), entry("2", "8 Two. 8 Three.", "1")], "is not what was to be said"),
    ],
)
def test_a_thread_that_is_not_as_it_was_written_is_wrong(entries: list[Entry], phrase: str) -> None:
    assert any(phrase in one for one in judged(*entries).wrong)


@pytest.mark.parametrize(
    ("texts", "complete"),
    [(["8 One."], False), (["8 One. 8 Two."], False), (["8 One.", "8 Two. 8 Three."], True)],
)
def test_a_text_may_be_cut_anywhere(texts: list[str], complete: bool) -> None:
    entries = [entry(str(n), text, str(n - 1) if n else None) for n, text in enumerate(texts)]
    found = judged(*entries)
    assert (found.wrong, found.complete, found.text) == ((), complete, CUT.text)


def test_an_answer_to_nothing_is_a_stray() -> None:
    assert list(strays(RIGHT)) == []
    assert len(list(strays([RIGHT[0], *RIGHT[2:]]))) == 1


def test_a_post_without_words_is_known_by_its_medium() -> None:
    media = [{"kind": "image", "sha256": "abc"}]
    assert judged(entry("1", "") | {"media": media}).key == ("a", "9.jpg")
    assert judged(entry("1", "") | {"media": [*media, *media]}).key == ("a", "")
    assert judged(entry("1", "9.jpg") | {"media": media}).key == ("a", "9.jpg")


def test_public_words_may_end_with_what_the_queue_has_elsewhere() -> None:
    found = judged(entry("1", f"10 One.{LINKED.ending}"))
    assert (found.key, found.wrong, found.complete) == (("a", "10 One."), (), True)
    assert judged(entry("1", "10 One.")).text == "10 One."


def test_what_the_platform_took_back_was_never_out() -> None:
    for status, back in (("failed", True), ("rejected", True), ("processed", False), ("uploaded", False)):
        assert is_taken_back(entry("1", "1") | {"extra": {"upload_status": status}}) is back
    assert not is_taken_back(entry("1", "1"))


@pytest.mark.slow
def test_the_checker_judges_threads(tmp_path: Path) -> None:
    parts = ("Two.", "Three.")
    with SandboxServer(port=0, media_folder=MEDIA) as server:
        world = World(tmp_path, f"sqlite:///{tmp_path}/planrrr.db", SandboxControl(server.url))
        world.connect()
        world.add("---\nto: [x]\nx: {thread: [Two., Three.]}\n---\nOne.\n")
        run(world)

        def said(*expected: str) -> str:
            checker = Checker(server.url, world.database_url, tmp_path)
            account = world.sandbox.posts()[0]["account_id"]
            checker.expect(account, Said("One.", expected))
            return "\n".join(checker.check())

        assert said(*parts) == ""
        assert "3 parts are public, and that is not all" in said(*parts, "Four.")
        assert "does not belong below" in said("Two.")
        change(world, "UPDATE publications SET state = 'scheduled', wake_at = due_at")
        assert said(*parts) == ""  # it knows of all parts
        change(world, "UPDATE publications SET checkpoint = '{}'")
        assert "is public" in said(*parts)
        assert said(*parts, "Four.") == ""
        change(world, "UPDATE publications SET state = 'missed'")
        assert "that is not all" in said(*parts, "Four.")
