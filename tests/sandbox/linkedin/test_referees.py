"""Judged by others: LinkedIn's own Python client and curl, neither of which knows the sandbox."""

import json
import shutil
import subprocess

import pytest

from tests.sandbox.linkedin.conftest import JPEG, MP4, PART, sha

VERSION = "202606"


@pytest.fixture
def official(club, monkeypatch):
    """LinkedIn's RestliClient: its addresses are constants, so those are turned to the sandbox."""
    pytest.importorskip("linkedin_api", reason="LinkedIn's official client is not installed")
    from linkedin_api.clients.restli.client import RestliClient
    from linkedin_api.common import constants

    monkeypatch.setattr(constants, "VERSIONED_BASE_URL", f"{club.url}/rest")
    monkeypatch.setattr(constants, "NON_VERSIONED_BASE_URL", f"{club.url}/v2")
    monkeypatch.setattr(constants, "OAUTH_BASE_URL", f"{club.url}/oauth/v2")
    client = RestliClient()
    yield client
    client.session.close()


@pytest.fixture
def asked(club):
    return {"access_token": club.token, "version_string": VERSION}


def create(client, club, asked, text="from the official client", content=None):
    return client.create(resource_path="/posts", entity=club.body(text, content), **asked)


def test_the_official_client_posts_and_learns_the_urn(official, club, asked):
    made = create(official, club, asked)
    assert made.status_code == 201 and made.entity is None
    assert made.entity_id == made.decoded_entity_id == club.ledger()[0]["remote_id"]


def test_the_official_client_reads_a_post_back(official, club, asked):
    urn = create(official, club, asked).decoded_entity_id
    read = official.get(
        resource_path="/posts/{id}", path_keys={"id": urn}, query_params={"viewContext": "AUTHOR"}, **asked
    )
    assert read.status_code == 200
    assert (read.entity["id"], read.entity["commentary"]) == (urn, "from the official client")


def test_the_official_client_finds_an_authors_posts_page_by_page(official, club, asked):
    urns = [create(official, club, asked, f"number {number}").decoded_entity_id for number in range(3)]
    query = {"author": club.urn, "count": 2, "sortBy": "CREATED"}
    found = official.finder(resource_path="/posts", finder_name="author", query_params=query, **asked)
    assert {post["id"] for post in found.elements} <= set(urns) and len(found.elements) == 2
    assert (found.paging.start, found.paging.count) == (0, 2)
    rest = official.finder(
        resource_path="/posts", finder_name="author", query_params=query | {"start": 2}, **asked
    )
    assert {post["id"] for post in [*found.elements, *rest.elements]} == set(urns)


@pytest.mark.parametrize(("copies", "method"), [(1, "GET"), (60, "POST")])
def test_the_official_client_reads_several_posts_at_once(official, club, asked, copies, method):
    """Its query is tunnelled through a POST when it grows too long for an address."""
    texts = [f"number {number}" for number in range(2)]
    urns = [create(official, club, asked, text).decoded_entity_id for text in texts]
    found = official.batch_get(resource_path="/posts", ids=urns * copies, **asked)
    assert (found.status_code, found.response.request.method) == (200, method)
    assert [found.results[urn]["commentary"] for urn in urns] == texts
    assert set(found.statuses.values()) == {200} and found.errors == {}


def test_the_official_client_changes_the_words(official, club, asked):
    urn = create(official, club, asked).decoded_entity_id
    patch = {"$set": {"commentary": "changed"}}
    done = official.partial_update(
        resource_path="/posts/{id}", path_keys={"id": urn}, patch_set_object=patch["$set"], **asked
    )
    assert done.status_code == 204 and club.read(urn).json()["commentary"] == "changed"


def test_the_official_client_deletes_and_deletes_again(official, club, asked):
    urn = create(official, club, asked).decoded_entity_id
    for _ in range(2):
        done = official.delete(resource_path="/posts/{id}", path_keys={"id": urn}, **asked)
        assert done.status_code == 204
    assert club.ledger()[0]["deleted"] is True


def test_the_official_client_uploads_a_picture(official, club, asked):
    begun = official.action(
        resource_path="/images",
        action_name="initializeUpload",
        action_params={"initializeUploadRequest": {"owner": club.urn}},
        **asked,
    ).value
    assert club.put(begun["uploadUrl"], JPEG).status_code == 201
    read = official.get(resource_path="/images/{id}", path_keys={"id": begun["image"]}, **asked)
    assert read.entity["status"] == "AVAILABLE"
    create(official, club, asked, content={"media": {"id": begun["image"]}})
    assert club.ledger()[0]["media"][0]["sha256"] == sha(JPEG)


