"""What a person answers on an authorization page: in a browser, by its form; else as /_sandbox/consent describes.

Which accounts and permissions a page offers, and what follows from an answer, is the twins' to say.
"""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from planrrr_cli.sandbox.consentpage import Question, impossible, question_page
from planrrr_cli.sandbox.parts import FIELDS_LIMIT
from planrrr_cli.sandbox.wire import Reply, Request

KEYS = ("platform", "answer", "account", "scopes", "tamper_state")


@dataclass(frozen=True, slots=True)
class Answer:
    """`account` None: the person said no. `granted` and `declined` are together what was asked."""

    account: str | None
    granted: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """How the person answers where no browser shows a page; None: the first account, every permission."""

    allow: bool = True
    account: str | None = None
    scopes: tuple[str, ...] | None = None
    tamper_state: bool = False

    def document(self) -> dict[str, object]:
        told: dict[str, object] = {"answer": "allow" if self.allow else "deny", "account": self.account}
        scopes = None if self.scopes is None else list(self.scopes)
        return told | {"scopes": scopes, "tamper_state": self.tamper_state}


@dataclass(slots=True)
class Consents:
    """The scripts, by platform."""

    _scripts: dict[str, Script] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, platform: str, script: Script) -> None:
        with self._lock:
            self._scripts[platform] = script

    def of(self, platform: str) -> Script:
        with self._lock:
            return self._scripts.get(platform, Script())

    def clear(self) -> None:
        with self._lock:
            self._scripts.clear()


def read_script(document: Mapping[str, Any], choices: Mapping[str, Collection[str]]) -> tuple[str, Script]:
    """A platform and its script; raises ValueError with a sentence. `choices`: who can be chosen, by platform."""
    if strange := sorted(set(document) - set(KEYS)):
        raise ValueError(f"A consent has no {strange[0]!r}; it has {', '.join(KEYS)}.")
    platform, answer = str(document.get("platform")), document.get("answer", "allow")
    account, scopes = document.get("account"), document.get("scopes")
    tamper = document.get("tamper_state", False)
    if platform not in choices:
        raise ValueError(f"platform is one of: {', '.join(sorted(choices))}.")
    if answer not in ("allow", "deny"):
        raise ValueError("answer is 'allow' or 'deny'.")
    if account is not None and account not in choices[platform]:
        raise ValueError(
            f"account names nobody whom {platform}'s page offers: {', '.join(choices[platform])}."
        )
    if scopes is not None and not (isinstance(scopes, list) and all(isinstance(one, str) for one in scopes)):
        raise ValueError("scopes is a list of the permissions that are granted; the others are declined.")
    if not isinstance(tamper, bool):
        raise ValueError("tamper_state is true or false.")
    return platform, Script(answer == "allow", account, None if scopes is None else tuple(scopes), tamper)


def with_answer(request: Request) -> Request:
    """The form that a browser sends back, as the page's own request with the person's answer."""
    if request.body.length > FIELDS_LIMIT:
        return request
    try:
        fields = parse_qsl(
            request.body.read_all().decode("ascii"), keep_blank_values=True, max_num_fields=200
        )
    except ValueError:
        fields = []
    return replace(request, method="GET", answer=tuple(fields))


def is_browser(request: Request) -> bool:
    """Whether somebody looks: browsers say that they take HTML, programs do not."""
    return "text/html" in request.header("Accept").lower()


def ask(consents: Consents, request: Request, question: Question) -> Answer | Reply:
    """The person's answer; or the page that asks for it, or tells why there can be none."""
    script = consents.of(question.platform)
    if request.answer is not None:
        return _by_form(request.answer, question)
    if script.account is not None and script.account not in question.choices:
        return impossible(question, f"{script.account} cannot be chosen here")
    if is_browser(request):
        return question_page(question, script.account, script.scopes, f"{request.path}?{request.query}")
    if not script.allow:
        return Answer(None)
    chosen = script.account or next(iter(question.choices))
    granted = [one for one in question.asked if script.scopes is None or one in script.scopes]
    return _answered(question, chosen, granted)


def _by_form(fields: tuple[tuple[str, str], ...], question: Question) -> Answer | Reply:
    given = dict(fields)
    if given.get("answer") == "deny":
        return Answer(None)
    if given.get("answer") != "allow" or given.get("account") not in question.choices:
        return impossible(question, "the form has no answer and account that the page offered")
    ticked = {value for name, value in fields if name == "scope"}
    granted = [one for one in question.asked if one in ticked or one not in question.optional]
    return _answered(question, given["account"], granted)


def _answered(question: Question, account: str, granted: Collection[str]) -> Answer:
    declined = tuple(one for one in question.asked if one not in granted)
    return Answer(account, tuple(granted), declined)


def state_back(consents: Consents, platform: str, state: str | None) -> dict[str, str]:
    """`state` as it goes back with the redirect: as it came, unless the script says that somebody changed it."""
    if consents.of(platform).tamper_state:
        state = f"{state or ''}-tampered"
    return {} if state is None else {"state": state}
