"""Containers become posts: images, reels, stories; once each, with what people then see."""

import threading
from datetime import datetime

import pytest
import requests

from tests.sandbox.instagram.conftest import code_of
from tests.sandbox.instagram.pictures import jpeg

DAY = 86_400


def test_an_image_is_published_under_another_id_than_its_container(either):
    container = either.image(caption="Fresh bread", alt_text="A loaf")
    assert either.status(container) == "FINISHED" and either.ledger() == []
    media = either.published(container)
    assert media != container and either.status(container) == "PUBLISHED"
    [entry] = either.ledger()
    assert (entry["platform"], entry["account_id"], entry["remote_id"]) == ("instagram", either.id, media)
    assert (entry["text"], entry["extra"]["type"]) == ("Fresh bread", "image")
    [medium] = entry["media"]
    assert (medium["kind"], medium["alt"], medium["size"]) == ("image", "A loaf", len(jpeg()))


def test_a_reel_reads_back_as_a_video_of_the_product_reels(either):
    media = either.published(either.reel(caption="Rising", share_to_feed="false", thumb_offset="1500"))
    fields = "media_type,media_product_type,is_shared_to_feed,permalink,shortcode,caption"
    read = either.get(media, fields=fields).json()
    assert (read["media_type"], read["media_product_type"]) == ("VIDEO", "REELS")
    assert read["is_shared_to_feed"] is False and read["caption"] == "Rising"
    assert read["permalink"].endswith(f"/reel/{read['shortcode']}/")
    [entry] = either.ledger()
    assert [medium["kind"] for medium in entry["media"]] == ["video"]
    assert entry["extra"] == {"type": "reels", "share_to_feed": False, "thumb_offset": 1500}


@pytest.mark.parametrize(("name", "kind"), [("tall.jpg", "image_url"), ("a.mp4", "video_url")])
def test_a_story_is_listed_apart_and_over_after_a_day(either, name, kind):
    story = either.published(either.made(media_type="STORIES", **{kind: name}))
    assert either.listed() == []
    [listed] = either.get(f"{either.id}/stories", fields="id,media_product_type").json()["data"]
    assert listed == {"id": story, "media_product_type": "STORY"}
    either.advance(DAY)
    assert either.get(f"{either.id}/stories").json()["data"] == []
    assert code_of(either.get(story)) == (400, 100, 33)


def test_the_second_publish_of_a_container_makes_no_second_post(either):
    container = either.image()
    either.published(container)
    assert code_of(either.publish(container)) == (400, 24, 2207008)
    assert len(either.ledger()) == len(either.listed()) == 1


