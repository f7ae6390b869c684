"""What a person pastes when the browser is elsewhere: whole addresses, queries, and what else a clipboard holds."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from planrrr_cli.store import connections
from tests.commands.signing import last_sentence

ELSEWHERE = ("--redirect-uri", "https://example.com/signed-in")


@pytest.mark.parametrize("platform", ["facebook", "instagram", "x", "youtube", "linkedin"])
def test_the_whole_address_is_taken(sign_in, ctx, platform: str) -> None:
    begun = sign_in(platform, *(["--account", "Harbour Bakery"] if platform == "facebook" else []))
    begun.type(begun.led_back_to())
    begun.end()
    with ctx.store.reading() as tx:
        assert len(connections.listing(tx, tokens=False)) == 1


@pytest.mark.parametrize(
    "form",
    [
        "{query}",
        "?{query}",
        "  {whole}  ",
        '"{whole}"',
        "<{whole}>",
        "{whole}#_=_",
        "\n\n{whole}",
        "https://example.com/copied?{query}",
    ],
)
def test_it_may_be_copied_in_many_ways(sign_in, form: str) -> None:
    begun = sign_in("x")
    whole = begun.led_back_to()
    begun.type(form.format(whole=whole, query=urlsplit(whole).query))
    begun.end()


@pytest.mark.parametrize(
    "rubbish",
    [
        "hello",
        "4/0AfJohXnotacode",
        "https://example.com/",
        "http://[broken?code=1&state=2",
        "{address}",
        "code=1&code=2&state={state}",
        "code=1&state=somebody-elses",
        "code=&state={state}x",
        "\x00\x1b[2J",
        "x" * 3000,
    ],
)
def test_rubbish_of_the_clipboard_is_said_in_a_sentence_and_may_be_pasted_again(
    sign_in, rubbish: str
) -> None:
    begun = sign_in("x")
    good = begun.led_back_to()
    begun.type(rubbish.format(address=begun.address, state=begun.asked("state")))
    said = begun.waits_to_say("paste it again")
    assert begun.way_back in said and "\x1b" not in said
    begun.type(good)
    begun.end()


def test_after_three_times_it_is_over(sign_in, ctx) -> None:
    begun = sign_in("x")
    assert begun.address
    for _ in range(3):
        begun.type("rubbish")
    said = last_sentence(begun.end(code=1))
    assert "is not what X answered" in said and said.endswith("nothing was changed")
    with ctx.store.reading() as tx:
        assert connections.listing(tx, tokens=False) == []


def test_a_no_can_be_pasted_too(sign_in, control) -> None:
    control.consent("linkedin", answer="deny")
    begun = sign_in("linkedin")
    begun.type(begun.led_back_to())
    assert "did not agree" in last_sentence(begun.end(code=1))


def test_a_browser_on_this_machine_needs_no_pasting(sign_in) -> None:
    begun = sign_in("x")
    assert "paste" in begun.waits_to_say("paste")
    begun.agree()
    begun.end()


def test_without_anything_to_read_from_the_port_still_waits(sign_in) -> None:
    begun = sign_in("x")
    address = begun.address
    begun.close_input()
    assert address and begun.agree().ok
    begun.end()


def test_an_https_address_is_pasted_and_goes_along_unchanged(sign_in) -> None:
    begun = sign_in("x", *ELSEWHERE)
    assert begun.way_back == ELSEWHERE[1]
    begun.waits_to_say("paste")
    begun.type(f"{ELSEWHERE[1]}?code=never-given&state={begun.asked('state')}")
    assert "does not take the code" in last_sentence(begun.end(code=1))


def test_an_https_address_needs_something_to_read_from(sign_in) -> None:
    begun = sign_in("x", *ELSEWHERE)
    begun.waits_to_say("paste")
    assert "nothing was changed" in last_sentence(begun.end(code=2))
