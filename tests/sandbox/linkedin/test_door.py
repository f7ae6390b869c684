"""What is asked of every call: versions, protocol, headers, keys, sizes, tokens."""

import json
import socket
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from planrrr_cli.sandbox.clock import Clock
from planrrr_cli.sandbox.linkedin.errors import LinkedInError
from planrrr_cli.sandbox.linkedin.versions import check_version
from tests.sandbox.linkedin.conftest import code_of


def test_without_a_version_nothing_goes(club):
    answer = club.rest("POST", "posts", club.body(), LinkedIn_Version=None)
    assert answer.json() == {
        "status": 400,
        "code": "VERSION_MISSING",
        "message": "A version must be present. Please specify a version by adding the Linkedin-Version header.",
    }


@pytest.mark.parametrize("version", ["202511", "202412", "209901", "202612"])
def test_a_version_that_is_not_served_is_named_with_a_day(club, version):
    answer = club.rest("POST", "posts", club.body(), LinkedIn_Version=version)
    assert (answer.status_code, answer.json()) == (
        426,
        {
            "status": 426,
            "code": "NONEXISTENT_VERSION",
            "message": f"Requested version {version}01 is not active",
        },
    )
    assert club.ledger() == []


@pytest.mark.parametrize("version", ["v2", "2026", "2026-06", "20260601"])
def test_a_malformed_version_is_a_bad_request(club, version):
    assert club.rest("POST", "posts", club.body(), LinkedIn_Version=version).status_code == 400


@pytest.mark.parametrize("version", ["202601", "202606", "202609", "202606.01"])
def test_versions_that_live_are_served(club, version):
    assert club.rest("POST", "posts", club.body(version), LinkedIn_Version=version).status_code == 201


def test_a_version_dies_by_the_sandbox_clock(club):
    last = datetime(2027, 1, 15, tzinfo=UTC).timestamp()
    club.advance(last - 60 - Clock().now())
    assert club.rest("POST", "posts", club.body("b"), LinkedIn_Version="202601").status_code == 201
    club.advance(61)
    assert club.rest("POST", "posts", club.body("c"), LinkedIn_Version="202601").status_code == 426
    assert club.rest("POST", "posts", club.body("d"), LinkedIn_Version="202606").status_code == 201


def test_the_calendar_is_a_parameter():
    assert check_version("203001", Clock().now(), {"203001": "2031-01-01"}) == "203001"
    with pytest.raises(LinkedInError):
        check_version("202606", Clock().now(), {"203001": "2031-01-01"})


@pytest.mark.parametrize("protocol", [None, "1.0.0", "3"])
def test_the_protocol_header_is_required(club, protocol):
    answer = club.rest("POST", "posts", club.body(), X_Restli_Protocol_Version=protocol)
    assert code_of(answer) == (400, "ILLEGAL_ARGUMENT") and "2.0.0" in answer.json()["message"]


def test_header_names_have_no_case(club):
    headers = {name.upper(): value for name, value in club.headers().items()}
    answer = club.http.post(f"{club.url}/rest/posts", json=club.body(), headers=headers)
    assert answer.status_code == 201


def test_the_method_is_told_where_it_has_to_be(club):
    urn = quote(club.published("m"), safe="")
    author = quote(club.urn, safe="")
    assert code_of(club.rest("GET", f"posts?q=author&author={author}")) == (400, "ILLEGAL_ARGUMENT")
    assert code_of(club.rest("GET", f"posts?ids=List({urn})")) == (400, "ILLEGAL_ARGUMENT")
    patch = {"patch": {"$set": {"commentary": "n"}}}
    assert code_of(club.rest("POST", f"posts/{urn}", patch)) == (400, "ILLEGAL_ARGUMENT")
    wrong = club.rest("GET", f"posts/{urn}", X_RestLi_Method="FINDER")
    assert code_of(wrong) == (400, "ILLEGAL_ARGUMENT")
    assert club.rest("GET", f"posts/{urn}", X_RestLi_Method="get").status_code == 200
    assert club.rest("DELETE", f"posts/{urn}").status_code == 204


def test_urns_are_encoded_in_paths_and_queries(club):
    urn = club.published("m")
    answer = club.rest("GET", f"posts/{urn}")
    assert answer.json() == {
        "status": 400,
        "code": "ILLEGAL_ARGUMENT",
        "message": "Syntax exception in path variables",
    }
    bare = club.rest("GET", f"posts?q=author&author={club.urn}", X_RestLi_Method="FINDER")
    assert bare.json()["message"] == "Invalid query parameters passed to request"
    hidden = quote(f"List({quote(urn, safe='')})", safe="")
    assert code_of(club.rest("GET", f"posts?ids={hidden}", X_RestLi_Method="BATCH_GET"))[0] == 400


