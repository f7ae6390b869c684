"""Every platform's table of limits is complete, and no header, however strange, breaks the reading of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import AttemptKind, Publication, State
from planrrr_cli.domain.quota import MOST, Bucket, Told, believed
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.settlement import ACCEPTED
from planrrr_cli.platforms import PLATFORMS, publisher_class
from planrrr_cli.platforms.facebook.replies import FACEBOOK
from planrrr_cli.platforms.instagram.allowances import CONTAINERS, PUBLISHES
from planrrr_cli.platforms.instagram.quotas import Allowance
from planrrr_cli.platforms.instagram.replies import INSTAGRAM
from planrrr_cli.platforms.meta.usage import Usage
from planrrr_cli.platforms.wire import Reply
from planrrr_cli.platforms.x import allowances as x
from planrrr_cli.platforms.youtube.allowances import CHANNEL, THUMBNAILS, UNITS, UPLOADS
from planrrr_cli.store import Store
from planrrr_cli.store.told import known, learn

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def publication(platform: Platform, **more: object) -> Publication:
    tokens = Tokens(Secret("token"))
    connection = Connection("c", "default", platform, "1", "Bakery", tokens)
    post = Post("Bread.", first_comment="And more.")
    found = {"checkpoint": {}, **more}
    return Publication("p", "default", post, connection, State.SCHEDULED, **found)  # type: ignore[arg-type]


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_every_limit_has_a_name_of_its_own_a_source_and_a_date(platform: Platform) -> None:
    buckets = publisher_class(platform).buckets
    assert buckets and len({bucket.name for bucket in buckets}) == len(buckets)
    for bucket in buckets:
        assert bucket.name.startswith(f"{platform}.") and bucket.limit > 0 and bucket.called
        assert re.search(r"\((read )?\d{4}-\d\d-\d\d\)$", bucket.source), bucket
        assert "https://" in bucket.source or "our own guess" in bucket.source
        assert bucket.guessed == ("our own guess" in bucket.source)


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_what_is_charged_and_needed_is_in_the_table(platform: Platform) -> None:
    recipe = publisher_class(platform)
    priced = {bucket for prices in recipe.charges.values() for bucket, _ in prices}
    assert priced <= set(recipe.buckets)
    for kind in AttemptKind:
        for notes in ({}, {ACCEPTED: True}, {"comment_id": "9"}, {"comment_intended": True}):
            needs = recipe.needs(publication(platform, checkpoint=notes), kind)
            assert needs.keys() <= recipe.charges.keys(), kind
            assert all(times >= 0 for times in needs.values())
    reserved = any(recipe.needs(publication(platform), AttemptKind.PUBLISH).values())
    assert reserved or priced < set(recipe.buckets), "what no call is priced in is left to the recipe's Spend"


def test_what_is_reserved_is_never_asked_for_in_the_middle_too() -> None:
    """Both kinds have their own place in the order of locks, so no bucket may be of both."""
    spent = {bucket.name for bucket in (CONTAINERS, PUBLISHES, UPLOADS, UNITS, CHANNEL, THUMBNAILS)}
    for platform in PLATFORMS:
        recipe = publisher_class(platform)
        needed = {call for kind in AttemptKind for call in recipe.needs(publication(platform), kind)}
        assert not spent & {bucket.name for call in needed for bucket, _ in recipe.charges[call]}


def of_x(**headers: str) -> Iterator[tuple[str, Told]]:
    reply = Reply(201, {name.replace("_", "-"): value for name, value in headers.items()}, b"{}")
    return ((bucket.name, told) for bucket, told in x.told_by(reply, "x.post.create", now=NOW))


def test_the_headers_of_x_tell_the_window_of_the_account_and_the_day_of_the_app() -> None:
    reset = NOW + timedelta(minutes=9)
    told = dict(
        of_x(
            x_rate_limit_limit="100",
            x_rate_limit_remaining="41",
            x_rate_limit_reset=str(int(reset.timestamp())),
            x_app_limit_24hour_limit="10000",
            x_app_limit_24hour_remaining="0",
            x_app_limit_24hour_reset=str(int(reset.timestamp())),
        )
    )
    assert told == {
        "x.posts": Told(NOW, "x-rate-limit-*", limit=100, left=41, resets_at=reset),
        "x.app_posts": Told(NOW, "x-app-limit-24hour-*", limit=10_000, left=0, resets_at=reset),
    }
    assert not list(of_x())


numbers = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(str),
    st.sampled_from(["1e300", "-1e300", "1e999", "NaN", "9" * 400, "true", "null", '"97"', "[]", "１２"]),
)
strange = st.one_of(st.text(max_size=30), numbers)
USES = ("call_count", "total_time", "total_cputime", "estimated_time_to_regain_access", "type")
entries = st.lists(st.tuples(st.sampled_from(USES), numbers), max_size=4).map(
    lambda found: "{" + ",".join(f'"{name}": {value}' for name, value in found) + "}"
)
usages = st.one_of(strange, entries, entries.map(lambda one: f'{{"1": [{one}], "2": 3, "4": [5, [{one}]]}}'))


def kept(store: Store, bucket: Bucket, told: Told) -> Told:
    """What all runs read of it after it was written down."""
    owned, (found, _) = (bucket.name, "a"), believed(bucket, told, now=NOW)
    with store.transaction() as tx:
        learn(tx, {owned: found})
        return known(tx, [owned])[owned]


@given(strange, strange, strange)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_header_of_x_breaks_a_run(store: Store, limit: str, left: str, reset: str) -> None:
    headers = {"x_rate_limit_limit": limit, "x_rate_limit_remaining": left, "x_rate_limit_reset": reset}
    for _, told in of_x(**headers):
        found = kept(store, x.OF_ACCOUNT["x.post.create"], told)
        assert found.limit is None or 1 <= found.limit <= MOST
        assert found.resets_at is None or NOW < found.resets_at <= NOW + timedelta(minutes=17)


@given(usages)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_usage_header_of_meta_breaks_a_run(store: Store, text: str) -> None:
    for name in ("x-app-usage", "x-business-use-case-usage", "x-page-usage"):
        for dialect in (FACEBOOK, INSTAGRAM):
            told = Usage.of(Reply(200, {name: text}), dialect.business).told(now=NOW)
            if told is not None:
                found = kept(store, dialect.calls, told)
                assert found.percent is not None and 0 <= found.percent <= 1000
                assert found.until is None or NOW < found.until <= NOW + timedelta(hours=25)


@given(st.one_of(st.none(), st.integers(1, 10**300)), st.integers(0, 10**300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_number_of_instagram_breaks_a_run(store: Store, total: int | None, used: int) -> None:
    kept(store, PUBLISHES, Allowance(total, used).told(now=NOW))


def test_metas_minutes_to_regain_access_are_a_pause() -> None:
    told = Usage(100, 25).told(now=NOW)
    assert told is not None and (told.percent, told.until) == (100, NOW + timedelta(minutes=25))
    assert Usage().told(now=NOW) is None


def test_what_instagram_says_of_its_own_limit_is_kept_as_far_as_it_says_it() -> None:
    told = Allowance(100, 25).told(now=NOW)
    assert (told.source, told.limit, told.percent) == ("content_publishing_limit", 100, 25)
    assert Allowance(None, 25).told(now=NOW).percent is None
