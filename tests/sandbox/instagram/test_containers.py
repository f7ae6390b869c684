"""What a container may be made of: parameters, captions, media behind URLs, processing."""

import pytest
import requests

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.instagram.conftest import Creator, code_of

PARAMETER = (400, 100, None)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"image_url": "a.jpg", "video_url": "a.mp4", "media_type": "REELS"},
        {"image_url": "a.jpg", "video_url": "a.mp4", "media_type": "STORIES"},
        {"video_url": "a.mp4"},
        {"media_type": "REELS"},
        {"media_type": "REELS", "image_url": "a.jpg"},
        {"media_type": "STORIES"},
        {"media_type": "STORIES", "image_url": "a.jpg", "caption": "not on stories"},
        {"media_type": "STORIES", "image_url": "a.jpg", "is_carousel_item": "true"},
        {"media_type": "REELS", "video_url": "a.mp4", "is_carousel_item": "true"},
        {"media_type": "REELS", "video_url": "a.mp4", "alt_text": "not on videos"},
        {"media_type": "REELS", "video_url": "a.mp4", "share_to_feed": "perhaps"},
        {"media_type": "REELS", "video_url": "a.mp4", "thumb_offset": "-1"},
        {"image_url": "a.jpg", "share_to_feed": "true"},
        {"image_url": "a.jpg", "share_to_feed": "false"},
        {"image_url": "a.jpg", "thumb_offset": "0"},
        {"image_url": "a.jpg", "cover_url": "a.jpg"},
        {"image_url": "a.jpg", "thumb_offset": "5"},
        {"image_url": "a.jpg", "children": "1,2"},
        {"image_url": "a.jpg", "trial_params": '{"graduation_strategy":"MANUAL"}'},
        {"image_url": "a.jpg", "is_carousel_item": "true", "caption": "of the parent"},
        {"image_url": "a.jpg", "is_carousel_item": "true", "location_id": "1"},
        {"image_url": "a.jpg", "is_carousel_item": "true", "is_ai_generated": "true"},
        {"image_url": "a.jpg", "is_carousel_item": "true", "collaborators": '["a"]'},
        {"image_url": "a.jpg", "collaborators": '["a","b","c","d"]'},
        {"image_url": "a.jpg", "collaborators": "a"},
        {"image_url": "a.jpg", "user_tags": '[{"username":"a"}]'},
        {"image_url": "a.jpg", "user_tags": '[{"username":"a","x":1.5,"y":0}]'},
        {"image_url": "a.jpg", "user_tags": '[{"x":0.5,"y":0.5}]'},
        {"image_url": "a.jpg", "user_tags": '["a"]'},
        {"image_url": "a.jpg", "alt_text": "a" * 1001},
        {"image_url": "a.jpg", "published": "false"},
        {"image_url": "a.jpg", "upload_type": "chunked"},
    ],
)
def test_what_does_not_belong_together_is_refused(either, fields):
    assert code_of(either.create(**fields)) == PARAMETER


@pytest.mark.parametrize("word", ["IMAGE", "PHOTO", "video/mp4"])
def test_a_media_type_that_does_not_exist_has_its_own_error(either, word):
    assert code_of(either.create(media_type=word, image_url="a.jpg")) == (400, 100, 2207023)


def test_everything_that_a_post_can_carry_is_kept(cafe):
    tags = '[{"username":"mill","x":0.5,"y":0.8}]'
    shown = {"collaborators": '["mill"]', "location_id": "7", "user_tags": tags, "is_ai_generated": "true"}
    cafe.published(cafe.image(caption="c", **shown))
    reel = {
        "audio_name": "Original",
        "trial_params": '{"graduation_strategy":"MANUAL"}',
        "cover_url": "b.jpg",
    }
    cafe.published(cafe.reel(**reel, is_comment_prompt_used="true"))
    image, film = (entry["extra"] for entry in cafe.ledger())
    assert image["collaborators"] == ["mill"] and image["location_id"] == "7" and image["is_ai_generated"]
    assert image["user_tags"] == [{"username": "mill", "x": 0.5, "y": 0.8}]
    assert film["audio_name"] == "Original" and film["trial_params"] == {"graduation_strategy": "MANUAL"}
    assert len(film["cover"]) == 64 and film["is_comment_prompt_used"] is True


def test_add_ons_of_the_caption_are_for_facebook_login(shop):
    for name in (
        "is_comment_prompt_used",
        "is_poll_duration_extended",
        "poll_attachment",
        "audio_configuration",
    ):
        assert code_of(shop.create(image_url="a.jpg", **{name: "true"})) == PARAMETER


