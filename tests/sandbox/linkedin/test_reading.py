"""Reading, listing, changing and deleting posts, and who may."""

from urllib.parse import quote

import pytest

from tests.sandbox.linkedin.conftest import code_of


def denied(gate):
    return {
        "status": 403,
        "serviceErrorCode": 100,
        "code": "ACCESS_DENIED",
        "message": f"Not enough permissions to access: {gate}.20260601",
    }


def test_an_organization_reads_what_it_posted(club):
    urn = club.published("Hello \\(again\\)")
    post = club.read(urn).json()
    assert (post["id"], post["author"], post["commentary"]) == (urn, club.urn, "Hello \\(again\\)")
    assert (post["lifecycleState"], post["visibility"]) == ("PUBLISHED", "PUBLIC")
    assert post["createdAt"] == post["lastModifiedAt"] <= post["publishedAt"]
    assert post["createdAt"] == int(urn.rpartition(":")[2]) >> 22
    assert "content" not in post


def test_a_person_who_may_only_write_can_read_nothing_back(person, club):
    own, foreign = person.published("mine"), club.published("theirs")
    for urn in (own, foreign, "urn:li:share:5"):
        assert person.read(urn).json() == denied("partnerApiPostsExternal.GET")
    assert person.mine().json() == denied("partnerApiPostsExternal.FINDER-author")
    ids = f"posts?ids=List({quote(own, safe='')})"
    batch = person.rest("GET", ids, X_RestLi_Method="BATCH_GET")
    assert batch.json() == denied("partnerApiPostsExternal.BATCH_GET")


def test_with_the_closed_scope_a_person_could(person):
    urn = person.published("mine")
    person.change(person.urn, scopes=["w_member_social", "r_member_social"])
    assert person.read(urn).json()["id"] == urn
    assert [post["id"] for post in person.mine().json()["elements"]] == [urn]


def test_posts_are_listed_newest_first_and_in_pages(club):
    urns = []
    for number in range(5):
        urns.insert(0, club.published(f"number {number}"))
        club.advance(1)
    first = club.mine(count=2).json()
    assert [post["id"] for post in first["elements"]] == urns[:2]
    assert (first["paging"]["start"], first["paging"]["count"]) == (0, 2)
    [following] = first["paging"]["links"]
    assert following["rel"] == "next"
    answer = club.http.get(club.url + following["href"], headers=club.headers(X_RestLi_Method="FINDER"))
    assert [post["id"] for post in answer.json()["elements"]] == urns[2:4]
    assert [post["id"] for post in club.mine(start=4, count=100).json()["elements"]] == urns[4:]


def test_a_changed_post_comes_first_when_sorted_by_change(club):
    old, new = club.published("old"), club.published("new")
    club.advance(5)
    patch = {"patch": {"$set": {"commentary": "old, \\(edited\\)"}}}
    answer = club.rest("POST", f"posts/{quote(old, safe='')}", patch, X_RestLi_Method="PARTIAL_UPDATE")
    assert (answer.status_code, answer.content) == (204, b"")
    assert [post["id"] for post in club.mine(sortBy="LAST_MODIFIED").json()["elements"]] == [old, new]
    assert [post["id"] for post in club.mine(sortBy="CREATED").json()["elements"]] == [new, old]
    post = club.read(old).json()
    assert (post["commentary"], post["lifecycleStateInfo"]) == (
        "old, \\(edited\\)",
        {"isEditedByAuthor": True},
    )


@pytest.mark.parametrize(
    "query",
    [{"count": 101}, {"count": 0}, {"start": -1}, {"sortBy": "AGE"}, {"q": "owner"}, {"fields": "id"}],
)
def test_a_listing_that_makes_no_sense_is_refused(club, query):
    assert club.mine(**query).json() == {
        "status": 400,
        "code": "ILLEGAL_ARGUMENT",
        "message": "Invalid query parameters passed to request",
    }


def test_a_foreign_organization_is_not_listed(club, member):
    answer = club.mine(author=member(2).urn)
    assert answer.json() == denied("partnerApiPostsExternal.FINDER-author")


def test_several_posts_are_read_at_once(club):
    one, two = club.published("one"), club.published("two")
    missing = "urn:li:share:5"
    ids = ",".join(quote(urn, safe="") for urn in (one, two, missing))
    answer = club.rest("GET", f"posts?ids=List({ids})", X_RestLi_Method="BATCH_GET").json()
    assert {urn: post["commentary"] for urn, post in answer["results"].items()} == {one: "one", two: "two"}
    assert answer["statuses"] == {one: 200, two: 200, missing: 404}
    assert answer["errors"][missing]["status"] == 404


