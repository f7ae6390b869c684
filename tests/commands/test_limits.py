"""``planrrr limits``: what is used, of how much, who says so, and when there is room again."""

from __future__ import annotations

from datetime import timedelta

from planrrr_cli.commands.limits import books_of
from planrrr_cli.context import Context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.quota import Bucket, Rolling, Told
from planrrr_cli.store import Store, quotas, told
from tests.factory import NOW, new_id

FIELDS = {
    "platform",
    "bucket",
    "called",
    "scope",
    "owner",
    "connection_id",
    "account_name",
    "used",
    "reserved",
    "waiting",
    "limit",
    "window",
    "window_seconds",
    "zone",
    "chosen",
    "guessed",
    "source",
    "learned",
    "free_again_at",
}


def spend(ctx: Context, bucket: str, owner: str, amount: int) -> None:
    entry = quotas.Entry(new_id(), (bucket, owner), ctx.clock.now(), amount)
    with ctx.store.transaction() as tx:
        quotas.spend(tx, [entry], freed=())


def test_without_accounts_it_says_what_to_do(planrrr) -> None:
    ran = planrrr("limits")
    assert ran.out == "" and "planrrr connect" in ran.err
    assert planrrr("limits", "--json").json == {"schema": "planrrr.limits/1", "limits": []}


def test_every_limit_of_every_account_is_there_with_its_source(planrrr, connect) -> None:
    connect(platform=Platform.X)
    connect("222", "Other bakery", platform=Platform.X)
    connect("333", "Page")
    found = planrrr("limits", "--json").json["limits"]
    assert all(set(one) == FIELDS for one in found)
    posts = [one for one in found if one["bucket"] == "x.posts"]
    assert [one["account_name"] for one in posts] == ["Bakery", "Other bakery"]
    assert len([one for one in found if one["bucket"] == "x.app_posts"]) == 1, "both are of one app"
    assert {one["platform"] for one in found} == {"x", "facebook"}
    assert {one["used"] for one in found} == {0} and {one["free_again_at"] for one in found} == {None}
    ran = planrrr("limits")
    assert ran.out == "" and "--all" in ran.err
    everything = planrrr("limits", "--all").out
    assert "x.app_posts" in everything and "https://docs.x.com/x-api/fundamentals/rate-limits" in everything
    assert "facebook" not in planrrr("limits", "--all", "--platform", "x").out


def test_what_is_used_up_tells_when_it_is_free_again(planrrr, connect, ctx) -> None:
    connect("urn:li:person:1", "Ada", platform=Platform.LINKEDIN)
    spend(ctx, "linkedin.posts", "urn:li:person:1", 100)
    (line,) = [one for one in planrrr("limits", "--json").json["limits"] if one["used"]]
    assert (line["bucket"], line["used"], line["limit"], line["window"]) == (
        "linkedin.posts",
        100,
        100,
        "day",
    )
    assert line["free_again_at"].endswith("T00:00:00Z") and line["zone"] == "UTC"
    shown = planrrr("limits").out
    assert "linkedin.posts" in shown and "00:00:00 UTC" in shown and "linkedin.reads" not in shown


def test_the_platforms_own_word_is_shown_with_its_time(planrrr, connect, ctx) -> None:
    connect("1", "Acme", platform=Platform.X)
    now = ctx.clock.now()
    word = Told(now, "x-rate-limit-*", limit=40, left=3, resets_at=now + timedelta(minutes=9))
    with ctx.store.transaction() as tx:
        told.learn(tx, {("x.posts", "1"): word})
    (line,) = [one for one in planrrr("limits", "--json").json["limits"] if one["learned"]]
    assert line["limit"] == 40
    assert (line["learned"]["from"], line["learned"]["left"]) == ("x-rate-limit-*", 3)
    assert "x-rate-limit-* at" in planrrr("limits").out and "3 left until" in planrrr("limits").out


def test_the_operators_number_is_shown_as_such(planrrr, connect, folder) -> None:
    connect(platform=Platform.X)
    (folder / "planrrr.toml").write_text("[limits]\nx.posts = '7/1h'\n\"x.uploads\" = 30\n", encoding="utf-8")
    found = {one["bucket"]: one for one in planrrr("limits", "--json").json["limits"]}
    assert (found["x.posts"]["limit"], found["x.posts"]["window"], found["x.posts"]["chosen"]) == (
        7,
        "1h",
        True,
    )
    assert (found["x.uploads"]["limit"], found["x.uploads"]["window"]) == (30, "15m")
    assert found["x.posts"]["source"] == "planrrr.toml"


def test_an_unknown_platform_is_wrong_usage(planrrr) -> None:
    ran = planrrr("limits", "--platform", "mastodon", code=2)
    assert "mastodon" in ran.err


def test_forty_thousand_limits_are_read(store: Store) -> None:
    """More than a statement takes parameters, on PostgreSQL and where SQLite is built as its authors ship it."""
    bucket = Bucket("x.posts", 100, Rolling(timedelta(minutes=15)))
    with store.transaction() as tx:
        last = quotas.Entry(new_id(), ("x.posts", "39999"), NOW, 7)
        quotas.spend(tx, [last], freed=())
        books = books_of(tx, {("x.posts", f"{number}"): bucket for number in range(40_000)}, NOW)
    assert len(books) == 40_000 and books["x.posts", "39999"].counted(NOW) == 7