def test_many_publishes_of_one_container_at_once_make_one_post(shop):
    container, answers = shop.image(), []

    def publish():
        headers = {"Authorization": f"Bearer {shop.token}"}
        url = f"{shop.url}/v25.0/{shop.id}/media_publish"
        answers.append(
            requests.post(url, data={"creation_id": container}, headers=headers, timeout=20).status_code
        )

    threads = [threading.Thread(target=publish) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [400] * 7 and len(shop.ledger()) == 1


def test_a_container_that_does_not_exist_or_is_foreign_is_refused(creator):
    shop, other = creator(0), creator(2)
    assert code_of(shop.publish("17900000000000001")) == (400, 24, 2207008)
    assert code_of(shop.publish(other.image())) == (400, 24, 2207006)
    assert code_of(shop.graph("POST", f"{shop.id}/media_publish")) == (400, 100, None)
    assert code_of(shop.publish("first")) == (400, 100, None)


def test_a_container_lives_for_a_day(either):
    container = either.image()
    either.advance(DAY - 5)
    assert either.status(container) == "FINISHED"
    either.advance(6)
    assert either.status(container) == "EXPIRED"
    assert code_of(either.publish(container)) == (400, 24, 2207008)
    assert either.ledger() == []


def test_a_published_container_stays_published(shop):
    container = shop.image()
    shop.published(container)
    shop.advance(3 * DAY)
    assert shop.status(container) == "PUBLISHED"


def test_a_video_container_alone_is_no_post(shop):
    container = shop.made(media_type="VIDEO", video_url="a.mp4")
    assert shop.status(container) == "FINISHED"
    assert code_of(shop.publish(container)) == (400, 100, 2207089)
    assert code_of(shop.publish(shop.items(1)[0])) == (400, 100, 2207089)


def test_the_quota_counts_publishes_of_a_rolling_day(either):
    assert either.quota() == {"quota_usage": 0, "config": {"quota_total": 50, "quota_duration": DAY}}
    either.change(quota_total=2)
    either.published(either.image())
    either.advance(3600)
    either.published(either.image())
    container = either.image()
    assert either.quota()["quota_usage"] == 2
    assert code_of(either.publish(container)) == (400, 9, 2207042)
    either.advance(DAY - 3600)
    assert either.quota()["quota_usage"] == 1 and either.quota()["config"]["quota_total"] == 2
    assert either.status(container) == "FINISHED"
    either.published(container)


def test_a_carousel_is_one_publish_and_posts_of_other_applications_count(shop):
    shop.published(shop.carousel(shop.items(3)))
    shop.change(published_elsewhere=48)
    assert shop.quota()["quota_usage"] == 49
    shop.published(shop.image())
    assert code_of(shop.publish(shop.image())) == (400, 9, 2207042)


def test_the_limit_tells_no_more_than_it_is_asked(shop):
    assert shop.quota(fields="") == {"quota_usage": 0}
    assert code_of(shop.get(f"{shop.id}/content_publishing_limit", since="1")) == (400, 100, None)
    assert code_of(shop.get(f"{shop.id}/content_publishing_limit", fields="config,limit")) == (400, 100, None)


def test_the_limit_counts_from_a_moment_within_the_day(shop):
    shop.published(shop.image())
    shop.advance(7200)
    now = datetime.fromisoformat(shop.control("GET", "clock")["now"]).timestamp()
    assert shop.quota(since=int(now - 3600))["quota_usage"] == 0
    assert shop.quota(since=int(now - 7300))["quota_usage"] == 1


def test_containers_have_a_limit_of_their_own(either):
    either.change(container_limit=12)
    either.published(either.carousel(either.items(10)))
    either.image()
    assert code_of(either.create(image_url="a.jpg")) == (400, 9, 2207042)
    assert code_of(either.create(media_type="CAROUSEL", children="1,2")) == (400, 9, 2207042)
    either.advance(DAY)
    either.image()


def test_every_account_begins_with_four_hundred_containers(shop):
    for _ in range(400):
        shop.image()
    assert code_of(shop.create(image_url="a.jpg")) == (400, 9, 2207042)


def test_the_post_its_page_and_its_permalink_belong_together(either):
    media = either.published(either.image(caption="Read <me>"))
    link = either.get(media, fields="permalink").json()["permalink"]
    [entry] = either.ledger()
    assert entry["permalink"] == link
    page = either.http.get(link)
    assert page.status_code == 200 and "Read &lt;me&gt;" in page.text
    assert f'src="/_sandbox/media/{entry["media"][0]["sha256"]}"' in page.text
    calls = {record["sequence"]: record["call"] for record in either.journal()}
    assert [calls[number] for number in entry["requests"]] == [
        "instagram.container.create",
        "instagram.media.publish",
    ]
    assert "Instagram: " in either.http.get(f"{either.url}/").text


def test_accounts_take_turns_at_the_two_logins_and_the_first_is_of_instagram(creator):
    connections = [creator(number).connection for number in range(4)]
    assert [one["metadata"]["login"] for one in connections] == ["instagram", "facebook"] * 2
    assert all(one["accountId"].startswith("1784") and len(one["accountId"]) == 17 for one in connections)
    assert len({one["accountId"] for one in connections}) == 4
