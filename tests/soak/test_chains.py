"""The judge of threads finds every way in which a thread may be wrong, and none in one that is right."""

from __future__ import annotations

import pytest

from tests.soak.chains import Chain, Entry, Said, chains, strays

THREAD = Said("7 One.", ("7 Two.", "7 Three."), comment="7 Comment.")
CUT = Said("8 One. 8 Two. 8 Three.", cut=True)


def entry(identity: str, text: str, parent: str | None = None) -> Entry:
    return {"account_id": "a", "remote_id": identity, "text": text, "parent": parent}


def judged(*entries: Entry) -> Chain:
    [found] = chains(entries, {("a", said.text): said for said in (THREAD, CUT)})
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
