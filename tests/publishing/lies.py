"""The matrix of lies: which trouble meets which call. What becomes of it, ``test_lies.py`` judges.

It is made from the calls of a run without trouble, so a new call, flow or platform is covered by being made. What is
known of one platform alone stands in the two tables at the top.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from planrrr_cli.domain.connections import Platform
from tests.flows import ALL, FLOWS, MEDIA

BEFORE = ("status:500", "html:502", "status:429", "rate:7", "reset", "refused", "expire_token", "break:70000")
AFTER = (
    "lost",
    "status:500",
    "html",
    "truncated",
    "error_200",
    "empty",
    "success_false",
    "held",
    "expire_token",
)
AFTER_A_READ = ("html", "truncated", "held", "expire_token")  # the rest looks like trouble before it
FAILED_READS = ("status:500", "html:502", "rate:5")
HIDDEN = ("hide:20", "hide:1200")  # seconds of the platforms' clock
HIDDEN_FOR_GOOD = "hide:9000000"
ALL_KINDS = tuple(dict.fromkeys([*BEFORE, *AFTER, *FAILED_READS, *HIDDEN]))
LONG = 2_500_000  # bytes: three chunks of a long video
LONGER = 17_500_000  # bytes: three pieces of YouTube's


@dataclass(frozen=True)
class Codes:
    """A platform's own refusals: ``passing`` ones of a reading, those that ``stay``, and those of any call that pass
    when its credits, its day or its version allow it again (``later``)."""

    passing: tuple[str, ...] = ()
    stay: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


CODES = {
    Platform.FACEBOOK: Codes(("error:100:33",), ("error:10", "error:100", "error:190")),
    Platform.X: Codes(
        ("error:404", "error:500:1"),
        ("error:403", "error:400", "error:401", "error:403:8"),
        ("error:402", "error:429:1", "error:500:1", "error:88"),
    ),
    Platform.INSTAGRAM: Codes(
        ("error:100:33", "error:10"),
        ("error:10", "error:100", "error:190", "error:9004:2207052", "error:25:2207050"),
        ("error:4:2207051", "error:9:2207042", "error:24:2207008"),
    ),
    Platform.LINKEDIN: Codes(
        ("error:404",),
        ("error:100", "error:400:2", "error:65601", "error:422"),
        ("error:101:1", "error:101:2", "error:426", "error:409"),
    ),
}


def _facebook(host: str) -> dict[str, str]:
    photos = [path.name for path in sorted(MEDIA.glob("*.jpg"))]

    def media(*lines: str, more: str = "") -> str:
        listed = "".join(f"  - {line}\n" for line in lines)
        return f"---\nto: [facebook]\nmedia:\n{listed}{more}---\nWith media.\n"

    return {
        "one photo": media(f"file: {photos[0]}"),
        "three photos": media(*(f"file: {name}" for name in photos[:3])),
        "photos by address": media(*(f"url: {host}/{name}" for name in photos[:2])),
        "chunks": media("file: long.mp4", more="facebook: {as: video}\n"),
    }


def _youtube(host: str) -> dict[str, str]:
    [film] = MEDIA.glob("*.mp4")
    return {
        "pieces": "---\nto: [youtube]\ntitle: Long\nmedia: [longer.mp4]\n---\nIn pieces.\n",
        "by address": f"---\nto: [youtube]\ntitle: Far\nmedia: [{{url: {host}/{film.name}}}]\n---\nFar.\n",
    }


# Flows that differ from those of every test in number or source of their media.
MORE: dict[Platform, Callable[[str], dict[str, str]]] = {
    Platform.FACEBOOK: _facebook,
    Platform.YOUTUBE: _youtube,
}
EVERY_FLOW = [*ALL, *((platform, flow) for platform in MORE for flow in MORE[platform](""))]


def document(platform: Platform, flow: str, host: str) -> str:
    """``host``: where media with an address are."""
    usual = FLOWS[platform].get(flow)
    return usual if usual is not None else MORE[platform](host)[flow]


@dataclass(frozen=True)
class Made:
    """A call as the run without trouble made it: the ``nth`` request to the platforms (from 1)."""

    nth: int
    call: str
    earlier: int  # calls of the same name before it
    reads: bool
    effect: bool  # the public saw something


@dataclass(frozen=True)
class Fault:
    """``kind`` as the sandbox names it, or ``refused`` (nobody listens) or ``held`` (longer than a client waits)."""

    call: str
    kind: str
    strike: str = "before"
    skip: int = 0
    times: int = 1
    nth: int = 0

    def __str__(self) -> str:
        often = {1: "", -1: ", always"}.get(self.times, f", {self.times} times")
        return f"{self.call} {self.skip + 1}: {self.kind} {self.strike}{often}"


Case = tuple[Fault, ...]


@dataclass
class Matrix:
    """``obeys``: whether a call can be told to misbehave in a way; ``asked``: what reads back a call whose answer was
    lost."""

    platform: Platform
    calls: Sequence[Made]
    obeys: Callable[[str, str], bool]
    asked: Callable[[Case], Iterable[str]]
    codes: Codes = field(init=False)

    def __post_init__(self) -> None:
        self.codes = CODES.get(self.platform, Codes())

    def passing(self) -> Iterator[Case]:
        """One trouble at each call, once; and a post that stays hidden, or cannot be read back at first."""
        for made in self.calls:
            before, after = self._at(made, "before"), self._at(made, "after")
            yield from ((before(kind),) for kind in (*BEFORE, *self.codes.later) if self._can(made, kind))
            yield from ((after(kind),) for kind in (AFTER_A_READ if made.reads else AFTER))
            if not made.effect:
                continue
            lost = after("lost")
            yield from ((lost, after(kind)) for kind in HIDDEN if self._can(made, kind))
            reads = sorted(set(self.asked((lost,))))
            for kind in (*FAILED_READS, *self.codes.passing):
                yield lost, *(Fault(read, kind, times=2) for read in reads)

    def lasting(self) -> Iterator[Case]:
        """Trouble that stays: nothing can be done about it but to end in a state that says so."""
        yield (Fault("*", "refused", times=-1),)
        for made in {made.call: made for made in self.calls}.values():
            for kind in ("status:500", *self.codes.stay):
                yield (Fault(made.call, kind, times=-1),)
            yield (Fault(made.call, "status:500", "after", times=-1),)
            if not made.effect:
                continue
            lost = Fault(made.call, "lost", "after", made.earlier)
            reads = sorted(set(self.asked((lost,))))
            for kind in ("status:500", *self.codes.stay[:2]):
                yield lost, *(Fault(read, kind, times=-1) for read in reads)

    def hidden_for_good(self) -> Iterator[Case]:
        """Longer than any patience: only a person can tell."""
        for made in self.calls:
            if made.effect and self._can(made, HIDDEN_FOR_GOOD):
                yield self._at(made, "after")("lost"), self._at(made, "after")(HIDDEN_FOR_GOOD)

    def _can(self, made: Made, kind: str) -> bool:
        return not kind.startswith(("hide", "break")) or self.obeys(made.call, kind)

    def _at(self, made: Made, strike: str) -> Callable[[str], Fault]:
        return lambda kind: Fault(made.call, kind, strike, made.earlier, nth=made.nth)


def spread(cases: Sequence[Case], seed: str, *, kinds: Collection[str] = ()) -> list[Case]:
    """A few of them, chosen by ``seed``, in which every call occurs, and each of ``kinds`` that is possible."""
    left, chosen = Random(seed).sample(cases, len(cases)), []
    left.sort(key=lambda case: any(fault.kind == "held" for fault in case))  # which takes longest
    missing = set().union(*(_marks(case, kinds) for case in cases))
    while missing:
        best = max(left, key=lambda case: len(_marks(case, kinds) & missing))
        left.remove(best)
        missing -= _marks(best, kinds)
        chosen.append(best)
    return chosen


def _marks(case: Case, kinds: Collection[str]) -> set[object]:
    first, last = case[0], case[-1]
    shape = (len(case) > 1, last.strike, last.kind)
    return {(first.call, first.skip), *([shape] if last.kind in kinds else [])}


def kinds_on(platform: Platform) -> tuple[str, ...]:
    """What can pass there: everybody's kinds, and the platform's own refusals."""
    codes = CODES.get(platform, Codes())
    return tuple(dict.fromkeys([*ALL_KINDS, *codes.passing, *codes.later]))


def share(platform: Platform, flow: str) -> frozenset[str]:
    """The kinds of trouble that this flow has to meet in a sample: together the flows meet each of them twice.

    What only few calls can be told to do is everybody's.
    """
    flows = list(FLOWS[platform])
    if flow not in flows:
        return frozenset()
    known = kinds_on(platform)
    rare = [kind for kind in known if kind.startswith("break")]
    usual = [kind for kind in known if kind not in rare]
    parts = max(1, len(flows) // 2)
    return frozenset(rare + usual[flows.index(flow) % parts :: parts])
