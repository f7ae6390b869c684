"""What an id on the command line means: a post with all of its publications, or one publication."""

from __future__ import annotations

from dataclasses import dataclass

from planrrr_cli.domain.publications import Publication
from planrrr_cli.store import Tx, posts, publications
from planrrr_cli.store.posts import PostView


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an id on the command line meant: one publication, or a post with all of its publications."""

    view: PostView
    publications: tuple[Publication, ...]
    whole_post: bool


def choose(tx: Tx, name: str) -> Chosen:
    """A post's id means all of its publications, a publication's id that one."""
    wanted = name.strip().lower()
    view = posts.find(tx, wanted)
    if view.post.id.startswith(wanted):
        return Chosen(view, tuple(view.publications), whole_post=True)
    one = publications.find(tx, wanted)
    return Chosen(view, (one,), whole_post=False)
