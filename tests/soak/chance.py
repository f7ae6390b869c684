"""What chance decides in a soak: posts, faults, kills, time and what people do. All from one generator; no I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import yaml

from planrrr_cli.domain.connections import Platform
from planrrr_cli.platforms import PLATFORMS, publisher_class
from tests.flows import ALL, FLOWS
from tests.soak.chains import Said
from tests.soak.runs import Plan

# A run that is stopped after its last look at the lease and before its first byte cannot be helped: what it sends when
# it is resumed, and what is hidden on top of that, has to show before looking can have proved its absence.
LONGEST_STOP = 480
SLACK = 120  # clocks that disagree, and what a step takes
HIDINGS = (20, 120, 1200)  # seconds, where the platform's patience bears them

# After the effect, an answer may be anything but a documented refusal, which is all that a client has to go by.
AFTER = [
    *("status:500", "status:502", "status:503", "html", "html:502", "truncated", "truncated:exact"),
    *("lost", "reset", "error_200", "success_false", "empty", "hold:0.2", "expire_token"),
]
BEFORE = [*AFTER, "status:429", "rate:5", "rate:40", "usage:90"]
ORDERS = ["processing:1", "processing:4", "break:1000", "break:9000"]
# The platforms' own codes: what they mean is their affair, that they may come is ours.
CODES = {
    "facebook": [
        *("error:1", "error:2", "error:4", "error:10", "error:32", "error:100", "error:190", "error:190:460"),
        *("error:190:463", "error:200", "error:368", "error:368:1390008", "error:613"),
        *("error:1609005", "error:80001"),
    ],
    "linkedin": [
        *("error:65600", "error:65601", "error:65602", "error:65604", "error:100", "error:403:1"),
        *("error:101", "error:101:1", "error:101:2", "error:101:3", "error:426", "error:429", "error:404"),
        *("error:400:1", "error:400:2", "error:400:3", "error:400:4", "error:400:5", "error:400:6"),
        *("error:400:7", "error:400:8", "error:400:9", "error:400:10", "error:400:11", "error:422"),
        *("error:401", "error:403", "error:409", "error:500", "error:503"),
    ],
    "x": [
        *("error:400", "error:400:1", "error:400:2", "error:401", "error:402", "error:402:1", "error:403"),
        *("error:403:2", "error:403:3", "error:403:4", "error:403:5", "error:403:6", "error:403:7"),
        *(
            "error:403:8",
            "error:403:9",
            "error:403:10",
            "error:403:11",
            "error:404",
            "error:413",
            "error:415",
        ),
        *("error:429", "error:429:1", "error:500:1", "error:88", "error:89", "error:130", "error:131"),
        *("error:32", "error:64", "error:185", "error:186", "error:324", "error:326"),
    ],
}
# Calls that publishing does not make: lies there would be wasted.
STRANGE_CALLS = {
    "facebook": re.compile(
        r"login|token\.debug|upload\.|unknown|update|delete|cancel|list|accounts|me\.read"
    ),
    "linkedin": re.compile(
        r"login|token\.(exchange|introspect|revoke)|unknown|update|delete|batch|organizations|userinfo|me\.read"
    ),
    "x": re.compile(r"login|token\.(exchange|revoke)|unknown|delete|lookup|post\.read|me\.read|subtitles"),
}


_SENTENCE = re.compile(r"^|(?<=[.!?] )")


def hidings(call: str) -> list[str]:
    """For how long a post made by ``call`` (``*``: by any) may be hidden and must still not go out twice."""
    named = call.partition(".")[0]
    proofs = [publisher_class(one).patience.proof_after for one in PLATFORMS if named in ("*", one.value)]
    longest = min([proof.total_seconds() for proof in proofs if proof is not None], default=float("inf"))
    return [f"hide:{one}" for one in HIDINGS if one + LONGEST_STOP + SLACK <= longest]


@dataclass(frozen=True, slots=True)
class Document:
    """A post document with words that no other has; what it says in public, and where."""

    name: str
    body: str
    said: Said
    accounts: tuple[str, ...]


class Chance:
    """``calls``: all that the platforms know, and whether the public sees what they do, which is worth most lies."""

    def __init__(self, seed: int, calls: Mapping[str, bool]) -> None:
        self.random = Random(seed)
        self._seen = frozenset(call for call, seen in calls.items() if seen)
        usual = ["*", *(call for call in sorted(calls) if not _is_strange(call))]
        self._calls = [call for call in usual for _ in range(3 if call in self._seen else 1)]
        self._number = 0

    def some(self, most: int) -> int:
        return self.random.randint(0, most)

    def often(self, probability: float) -> bool:
        return self.random.random() < probability

    def document(self, accounts: Sequence[tuple[str, str]], now: datetime) -> Document:
        """A post of any kind, due soon, but not before a busy machine has added it; ``accounts`` are (platform, id)."""
        self._number += 1
        platform, flow = self._flow()
        own = [identity for name, identity in accounts if name == platform]
        chosen = self.random.sample(own, min(len(own), self.random.choice((1, 1, 1, 1, 2, 3))))
        at = now + timedelta(seconds=self.random.randint(15, 240))
        front, _, words = FLOWS[platform][flow].removeprefix("---\n").partition("\n---\n")
        values = yaml.safe_load(front)
        values |= {"at": at.isoformat(timespec="seconds"), "to": [f"{platform}:{one}" for one in chosen]}
        options = self._numbered(values.get(platform.value) or {})
        if options:
            values[platform.value] = options
        thread, comment = options.get("thread"), options.get("first_comment")
        cut = thread == "auto"
        # Wherever the text is cut, its parts are to be of this post alone.
        text = _SENTENCE.sub(f"{self._name} ", words.strip()) if cut else f"{self._name} {words.strip()}"
        parts = () if cut else tuple(one if isinstance(one, str) else one["text"] for one in thread or ())
        body = f"---\n{yaml.safe_dump(values, allow_unicode=True, sort_keys=False)}---\n{text}\n"
        return Document(f"{self._name}.md", body, Said(text, parts, comment, cut), tuple(chosen))

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

    def _flow(self) -> tuple[Platform, str]:
        """Videos cost most calls, so they are fewer."""
        weights = [0.4 if ".mp4" in FLOWS[platform][flow] else 1.0 for platform, flow in ALL]
        return self.random.choices(ALL, weights)[0]

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


def _is_strange(call: str) -> bool:
    strange = STRANGE_CALLS.get(call.partition(".")[0])
    return strange is not None and strange.search(call) is not None