@pytest.mark.parametrize(
    ("caption", "refusal"),
    [
        ("a" * 2200, None),
        ("a" * 2201, (400, 36004, 2207010)),
        ("😀" * 1100, None),
        ("😀" * 1101, (400, 36004, 2207010)),
        (" ".join(f"#tag{n}" for n in range(30)), None),
        (" ".join(f"#tag{n}" for n in range(31)), (400, 36004, 2207010)),
        (" ".join(f"@name{n}" for n in range(20)), None),
        (" ".join(f"@name{n}" for n in range(21)), (400, 100, 2207040)),
        ("#1 " * 40 + "a#b " * 40 + "c@example.com " * 40, None),
    ],
)
def test_a_caption_has_its_limits(shop, caption, refusal):
    answer = shop.create(image_url="a.jpg", caption=caption)
    assert (answer.status_code == 200) if refusal is None else (code_of(answer) == refusal)


def test_more_than_twenty_people_cannot_be_tagged(shop):
    tags = "[" + ",".join('{"username":"a","x":0.1,"y":0.1}' for _ in range(21)) + "]"
    assert code_of(shop.create(image_url="a.jpg", user_tags=tags)) == (400, 100, 2207040)


# Media behind URLs

FETCH = (400, 9004, 2207052)
FORMAT = (400, 36001, 2207005)


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("missing.jpg", FETCH),
        ("page.html", FETCH),
        ("a.png", FORMAT),
        ("a.mp4", FORMAT),
        ("headless.jpg", FORMAT),
        ("several.jpg", FORMAT),
        ("huge.jpg", (400, 36000, 2207004)),
        ("tall.jpg", (400, 36003, 2207009)),
        ("panorama.jpg", (400, 36003, 2207009)),
    ],
)
def test_an_image_is_judged_by_its_bytes_while_the_container_is_made(either, name, refusal):
    assert code_of(either.create(image_url=name)) == refusal
    assert code_of(either.create(image_url=name, is_carousel_item="true")) == refusal


@pytest.mark.parametrize("name", ["a.jpg", "b.jpg", "wide.jpg", "largest.jpg"])
def test_an_image_within_the_limits_is_taken(either, name):
    assert either.status(either.made(image_url=name)) == "FINISHED"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.jpg",
        "ftp://example.com/a.jpg",
        "https://localhost/a.jpg",
        "file:///etc/hostname",
        "a.jpg",
        "https://",
        "http://[::1/a.jpg",
    ],
)
def test_an_address_that_cannot_be_reached_is_a_failed_fetch(shop, url):
    fields = {"image_url": url}
    assert code_of(shop.graph("POST", f"{shop.id}/media", data=fields)) == FETCH


@pytest.mark.parametrize("name", ["bröt.jpg", "two words.jpg"])
def test_an_address_has_to_be_percent_encoded(shop, name):
    assert code_of(shop.create(image_url=name)) == FETCH


def test_an_address_with_a_query_may_be_sent_in_every_encoding(shop):
    url = shop.media("a.jpg") + "?a=1&b=2"
    for options in (
        {"data": {"image_url": url}},
        {"params": {"image_url": url}},
        {"json": {"image_url": url}},
    ):
        assert shop.graph("POST", f"{shop.id}/media", **options).status_code == 200


def test_a_story_may_have_any_shape(shop):
    shop.made(media_type="STORIES", image_url="tall.jpg")


@pytest.mark.parametrize(
    ("name", "subcode"),
    [
        ("missing.mp4", 2207077),
        ("a.jpg", 2207026),
        ("page.html", 2207026),
        ("broken.mp4", 2207026),
        ("short.mp4", 2207026),
        ("long.mp4", 2207026),
        ("wide.mp4", 2207026),
        ("thin.mp4", 2207026),
    ],
)
def test_a_video_fails_in_processing_with_the_subcode_in_its_status(either, name, subcode):
    container = either.made(media_type="REELS", video_url=name)
    assert either.status(container) == "ERROR"
    assert either.told(container) == f"Error: Media upload has failed with error code {subcode}"
    assert code_of(either.publish(container)) == (400, 9007, 2207027)
    assert either.ledger() == []


@pytest.mark.parametrize(
    ("media_type", "name", "state"),
    [
        ("REELS", "minute.mp4", "FINISHED"),
        ("STORIES", "minute.mp4", "ERROR"),
        ("VIDEO", "minute.mp4", "FINISHED"),
        ("REELS", "a.mov", "FINISHED"),
        ("REELS", "late.mp4", "FINISHED"),
    ],
)
def test_a_film_may_be_as_long_as_its_place_allows(shop, media_type, name, state):
    assert shop.status(shop.made(media_type=media_type, video_url=name)) == state


