"""Carousels: two to ten items, ready when the whole is published."""

import json

import pytest

from tests.sandbox.instagram.conftest import code_of


def test_a_carousel_has_its_items_in_order_and_ids_of_their_own(either):
    film = either.made(media_type="VIDEO", video_url="a.mp4", is_carousel_item="true")
    items = [either.made(image_url="a.jpg", is_carousel_item="true", alt_text="A loaf"), film]
    parent = either.carousel(items, caption="Two")
    media = either.published(parent)
    fields = "media_type,media_product_type,children{id,media_type,media_product_type}"
    read = either.get(media, fields=fields).json()
    assert (read["media_type"], read["media_product_type"]) == ("CAROUSEL_ALBUM", "FEED")
    children = read["children"]["data"]
    assert [child["media_type"] for child in children] == ["IMAGE", "VIDEO"]
    assert not {child["id"] for child in children} & {*items, parent, media}
    [entry] = either.ledger()
    assert [medium["kind"] for medium in entry["media"]] == ["image", "video"]
    assert entry["media"][0]["alt"] == "A loaf" and entry["extra"] == {"type": "carousel"}
    assert len(entry["requests"]) == 4
    edge = either.get(f"{media}/children", fields="id").json()["data"]
    assert [one["id"] for one in edge] == [child["id"] for child in children]
    assert [one["id"] for one in either.listed()] == [media]


def test_the_items_and_the_whole_are_published_together_or_not_at_all(either):
    items = either.items()
    parent = either.carousel(items)
    either.published(parent)
    assert [either.status(one) for one in (*items, parent)] == ["PUBLISHED"] * 3
    assert code_of(either.publish(parent)) == (400, 24, 2207008)
    answer = either.create(media_type="CAROUSEL", children=",".join(items))
    assert code_of(answer) == (400, -2, 2207020)


@pytest.mark.parametrize("number", [0, 1, 11])
def test_a_carousel_has_two_to_ten_items(shop, number):
    answer = shop.create(media_type="CAROUSEL", children=",".join(shop.items(number)))
    assert code_of(answer) == (400, 100, 2207028)


def test_ten_items_are_taken_as_text_as_a_list_and_as_json(shop):
    items = shop.items(10)
    for options in (
        {"data": {"media_type": "CAROUSEL", "children": ",".join(items)}},
        {"data": {"media_type": "CAROUSEL", "children": json.dumps(items)}},
        {"json": {"media_type": "CAROUSEL", "children": items}},
        {"data": [("media_type", "CAROUSEL"), *((f"children[{n}]", item) for n, item in enumerate(items))]},
    ):
        assert shop.graph("POST", f"{shop.id}/media", **options).status_code == 200


def test_items_have_to_be_items_of_this_account_and_none_twice(creator):
    shop, other = creator(0), creator(2)
    [item], plain, [foreign] = shop.items(1), shop.image(), other.items(1)
    for children, refusal in (
        ([item, plain], (400, 100, 2207028)),
        ([item, item], (400, 100, 2207028)),
        ([item, foreign], (400, 24, 2207006)),
        ([item, "17900000000000001"], (400, 24, 2207006)),
    ):
        assert code_of(shop.create(media_type="CAROUSEL", children=",".join(children))) == refusal


def test_a_carousel_made_too_early_is_not_ready_until_its_items_are(either):
    either.fault("instagram.container.create", "processing:3", skip=1)
    items = either.items()
    parent = either.carousel(items)
    assert code_of(either.publish(parent)) == (400, 9007, 2207027)
    assert [either.status(items[1]) for _ in range(4)][-1] == "FINISHED"
    either.published(parent)
    assert len(either.ledger()) == 1


def test_looking_at_the_whole_is_looking_at_its_items(shop):
    shop.fault("instagram.container.create", "processing:2", times=2)
    parent = shop.carousel(shop.items())
    answers = []
    for _ in range(3):
        answers.append(shop.publish(parent).status_code)
        shop.status(parent)
    assert answers == [400, 400, 200] and len(shop.ledger()) == 1


def test_an_item_that_failed_fails_the_whole(either):
    either.change(failing_containers=[2207085])
    parent = either.carousel(either.items())
    assert either.status(parent) == "ERROR" and either.told(parent).endswith("2207085")
    assert code_of(either.publish(parent)) == (400, 9007, 2207027)


def test_a_single_item_may_fail_to_be_fetched_once(shop):
    shop.fault("instagram.container.create", "error:9004:2207052", skip=1)
    assert shop.create(image_url="a.jpg", is_carousel_item="true").status_code == 200
    assert code_of(shop.create(image_url="a.jpg", is_carousel_item="true")) == (400, 9004, 2207052)
    assert shop.create(image_url="a.jpg", is_carousel_item="true").status_code == 200


def test_the_whole_takes_no_url_and_its_caption_has_limits(shop):
    children = ",".join(shop.items())
    answer = shop.create(media_type="CAROUSEL", children=children, image_url="a.jpg")
    assert code_of(answer) == (400, 100, None)
    answer = shop.create(media_type="CAROUSEL", children=children, caption="a" * 2201)
    assert code_of(answer) == (400, 36004, 2207010)


def test_expired_items_make_no_carousel(shop):
    items = shop.items()
    shop.advance(86_400)
    assert code_of(shop.create(media_type="CAROUSEL", children=",".join(items))) == (400, -2, 2207020)


def test_items_that_expire_after_the_whole_was_made_stop_it(shop):
    items = shop.items()
    shop.advance(86_000)
    parent = shop.carousel(items)
    shop.advance(1000)
    assert shop.status(parent) == "FINISHED"
    assert code_of(shop.publish(parent)) == (400, 9007, 2207027)
