"""How X counts a text and which parts of it are links: samples in the manner of twitter-text's conformance files."""

import json
from pathlib import Path

import pytest

from planrrr_cli.sandbox.x.length import weighted_length
from planrrr_cli.sandbox.x.links import find_links
from planrrr_cli.sandbox.x.texts import cashtags, mentions


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("This is a test.", 15),
        ("http://test.com", 23),
        ("https://test.com", 23),
        ("test.com", 23),
        ("Test https://test.com test https://test.com test.com test", 86),
        ("\U00010000\U0010ffff", 4),
        ("저찀쯿쿿", 8),
        ("H\U0001f431☺", 5),
        ("Hello, world! 👋", 16),
        ("👨‍👩‍👧‍👦", 2),
        ("👩🏽‍🚀👋🏿", 4),
        ("🇩🇪🇫🇷", 4),
        ("1️⃣ #⃣", 5),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
        ("❤️☀", 4),
        ("© ® and ©️", 10),
        ("e\u0301te\u0301", 3),
        ("“quotes” – dash", 15),
        ("…", 2),
        ("日本語", 6),
        ("\u202aa\u202c", 5),
        ("https://example.com/" + "a" * 5000, 5020),
        ("foo.notatld", 11),
        ("x" * 280, 280),
    ],
)
def test_a_text_weighs_what_x_says(text, length):
    assert weighted_length(text) == length


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (
            "text http://google.com/#search?q=iphone%20-filter%3Alinks",
            ["http://google.com/#search?q=iphone%20-filter%3Alinks"],
        ),
        ("http://xo.com/~matthew+%ff-,.;x", ["http://xo.com/~matthew+%ff-,.;x"]),
        ("http://en.wikipedia.org/wiki/Primer_(film)", ["http://en.wikipedia.org/wiki/Primer_(film)"]),
        ("(http://en.wikipedia.org/wiki/A_(b))", ["http://en.wikipedia.org/wiki/A_(b)"]),
        ("http://✪df.ws/ejp http://☃.net/", ["http://✪df.ws/ejp", "http://☃.net/"]),
        ("http://chilp.it/?77e8fd", ["http://chilp.it/?77e8fd"]),
        ("http://domain-dash_2314352345_dfasd.foo-cow_4352.com", []),
        ("http://no-tld http://tld-too-short.x", []),
        ("http://domain.com-that-you-should-have-put-a-space-after", []),
        (
            "foo.baz foo.co.jp www.xxxxxxx.baz www.foo.co.uk foo.comm foo.somecom",
            ["foo.co.jp", "www.foo.co.uk"],
        ),
        (
            "Go to http://example.com/a+ or http://example.com/a-",
            ["http://example.com/a+", "http://example.com/a-"],
        ),
        (
            "http://sub_domain-dash.twitter.com http://a_b.c-d.com",
            ["http://sub_domain-dash.twitter.com", "http://a_b.c-d.com"],
        ),
        ("http://-lead.twitter.com http://trail-.twitter.com http://twitter-.com", []),
        ("user@example.com @example.com #example.com $example.com", []),
        (".example.com -example.com _example.com /example.com", []),
        (
            "end example.com, example.org. (example.net) example.edu!",
            ["example.com", "example.org", "example.net", "example.edu"],
        ),
        (
            "twitter.comこれは日本語です。example.com中国語t.co/abcde한국twitter.com",
            ["twitter.com", "example.com", "t.co/abcde", "twitter.com"],
        ),
        (
            "http://twitter.com/これは日本語です。example.com中国語http://t.co/abcde한국",
            ["http://twitter.com/", "example.com", "http://t.co/abcde"],
        ),
        (
            "http://t.co/pbY2NfTZ's and http://t.co/2vYHpAc5;",
            ["http://t.co/pbY2NfTZ", "http://t.co/2vYHpAc5"],
        ),
        ("https://t.co/" + "a" * 41, []),
        (
            "http://twitter.com/Русские_слова http://президент.рф/x",
            ["http://twitter.com/Русские_слова", "http://президент.рф/x"],
        ),
        ("https://example.com:8080/a?b=c&d#e.", ["https://example.com:8080/a?b=c&d#e"]),
        ("HTTPS://www.ExaMPLE.COM/index.html", ["HTTPS://www.ExaMPLE.COM/index.html"]),
        ("http://" + "a" * 64 + ".com", []),
        ("Hello.World is a link, hello.nowhere is none", ["Hello.World"]),
    ],
)
def test_links_are_found_where_x_finds_them(text, links):
    assert [link.text for link in find_links(text)] == links


def test_twitter_text_s_own_conformance_cases_hold():
    file = Path(__file__).parents[2] / "platforms" / "x" / "conformance.json"
    cases = json.loads(file.read_text(encoding="utf-8"))
    weights = {case["text"]: case["weightedLength"] for case in cases["weights"]}
    links = {case["text"]: case["urls"] for case in cases["links"]}
    assert {text: weighted_length(text) for text in weights} == weights
    assert {text: [link.text for link in find_links(text)] for text in links} == links


def test_tags_inside_of_links_are_no_tags():
    text = "$ABC $abc.d $5 A$B https://example.com/$XYZ/@someone @one,@two_2 mail@three.com @@four"
    assert cashtags(text) == ["ABC", "ABC.D"]
    assert mentions(text) == ["one", "two_2"]


def test_a_text_made_to_be_slow_is_counted_soon():
    for text in ("日" * 25_000, "a." * 12_000, "日." * 12_000, "x.com/" + "(a" * 9000, "http://" * 3000):
        assert weighted_length(text) > 0
