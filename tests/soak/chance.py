"""What chance decides in a soak: posts, faults, kills, time and what people do. All from one generator; no I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

import yaml

from planrrr_cli.domain.connections import Platform
from tests.flows import ALL, FLOWS
from tests.soak.chains import Said
from tests.soak.runs import Plan
from tests.soak.troubles import AFTER, BEFORE, CODES, LIARS, ORDERS, ending, hidings, is_strange, narrow

_SENTENCE = re.compile(r"^|(?<=[.!?] )")


@dataclass(frozen=True, slots=True)
class Document:
    """A post document with words that no other has, or with ``files`` of its own (by name); what it says in public, and
    where."""

    name: str
    body: str
    said: Said
    accounts: tuple[str, ...]
    files: Mapping[str, bytes]


class Chance:
    """``calls``: all that the platforms know, and whether the public sees what they do, which is worth most lies.

    ``media``: the files that posts are made of, by name.
    """

    def __init__(self, seed: int, calls: Mapping[str, bool], media: Mapping[str, bytes]) -> None:
        self.random = Random(seed)
        self._media = media
        self._seen = frozenset(call for call, seen in calls.items() if seen)
        usual = ["*", *(call for call in sorted(calls) if not is_strange(call))]
        self._calls = [call for call in usual for _ in range(3 if call in self._seen else 1)]
        self._number = 0

    def some(self, most: int) -> int:
        return self.random.randint(0, most)

    def often(self, probability: float) -> bool:
        return self.random.random() < probability

    def document(self, accounts: Sequence[tuple[str, str]], now: datetime) -> Document:
        """A post of any kind, due soon, but not before a busy machine has added it; ``accounts`` are (platform, id)."""
        self._number += 1
        platform, flow = self._flow({name for name, _ in accounts})
        own = [identity for name, identity in accounts if name == platform]
        chosen = self.random.sample(own, min(len(own), self.random.choice((1, 1, 1, 1, 2, 3))))
        at = now + timedelta(seconds=self.random.randint(15, 240))
        front, _, words = FLOWS[platform][flow].removeprefix("---\n").partition("\n---\n")
        values = yaml.safe_load(front)
        values |= {"at": at.isoformat(timespec="seconds"), "to": [f"{platform}:{one}" for one in chosen]}
        if options := self._numbered(values.get(platform.value) or {}):
            values[platform.value] = options
        files = {} if words.strip() else self._of_its_own(values)
        text, said = self._words(platform, words.strip(), values, files)
        body = f"---\n{yaml.safe_dump(values, allow_unicode=True, sort_keys=False)}---\n{text}\n"
        return Document(f"{self._name}.md", body, said, tuple(chosen), files)

    def _words(
        self, platform: Platform, words: str, values: Mapping[str, Any], files: Mapping[str, bytes]
    ) -> tuple[str, Said]:
        options = values.get(platform.value) or {}
        thread, comment = options.get("thread"), options.get("first_comment")
        for name, content in files.items():
            return "", Said(name, comment=comment, digest=sha256(content).hexdigest())
        if thread == "auto":
            # Wherever the text is cut, its parts are to be of this post alone.
            text = _SENTENCE.sub(f"{self._name} ", words)
            return text, Said(text, comment=comment, cut=True)
        text = f"{self._name} {words}"
        parts = tuple(one if isinstance(one, str) else one["text"] for one in thread or ())
        link = values.get("link") if platform is Platform.YOUTUBE else None  # which has no place for one
        return text, Said(text, parts, comment, ending=f"\n{link}" if link else "")

    def _of_its_own(self, values: dict[str, Any]) -> dict[str, bytes]:
        """A post without words is known by its medium; bytes at its end make it unlike all others."""
        [medium] = values["media"]
        known = medium if isinstance(medium, str) else medium["file"]
        name = f"{self._name}.{known.rpartition('.')[2]}"
        values["media"] = [name if isinstance(medium, str) else medium | {"file": name}]
        more = self._name.encode()
        if known.endswith(".mp4"):  # in a box that players skip
            more = (len(more) + 8).to_bytes(4, "big") + b"free" + more
        return {name: self._media[known] + more}

    @property
    def _name(self) -> str:
        return f"{self._number:06}"

    def _numbered(self, options: dict[str, Any]) -> dict[str, Any]:
        """A platform's options, with the number of the post in everything that becomes a post of its own."""

        def numbered(said: Any) -> Any:
            if isinstance(said, dict):
                return said | {"text": f"{self._name} {said['text']}"}
            return f"{self._name} {said}"

        found = dict(options)
        if isinstance(found.get("thread"), list):
            found["thread"] = [numbered(one) for one in found["thread"]]
        if "first_comment" in found:
            found["first_comment"] = numbered(found["first_comment"])
        return found

    def _flow(self, platforms: set[str]) -> tuple[Platform, str]:
        """Videos cost most calls, so they are fewer, but where there is nothing else."""
        known = [(platform, flow) for platform, flow in ALL if platform in platforms]
        usual = [".mp4" not in FLOWS[one][flow] or one is Platform.YOUTUBE for one, flow in known]
        return self.random.choices(known, [1.0 if one else 0.4 for one in usual])[0]

    def faults(self, accounts: Sequence[str]) -> list[dict[str, Any]]:
        """One, or the worst pair: the answer is lost, and the post cannot be seen for a while."""
        first = self._fault(accounts)
        hiding = hidings(first["call"]) if first["call"] in self._seen else []
        if not hiding or first["strike"] == "before" or self.often(0.5):
            return [first]
        return [first, first | {"kind": self.random.choice(hiding)}]

    def _fault(self, accounts: Sequence[str]) -> dict[str, Any]:
        call = self.random.choice(self._calls)
        strike = self.random.choice(("before", "after"))
        kinds = AFTER if strike == "after" else BEFORE
        roll = self.random.random()
        if roll < 0.25:
            strike, kinds = "before", [*ORDERS, *hidings(call)]
        elif roll < 0.45 and (codes := CODES.get(call.partition(".")[0])):
            strike, kinds = "before", codes
        elif roll < 0.55 and call in LIARS:
            strike, kinds = "after", LIARS[call]
        found = {
            "call": call,
            "strike": strike,
            "kind": self.random.choice(kinds),
            "skip": self.random.choice((0, 0, 0, 1, 3)),
            "times": self.random.choice((1, 1, 2, 3, 8)),
        }
        if self.often(0.02):  # longer than a client waits
            found |= {"kind": "hold:2.5", "times": 1}
        if found["kind"].startswith(("hide", "processing", "usage")):
            found["strike"] = "after"
        if self.often(0.2):
            found["account_id"] = self.random.choice(list(accounts))
        return found

    def outage(self, accounts: Sequence[tuple[str, str]]) -> tuple[str, float]:
        """Of which platform, and for how many seconds."""
        return self.random.choice(sorted({name for name, _ in accounts})), self.random.uniform(2, 12) * 60

    def narrow(self, accounts: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """What some accounts are like; ``accounts`` are (platform, id)."""
        found = [narrow(self.random, platform, identity) for platform, identity in accounts]
        return [one for one in found if one is not None]

    def endings(self, accounts: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """What becomes of the next things that a few accounts make."""
        found = [
            ending(self.random, *one) for one in self.random.sample(list(accounts), min(4, len(accounts)))
        ]
        return [one for one in found if one is not None]

    def plan(self, *, kill: float) -> Plan:
        concurrency = self.random.choice((1, 4, 8, 8))
        return Plan(concurrency, kill_at=self._point() if self.often(kill) else 0)

    def stopping(self) -> Plan:
        return Plan(self.random.choice((1, 4, 8)), stop_at=self._point(), stop_inside=self.often(0.15))

    def _point(self) -> int:
        """As many near the beginning as far from it."""
        return int(2 ** self.random.uniform(0, 8))

    def pause(self) -> float:
        """Seconds that pass between two steps; at times nearly a day, at times backwards."""
        roll = self.random.random()
        if roll < 0.004:
            return self.random.uniform(6, 20) * 3600
        if roll < 0.03:
            return -self.random.uniform(1, 50) * 60
        if roll < 0.5:
            return self.random.uniform(0, 60)
        return self.random.uniform(60, 1500)

    def disagreement(self) -> float:
        """Seconds by which our clock and the platforms' differ."""
        return self.random.uniform(-30, 30)
