"""What a browser brings back from an authorization page: read, held against the sign-in that waits for it. No I/O."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from planrrr_cli.domain.secrets import Secret
from planrrr_cli.render import preview

LONGEST = 16_384
_DENIALS = frozenset(
    {"access_denied", "user_denied", "user_cancelled_login", "user_cancelled_authorize", "consent_required"}
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A code, or why there is none: ``denied`` by the person, or ``trouble`` in the platform's words."""

    code: Secret | None = None
    denied: bool = False
    trouble: str = ""


class NotAnAnswer(ValueError):
    """This is no answer of the page at all; the sentence is for a person."""


class OfAnother(ValueError):
    """It is an answer, but not to this sign-in."""


def is_answer(query: str) -> bool:
    """Whether a query is meant to be one, whatever it is worth."""
    return bool({"code", "error"} & {name for name, _ in parse_qsl(query, keep_blank_values=True)})


def read_answer(query: str, state: str) -> Answer:
    """The answer in the query of a redirect. Raises NotAnAnswer and OfAnother."""
    found = parse_qsl(query, keep_blank_values=True)
    named = dict(found)
    if len(query) > LONGEST or len([name for name, _ in found if name in {"code", "state", "error"}]) > len(
        {"code", "state", "error"} & set(named)
    ):
        raise NotAnAnswer("it says one thing twice")
    if not is_answer(query):
        raise NotAnAnswer("it holds neither a code nor an error")
    if not hmac.compare_digest(named.get("state", "").encode(), state.encode()):
        raise OfAnother("it does not belong to this sign-in")
    error = named.get("error", "")
    if error or not named.get("code"):
        said = {error, named.get("error_reason", ""), named.get("error_code", "")}
        words = named.get("error_description") or named.get("error_message") or ""
        known = f"{error}: {words}" if error and words else error or words or "no reason"
        return Answer(denied=bool(said & _DENIALS), trouble=preview(known, 200))
    return Answer(Secret(named["code"]))


def query_in(pasted: str) -> str:
    """The query in what a person pasted: a whole address, or only its query. Raises NotAnAnswer."""
    text = "".join(pasted.split()).strip("\"'<>")  # a terminal may have broken the line
    if "://" in text or text.startswith(("/", "?")):
        try:
            return urlsplit(text).query
        except ValueError:
            raise NotAnAnswer("it is no address") from None
    return text.partition("#")[0]
