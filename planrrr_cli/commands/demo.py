"""`demo`: publishes the sample posts to a sandbox with the real program, and proves that nothing goes out twice."""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planrrr_cli import render
from planrrr_cli.commands.checking import is_utf8
from planrrr_cli.commands.demo_tools import DemoFailed, get, get_json, must, run, sample_folder, sample_posts
from planrrr_cli.commands.sandbox import make_server, start
from planrrr_cli.domain.errors import UsageError

OPEN = frozenset({"scheduled", "publishing", "processing"})
MOST_RUNS = 20
POSTS = "posts"


@dataclass(slots=True)
class Story:
    """What happened so far, for the table and the JSON document."""

    folder: Path
    url: str = ""
    refused: list[dict[str, Any]] = field(default_factory=list)
    posts: Sequence[Mapping[str, Any]] = ()
    runs: int = 0
    opened: dict[str, int] = field(default_factory=dict)
    before: list[Mapping[str, Any]] = field(default_factory=list)
    after: list[Mapping[str, Any]] = field(default_factory=list)

    def publications(self) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        for post in self.posts:
            for publication in post["publications"]:
                yield post, publication


def demo(*, keep: Path | None, port: int, as_json: bool) -> int:
    """0 only when all of it came true. The user's settings, database and environment are not touched."""
    with _folder(keep) as folder:
        state_file = folder / "sandbox.json" if keep else None
        shutil.copytree(sample_folder(), folder / POSTS)
        server = make_server(
            port=port, seed=1, latency=0.02, accounts=1, state_file=state_file, media_folder=folder / POSTS
        )
        start(server, port)
        story = Story(folder, server.url)
        try:
            failure = _played(story)
        finally:
            server.stop()
        _tell(story, failure, as_json=as_json)
        if keep:
            _go_on(story)
    return 1 if failure else 0


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="planrrr-demo-", ignore_cleanup_errors=True) as made:
            yield Path(made).resolve()
        return
    if not is_utf8(str(keep)):
        raise UsageError(
            f"{render.clean(str(keep))} cannot be used: its name is not UTF-8; name another folder"
        )
    try:
        keep.mkdir(parents=True, exist_ok=True)
        empty = not any(keep.iterdir())
    except OSError as error:
        raise UsageError(f"{keep} cannot be used: {error.strerror}") from None
    if not empty:
        raise UsageError(f"{keep} is not empty; name a new folder")
    yield keep.resolve()


def _played(story: Story) -> str | None:
    """Why it failed, if it did."""
    try:
        _prepare(story)
        _schedule(story)
        _publish(story)
        _look(story)
        _again(story)
    except DemoFailed as failed:
        return str(failed)
    return None


def _prepare(story: Story) -> None:
    render.say(f"sandbox     {story.url} imitates the platforms; nothing leaves this host")
    settings = {
        "DATABASE_URL": f"sqlite:///{story.folder}/planrrr.db",
        "PLANRRR_SANDBOX_URL": story.url,
        "MEDIA_ROOT": POSTS,
        "MEDIA_PUBLIC_BASE_URL": f"{story.url}/_sandbox/media",
    }
    text = "".join(f"{name}={value}\n" for name, value in settings.items())
    (story.folder / ".env").write_text(text, encoding="utf-8")
    must(run(story.folder, "init"))
    accounts = get_json(f"{story.url}/_sandbox/accounts")
    path = story.folder / "connections.json"
    path.touch(mode=0o600)
    path.write_bytes(_bytes(accounts))
    found = must(run(story.folder, "connections", "import", path.name))["connections"]
    names = ", ".join(f"{one['platform']} {one['account_name']}" for one in found)
    render.say(f"accounts    {names}")


def _bytes(document: object) -> bytes:
    import json

    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _schedule(story: Story) -> None:
    """All samples first, which must be refused because one is invalid on purpose; then the good ones, due now."""
    paths = {str(path.relative_to(story.folder)) for path in sample_posts(story.folder / POSTS)}
    report = must(run(story.folder, "validate", *sorted(paths)), 1)
    story.refused = [document for document in report["documents"] if not document["valid"]]
    for document in story.refused:
        render.say(f"refused     {document['file']}: {_reason(document)}")
    refused = {document["file"] for document in story.refused}
    if not refused or refused == paths:
        raise DemoFailed("one sample is invalid on purpose, and the check did not say so")
    whole = run(story.folder, "add", *sorted(paths), "--at", "now")
    if whole.code != 1 or must(run(story.folder, "list"))["posts"]:
        raise DemoFailed("an invalid document among others must keep all of them out of the queue")
    good = sorted(paths - refused)
    added = must(run(story.folder, "add", *good, "--at", "now"))
    render.say(f"scheduled   {added['added']} posts, due now")
    if added["added"] != len(good) or must(run(story.folder, "add", *good, "--at", "now"))["added"]:
        raise DemoFailed("adding the same documents twice must change nothing")


