"""Paths written by an enemy, at every place of a document that takes one: nothing outside is opened, nothing hangs."""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.posts import Media
from planrrr_cli.platforms import PLATFORMS, publisher_class
from planrrr_cli.platforms.media import BadMedia, MediaSource
from tests.commands.conftest import EXAMPLES, Ran, Run
from tests.platforms.test_hostile_addresses import LOOPBACK, PRIVATE, UNREADABLE

WITNESS = "a7d3e1f09b5c"  # nobody outside may ever read this in what the program says
FILES = [
    (platform, option) for platform in PLATFORMS for option in sorted(publisher_class(platform).rules.files)
]
PLACES = ["media", "media file", *(f"{platform}.{option}" for platform, option in FILES)]


@pytest.fixture
def posts(folder: Path) -> Iterator[Path]:
    """The folder with documents; what lies around it is not theirs."""
    outside = folder / "outside"
    outside.mkdir()
    shutil.copy(EXAMPLES / "media" / "bread-calendar.png", outside / "secret.png")
    (outside / "secret.txt").write_text(WITNESS)
    made = folder / "posts"
    made.mkdir()
    (made / "text.png").write_text(WITNESS)
    (made / "up.png").symlink_to("../outside/secret.png")
    (made / "upfolder").symlink_to("../outside")
    (made / "twice.png").symlink_to("up.png")
    (made / "loop.png").symlink_to("loop.png")
    (made / "environ.png").symlink_to("/proc/self/environ")
    (made / "fd.png").symlink_to("/proc/self/fd/0")
    (made / "root").symlink_to("/proc/self/root")
    (made / "zero.png").symlink_to("/dev/zero")
    os.mkfifo(made / "pipe.png")
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(made)  # a socket's path may be 108 bytes long
    listening.bind("socket.png")
    os.chdir(here)
    yield made
    listening.close()


HOSTILE: dict[str, Callable[[Path], str]] = {
    "up": lambda _: "../outside/secret.png",
    "up and down": lambda _: "./x/../../outside/secret.png",
    "up through a folder that is there": lambda _: "upfolder/../outside/secret.png",
    "absolute": lambda posts: str(posts.parent / "outside" / "secret.png"),
    "a link": lambda _: "up.png",
    "a link to a link": lambda _: "twice.png",
    "a linked folder": lambda _: "upfolder/secret.png",
    "a circle": lambda _: "loop.png",
    "the environment": lambda _: "/proc/self/environ",
    "the environment, linked": lambda _: "environ.png",
    "an open file": lambda _: "fd.png",
    "the root, linked": lambda posts: f"root{posts.parent}/outside/secret.png",
    "a device": lambda _: "/dev/zero",
    "a device, linked": lambda _: "zero.png",
    "a pipe": lambda _: "pipe.png",
    "a socket": lambda _: "socket.png",
    "the folder itself": lambda _: ".",
    "a home": lambda _: "~/secret.png",
    "another's home": lambda _: "~root/.ssh/id_rsa",
    "nobody's home": lambda _: "~nobody-of-that-name/x.png",
    "a NUL": lambda _: "text.png\0.jpg",
    "a longer name than there can be": lambda _: "a" * 300 + ".png",
    "a longer path than there can be": lambda _: "a/" * 3000 + "x.png",
    "many dots": lambda _: "../" * 300 + "etc/passwd",
    "other letters": lambda _: "TEXT.PNG",
    "a file address": lambda posts: f"file://{posts.parent}/outside/secret.png",
    "a file as a folder": lambda _: "text.png/secret.png",
    "words": lambda _: "text.png",
}


def document(place: str, path: str) -> str:
    written = json.dumps(path)  # JSON's strings are YAML's
    if place == "media":
        front = f"to: [facebook]\nmedia: [{written}]"
    elif place == "media file":
        front = f"to: [facebook]\nmedia: [{{file: {written}, alt: A picture}}]"
    else:
        platform, _, option = place.partition(".")
        front = f"to: [{platform}]\n{platform}: {{{option}: {written}}}"
    return f"---\n{front}\n---\nWords.\n"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("command", ["validate", "add"])
def test_no_path_of_a_document_opens_what_is_not_beside_it(
    planrrr: Run, posts: Path, place: str, command: str
) -> None:
    names = {}
    for number, (called, path) in enumerate(HOSTILE.items()):
        names[f"posts/{number}.md"] = called
        (posts / f"{number}.md").write_text(document(place, path(posts)), encoding="utf-8")
    began = time.monotonic()
    ran = planrrr(command, *names, "--json", code=1)
    assert time.monotonic() - began < 20
    told_well(ran, place)
    if command == "validate":
        for one in ran.json["documents"]:
            rules = {error["rule"] for target in one["targets"] for error in target["errors"]}
            rules |= {error["rule"] for error in one.get("errors", ())}
            wanted = {"media_unusable", f"{place.partition('.')[2]}_unusable", "document_unreadable"}
            assert rules & wanted, f"{names[one['file']]} at {place}: {rules}"
    assert planrrr("list", "--json").json["posts"] == []


def told_well(ran: Ran, where: str) -> None:
    said = ran.out + ran.err
    assert WITNESS not in said and WITNESS.encode().hex(" ") not in said, where
    assert "Traceback" not in said and "this is a bug" not in said, where
    assert "root:x:0" not in said, where