@pytest.mark.parametrize(
    "path", ["posts/%zz", "posts/%ff", "posts/share%3A5", "posts/urn%3Ali%3Acomment%3A5"]
)
def test_a_key_that_is_no_urn_is_refused(club, path):
    assert club.rest("GET", path).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nothing", 404),
        ("GET", "posts/a/b/c", 404),
        ("PUT", "posts", 405),
        ("PUT", "posts/urn%3Ali%3Ashare%3A5", 405),
        ("GET", "images?action=initializeUpload", 405),
        ("POST", "images", 400),
        ("POST", "images?action=finalizeUpload", 400),
        ("GET", "posts", 400),
        ("DELETE", "socialActions/urn%3Ali%3Ashare%3A5/comments", 405),
        ("POST", "organizationAcls", 405),
    ],
)
def test_what_does_not_exist_is_refused_in_json(club, method, path, status):
    answer = club.rest(method, path, {} if method == "POST" else None)
    assert (answer.status_code, answer.json()["status"]) == (status, status)


@pytest.mark.parametrize("path", ["/v2/ugcPosts", "/v2/shares", "/v2/assets?action=registerUpload"])
def test_the_legacy_resources_are_not_there(club, path):
    answer = club.http.post(club.url + path, json={}, headers=club.headers())
    assert code_of(answer) == (404, "RESOURCE_NOT_FOUND")


def test_an_empty_post_without_a_length_is_refused(club):
    host, port = club.url.removeprefix("http://").split(":")
    head = f"POST /rest/videos?action=finalizeUpload HTTP/1.1\r\nHost: {host}\r\n"
    lines = "".join(f"{name}: {value}\r\n" for name, value in club.headers().items())
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall((head + lines + "\r\n").encode())
        assert line.recv(65536).startswith(b"HTTP/1.1 411")


def test_bodies_are_json_of_a_bounded_size(club):
    url, headers = f"{club.url}/rest/posts", club.headers(Content_Type="application/json")
    half = json.dumps(club.body("\ud800")).encode()
    for body in (b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b"", half):
        assert code_of(club.http.post(url, data=body, headers=headers)) == (400, "ILLEGAL_ARGUMENT")
    form = club.headers(Content_Type="application/x-www-form-urlencoded")
    assert code_of(club.http.post(url, data=b"author=me", headers=form))[0] == 415
    huge = json.dumps(club.body("x" * 1_100_000))
    assert club.http.post(url, data=huge, headers=headers).status_code == 413
    assert club.published("next")


def test_addresses_have_their_limits_and_a_long_query_may_be_tunnelled(club):
    urn = club.published("m")
    ids = "List(" + ",".join([quote(urn, safe="")] * 99) + ")"
    query = f"ids={ids}&viewContext=AUTHOR{'&' * 300}"
    assert len(query) > 4096
    assert code_of(club.rest("GET", f"posts?{query}", X_RestLi_Method="BATCH_GET")) == (414, "URI_TOO_LONG")
    assert code_of(club.rest("GET", "posts/" + "a" * 9000)) == (414, "URI_TOO_LONG")
    headers = club.headers(
        X_RestLi_Method="BATCH_GET",
        X_HTTP_Method_Override="GET",
        Content_Type="application/x-www-form-urlencoded",
    )
    answer = club.http.post(f"{club.url}/rest/posts", data=query, headers=headers)
    assert list(answer.json()["results"]) == [urn]


@pytest.mark.parametrize(
    ("authorization", "code", "service"),
    [
        (None, "EMPTY_ACCESS_TOKEN", 65604),
        ("Basic abc", "EMPTY_ACCESS_TOKEN", 65604),
        ("Bearer nonsense", "INVALID_ACCESS_TOKEN", 65600),
    ],
)
def test_a_call_without_a_known_token_is_refused(club, authorization, code, service):
    answer = club.rest("POST", "posts", club.body(), Authorization=authorization).json()
    assert (answer["status"], answer["code"], answer["serviceErrorCode"]) == (401, code, service)


def test_answers_name_the_request_and_no_limits(club):
    headers = {name.lower() for name in club.post("m").headers}
    assert {"x-li-uuid", "x-li-fabric", "x-li-request-id", "x-restli-protocol-version"} <= headers
    assert not [name for name in headers if "limit" in name or name == "retry-after"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/rest/posts?q=author&author=urn%3Ali%3Aorganization%3A5&start=" + "9" * 3000),
        ("GET", "/rest/posts/" + "%00" * 50),
        ("GET", "/rest/posts?ids=List()"),
        ("GET", "/rest/posts?ids=List(,)"),
        ("GET", "/rest/posts?q=author&q=author"),
        ("GET", "/rest/organizations/" + "9" * 5000),
        ("PUT", "/dms-uploads/x/image-upload/" + "9" * 5000),
        ("PUT", "/dms-uploads/x/nothing/0?ut=%ff"),
        ("GET", "/oauth/v2/authorization?client_id=%ff"),
        ("POST", "/oauth/v2/accessToken"),
        ("POST", "/oauth/v2/nothing"),
        ("GET", "/v2/userinfo?x=(y)"),
        ("GET", "/rest/"),
    ],
)
def test_strange_requests_are_refused_in_json_and_break_nothing(club, method, path):
    headers = club.headers(
        X_RestLi_Method="BATCH_GET" if "ids" in path else "FINDER" if "q=" in path else None
    )
    answer = club.http.request(method, club.url + path, data=b"x", headers=headers)
    assert 400 <= answer.status_code < 500 and answer.json()
