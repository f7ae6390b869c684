"""The port of this machine that a browser comes back to: what it answers, to whom, and for how long."""

from __future__ import annotations

import http.client
import socket
import threading
from urllib.parse import urlsplit

import pytest
import requests

from tests.commands.signing import PATIENCE


def ask(
    begun, path: str, *, host: str | None = None, method: str = "GET", **headers: str
) -> http.client.HTTPResponse:
    """One request to the waiting command, exactly as written; its answer, read."""
    netloc = urlsplit(begun.way_back).netloc
    connection = http.client.HTTPConnection("127.0.0.1", int(netloc.rpartition(":")[2]), timeout=PATIENCE)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", netloc if host is None else host)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def answer_of(begun) -> str:
    parts = urlsplit(begun.led_back_to())
    return f"{parts.path}?{parts.query}"


@pytest.mark.parametrize(
    "path",
    ["/favicon.ico", "/", "/?state=x", "/elsewhere?code=c&state=s", "/?error_description=only", "//", "/%00"],
)
def test_what_is_no_answer_is_404_and_ends_nothing(sign_in, path: str) -> None:
    begun = sign_in("x")
    assert ask(begun, path).status == 404
    begun.agree()
    begun.end()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "localhost:{port}", ""])
def test_a_request_that_was_meant_for_another_host_is_refused_and_ends_nothing(sign_in, host: str) -> None:
    begun = sign_in("x")
    port = urlsplit(begun.way_back).port
    assert ask(begun, answer_of(begun), host=host.format(port=port)).status == 421
    begun.agree()
    begun.end()


def test_a_picture_on_some_page_is_no_answer_and_ends_nothing(sign_in) -> None:
    begun = sign_in("x")
    assert ask(begun, "/?error=access_denied", Sec_Fetch_Dest="image").status == 403
    assert ask(begun, answer_of(begun), Sec_Fetch_Dest="iframe").status == 403
    begun.agree()
    begun.end()


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "PUT"])
def test_nothing_but_looking_is_an_answer(sign_in, method: str) -> None:
    begun = sign_in("x")
    assert ask(begun, answer_of(begun), method=method).status in {405, 501}
    begun.agree()
    begun.end()


def test_only_the_first_answer_counts(sign_in) -> None:
    begun = sign_in("x")
    first, second = answer_of(begun), answer_of(begun)
    answers = [ask(begun, first), ask(begun, second)]
    assert [one.status for one in answers] == [303, 410]
    ask(begun, answers[0].headers["Location"])
    begun.end()


def test_connections_on_which_nobody_speaks_hold_up_nobody(sign_in) -> None:
    begun = sign_in("x")
    address = ("127.0.0.1", int(urlsplit(begun.way_back).port or 0))
    silent = [socket.create_connection(address) for _ in range(5)]
    begun.agree()
    begun.end()
    for one in silent:
        one.close()


def test_it_listens_on_this_machine_only(sign_in) -> None:
    begun = sign_in("x")
    port = urlsplit(begun.way_back).port
    with socket.socket() as other:  # the rest of 127/8 is this machine, too, but nobody is there
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_the_code_leaves_the_address_at_once_and_the_last_page_is_plain_and_final(sign_in) -> None:
    begun = sign_in("x")
    back = begun.led_back_to()
    code = back.partition("code=")[2].partition("&")[0]
    first = requests.get(back, timeout=PATIENCE, allow_redirects=False)
    assert (first.status_code, first.text) == (303, "")
    last = requests.get(begun.way_back.rstrip("/") + first.headers["Location"], timeout=PATIENCE)
    begun.end()
    assert last.status_code == 200 and "Connected: @" in last.text
    assert "?" not in first.headers["Location"]
    for answer in (first, last):
        assert code not in answer.text + str(answer.headers.values())
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for active in ("<script", "<form", "<a ", "<img", "http-equiv", "http://", "https://"):
        assert active not in last.text


def test_the_last_page_shows_names_as_text(sign_in, control) -> None:
    begun = sign_in("facebook", "--account", "<script>alert(1)</script>")
    page = begun.agree()
    begun.end(code=1)
    assert "<script" not in page.text and "&lt;script&gt;" in page.text


def test_a_browser_that_never_comes_for_the_last_page_does_not_keep_the_command(sign_in) -> None:
    begun = sign_in("x")
    ask(begun, answer_of(begun))
    begun.end()


def test_the_last_page_waits_until_it_is_true(sign_in, control) -> None:
    control.fault(call="x.me.read", kind="hold:0.5", strike="before", times=1)
    begun = sign_in("x")
    back = begun.led_back_to()
    pages: list[str] = []
    looking = threading.Thread(target=lambda: pages.append(requests.get(back, timeout=PATIENCE).text))
    looking.start()
    begun.end()
    looking.join(PATIENCE)
    assert "Connected: @" in pages[0]


def test_a_port_can_be_chosen_and_is_free_again_afterwards(sign_in) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    for _ in range(2):
        begun = sign_in("linkedin", "--port", str(port))
        assert begun.way_back == f"http://localhost:{port}/"
        begun.agree()
        begun.end()


def test_the_registered_address_may_have_a_path_of_its_own(sign_in) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        address = f"http://127.0.0.1:{held.getsockname()[1]}/signed/in"
    begun = sign_in("x", env={"PLANRRR_REDIRECT_URI": address})
    assert begun.way_back == address
    assert ask(begun, "/?code=c&state=s").status == 404
    begun.agree()
    begun.end()