@pytest.mark.parametrize("place", [*PLACES, "media url"])
def test_no_address_of_a_document_leads_inside(planrrr: Run, posts: Path, place: str) -> None:
    """Refused when the post is checked; ``tests/platforms/test_hostile_addresses.py`` has what happens after DNS."""
    names = {}
    hostile = [
        url for url in (*LOOPBACK, *PRIVATE, *UNREADABLE) if url == url.strip()
    ]  # space around is no part
    for number, url in enumerate(hostile):
        names[f"posts/{number}.md"] = url
        written = (
            document("media file", url).replace("file:", "url:")
            if place == "media url"
            else document(place, url)
        )
        (posts / f"{number}.md").write_text(written, encoding="utf-8")
    ran = planrrr("validate", *names, "--json", code=1)
    told_well(ran, place)
    for one in ran.json["documents"]:
        rules = {error["rule"] for target in one["targets"] for error in target["errors"]}
        rules |= {error["rule"] for error in one.get("errors", ())}
        wanted = {"media_unusable", f"{place.partition('.')[2]}_unusable", "document_unreadable"}
        assert rules & wanted, f"{names[one['file']]} at {place}: {rules}"


@pytest.mark.parametrize(
    "called",
    [
        "a device",
        "a pipe",
        "a socket",
        "the folder itself",
        "a circle",
        "a NUL",
        "up through a folder that is there",
    ],
)
def test_what_a_person_names_by_hand_is_no_device_pipe_or_link_either(
    planrrr: Run, posts: Path, called: str
) -> None:
    (posts / "post.md").write_text("Words.\n")
    path = HOSTILE[called](posts)
    if "\0" in path:
        pytest.skip("no argument can hold it")
    named = path if path.startswith("/") else f"posts/{path}"
    ran = planrrr("validate", "posts/post.md", "--to", "facebook", "--media", named, code=None)
    told_well(ran, called)
    assert ran.code == (0 if called.startswith("up through") else 1)


@pytest.mark.parametrize("linked", ["file", "folder", "root"])
def test_with_a_media_root_links_count_for_where_they_lead(
    planrrr: Run, posts: Path, folder: Path, linked: str
) -> None:
    """Inside they are fine, outside they are not, whatever the name says; the root itself may be a link."""
    shutil.copy(EXAMPLES / "media" / "bread-calendar.png", posts / "real.png")
    (posts / "inside").mkdir()
    (posts / "inside" / "link.png").symlink_to("../real.png")
    (posts / "alias").symlink_to("inside")
    (folder / "rootlink").symlink_to("posts")
    name = {"file": "inside/link.png", "folder": "alias/link.png", "root": "real.png"}[linked]
    (posts / "post.md").write_text(document("media", name))
    root = {"MEDIA_ROOT": str(folder / "rootlink")}
    assert planrrr("validate", "posts/post.md", env=root).code == 0
    (posts / "post.md").write_text(document("media", "up.png"))
    planrrr("validate", "posts/post.md", env=root, code=1)


def test_a_folder_that_is_swapped_for_a_link_all_the_time_is_never_followed_out(posts: Path) -> None:
    """The race between the look and the opening, ten thousand times as fast as anybody could."""
    inside, outside = posts / "pictures", posts.parent / "outside"
    inside.mkdir()
    (inside / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"inside" * 20)
    (outside / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"outside" * 20)
    aside, over = posts / "aside", threading.Event()

    def swap() -> None:
        while not over.is_set():
            inside.rename(aside)
            inside.symlink_to(outside)
            inside.unlink()
            aside.rename(inside)

    swapper = threading.Thread(target=swap)
    swapper.start()
    got: dict[bytes, int] = {}
    source, until = MediaSource(posts), time.monotonic() + 1.5
    try:
        while time.monotonic() < until:
            try:
                with source.open(Media(file=str(inside / "a.png"))) as opened:
                    found = opened.read()[8:14]
            except BadMedia:
                found = b""
            got[found] = got.get(found, 0) + 1
    finally:
        over.set()
        swapper.join()
    assert got.keys() <= {b"inside", b""}, got
    assert len(got) == 2, "the race was never run"


def test_a_file_that_is_swapped_after_it_was_added_is_not_sent_whatever_it_is_now(
    planrrr: Run, posts: Path, connect: Callable[..., object], ctx
) -> None:
    connect()
    shutil.copy(EXAMPLES / "media" / "bread-calendar.png", posts / "real.png")
    (posts / "post.md").write_text(document("media", "real.png"))
    planrrr("add", "posts/post.md", "--at", "now")
    added = Media(file=str(posts / "real.png"), sha256="0" * 64, size=1)
    for swapped in (posts.parent / "outside" / "secret.txt", Path("/proc/self/environ"), Path("/dev/zero")):
        (posts / "real.png").unlink()
        (posts / "real.png").symlink_to(swapped)
        with pytest.raises(BadMedia):
            ctx.media_source(None).open(added)
        ran = planrrr("publish-due", "--dry-run", code=None)
        told_well(ran, str(swapped))


def test_every_place_that_takes_a_path_is_here() -> None:
    assert {place.partition(".")[0] for place in PLACES} >= {"media", "linkedin", "youtube", "instagram", "x"}
    assert all(platform in Platform for platform, _ in FILES)
