"""Every platform's table of limits is complete, and no header, however strange, breaks the reading of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import AttemptKind, Publication, State
from planrrr_cli.domain.quota import Told
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.settlement import ACCEPTED
from planrrr_cli.platforms import PLATFORMS, publisher_class
from planrrr_cli.platforms.facebook import allowances as facebook
from planrrr_cli.platforms.facebook.usage import Usage
from planrrr_cli.platforms.wire import Reply
from planrrr_cli.platforms.x import allowances as x

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
    assert any(recipe.needs(publication(platform), AttemptKind.PUBLISH).values())


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


strange = st.one_of(st.text(max_size=30), st.integers().map(str), st.just("9" * 400), st.just("1e5"))


@given(strange, strange, strange)
def test_no_header_of_x_breaks_the_reading(limit: str, left: str, reset: str) -> None:
    for _, told in of_x(x_rate_limit_limit=limit, x_rate_limit_remaining=left, x_rate_limit_reset=reset):
        assert told.limit is None or told.limit >= 0


@given(
    st.one_of(strange, st.sampled_from(['{"a": [1]}', '{"call_count": "x"}', "[]", '{"1": [{"type": 3}]}']))
)
def test_no_usage_header_of_meta_breaks_the_reading(text: str) -> None:
    for name in ("x-app-usage", "x-business-use-case-usage", "x-page-usage"):
        for _, told in facebook.told_by(Usage.of(Reply(200, {name: text})), now=NOW):
            assert told.percent is None or told.percent >= 0


def test_metas_minutes_to_regain_access_are_a_pause() -> None:
    [(bucket, told)] = facebook.told_by(Usage(100, 25), now=NOW)
    assert (bucket.name, told.percent, told.until) == ("facebook.calls", 100, NOW + timedelta(minutes=25))
    assert not list(facebook.told_by(Usage(), now=NOW))
