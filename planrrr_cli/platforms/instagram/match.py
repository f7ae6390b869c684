"""Whether a medium in the account's list is the one that was sent: a strict comparison, and no I/O.

A wrong match loses a post; what cannot be told is therefore a third answer. The newest is never taken for being new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from planrrr_cli.platforms.instagram.media_rules import Form
from planrrr_cli.platforms.likeness import Likeness, Sorted, sort_by
from planrrr_cli.platforms.meta.graph import text_of
from planrrr_cli.platforms.meta.shown import moment, normalised

# Fields of facebook/facebook-business-sdk-codegen, IGMedia.json @ad2b0b6 (read 2026-11-23)
FIELDS = "id,caption,timestamp,permalink,media_type,media_product_type"

_TYPES = {
    Form.IMAGE: ("IMAGE", "FEED"),
    Form.REEL: ("VIDEO", "REELS"),
    Form.CAROUSEL: ("CAROUSEL_ALBUM", "FEED"),
}


@dataclass(frozen=True, slots=True)
class Sought:
    """What was sent. ``since``: nothing older can be it if our clock was right; ``surely_since``: nothing older can be
    it even if the clock was a day fast. ``until``: where there are no words to compare, nothing younger is surely it.
    ``bound``: ids of other publications. ``story_video``: of a story, whether it is a video."""

    form: Form
    text: str
    since: datetime
    surely_since: datetime
    until: datetime
    story_video: bool = False
    bound: frozenset[str] = field(default_factory=frozenset)

    @property
    def wordless(self) -> bool:
        """Nothing that is shown tells it from others of its kind."""
        return self.form is Form.STORY or not normalised(self.text)


def sort(media: Iterable[Mapping[str, Any]], sought: Sought) -> Sorted:
    """Those that are the sought one, and those that may be."""
    return sort_by(partial(compare, sought=sought), media)


def compare(medium: Mapping[str, Any], sought: Sought) -> Likeness:
    """One medium of the account's list against what was sent.

    What belongs to another publication is never it. But where it fits in everything, the other one may have been given
    ours, when two with the same words were in doubt at once: then the list proves nothing.
    """
    identity = text_of(medium, "id")
    if identity is None:
        return Likeness.OTHER
    likeness = _likeness(medium, sought)
    if identity in sought.bound:
        return Likeness.UNCLEAR if likeness is Likeness.SAME else Likeness.OTHER
    return likeness


def _likeness(medium: Mapping[str, Any], sought: Sought) -> Likeness:
    created = moment(medium.get("timestamp"))
    if created is not None and created < sought.surely_since:
        return Likeness.OTHER
    if sought.form is not Form.STORY and not same_words(medium.get("caption"), sought.text):
        return Likeness.OTHER
    of_type = _of_type(medium, sought)
    if of_type is Likeness.OTHER or created is None or created < sought.since:
        return Likeness.OTHER if of_type is Likeness.OTHER else Likeness.UNCLEAR
    return Likeness.UNCLEAR if sought.wordless and created > sought.until else of_type


def same_words(theirs: Any, ours: str) -> bool:
    """With Facebook Login the ``@`` of mentions may be missing for people without admin rights."""
    one, other = normalised(theirs), normalised(ours)
    return one == other or one.replace("@", "") == other.replace("@", "")


def _of_type(medium: Mapping[str, Any], sought: Sought) -> Likeness:
    kind, product = _word(medium.get("media_type")), _word(medium.get("media_product_type"))
    if sought.form is Form.STORY:
        wanted, place = "VIDEO" if sought.story_video else "IMAGE", "STORY"
    else:
        wanted, place = _TYPES[sought.form]
    if kind == "REELS":  # as it is named when it is made
        kind, product = "VIDEO", product or "REELS"
    if kind not in {wanted, ""} or product not in {place, ""}:
        return Likeness.OTHER
    return Likeness.SAME if kind else Likeness.UNCLEAR


def _word(value: Any) -> str:
    return value.upper() if isinstance(value, str) else ""