def test_deleting_is_harmless_to_repeat_and_the_ledger_remembers(club):
    urn = club.published("short-lived")
    club.comment(urn, "gone too")
    for _ in range(2):
        answer = club.rest("DELETE", f"posts/{quote(urn, safe='')}", X_RestLi_Method="DELETE")
        assert (answer.status_code, answer.content) == (204, b"")
    assert code_of(club.read(urn)) == (404, "NOT_FOUND")
    assert club.mine().json()["elements"] == []
    assert [entry.get("deleted") for entry in club.ledger()] == [True, True]


def test_nobody_deletes_or_changes_what_is_anothers(club, member):
    urn = club.published("mine")
    other = member(2)
    address = f"posts/{quote(urn, safe='')}"
    assert other.rest("DELETE", address).json() == denied("partnerApiPostsExternal.DELETE")
    patch = {"patch": {"$set": {"commentary": "theirs"}}}
    answer = other.rest("POST", address, patch, X_RestLi_Method="PARTIAL_UPDATE")
    assert answer.json() == denied("partnerApiPostsExternal.PARTIAL_UPDATE")
    assert "deleted" not in club.ledger()[0]


@pytest.mark.parametrize(
    ("patch", "refusal"),
    [
        ({"$set": {"visibility": "PUBLIC", "commentary": "m"}}, (403, "ACCESS_DENIED")),
        ({"$set": {}}, (400, "MISSING_FIELD")),
        ({"$set": {"commentary": ""}}, (422, "UNPROCESSABLE_ENTITY")),
        ({"$set": {"commentary": "x" * 3001}}, (400, "FIELD_LENGTH_TOO_LONG")),
    ],
)
def test_a_change_is_checked(club, patch, refusal):
    urn = club.published("m")
    answer = club.rest(
        "POST", f"posts/{quote(urn, safe='')}", {"patch": patch}, X_RestLi_Method="PARTIAL_UPDATE"
    )
    assert code_of(answer) == refusal


def test_a_role_that_may_not_post_may_do_nothing(club):
    urn = club.published("before")
    club.change(club.urn, role="ANALYST")
    assert club.post("m").json() == denied("posts.CREATE")
    assert club.read(urn).status_code == 403
    club.change(club.urn, role="CONTENT_ADMIN")
    assert club.post("m").status_code == 201


def test_each_scope_is_needed_for_its_own(club):
    urn = club.published("before")
    club.change(club.urn, scopes=["w_organization_social"])
    assert club.mine().status_code == 403 and club.read(urn).status_code == 403
    assert club.post("m").status_code == 201
    assert club.comment(urn, "c").json() == denied("partnerApiSocialActions.CREATE")
    club.change(club.urn, scopes=["r_organization_social"])
    assert club.mine().status_code == 200
    assert club.post("n").json() == denied("posts.CREATE")


def test_who_somebody_is_and_what_they_administer(club, person, member):
    told = person.http.get(
        f"{person.url}/v2/userinfo", headers={"Authorization": f"Bearer {person.token}"}
    ).json()
    assert person.urn == f"urn:li:person:{told['sub']}"
    assert told["name"] == f"{told['given_name']} {told['family_name']}" == person.connection["accountName"]
    headers = {"Authorization": f"Bearer {club.token}"}
    refused = club.http.get(f"{club.url}/v2/userinfo", headers=headers).json()
    assert refused["message"] == "Not enough permissions to access: userinfo.GET.NO_VERSION"
    assert code_of(club.http.get(f"{club.url}/v2/me", headers=headers)) == (403, "ACCESS_DENIED")
    club.change(club.urn, scopes=[*club.connection["scopes"], "r_basicprofile"])
    assert club.http.get(f"{club.url}/v2/me", headers=headers).json()["localizedLastName"] == "Sandbox"
    person.change(person.urn, scopes=["openid", "email"])
    told = person.http.get(f"{person.url}/v2/userinfo", headers={"Authorization": f"Bearer {person.token}"})
    assert set(told.json()) == {"sub", "email", "email_verified"}
    acls = "organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=APPROVED"
    [role] = club.rest("GET", acls).json()["elements"]
    assert (role["organization"], role["role"], role["state"]) == (club.urn, "ADMINISTRATOR", "APPROVED")
    number = club.urn.rpartition(":")[2]
    assert (
        club.rest("GET", f"organizations/{number}").json()["localizedName"] == club.connection["accountName"]
    )
    assert code_of(member(2).rest("GET", f"organizations/{number}")) == (404, "NOT_FOUND")
    assert code_of(person.rest("GET", acls)) == (403, "ACCESS_DENIED")