def _reason(document: Mapping[str, Any]) -> str:
    messages = [error["message"] for target in document["targets"] for error in target["errors"]]
    messages += [error["message"] for error in document.get("errors", ())]
    return messages[0] if messages else "no reason given"


def _publish(story: Story) -> None:
    """The real job, as cron would run it, until nothing is under way any more."""
    for _ in range(MOST_RUNS):
        report = must(run(story.folder, "publish-due"), 0, 1)
        story.runs += 1
        counts = ", ".join(
            f"{report[name]} {name.replace('_', ' ')}"
            for name in ("published", "processing", "deferred", "retried", "failed", "in_doubt")
            if report[name]
        )
        render.say(f"publish-due {counts or 'nothing was due'}")
        story.posts = must(run(story.folder, "list"))["posts"]
        if not any(publication["state"] in OPEN for _, publication in story.publications()):
            return
        threading.Event().wait(0.5)
    raise DemoFailed(f"after {MOST_RUNS} runs some posts are still under way")


def _look(story: Story) -> None:
    """Each permalink opens, and the sandbox's ledger has each publication exactly once."""
    story.before = get_json(f"{story.url}/_sandbox/posts")["posts"]
    seen = Counter(identifier for entry in story.before for identifier in _ids(entry))
    for post, publication in story.publications():
        called = f'"{render.preview(post["text"], 30)}"'
        if publication["state"] != "published":
            error = publication["error"] or {}
            raise DemoFailed(f"{called} is {publication['state']}: {error.get('message', 'no reason given')}")
        if not publication["permalink"]:
            raise DemoFailed(f"{called} is published, but its address is not known")
        if seen[publication["remote_id"]] != 1:
            raise DemoFailed(f"{called} is in the sandbox's ledger {seen[publication['remote_id']]} times")
        story.opened[publication["id"]], _ = get(publication["permalink"])
        if story.opened[publication["id"]] != 200:
            raise DemoFailed(f"{publication['permalink']} answers with {story.opened[publication['id']]}")


def _ids(entry: Mapping[str, Any]) -> set[str]:
    """What the platform calls a post that the public sees; a video has two names."""
    return {str(entry[name]) for name in ("remote_id", "post_id") if name in entry}


def _again(story: Story) -> None:
    report = must(run(story.folder, "publish-due"))
    story.runs += 1
    story.after = get_json(f"{story.url}/_sandbox/posts")["posts"]
    if report["published"] or len(story.after) != len(story.before):
        raise DemoFailed("a second publish-due put something out again")
    render.say(
        f"again       the ledger still has {len(story.after)} entries after one more publish-due: nothing twice"
    )


def _tell(story: Story, failure: str | None, *, as_json: bool) -> None:
    rows = [
        {
            "text": post["text"],
            "platform": publication["platform"],
            "account_name": publication["account_name"],
            "state": publication["state"],
            "permalink": publication["permalink"],
            "opened": story.opened.get(publication["id"]),
        }
        for post, publication in story.publications()
    ]
    if as_json:
        shape = {
            "schema": "planrrr.demo/1",
            "passed": failure is None,
            "failure": failure,
            "sandbox_url": story.url,
            "refused": [{"file": one["file"], "message": _reason(one)} for one in story.refused],
            "publications": rows,
            "runs": story.runs,
            "ledger": {"before": len(story.before), "after": len(story.after)},
        }
        render.document(shape)
    elif rows:
        render.table(
            ["text", "platform", "account", "state", "address", "opens"], [_cells(row) for row in rows]
        )
    render.say(f"the demo failed: {failure}" if failure else "the demo passed")


def _cells(row: Mapping[str, Any]) -> list[str]:
    opens = "yes" if row["opened"] == 200 else "no"
    text = render.preview(row["text"], 32)
    return [text, row["platform"], row["account_name"], row["state"], row["permalink"] or "–", opens]


def _go_on(story: Story) -> None:
    port = story.url.rpartition(":")[2]
    program = "planrrr" if shutil.which("planrrr") else f"{shlex.quote(sys.executable)} -m planrrr_cli"
    render.say(f"everything is in {story.folder}; to go on:")
    render.say(f"  cd {shlex.quote(str(story.folder))}")
    render.say(
        f"  {program} sandbox --port {port} --state sandbox.json --media {POSTS}   # in another terminal, there too"
    )
    render.say(f"  {program} list")
    render.say(f"  {program} add posts/text.md --at now   # change its text first: a document is added once")
    render.say(f"  {program} publish-due                  # {story.url} shows what came out")
