"""The server itself: life, state file, many clients, hostile clients, its pages."""

import concurrent.futures
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from planrrr_cli.sandbox import SandboxServer

ROOT = Path(__file__).parents[2]


def raw(url, content, *, wait=3.0):
    """Send bytes, read until the server closes or is silent."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=wait) as line:
        line.sendall(content)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while block := line.recv(65536):
            answer += block
        return answer


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", ""])
def test_only_loopback_is_served(host):
    with pytest.raises(ValueError, match="loopback"):
        SandboxServer(host=host)


def test_without_werkzeug_a_sentence_says_what_to_install():
    code = "import sys; sys.modules['werkzeug'] = None\ntry: import planrrr_cli.sandbox\n"
    code += "except ImportError as missing: print(missing)"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert "pip install 'planrrr[sandbox]'" in said


def test_the_state_file_opens_the_same_sandbox_again(tmp_path, page, mp4):
    file = tmp_path / "state.json"
    with SandboxServer(port=0, seed=3, state_file=file) as first:
        visitor = type(page)(first.url)
        post = visitor.post(
            "feed", message="kept", attached_media=f'[{{"media_fbid":"{visitor.photo()}"}}]'
        ).json()["id"]
        visitor.graph("POST", f"{post}/comments", data={"message": "kept too"})
        reel = visitor.uploaded_reel()
        visitor.finish_reel(reel)
        visitor.advance(3600)
        before = visitor.ledger()
        visitor.http.close()
    assert file.stat().st_mode & 0o077 == 0
    with SandboxServer(port=0, seed=99, accounts=5, state_file=file) as second:
        again = type(page)(second.url)
        assert (again.page, again.token) == (visitor.page, visitor.token)
        after = again.ledger()
        moved = json.loads(json.dumps(before).replace(first.url, second.url))
        assert after == moved
        assert "kept too" in again.http.get(after[0]["permalink"]).text
        assert again.get(reel, fields="published").json()["published"] is True
        assert again.post("feed", message="later").json()["id"] not in [
            entry["remote_id"] for entry in before
        ]
        assert again.control("GET", "clock")["offset_seconds"] == 3600
        again.http.close()


@pytest.mark.parametrize(
    "content", ["", "{}", '{"schema": "other"}', "[1]", '{"schema": "planrrr.sandbox-state/1"}']
)
def test_a_strange_state_file_is_refused_with_a_sentence(tmp_path, content):
    file = tmp_path / "state.json"
    file.write_text(content)
    with pytest.raises(ValueError, match="not a state file"):
        SandboxServer(port=0, state_file=file).start()


def test_stop_ends_a_hold_and_idle_connections_at_once(page):
    server = SandboxServer(port=0)
    server.start()
    visitor = type(page)(server.url)
    visitor.fault("*", "hold:60", "before")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        held = pool.submit(visitor.get, "me")
        time.sleep(0.2)
        begun = time.monotonic()
        server.stop()
        assert time.monotonic() - begun < 30
        assert held.result(timeout=5).status_code == 200
    visitor.http.close()
    server.stop()


def test_sixty_four_clients_post_at_the_same_time_and_each_once(page):
    def client(number):
        with requests.Session() as http:
            fields = {"access_token": page.token}
            url = f"{page.url}/v25.0/{page.page}/feed"
            return [http.post(url, data=fields | {"message": f"{number}-{i}"}).status_code for i in range(5)]

    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        codes = [code for codes in pool.map(client, range(64)) for code in codes]
    ledger = page.ledger()
    assert codes == [200] * 320 and len({entry["text"] for entry in ledger}) == len(ledger) == 320
    assert [entry["sequence"] for entry in ledger] == list(range(1, 321))


def test_one_connection_serves_many_calls(page):
    with requests.Session() as http:
        answers = [http.get(f"{page.url}/me", params={"access_token": page.token}) for _ in range(3)]
    assert all("Connection" not in answer.headers for answer in answers)


HOSTILE = {
    "nonsense": b"\x00\xff\x16\x03\x01\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "endless line": b"GET /" + b"a" * 70_000,
    "many headers": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 500 + b"\r\n",
    "bad length": b"POST /1/feed HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
    "short body": b"POST /1/feed HTTP/1.1\r\nContent-Length: 500\r\n\r\nmessage=a",
    "chunked": b"POST /1/feed HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "traversal": b"GET /facebook/../../../../etc/passwd HTTP/1.1\r\n\r\n",
    "encoded traversal": b"GET /facebook/%2e%2e/%2fetc/passwd%00 HTTP/1.1\r\n\r\n",
    "smuggled header": b"GET /v25.0/me?access_token=a%0d%0aX-Evil:%201 HTTP/1.1\r\n\r\n",
    "non-ascii path": b"GET /v25.0/\xff\xfe HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("content", list(HOSTILE.values()), ids=list(HOSTILE))
def test_a_hostile_client_harms_nobody(page, content, capfd):
    answer = raw(page.url, content)
    assert (
        b"root:" not in answer and b"599" not in answer.split(b"\r\n")[0] and b"X-Evil: 1\r\n" not in answer
    )
    assert page.post("feed", message="still here").status_code == 200
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[1]"),
        ("application/json", b"\xff\xfe"),
        ("application/json", b"[" * 100_000),
        ("application/x-www-form-urlencoded", b"message=%ff%fe"),
        ("application/x-www-form-urlencoded", "message=é".encode()),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(5000))),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="message"\r\n\r\n\xff\xfe\r\n--x--\r\n',
        ),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Type: text/plain\r\n\r\na\r\n--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="odd"; filename="f"\r\n\r\na\r\n--x--\r\n',
        ),
    ],
)
def test_a_body_that_cannot_be_read_is_code_100_and_no_post(page, kind, body):
    headers = {"Content-Type": kind, "Authorization": f"Bearer {page.token}"}
    answer = page.graph("POST", f"{page.page}/feed", data=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)
    assert page.ledger() == []


def test_a_huge_body_is_refused_without_being_read_to_its_end(page):
    answer = page.graph("POST", f"{page.page}/feed", data={"message": "x" * 9_000_000})
    assert answer.status_code == 413 and page.ledger() == []
    assert page.post("feed", message="next").status_code == 200


def test_the_pages_for_people_escape_everything(page, jpeg):
    evil = "<script>alert(1)</script>"
    photo = page.photo(alt_text_custom=f'"{evil}')
    page.post("feed", message=evil, link=None, attached_media=f'[{{"media_fbid":"{photo}"}}]')
    page.post("feed", link='https://example.com/"><script>')
    page.get(f"x{evil}/feed")
    for address in ("/", page.ledger()[0]["permalink"].removeprefix(page.url)):
        answer = page.http.get(page.url + address)
        assert "<script" not in answer.text and "&lt;script&gt;alert" in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    image = page.http.get(f"{page.url}/_sandbox/media/{page.ledger()[0]['media'][0]['sha256']}")
    assert image.content == jpeg and image.headers["Content-Type"] == "image/jpeg"


def test_a_page_that_does_not_exist_is_said_so(page):
    answer = page.http.get(f"{page.url}/facebook/1/posts/2")
    assert answer.status_code == 404 and "no such post" in answer.text


def test_the_clock_goes_both_ways_and_reset_brings_it_back(page):
    page.advance(100)
    page.advance(-40)
    assert page.control("GET", "clock")["offset_seconds"] == 60
    page.post("feed", message="m")
    page.fault("*", "lost", times=-1)
    page.control("POST", "reset", {"accounts": 2})
    assert page.control("GET", "clock")["offset_seconds"] == 0
    assert page.ledger() == page.journal() == page.control("GET", "faults")["faults"] == []
    assert page.post("feed", message="m").status_code == 200


@pytest.mark.parametrize(
    ("method", "name", "body"),
    [
        ("POST", "clock", "{"),
        ("POST", "clock", '{"advance_seconds": "x"}'),
        ("POST", "clock", '{"advance_seconds": NaN}'),
        ("POST", "reset", '{"accounts": 0}'),
        ("POST", "accounts", '{"account_id": "1"}'),
        ("POST", "faults", "[]"),
        ("GET", "posts?after=x", ""),
    ],
)
def test_bad_control_requests_are_refused_with_a_sentence(page, method, name, body):
    answer = page.http.request(method, f"{page.url}/_sandbox/{name}", data=body)
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")


def test_an_unknown_control_route_names_the_known_ones(page):
    answer = page.http.get(f"{page.url}/_sandbox/nothing")
    assert answer.status_code == 404 and "POST clock" in answer.json()["error"]


def test_a_required_proof_is_asked_for(page):
    with SandboxServer(port=0, require_appsecret_proof=True) as strict:
        visitor = type(page)(strict.url)
        answer = visitor.post("feed", message="m").json()["error"]
        assert (answer["code"], "appsecret_proof" in answer["message"]) == (100, True)
        visitor.http.close()


def test_private_hosts_are_out_of_reach_when_told_so(page):
    with SandboxServer(port=0, allow_private_fetch=False) as public:
        visitor = type(page)(public.url)
        for host in ("127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1"):
            assert visitor.post("photos", url=f"http://{host}/a.jpg").json()["error"]["code"] == 324
        visitor.http.close()


def test_latency_delays_the_platform_but_not_the_control_routes(page):
    with SandboxServer(port=0, latency=0.3) as slow:
        visitor = type(page)(slow.url)
        begun = time.monotonic()
        visitor.get("me")
        assert time.monotonic() - begun >= 0.3
        visitor.http.close()
    with SandboxServer(port=0, latency=3600) as slower:
        type(page)(slower.url).http.close()


def test_serve_forever_ends_when_a_signal_handler_stops_it(tmp_path):
    code = (
        "import signal\n"
        "from pathlib import Path\n"
        "from planrrr_cli.sandbox import SandboxServer\n"
        f"server = SandboxServer(port=0, state_file=Path({str(tmp_path / 'state.json')!r}))\n"
        "signal.signal(signal.SIGTERM, lambda *_: server.stop())\n"
        "server.start()\n"
        "print(server.url, flush=True)\n"
        "server.serve_forever()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    url = process.stdout.readline().strip()
    assert requests.get(f"{url}/_sandbox/posts").json() == {"posts": []}
    process.terminate()
    assert process.wait(timeout=30) == 0
    assert (tmp_path / "state.json").exists()
    process.stdout.close()


def test_watchers_may_ask_for_what_is_newer(page):
    for text in "abc":
        page.post("feed", message=text)
    assert [entry["text"] for entry in page.control("GET", "posts?after=2")["posts"]] == ["c"]
    assert [record["sequence"] for record in page.control("GET", "requests?after=1")["requests"]] == [2, 3]


def test_a_running_server_cannot_be_started_again(server):
    with pytest.raises(RuntimeError):
        server.start()


def test_every_call_name_is_documented_once(page):
    calls = page.control("GET", "calls")["calls"]
    platforms = page.control("GET", "accounts")["apps"]
    assert {name.partition(".")[0] for name in calls} == set(platforms) and all(calls.values())


@pytest.mark.parametrize("host", ["localhost", "::1"])
def test_other_names_of_loopback_serve_too(page, host):
    try:
        with SandboxServer(host=host, port=0) as running:
            visitor = type(page)(running.url)
            post = visitor.post("feed", message="m").json()["id"]
            assert visitor.http.get(visitor.get(post, fields="permalink_url").json()["permalink_url"]).ok
            visitor.http.close()
    except OSError:
        pytest.skip(f"this machine has no {host}")
