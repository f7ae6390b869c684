"""What an id on the command line means: a post with all of its publications, or one publication."""

from __future__ import annotations

from dataclasses import dataclass

from planrrr_cli.domain.errors import NotFound
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
    view = find_post(tx, wanted)
    if view.post.id.startswith(wanted):
        return Chosen(view, tuple(view.publications), whole_post=True)
    one = publications.find(tx, wanted)
    return Chosen(view, (one,), whole_post=False)


def find_post(tx: Tx, name: str) -> PostView:
    """The post that an id (its own, or a publication's) or the beginning of one means; else NotFound."""
    if not name.isascii():  # bytes that are no text come as half surrogates, which no database takes
        raise NotFound(f"there is no post {name!r}; these are there: planrrr list")
    return posts.find(tx, name)
