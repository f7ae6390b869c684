"""What belongs together in the public ledger: a post, the further parts of its thread, its comment. Judges their order.

Imports nothing of the program.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What one document says in public. ``text``: as it stands in the queue.

    ``parts``: what follows the text in a thread. ``cut``: where the text itself is cut into parts is the program's
    affair, but together they are the text. Every post begins with a word that no other post has, or ``digest`` is the
    SHA-256 of its only medium, which no other post has; then ``text`` is that file's name. ``ending``: what public
    words have at their end that the queue's have not.
    """

    text: str
    parts: tuple[str, ...] = ()
    comment: str | None = None
    cut: bool = False
    digest: str | None = None
    ending: str = ""

    @property
    def shown(self) -> str:
        """The words of the post itself, where it is not cut."""
        return "" if self.digest else f"{self.text}{self.ending}"


@dataclass(frozen=True, slots=True)
class Chain:
    """One post and what hangs from it. ``text``: that of its row, where somebody added one.

    ``complete``: nothing of the thread is missing. ``wrong``: sentences about what should not be as it is.
    """

    text: str
    parts: tuple[Entry, ...]
    complete: bool
    wrong: tuple[str, ...]

    @property
    def first(self) -> Entry:
        return self.parts[0]

    @property
    def key(self) -> tuple[str, str]:
        return self.first["account_id"], self.text


def chains(entries: Iterable[Entry], expected: Mapping[tuple[str, str], Said]) -> list[Chain]:
    """All of them, in the ledger's order. Of what nobody expected only the post itself is looked at."""
    below, roots = defaultdict(list), []
    for entry in entries:
        if entry.get("parent"):
            below[entry["parent"]].append(entry)
        else:
            roots.append(entry)
    known = {(account, _mark(said)): said for (account, _), said in expected.items()}
    found = []
    for root in roots:
        account = root["account_id"]
        marks = (root["text"], _name(root["text"]), digest_of(root))
        said = next((known[account, mark] for mark in marks if (account, mark) in known), None)
        found.append(_chain(root, said, below) if said else Chain(root["text"], (root,), True, ()))
    return found


def is_taken_back(entry: Entry) -> bool:
    """The platform did not make a post of it in the end: the bytes are no film, or it infringes something."""
    return (entry.get("extra") or {}).get("upload_status") in {"failed", "rejected"}


def digest_of(entry: Entry) -> str | None:
    """Of the one medium of a post without words."""
    media = entry.get("media") or ()
    return media[0]["sha256"] if len(media) == 1 and not entry["text"] else None


def strays(entries: Iterable[Entry]) -> Iterator[str]:
    """Answers to what is not in the ledger."""
    known: set[str] = set()
    answers = []
    for entry in entries:
        known |= ids_of(entry)
        if entry.get("parent"):
            answers.append(entry)
    for entry in answers:
        if entry["parent"] not in known:
            yield f"{entry['text']!r} on {entry['account_id']} answers {entry['parent']}, which is not in the ledger"


def ids_of(entry: Entry) -> set[str]:
    return {entry["remote_id"], entry.get("post_id")} - {None}


def _chain(root: Entry, said: Said, below: Mapping[str, list[Entry]]) -> Chain:
    parts, wrong = [root], []
    while not _complete(parts, said):
        answers = _answers(parts[-1], below)
        if not answers:
            break
        parts.append(answers[0])
        wrong += [_strange(one, root) for one in answers[1:]]
    whole = _complete(parts, said)
    if not _fits(parts, said):
        told = " / ".join(part["text"] for part in parts)
        wrong.append(f"the thread {told!r} on {root['account_id']} is not what was to be said")
    if whole:
        for one in _answers(parts[-1], below):
            if one["text"] != said.comment:
                wrong.append(_strange(one, root))
    return Chain(said.text, tuple(parts), whole, tuple(wrong))


def _answers(entry: Entry, below: Mapping[str, list[Entry]]) -> list[Entry]:
    return [one for identity in sorted(ids_of(entry)) for one in below.get(identity, [])]


def _complete(parts: list[Entry], said: Said) -> bool:
    if said.cut:
        return len(_words(parts)) >= len(said.text.split())
    return len(parts) > len(said.parts)


def _fits(parts: list[Entry], said: Said) -> bool:
    """What is out is the beginning of what was to be said."""
    if said.cut:
        words = _words(parts)
        return words == said.text.split()[: len(words)]
    return [part["text"] for part in parts] == [said.shown, *said.parts][: len(parts)]


def _words(parts: list[Entry]) -> list[str]:
    return [word for part in parts for word in part["text"].split()]


def _strange(entry: Entry, root: Entry) -> str:
    return f"{entry['text']!r} on {entry['account_id']} does not belong below {root['text']!r:.60}"


def _mark(said: Said) -> str:
    """By which the post is known in public."""
    return said.digest or (_name(said.text) if said.cut else said.shown)


def _name(text: str) -> str:
    return text.partition(" ")[0]
