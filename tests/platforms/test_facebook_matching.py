"""Random Pages and random looks in any order: no post is taken for two publications, and none that is there for absent.

What is true is known here by construction (who made which post, and what of it Facebook shows), never by asking the
rules that are tested.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from planrrr_cli.domain.errors import UnexpectedReply
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Absent, Finding, Published, Unknown
from planrrr_cli.platforms.base import App, Objection
from planrrr_cli.platforms.facebook import named
from planrrr_cli.platforms.facebook.find import CLOCK_WRONG, CLOCKS_DISAGREE, find
from tests.platforms.rig import NOW, PAGE, TestClock, publication

TEXTS = (
    "Café\nopen",
    "Café\nopen ",
    "café\nopen",
    "Café\n open",
    "",
)  # the first two are the same to Facebook
SAME_TEXT = (0, 0, 2, 3, 4)
OURS, SECOND, HOUR = "9", timedelta(seconds=1), timedelta(hours=1)
CLOTHES = (  # what Facebook makes of a text
    lambda text: text,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: text.replace("\n", " \r\n") + "\n",
)
# Before and after the sending, around the two edges: ours and Facebook's clock disagree; ours was wrong by a day.
TIMES = [-CLOCK_WRONG - SECOND, -CLOCK_WRONG, -24 * HOUR, -CLOCKS_DISAGREE - SECOND, -CLOCKS_DISAGREE]
TIMES += [-SECOND, 0 * SECOND, 3 * SECOND, HOUR]
PHOTOS = {"none": (), "one": ("4",), "two": ("4", "5"), "others": ("7", "8")}


@dataclass(frozen=True)
class Shown:
    """A post as the feed shows it, and the truth about it: ``of`` is the publication that made it, if one did."""

    document: Mapping[str, Any]
    of: int | None
    text: int
    after: timedelta | None  # the sending of publication 0; None: the feed does not say
    published: bool | None
    ours: bool
    photos: tuple[str, ...] | None

    @property
    def identity(self) -> str:
        return str(self.document["id"])


class Feed:
    """The one list that a look reads."""

    def __init__(self, posts: list[Shown]) -> None:
        self.app = App("https://graph.example", app_id=OURS)
        self.clock = TestClock()
        self._posts = posts

    def pages(self, *path: str, **_: str) -> Iterator[list[Mapping[str, Any]]]:
        assert path == (PAGE, "feed")
        yield [post.document for post in self._posts]
        yield []

    def read(self, *_: str, **__: str) -> dict[str, Any]:
        raise UnexpectedReply("nothing else can be read", platform="facebook")


def bare(identity: str) -> str:
    return identity.rpartition("_")[2]


class Looks(RuleBasedStateMachine):
    @initialize(
        texts=st.lists(st.sampled_from(range(len(TEXTS))), min_size=2, max_size=4),
        photos=st.sampled_from(["none", "none", "one", "two"]),
    )
    def are_sent(self, texts: list[int], photos: str) -> None:
        """All at the same moment, which is the worst; with the same photos only if they are the same post."""
        self.texts = texts
        self.sets = [
            PHOTOS[photos] if number == 0 else tuple(f"{number}{one}" for one in PHOTOS[photos])
            for number in range(len(texts))
        ]
        self.feed: list[Shown] = []
        self.out: dict[int, Shown] = {}
        self.bound: dict[int, str] = {}

    def add(self, of: int | None, text: int, clothes: int, after: timedelta | None, **seen: Any) -> Shown:
        photos = seen["photos"]
        document: dict[str, Any] = {
            "id": f"{PAGE}_{100 + len(self.feed)}" if seen["long_id"] else f"{100 + len(self.feed)}",
            "message": CLOTHES[clothes](TEXTS[text]) or None,
            "created_time": (NOW + after).strftime("%Y-%m-%dT%H:%M:%S+0000") if after is not None else None,
            "is_published": seen["published"],
            "application": {"id": OURS if seen["ours"] else "8"} if seen["named"] else None,
            "attachments": attachments(photos) if photos is not None else None,
        }
        document = {name: value for name, value in document.items() if value is not None}
        ours = seen["ours"] or not seen["named"]
        shown = Shown(document, of, text, after, seen["published"], ours, photos)
        self.feed.append(shown)
        return shown

    @rule(
        text=st.sampled_from(range(len(TEXTS))),
        clothes=st.sampled_from(range(len(CLOTHES))),
        after=st.sampled_from([None, *TIMES]),
        published=st.sampled_from([True, True, False, None]),
        ours=st.booleans(),
        named=st.booleans(),
        photos=st.sampled_from([None, *PHOTOS.values()]),
        long_id=st.booleans(),
    )
    def somebody_else_posts(self, text: int, clothes: int, after: timedelta | None, **seen: Any) -> None:
        self.add(None, text, clothes, after, **seen)

    @rule(
        number=st.integers(0, 3),
        clothes=st.sampled_from(range(len(CLOTHES))),
        after=st.sampled_from([None, *TIMES[1:]]),
        published=st.sampled_from([True, None]),
        named=st.booleans(),
        attached=st.booleans(),
    )
    def it_goes_out(
        self, number: int, clothes: int, after: timedelta | None, named: bool, attached: bool, published: Any
    ) -> None:
        """As much of it as Facebook may show; the clock of the host may have been a day fast."""
        if number >= len(self.texts) or number in self.out:
            return
        photos = self.sets[number] if attached else None
        seen = {"published": published, "ours": True, "named": named, "photos": photos, "long_id": True}
        self.out[number] = self.add(number, self.texts[number], clothes, after, **seen)

    def doubtful(self, number: int) -> Publication:
        photos = [{"id": one, "at": NOW.isoformat()} for one in self.sets[number]]
        return publication(
            Post(TEXTS[self.texts[number]]),
            first_sent_at=NOW,
            sending_since=NOW,
            checkpoint={"photos": photos} if photos else {},
            other_remote_ids=frozenset(one for other, one in self.bound.items() if other != number),
        )

    @precondition(lambda self: self.feed)
    @rule(number=st.integers(0, 3), hidden=st.sets(st.integers(0, 9), max_size=2), seed=st.integers(0, 99))
    def it_is_looked_for(self, number: int, hidden: set[int], seed: int) -> None:
        if number >= len(self.texts) or number in self.bound:
            return
        sought = self.doubtful(number)
        listed = [post for place, post in enumerate(self.feed) if place not in hidden]
        shuffled = Random(seed).sample(listed, len(listed))
        finding = look(sought, listed)
        assert look(sought, shuffled) == finding, "it depends on the order"
        assert look(sought, [*listed, *shuffled]) == finding, "it depends on what is listed twice"
        fits = [post for post in listed if self.fits(post, number)]
        if isinstance(finding, Published):
            assert [post.identity for post in fits] == [finding.remote_id], fits
            self.bound[number] = finding.remote_id
        elif len(fits) == 1:
            raise AssertionError(f"{fits[0]} fits, and the look says {finding}")
        if len(fits) > 1:
            assert isinstance(finding, Unknown) and finding.ask_person, finding
        mine = self.out.get(number)
        if mine is not None and mine in listed and not self.was_taken_for_older(mine, number):
            assert not isinstance(finding, Absent), f"{mine} is there, and the look says {finding}"

    def was_taken_for_older(self, mine: Shown, number: int) -> bool:
        """Another publication with the same words has it, and a clock was wrong on top of that."""
        taken = bare(mine.identity) in {bare(one) for other, one in self.bound.items() if other != number}
        return taken and (mine.after is None or mine.after < -CLOCKS_DISAGREE or mine.published is None)

    def fits(self, post: Shown, number: int) -> bool:
        """In everything, and nobody else has it."""
        photos = self.sets[number]
        seen = post.photos or ()
        return (
            SAME_TEXT[post.text] == SAME_TEXT[self.texts[number]]
            and post.published is True
            and post.ours
            and post.after is not None
            and post.after >= -CLOCKS_DISAGREE
            and set(seen) == set(photos)
            and bare(post.identity) not in {bare(one) for other, one in self.bound.items() if other != number}
        )

    @rule(number=st.integers(0, 3), long_id=st.booleans())
    def a_person_tells(self, number: int, long_id: bool) -> None:
        """The truth, with the id as an address shows it."""
        if number in self.out and number not in self.bound:
            identity = self.out[number].identity
            if bare(identity) not in {bare(one) for one in self.bound.values()}:
                self.bound[number] = identity if long_id else bare(identity)

    @invariant()
    def no_post_belongs_to_two(self) -> None:
        ids = [bare(one) for one in self.bound.values()]
        assert len(ids) == len(set(ids)), self.bound


def look(sought: Publication, listed: list[Shown]) -> Finding:
    return find(sought, Feed(listed), PAGE)  # type: ignore[arg-type]


def attachments(photos: tuple[str, ...]) -> dict[str, Any] | None:
    inner = [{"target": {"id": identity}} for identity in photos]
    if len(inner) < 2:
        return {"data": [{"media_type": "photo", **one} for one in inner]} if inner else None
    return {"data": [{"media_type": "album", "target": {"id": "0"}, "subattachments": {"data": inner}}]}


def test_a_post_of_another_publication_cannot_be_named_as_this_one_in_either_spelling() -> None:
    class OnePost(Feed):
        def read(self, *_: str, **__: str) -> dict[str, Any]:
            return {
                "id": f"{PAGE}_5",
                "message": "Café",
                "created_time": NOW.isoformat(),
                "is_published": True,
            }

    for spelled in (f"{PAGE}_5", "5"):
        doubtful = publication(Post("Café"), first_sent_at=NOW, other_remote_ids=frozenset({spelled}))
        objection = named.look_at(doubtful, OnePost([]), PAGE, f"{PAGE}_5")  # type: ignore[arg-type]
        assert isinstance(objection, Objection) and "belongs to another publication" in objection.reason
    assert named.look_at(publication(Post("Café"), first_sent_at=NOW), OnePost([]), PAGE, "5") == Published(
        f"{PAGE}_5"
    )  # type: ignore[arg-type]


TestLooks = Looks.TestCase
TestLooks.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
