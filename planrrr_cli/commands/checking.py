"""What `add` and `validate` share: documents read, media looked at, and the pure check against a platform's rules."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from planrrr_cli.context import Context
from planrrr_cli.documents import MOST_BYTES, Document, MediaItem, Target, open_document, read_document
from planrrr_cli.domain.connections import Connection, Platform
from planrrr_cli.domain.errors import InvalidDocument
from planrrr_cli.domain.posts import Media, Post, Problem, problems
from planrrr_cli.platforms import publisher_class
from planrrr_cli.platforms.addresses import BadAddress, public_address, target_of
from planrrr_cli.platforms.media import BadMedia
from planrrr_cli.render import clean

STDIN = "-"
UNREADABLE = "document_unreadable"  # the rule of a problem whose sentence names the document itself


@dataclass(frozen=True, slots=True)
class Checked:
    """A document as far as it could be read. ``post`` is None when it could not; ``media`` are the bad media.

    ``files`` are the bad files among those that a platform's options name.
    """

    name: str
    document: Document | None = None
    post: Post | None = None
    unreadable: str | None = None
    media: tuple[Problem, ...] = ()
    files: Mapping[Platform, tuple[Problem, ...]] = field(default_factory=dict)


def check(ctx: Context, name: str, *, extra_media: Sequence[str], targets: tuple[Target, ...]) -> Checked:
    """Reads one document; ``targets`` replace its own, ``extra_media`` (paths or addresses) come after its own."""
    try:
        document = _read(name)
    except InvalidDocument as error:
        return Checked(name, unreadable=str(error))
    own, more = document.media, tuple(_extra(path) for path in extra_media)
    document = replace(document, media=own + more, targets=targets or document.targets)
    media, bad = [], []
    for position, item in enumerate(document.media):
        root = document.folder if position < len(own) else None
        try:
            media.append(_looked_at(ctx, item, document.folder if root else Path.cwd(), root))
        except BadMedia as error:
            media.append(Media(file=item.file, url=item.url, alt=item.alt))
            bad.append(Problem("media_unusable", str(error), medium=position))
    attached, files = _attached(ctx, document)
    post = replace(_post(document, tuple(media)), attached=attached)
    return Checked(name, document, post, media=tuple(bad), files=files)


def _attached(
    ctx: Context, document: Document
) -> tuple[dict[str, dict[str, Media]], dict[Platform, tuple[Problem, ...]]]:
    """The files that options name, looked at, and the sentences about those that cannot be used."""
    attached: dict[str, dict[str, Media]] = {}
    wrong: dict[Platform, tuple[Problem, ...]] = {}
    for platform in map(Platform, document.overrides):
        options = document.overrides[platform.value]
        names = publisher_class(platform).rules.files
        for name in (name for name in names if name in options):
            try:
                if not isinstance(options[name], str) or not options[name].strip():
                    raise BadMedia(
                        f"{platform}: {name} is not the name of a file; write it like  {name}: file.ext"
                    )
                item = _extra(options[name].strip())
                seen = _looked_at(ctx, item, document.folder, document.folder)
                attached.setdefault(platform.value, {})[name] = seen
            except BadMedia as error:
                attached.setdefault(platform.value, {})[name] = Media(file=str(options[name]))
                wrong[platform] = (*wrong.get(platform, ()), Problem(f"{name}_unusable", str(error)))
    return attached, wrong


def _read(name: str) -> Document:
    if name == STDIN:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        return read_document(raw, name=shown(name), folder=Path.cwd())
    if not name:
        raise InvalidDocument("a file's name is empty; name a text file")
    return open_document(Path(name), name=name)


def shown(name: str) -> str:
    """What people read as the name of a document."""
    return "standard input" if name == STDIN else clean(name)


def is_utf8(name: str) -> bool:
    """Whether a file's name is text; bytes that are none come as half surrogates, which no database takes."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _extra(typed: str) -> MediaItem:
    if typed.lower().startswith(("http://", "https://")):
        return MediaItem(url=typed)
    return MediaItem(file=typed)


def _looked_at(ctx: Context, item: MediaItem, folder: Path, root: Path | None) -> Media:
    """``root`` None: a person named the file on the command line, so it may lie anywhere, but be no link away."""
    if item.url is not None:
        _check_address(item.url, allow_private=ctx.settings.media_allow_private)
        return Media(url=item.url, alt=item.alt, public_url=item.url)
    try:
        path = folder / Path(item.file or "").expanduser()
    except RuntimeError:
        raise BadMedia(
            f"{item.file} begins with a user who has no home folder here; write ./ before it"
        ) from None
    seen = ctx.media_source(root or path.parent).look(Media(file=str(path), alt=item.alt))
    real = str(path.resolve())
    if not is_utf8(real):
        raise BadMedia(f"{path} has a name that is not UTF-8; rename the file, or the folder it is in")
    return replace(seen, file=real)


def _check_address(url: str, *, allow_private: bool) -> None:
    try:
        target = target_of(url)
    except BadAddress as error:
        raise BadMedia(f"{url.partition('?')[0]} is not fetched: {error}") from None
    if not allow_private and public_address(target.host) is False:
        raise BadMedia(f"{url.partition('?')[0]} is not fetched: {target.host} is not a public address")


def _post(document: Document, media: tuple[Media, ...]) -> Post:
    return Post(
        text=document.text,
        media=media,
        link=document.link,
        title=document.title,
        first_comment=document.first_comment,
        overrides=document.overrides,
        max_lateness=document.max_lateness,
    )


def problems_on(platform: Platform, checked: Checked, connection: Connection | None = None) -> list[Problem]:
    """Everything that speaks against publishing the document on ``platform`` (there: ``connection``); errors first."""
    assert checked.post is not None
    bad = {problem.medium for problem in checked.media}
    found = problems(checked.post.adapted(platform), publisher_class(platform).rules_for(connection))
    return [
        *checked.media,
        *checked.files.get(platform, ()),
        *(problem for problem in found if problem.medium not in bad or problem.medium is None),
    ]


def counts_on(platform: Platform, post: Post) -> dict[str, int | str]:
    """How long the text is where it is limited, as the platform counts."""
    rules = publisher_class(platform).rules
    return {
        "character_count": rules.count(rules.words(post.adapted(platform))),
        "character_limit": rules.text.value,
        "counted_in": rules.unit,
    }