def test_a_cover_is_judged_as_an_image_of_any_shape(shop):
    shop.reel(cover_url="tall.jpg")
    assert code_of(shop.create(media_type="REELS", video_url="a.mp4", cover_url="a.png")) == FORMAT


def test_a_thumbnail_lies_within_the_film(shop):
    answer = shop.create(media_type="REELS", video_url="a.mp4", thumb_offset="10001")
    assert code_of(answer) == (400, 1, 2207057)
    shop.reel(thumb_offset="10000")


def test_media_of_other_private_hosts_are_fetched_when_that_is_allowed(web_host):
    with SandboxServer(port=0, allow_private_fetch=True) as server:
        shop = Creator(server.url)
        answer = shop.create(image_url=f"{web_host}/a.jpg")
        assert code_of(answer) == FORMAT  # it came: that picture has no frame
        assert code_of(shop.create(image_url=f"{web_host}/none.jpg")) == FETCH
        hidden = shop.made(media_type="REELS", video_url=f"{web_host}/private/a.mp4")
        assert shop.told(hidden).endswith("2207077")  # robots.txt hides it
        shop.http.close()


# Processing


def test_processing_goes_on_for_as_many_looks_as_a_fault_says(either):
    either.fault("instagram.container.create", "processing:2")
    container = either.reel()
    assert either.get(container, fields="id").json() == {"id": container}
    assert [either.status(container) for _ in range(3)] == ["IN_PROGRESS", "IN_PROGRESS", "FINISHED"]


def test_a_container_in_processing_is_not_published_and_not_used_up(either):
    either.fault("instagram.container.create", "processing:1")
    container = either.image()
    assert code_of(either.publish(container)) == (400, 9007, 2207027)
    assert either.status(container) == "IN_PROGRESS"
    either.published(container)
    assert len(either.ledger()) == 1


def test_processing_takes_time_when_the_server_is_told_so(media_folder):
    with SandboxServer(port=0, media_folder=media_folder, processing_seconds=300) as server:
        shop = Creator(server.url)
        image, reel = shop.image(), shop.reel()
        assert [shop.status(image), shop.status(reel)] == ["IN_PROGRESS"] * 2
        shop.advance(6)
        assert [shop.status(image), shop.status(reel)] == ["FINISHED", "IN_PROGRESS"]
        items = [shop.made(image_url="a.jpg", is_carousel_item="true") for _ in range(2)]
        parent = shop.carousel(items)
        assert code_of(shop.publish(parent)) == (400, 9007, 2207027)
        shop.advance(295)
        assert shop.status(reel) == "FINISHED"
        shop.published(reel)
        shop.published(parent)
        shop.http.close()


@pytest.mark.parametrize("seconds", [-1, 86_401])
def test_processing_cannot_take_for_ever(seconds):
    with pytest.raises(ValueError, match="processing_seconds"):
        SandboxServer(port=0, processing_seconds=seconds)


def test_the_next_containers_fail_with_the_subcodes_that_an_account_was_given(either):
    either.change(failing_containers=[2207082, 2207085])
    first, second, third = either.image(), either.reel(), either.image()
    assert [either.status(one) for one in (first, second, third)] == ["ERROR", "ERROR", "FINISHED"]
    assert either.told(first).endswith("2207082") and either.told(second).endswith("2207085")


def test_a_video_tells_more_of_itself_than_an_image(either):
    image, reel = either.image(), either.reel()
    fields = "status_code,copyright_check_status,video_status"
    assert set(either.get(image, fields=fields).json()) == {"id", "status_code"}
    told = either.get(reel, fields=fields).json()
    assert told["copyright_check_status"] == {"status": "completed", "matches_found": False}
    assert told["video_status"]["uploading_phase"]["bytes_transferred"] > 0
    assert told["video_status"]["processing_phase"] == {"status": "complete"}
    assert code_of(either.get(reel, fields="status_code,media_id")) == PARAMETER


def test_a_dead_host_is_told_by_the_status_too(shop):
    container = shop.made(media_type="REELS", video_url="http://127.0.0.1:1/a.mp4")
    assert shop.told(container).endswith("2207077")


def test_no_request_for_media_of_the_sandbox_itself_is_counted_as_a_call(shop):
    shop.reel()
    assert [record["call"] for record in shop.journal()] == ["instagram.container.create"]
    assert requests.get(f"{shop.url}/robots.txt", timeout=20).status_code == 400


def test_what_is_left_empty_or_denied_is_left_out(shop):
    shop.image(location_id="", alt_text="", caption="")
    shop.reel(is_carousel_item="false", alt_text="")