def test_the_official_client_comments_and_reads_comments(official, club, asked):
    urn = create(official, club, asked).decoded_entity_id
    comment = {"actor": club.urn, "object": urn, "message": {"text": "hello"}}
    path = {"resource_path": "/socialActions/{urn}/comments", "path_keys": {"urn": urn}}
    made = official.create(entity=comment, **path, **asked)
    assert made.status_code == 201 and made.entity["id"] == made.entity_id
    assert [each["message"]["text"] for each in official.get_all(**path, **asked).elements] == ["hello"]


def test_the_official_client_reads_organizations_and_the_person(official, club, person, asked):
    query = {"role": "ADMINISTRATOR", "state": "APPROVED"}
    found = official.finder(
        resource_path="/organizationAcls", finder_name="roleAssignee", query_params=query, **asked
    )
    assert [each["organization"] for each in found.elements] == [club.urn] and found.paging.total == 1
    told = official.get(resource_path="/userinfo", access_token=person.token)
    assert person.urn.endswith(told.entity["sub"])


def test_the_official_client_is_refused_in_json(official, club, person):
    old = {"access_token": club.token, "version_string": "202411"}
    assert create(official, club, old).entity["code"] == "NONEXISTENT_VERSION"
    own = {"access_token": person.token, "version_string": VERSION}
    query = {"author": person.urn}
    refused = official.finder(resource_path="/posts", finder_name="author", query_params=query, **own)
    assert refused.status_code == 403 and "FINDER-author" in refused.response.json()["message"]


def test_the_official_client_renews_and_looks_at_tokens(official, club, monkeypatch):
    from linkedin_api.clients.auth.client import AuthClient
    from linkedin_api.clients.auth.utils import oauth

    monkeypatch.setattr(oauth, "OAUTH_BASE_URL", f"{club.url}/oauth/v2")  # a copy, made when it was imported
    auth = AuthClient(**club.app, redirect_url="http://127.0.0.1:8099/")
    renewed = auth.exchange_refresh_token_for_access_token(club.refresh)
    assert renewed.refresh_token == club.refresh and renewed.expires_in > 59 * 86_400
    seen = auth.introspect_access_token(renewed.access_token)
    assert (seen.active, seen.status, seen.client_id) == (True, "active", club.app["client_id"])
    page = auth.generate_member_auth_url(["w_organization_social"], "s")
    back = auth.session.get(page, allow_redirects=False).headers["Location"]
    code = back.partition("code=")[2].partition("&")[0]
    told = auth.exchange_auth_code_for_access_token(code)
    assert told.scope == "w_organization_social" and told.refresh_token_expires_in > 364 * 86_400
    assert auth.get_two_legged_access_token().status_code == 401
    auth.session.close()


def curl(*arguments):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    return subprocess.run(["curl", "-sS", "--max-time", "20", *arguments], capture_output=True, check=False)


def flags(headers):
    return [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]


def test_curl_posts_as_the_documentation_shows_it(club):
    told = flags(club.headers(Content_Type="application/json"))
    answer = curl("-i", *told, "-d", json.dumps(club.body("from curl")), f"{club.url}/rest/posts").stdout
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 201") and b"x-restli-id: urn:li:share:" in head and body == b""
    assert club.texts() == ["from curl"]


def test_curl_uploads_a_video_in_parts(club, tmp_path):
    film = MP4.ljust(PART + 5000, b"\0")
    begun, names = club.begin("video", fileSizeBytes=len(film)), []
    for part in begun["uploadInstructions"]:
        piece = tmp_path / "piece"
        piece.write_bytes(film[part["firstByte"] : part["lastByte"] + 1])
        octets = ["-H", "Content-Type: application/octet-stream"]
        answer = curl("-i", *octets, "--upload-file", str(piece), part["uploadUrl"]).stdout.decode()
        [etag] = [line for line in answer.splitlines() if line.startswith("ETag")]
        names.append(etag.partition(": ")[2].strip('"'))
    assert club.finalize(begun, names).status_code == 200
    club.published("m", {"media": {"id": begun["video"]}})
    assert club.ledger()[0]["media"][0]["sha256"] == sha(film)


def test_curl_sees_each_broken_answer_for_what_it_is(club):
    address = [f"{club.url}/v2/userinfo", "-H", f"Authorization: Bearer {club.token}"]
    for kind, code in [("lost", 52), ("reset", 56), ("truncated", 18), ("empty", 0)]:
        club.fault("linkedin.userinfo.read", kind, "before")
        assert curl(*address).returncode == code, kind
