"""The folder that the sandbox serves as a public host of media, and what it may fetch from itself."""

import hashlib
import os
import socket
import threading
from urllib.parse import urlsplit

import pytest
import requests

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.instagram.pictures import jpeg, mp4


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.jpg").write_bytes(b"secret")
    folder = outside / "media"
    (folder / "deep").mkdir(parents=True)
    for name, content in {
        "a.jpg": jpeg(),
        "deep/two words.mp4": mp4(),
        "brötchen.jpg": jpeg(),
        "wrong name.png": jpeg(),
        "words.pdf": b"%PDF-1.4",
        "empty.jpg": b"",
        "noname": b"whatever",
        "large.mp4": mp4(size=5_000_000),
    }.items():
        (folder / name).write_bytes(content)
    (folder / "inside.jpg").symlink_to(folder / "a.jpg")
    (folder / "outside.jpg").symlink_to(outside / "secret.jpg")
    (folder / "up").symlink_to(outside)
    os.mkfifo(folder / "pipe.jpg")
    return folder


@pytest.fixture(scope="module")
def host(folder):
    with SandboxServer(port=0, accounts=1, media_folder=folder, allow_private_fetch=False) as server:
        yield f"{server.url}/_sandbox/media"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.jpg", "image/jpeg"),
        ("deep/two%20words.mp4", "video/mp4"),
        ("br%C3%B6tchen.jpg", "image/jpeg"),
        ("wrong%20name.png", "image/jpeg"),
        ("words.pdf", "application/pdf"),
        ("empty.jpg", "image/jpeg"),
        ("noname", "application/octet-stream"),
        ("inside.jpg", "image/jpeg"),
        ("large.mp4", "video/mp4"),
    ],
)
def test_a_file_comes_whole_with_its_type_and_length(host, folder, path, kind):
    answer = requests.get(f"{host}/{path}", timeout=20)
    content = (folder / requests.utils.unquote(path)).read_bytes()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
    assert answer.content == content and answer.headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize(
    "path",
    [
        "../secret.jpg",
        "%2e%2e/secret.jpg",
        "deep/../../secret.jpg",
        "deep%2F..%2F..%2Fsecret.jpg",
        "/etc/hostname",
        "%2Fetc%2Fhostname",
        "outside.jpg",
        "up/secret.jpg",
        "a.jpg%00.png",
        "deep",
        "",
        "pipe.jpg",
        "missing.jpg",
        "%ff.jpg",
        "a" * 5000,
    ],
)
def test_nothing_else_comes(host, path):
    with requests.Session() as http:
        asked = http.prepare_request(requests.Request("GET", f"{host}/x"))
        asked.url = f"{host}/{path}"
        answer = http.send(asked, timeout=20)
    assert answer.status_code == 404 and b"secret" not in answer.content


def test_the_head_of_a_file_comes_without_its_bytes(host):
    address = urlsplit(f"{host}/a.jpg")
    with socket.create_connection((address.hostname, address.port), timeout=20) as line:
        asked = f"HEAD {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n"
        line.sendall(asked.encode())
        answer = b"".join(iter(lambda: line.recv(65_536), b""))
    assert f"Content-Length: {len(jpeg())}\r\n".encode() in answer and answer.endswith(b"\r\n\r\n")


def test_the_folder_is_read_only(host):
    for method in ("POST", "PUT", "DELETE"):
        assert requests.request(method, f"{host}/a.jpg", data=b"x", timeout=20).status_code == 404
    assert requests.get(f"{host}/a.jpg", timeout=20).content == jpeg()


def test_one_connection_serves_files_and_answers(host):
    with requests.Session() as http:
        for _ in range(3):
            assert http.get(f"{host}/a.jpg", timeout=20).content == jpeg()
            assert "Connection" not in http.get(f"{host}/missing.jpg", timeout=20).headers


def test_without_a_folder_there_are_no_files(page):
    assert requests.get(f"{page.url}/_sandbox/media/a.jpg", timeout=20).status_code == 404


def test_a_folder_that_is_none_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "missing", tmp_path / "file"):
        with pytest.raises(ValueError, match="is not a folder"):
            SandboxServer(port=0, media_folder=path)


def test_many_calls_that_fetch_from_the_sandbox_itself_do_not_wait_for_each_other(host):
    """Each call keeps a thread while it fetches, and each fetch needs another one."""
    url = host.removesuffix("/_sandbox/media")
    connections = requests.get(f"{url}/_sandbox/accounts", timeout=20).json()["connections"]
    account = next(one for one in connections if one["platform"] == "instagram")
    answers = []

    def create():
        answers.append(
            requests.post(
                f"{url}/v25.0/{account['accountId']}/media",
                data={"image_url": f"{host}/a.jpg", "access_token": account["accessToken"]},
                timeout=20,
            ).status_code
        )

    threads = [threading.Thread(target=create) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 40


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_every_twin_may_fetch_from_the_sandbox_itself(host, folder, name):
    url = host.removesuffix("/_sandbox/media")
    connections = requests.get(f"{url}/_sandbox/accounts", timeout=20).json()["connections"]
    page = next(one for one in connections if one["platform"] == "facebook")
    address = host.replace("127.0.0.1", name)
    token, other = {"access_token": page["accessToken"]}, address.replace(url.rpartition(":")[2], "1")
    edge = f"{url}/v25.0/{page['accountId']}/photos"
    made = requests.post(edge, data=token | {"url": f"{address}/a.jpg", "published": "false"}, timeout=20)
    assert made.status_code == 200, made.text
    assert requests.post(edge, data=token | {"url": f"{other}/a.jpg"}, timeout=20).status_code == 400
    kept = hashlib.sha256((folder / "a.jpg").read_bytes()).hexdigest()
    assert requests.get(f"{url}/_sandbox/media/{kept}", timeout=20).content == jpeg()
