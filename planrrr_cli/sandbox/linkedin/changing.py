"""DELETE and PARTIAL_UPDATE of /rest/posts/{urn}."""

from dataclasses import replace

from planrrr_cli.sandbox.linkedin import errors
from planrrr_cli.sandbox.linkedin.fields import text, thing
from planrrr_cli.sandbox.linkedin.littletext import length_of, read_little
from planrrr_cli.sandbox.linkedin.model import Post
from planrrr_cli.sandbox.linkedin.posts import COMMENTARY_LIMIT
from planrrr_cli.sandbox.linkedin.visit import WRITE, Visit, urn_of
from planrrr_cli.sandbox.wire import Reply

# More can be changed on the real service; only the words are imitated.
PATCH = {"patch": thing({"$set": thing({"commentary": text(required=True)}, required=True)}, required=True)}


def delete(visit: Visit) -> Reply:
    """204, also for a post that is gone already; the ledger keeps what was public once, marked as deleted."""
    visit.check_query()
    scopes = visit.grant().scopes
    store = visit.store
    post = store.posts.get(urn_of(visit.keys[0], "/id", "share", "ugcPost"))
    if post is None:
        if not set(WRITE) & set(scopes):
            raise visit.denied()
        return Reply(204)
    visit.require(post.author, WRITE)
    del store.posts[post.urn]
    store.timeline[post.author].remove(post.urn)
    store.waiting.discard(post.urn)
    store.world.ledger.mark_deleted(post.urn)
    for comment in [each for each in store.comments.values() if each.post == post.urn]:
        del store.comments[comment.id]
        store.world.ledger.mark_deleted(comment.id)
    return Reply(204)


def update(visit: Visit) -> Reply:
    """The words alone. The ledger keeps what people read first."""
    visit.check_query()
    visit.grant()
    document = visit.document(PATCH)
    post = _own(visit)
    source = document["patch"]["$set"]["commentary"]
    little = read_little(source)
    if not source.strip():
        raise errors.empty_commentary()
    length = length_of(little.shown + little.lost)
    if length > COMMENTARY_LIMIT:
        raise errors.too_long("/patch/$set/commentary", length, COMMENTARY_LIMIT)
    changed = replace(
        post, commentary=little.kept, shown=little.shown, modified_at=visit.store.now(), edited=True
    )
    visit.store.keep_post(changed)
    return Reply(204)


def _own(visit: Visit) -> Post:
    post = visit.store.posts.get(urn_of(visit.keys[0], "/id", "share", "ugcPost"))
    if post is None:
        raise errors.not_found() if set(WRITE) & set(visit.grant().scopes) else visit.denied()
    visit.require(post.author, WRITE)
    return post
