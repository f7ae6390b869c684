"""What a document may say under ``linkedin:``, each key with its type; what is wrong becomes a sentence. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from planrrr_cli.domain.posts import Limit, Post, Problem
from planrrr_cli.platforms.linkedin.little import utf16_units

FILES = ("thumbnail", "subtitles")
OPTIONS = ("visibility", "description", "poll", "reshare_disabled", *FILES)
_COMMON = ("text", "link", "title", "first_comment")
_POLL = ("question", "options", "duration")

# https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api (read 2026-11-23)
VISIBILITIES = ("PUBLIC", "CONNECTIONS", "LOGGED_IN")
# https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/poll-post-api (read 2026-11-23)
DURATIONS = {"1d": "ONE_DAY", "3d": "THREE_DAYS", "7d": "SEVEN_DAYS", "14d": "FOURTEEN_DAYS"}
_POLL_SOURCE = "what schedulers use; LinkedIn's page of the poll API was not seen to name it"
QUESTION = Limit(140, _POLL_SOURCE, "2026-11-23")
OPTION = Limit(30, _POLL_SOURCE, "2026-11-23")
FEWEST_OPTIONS, MOST_OPTIONS = 2, 4


def visibility_of(post: Post) -> str:
    """As the API names it; ``PUBLIC`` unless the document says otherwise."""
    return str(post.options.get("visibility") or "PUBLIC").upper()


def poll_of(post: Post) -> dict[str, Any] | None:
    """The poll as the API takes it, of options that :func:`option_problems` has let pass."""
    poll = post.options.get("poll")
    if not isinstance(poll, Mapping):
        return None
    return {
        "question": poll["question"],
        "options": [{"text": text} for text in poll["options"]],
        "settings": {"duration": DURATIONS[str(poll.get("duration", "3d"))]},
    }


def option_problems(post: Post) -> Iterator[Problem]:
    """Everything that is wrong with the options alone."""
    for name in post.options:
        if name not in OPTIONS:
            yield _unknown(name, [*OPTIONS, *_COMMON], "LinkedIn has no option")
    for name in FILES:
        if post.options.get(name) is not None:  # a file that was found is among the attachments
            yield _bad(f"“{name}” has to name a file beside the document")
    visibility = post.options.get("visibility")
    if visibility is not None and not (isinstance(visibility, str) and visibility.upper() in VISIBILITIES):
        yield _bad(f"“visibility” is “{visibility}”; it can be {_either(VISIBILITIES)}")
    if not isinstance(post.options.get("reshare_disabled", False), bool):
        yield _bad("“reshare_disabled” has to be true or false")
    description = post.options.get("description")
    if description is not None and not isinstance(description, str):
        yield _bad("“description” has to be a text; put it in quotes")
    if post.options.get("poll") is not None:
        yield from _poll_problems(post.options["poll"])


def _poll_problems(poll: object) -> Iterator[Problem]:
    if not isinstance(poll, Mapping):
        yield _bad("“poll” has to be a mapping with question, options and duration")
        return
    for name in poll:
        if name not in _POLL:
            yield _unknown(str(name), _POLL, "a poll has no")
    question, options, duration = poll.get("question"), poll.get("options"), poll.get("duration", "3d")
    if not isinstance(question, str) or not question.strip():
        yield _bad("a poll needs a question, which is a text")
    elif over := _over(question, QUESTION):
        yield Problem(
            "poll_too_long", f"the poll's question is {over:,} characters longer than {QUESTION.value}"
        )
    if not isinstance(options, list) or not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        yield _bad(f"a poll needs a list of {FEWEST_OPTIONS} to {MOST_OPTIONS} options")
    else:
        yield from _poll_options(options)
    if not isinstance(duration, str) or duration not in DURATIONS:
        yield _bad(f"a poll's duration is “{duration}”; it can be {_either(DURATIONS)}")


def _poll_options(options: Sequence[object]) -> Iterator[Problem]:
    for number, text in enumerate(options, start=1):
        if not isinstance(text, str) or not text.strip():
            yield _bad(f"option {number} of the poll has to be a text; put it in quotes")
        elif over := _over(text, OPTION):
            yield Problem(
                "poll_too_long",
                f"option {number} of the poll is {over} characters longer than {OPTION.value}",
            )
        elif text in options[: number - 1]:
            yield _bad(f"option {number} of the poll is there twice")


def _over(text: str, limit: Limit) -> int:
    return max(0, utf16_units(text) - limit.value)


def _unknown(name: str, known: Sequence[str], begins: str) -> Problem:
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean “{near[0]}”?" if near else f"; known: {', '.join(known)}"
    return Problem("unknown_option", f"{begins} “{name}”{hint}")


def _bad(message: str) -> Problem:
    return Problem("bad_option", message)


def _either(values: Sequence[str] | Mapping[str, str]) -> str:
    *most, last = values
    return f"{', '.join(most)} or {last}"
