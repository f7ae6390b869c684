"""One address for all of Meta's hosts: what is Facebook's and what is Instagram's, and the Page that links the two."""

from tests.sandbox.instagram.conftest import code_of


def facebook(creator, number):
    """The Page connection of the same number."""
    return [one for one in creator.pages if one["platform"] == "facebook"][number]


def calls(creator):
    return [record["call"] for record in creator.journal()]


def test_a_page_of_facebook_login_leads_to_its_instagram_account(cafe):
    page = facebook(cafe, 1)
    assert page["accountId"] == cafe.connection["metadata"]["pageId"]
    for token in (page["accessToken"], page["refreshToken"]):
        read = cafe.get(page["accountId"], token, fields="instagram_business_account").json()
        assert read["instagram_business_account"] == {"id": cafe.id}
    pages = cafe.get("me/accounts", page["refreshToken"], fields="id,instagram_business_account{id,username}")
    found = {one["id"]: one.get("instagram_business_account") for one in pages.json()["data"]}
    assert found[page["accountId"]] == {"id": cafe.id, "username": cafe.username}
    assert [one is None for one in found.values()] == [True, False, True, False]
    strange = cafe.get(page["accountId"], fields="instagram_business_account{id,mood}")
    assert code_of(strange) == (400, 100, None)


def test_without_the_permission_a_page_does_not_tell_its_instagram_account(cafe):
    page = cafe.connection["metadata"]["pageId"]
    cafe.change(scopes=["pages_read_engagement", "pages_show_list"])
    assert cafe.get(page, fields="instagram_business_account").json() == {"id": page}


def test_a_page_token_tells_the_permissions_on_both(cafe):
    keys = f"{cafe.connection['appId']}|{cafe.connection['appSecret']}"
    told = cafe.get("debug_token", keys, input_token=cafe.token).json()["data"]
    targets = {one["scope"]: one["target_ids"] for one in told["granular_scopes"]}
    assert targets["instagram_content_publish"] == [cafe.id]
    assert targets["pages_manage_posts"] == [cafe.connection["metadata"]["pageId"]]
    assert "instagram_content_publish" in told["scopes"]


def test_the_dialog_of_facebook_knows_the_permissions_of_instagram(cafe):
    query = {
        "client_id": cafe.connection["appId"],
        "redirect_uri": "http://127.0.0.1/back",
        "scope": "pages_show_list,instagram_basic,instagram_content_publish",
    }
    answer = cafe.http.get(f"{cafe.url}/v25.0/dialog/oauth", params=query, allow_redirects=False, timeout=20)
    assert answer.status_code == 302


def test_me_is_the_account_or_the_page_by_the_token(shop, cafe):
    page = facebook(cafe, 1)
    assert shop.get("me", fields="user_id").json()["user_id"] == shop.id
    assert cafe.get("me").json()["id"] == page["accountId"]
    assert cafe.get("me", cafe.user_token).json()["id"] != page["accountId"]
    assert calls(shop) == ["instagram.account.read", "facebook.me.read", "facebook.me.read"]


def test_each_platform_answers_for_its_own_ids(shop, cafe):
    page = facebook(cafe, 1)
    post = cafe.graph("POST", f"{page['accountId']}/feed", data={"message": "on the Page"}).json()["id"]
    media = cafe.published(cafe.image(caption="on Instagram"))
    cafe.get(post)
    cafe.get(media)
    cafe.graph("POST", f"{post}/comments", data={"message": "hello"})
    cafe.comment(media, "hello")
    assert calls(cafe) == [
        "facebook.feed.create",
        "instagram.container.create",
        "instagram.media.publish",
        "facebook.node.read",
        "instagram.media.read",
        "facebook.comment.create",
        "instagram.comment.create",
    ]
    platforms = [entry["platform"] for entry in cafe.ledger()]
    assert platforms == ["facebook", "instagram", "facebook", "instagram"]


def test_a_token_of_instagram_is_unknown_to_facebook(shop):
    page = facebook(shop, 0)
    assert code_of(shop.get(page["accountId"])) == (400, 190, None)
    assert code_of(shop.graph("POST", f"{page['accountId']}/feed", data={"message": "m"})) == (400, 190, None)


def test_tokens_are_exchanged_at_the_host_whose_application_asks(cafe):
    app = {"client_id": cafe.connection["appId"], "client_secret": cafe.connection["appSecret"]}
    asked = app | {"grant_type": "fb_exchange_token", "fb_exchange_token": cafe.user_token}
    for address in ("oauth/access_token", "v25.0/oauth/access_token"):
        assert cafe.http.post(f"{cafe.url}/{address}", data=asked, timeout=20).json()["expires_in"]
        assert cafe.http.get(f"{cafe.url}/{address}", params=asked, timeout=20).json()["expires_in"]
    code = app | {"grant_type": "authorization_code", "code": "x", "redirect_uri": "http://127.0.0.1/"}
    assert "error" in cafe.http.post(f"{cafe.url}/oauth/access_token", data=code, timeout=20).json()
    code["client_id"] = "1"
    assert "error_type" in cafe.http.post(f"{cafe.url}/oauth/access_token", data=code, timeout=20).json()
    assert calls(cafe) == ["facebook.token.exchange"] * 5 + ["instagram.token.redeem"]


def test_what_is_nobodys_is_facebooks_to_refuse(shop):
    for path in ("v25.0/12345/media", "v25.0/178455536813617710/media", "robots.txt"):
        shop.http.get(f"{shop.url}/{path}", timeout=20)
    assert all(call.startswith("facebook.") for call in calls(shop))
